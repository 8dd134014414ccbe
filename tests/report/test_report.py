"""Formats are found by name, and nobody pays for one that is not asked for."""

import json
import subprocess
import sys

import pytest

from kirosafe.errors import UsageError
from kirosafe.report import FORMATS, Style, renderer
from tests.report import samples


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders(name: str) -> None:
    assert renderer(name)(samples.mixed(), Style()).endswith("\n")


def test_formats_are_what_their_names_say() -> None:
    assert json.loads(renderer("json")(samples.clean(), Style()))["findings"] == []
    assert renderer("text")(samples.clean(), Style()).startswith("No findings")


def test_an_unknown_format_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="'xml'") as caught:
        renderer("xml")
    assert "text, json" in caught.value.next_step


def test_text_does_without_json() -> None:
    code = (
        "import sys; sys.modules['json'] = None\n"
        "import kirosafe.report as report\n"
        "from kirosafe.model.report import ScanReport, ScanStats\n"
        "scan = ScanReport('1', ('.',), (), (), (), ScanStats(files=1))\n"
        "print(report.renderer('text')(scan, report.Style()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("No findings in this folder.")
