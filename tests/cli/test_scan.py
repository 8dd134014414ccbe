"""`kirosafe scan` in this process: statuses, formats, colour and width, files it writes."""

import json
import os
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from kirosafe.cli import scan
from kirosafe.cli.options import ScanArguments
from kirosafe.cli.scan import run_scan
from kirosafe.errors import NothingScanned, OutputError
from tests.support.script import Script


class Screen(TextIOWrapper):
    """A standard output that says it is a terminal of 64 columns."""

    def __init__(self) -> None:
        self.written = BytesIO()
        super().__init__(self.written, encoding="ascii")

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 7

    @property
    def text(self) -> str:
        return self.written.getvalue().decode("utf-8")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr(os, "get_terminal_size", lambda _fd: os.terminal_size((64, 24)))
    monkeypatch.setenv("TERM", "xterm")
    return screen


def test_findings_are_one(leaky: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_scan(ScanArguments((str(leaky.folder),))) == 1
    shown = capsys.readouterr()
    assert "app.env" in shown.out
    assert shown.err == ""
    assert "\x1b" not in shown.out
    assert not leaky.leaks(shown.out.encode())


def test_nothing_found_is_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see here\n")
    assert run_scan(ScanArguments((str(tmp_path),))) == 0
    assert "No findings" in capsys.readouterr().out


def test_without_a_path_it_is_the_current_folder(
    leaky: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    os.chdir(leaky.folder)
    assert run_scan(ScanArguments(format="json")) == 1
    assert json.loads(capsys.readouterr().out)["roots"] == ["."]


def test_a_lower_threshold_and_a_higher_one(
    leaky: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = (str(leaky.folder / "notes.txt"),)
    assert run_scan(ScanArguments(roots, fail_on="low", min_confidence="low")) == 0
    assert run_scan(ScanArguments((str(leaky.folder),), fail_on="high")) == 1
    capsys.readouterr()


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NothingScanned, match="nothing was scanned"):
        run_scan(ScanArguments((str(tmp_path),)))


def test_coverage_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see here\n")
    os.mkfifo(tmp_path / "fifo")
    assert run_scan(ScanArguments((str(tmp_path),))) == 0
    assert run_scan(ScanArguments((str(tmp_path),), require_coverage=True)) == 4
    assert "Not looked at: 1" in capsys.readouterr().out


def test_what_is_excluded_is_counted_and_can_be_shown(
    leaky: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = ScanArguments((str(leaky.folder),), exclude=("*.env",))
    assert run_scan(quiet) == 0
    assert "--no-suppressions shows them" in capsys.readouterr().out
    assert run_scan(quiet._replace(no_suppressions=True)) == 1


def test_a_report_goes_into_a_file(leaky: Script, capsys: pytest.CaptureFixture[str]) -> None:
    path = leaky.folder / "report.json"
    assert run_scan(ScanArguments((str(leaky.folder),), format="json", output=str(path))) == 1
    assert capsys.readouterr() == ("", "")
    assert json.loads(path.read_text())["findings"]


def test_a_file_that_cannot_be_is_told_before_the_scan(
    leaky: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(scan, "scan")
    with pytest.raises(OutputError):
        run_scan(ScanArguments((str(leaky.folder),), output=str(leaky.folder)))


def show(screen: Screen, leaky: Script, **said: str) -> None:
    """Scan the folder with `screen` as the standard output."""
    with redirect_stdout(screen):
        run_scan(ScanArguments((str(leaky.folder),), **said))  # type: ignore[arg-type]


def _widest(screen: Screen) -> int:
    return max(map(len, screen.text.splitlines()))


def test_a_terminal_has_colour(leaky: Script, screen: Screen) -> None:
    show(screen, leaky)
    assert "\x1b[1;31m" in screen.text


def test_somebody_who_wants_no_colour_gets_none(
    leaky: Script, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    show(screen, leaky)
    assert "\x1b" not in screen.text
    assert 40 < _widest(screen) <= 64


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_dull_terminal_has_no_colour(
    term: str, leaky: Script, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    show(screen, leaky)
    assert "\x1b" not in screen.text


@pytest.mark.parametrize(
    ("columns", "width"), [("50", 50), ("", 64), ("0", 64), ("x", 64), ("²", 64), ("-1", 64)]
)
def test_columns_has_the_last_word_if_it_is_a_number(
    columns: str, width: int, leaky: Script, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    show(screen, leaky)
    assert width - 14 < _widest(screen) <= width


def test_a_terminal_that_does_not_know_its_width(
    leaky: Script, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "get_terminal_size", lambda _fd: os.terminal_size((0, 0)))
    monkeypatch.setenv("NO_COLOR", "1")
    show(screen, leaky)
    assert 66 < _widest(screen) <= 80


def test_json_looks_the_same_on_a_terminal(leaky: Script, screen: Screen) -> None:
    show(screen, leaky, format="json")
    assert json.loads(screen.text)["findings"]
