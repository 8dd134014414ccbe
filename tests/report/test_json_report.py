"""The JSON report keeps to its schema, carries every byte of a name, and is safe to print."""

import json
import os
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kirosafe.model.report import ScanReport, ScanStats
from kirosafe.report.json_report import render, reversible
from tests.report import samples

_DOCS = Path(__file__).parents[2] / "docs" / "report-format.md"
_SCHEMA: dict[str, Any] = json.loads(files("kirosafe.report").joinpath("schema.json").read_text())
_REPORTS = [
    samples.empty,
    samples.clean,
    samples.clean_with_skips,
    samples.mixed,
    samples.hostile,
    lambda: samples.many(400),
]
_ANY = st.text(st.characters(exclude_categories=()))
_TRICKY = st.text(st.sampled_from("\\xu8dcf0a\udc80\udcff\ud800\udbff\n\x00"))


def _documented_inverse() -> Callable[[str], str]:
    """The function that docs/report-format.md gives to readers."""
    code = re.search(r"```python\n(.*?)```", _DOCS.read_text(), re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code[1], names)
    inverse: Callable[[str], str] = names["original"]
    return inverse


_original = _documented_inverse()


def _errors(document: object) -> list[str]:
    return [error.message for error in Draft202012Validator(_SCHEMA).iter_errors(document)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(_SCHEMA)


@pytest.mark.parametrize("report", _REPORTS)
def test_reports_keep_to_the_schema(report: Callable[[], ScanReport]) -> None:
    assert _errors(json.loads(render(report()))) == []


@pytest.mark.parametrize(
    "where",
    [
        lambda document: document,
        lambda document: document["stats"],
        lambda document: document["findings"][0],
        lambda document: document["findings"][0]["location"],
        lambda document: document["suppressed"][0],
        lambda document: document["skipped"][0],
    ],
)
def test_the_schema_allows_no_key_more_and_none_less(where: Callable[[Any], Any]) -> None:
    document = json.loads(render(samples.mixed()))
    where(document)["extra"] = 1
    assert _errors(document)
    del where(document)["extra"]
    for key in list(where(document)):
        value = where(document).pop(key)
        assert _errors(document), key
        where(document)[key] = value
    assert _errors(document) == []


def test_every_key_of_the_schema_is_documented() -> None:
    def keys(schema: object) -> set[str]:
        if isinstance(schema, dict):
            below = {key for value in schema.values() for key in keys(value)}
            return below | set(schema.get("properties", ()))
        return set()

    documented = set(re.findall(r"`(\w+)`", _DOCS.read_text()))
    assert keys(_SCHEMA) - documented == set()


def test_the_values_are_those_of_the_report() -> None:
    report = samples.mixed()
    document = json.loads(render(report))
    key = next(finding for finding in report.findings if finding.path == "deploy/prod.env")
    [shown] = [
        found
        for found in document["findings"]
        if (found["rule"], found["location"]["path"]) == (key.rule, key.path)
    ]
    assert shown == {
        "rule": "aws-access-key",
        "title": "AWS access key pair",
        "severity": "high",
        "confidence": "high",
        "location": {"path": "deploy/prod.env", "line": 3, "column": 19},
        "committable": False,
        "visible_on_host": True,
        "visible_in_sandbox": None,
        "ignored_by": ".gitignore:12: *.env",
        "kiro_ignored_by": None,
        "preview": key.preview,
        "fingerprint": key.fingerprint,
        "remediation": key.remediation,
        "via": [],
        "note": key.note,
        "suppressed": None,
    }
    assert document["stats"] == {
        "files": 6918,
        "bytes": 45_400_000,
        "seconds": 0.523,
        "bulk_files": 1234,
        "suppressed": 3,
        "below_confidence": 2,
        "limited": 1,
    }
    assert document["skipped"][1] == {
        "path": "link",
        "reason": "symbolic link to outside the scanned folder",
        "detail": "",
    }
    assert (document["min_confidence"], document["fail_on"]) == ("low", "medium")
    assert [found["suppressed"] for found in document["suppressed"]] == [
        "marker in the line",
        "repository: tests/** (made-up users)",
        "repository: tests/** (made-up users)",
    ]


def test_each_finding_has_a_line_of_its_own() -> None:
    lines = render(samples.many(50)).splitlines()
    assert sum(line.startswith('  {"rule": ') for line in lines) == 50


def test_hostile_names_come_through_whole_and_harmless() -> None:
    report = samples.hostile()
    text = render(report)
    assert text.isascii()
    assert not re.search(r"[^\n\x20-\x7e]", text)
    document = json.loads(text)
    paths = {_original(found["location"]["path"]) for found in document["findings"]}
    assert paths == {finding.path for finding in report.findings}
    assert all(os.fsencode(path) for path in paths)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("dev\\x2ddisk", "dev\\x2ddisk"),
        ("caf\udce9", "caf\\xe9"),
        ("caf\\xe9", "caf\\\\xe9"),
        ("\\\udce9\\n", "\\\\\\xe9\\n"),
        ("\ud800\\ud800", "\\ud800\\\\ud800"),
    ],
)
def test_only_what_could_be_mistaken_is_escaped(text: str, written: str) -> None:
    assert reversible(text) == written


@given(_ANY | _TRICKY)
@example("\\x8\udcff")
def test_the_documented_way_back_is_right(text: str) -> None:
    assert _original(reversible(text)) == text
    reversible(text).encode()


def test_stats_have_the_names_of_the_schema() -> None:
    assert set(ScanStats._fields) == set(_SCHEMA["properties"]["stats"]["properties"])
