"""Reports, whole, as they were when somebody last read them and found them good.

To renew them after a change that is meant: `KIROSAFE_SNAPSHOTS=renew pytest tests/report`, then
read the difference before it is committed. A renewed snapshot is a skipped test, never a pass.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kirosafe.model.report import ScanReport
from kirosafe.report import Style, renderer
from tests.report import samples

# Read here, because the guards take foreign variables out of every test's environment.
_RENEW = os.environ.get("KIROSAFE_SNAPSHOTS") == "renew"
_FOLDER = Path(__file__).parents[1] / "snapshots" / "report"
_CASES: dict[str, tuple[Callable[[], ScanReport], Style]] = {
    "empty.txt": (samples.empty, Style(width=80)),
    "clean.txt": (samples.clean, Style(width=80)),
    "clean_with_skips.txt": (samples.clean_with_skips, Style(width=80)),
    "mixed.txt": (samples.mixed, Style(width=80)),
    "mixed_40.txt": (samples.mixed, Style(width=40)),
    "mixed_120.txt": (samples.mixed, Style(width=120)),
    "mixed_unlimited.txt": (samples.mixed, Style(width=0)),
    "mixed_colour.txt": (samples.mixed, Style(colour=True, width=80)),
    "hostile.txt": (samples.hostile, Style(width=80)),
    "hostile_40.txt": (samples.hostile, Style(width=40)),
    "many.txt": (lambda: samples.many(400), Style(width=80)),
    "empty.json": (samples.empty, Style()),
    "clean_with_skips.json": (samples.clean_with_skips, Style()),
    "mixed.json": (samples.mixed, Style()),
    "hostile.json": (samples.hostile, Style()),
}


@pytest.mark.parametrize("name", _CASES)
def test_the_report_is_the_one_that_was_read(name: str) -> None:
    report, style = _CASES[name]
    form = "json" if name.endswith(".json") else "text"
    rendered = renderer(form)(report(), style).encode()
    path = _FOLDER / name
    if _RENEW:
        path.write_bytes(rendered)
        pytest.skip(f"renewed {name}")
    assert rendered.decode() == path.read_bytes().decode()


def test_every_snapshot_has_its_case() -> None:
    assert {path.name for path in _FOLDER.iterdir()} == set(_CASES)
