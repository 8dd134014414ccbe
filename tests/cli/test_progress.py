"""The progress line: on a terminal only, after a second only, and gone at the end."""

import os
import time
from io import StringIO

import pytest

from kirosafe.cli import progress
from kirosafe.cli.progress import watcher


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    def waits_for(self, text: str) -> bool:
        """True once `text` was drawn; False if that takes forever."""
        deadline = time.monotonic() + 20
        while text not in self.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        return text in self.getvalue()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm-256color")
    return Terminal()


def test_a_file_gets_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    stream = StringIO()
    with watcher(stream) as watch:
        watch(1, 1)
    assert stream.getvalue() == ""


def test_what_is_quick_gets_no_line(terminal: Terminal) -> None:
    with watcher(terminal) as watch:
        watch(1, 1)
        watch(2, 2)
    assert terminal.getvalue() == ""


def test_what_takes_long_gets_a_line_that_moves_and_goes(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with watcher(terminal) as watch:
        watch(1000, 2_000_000)
        assert terminal.waits_for("scanning: 1,000 files, 2.0 MB, ")
        watch(2000, 3_000_000)
        assert terminal.waits_for("scanning: 2,000 files, 3.0 MB, ")
    assert terminal.getvalue().endswith("\x1b[2K"), "the line is not wiped away"


def test_a_second_is_waited_for(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    start = time.monotonic()
    with watcher(terminal) as watch:
        watch(1, 1)
        assert terminal.waits_for("scanning")
    assert time.monotonic() - start >= progress.PATIENCE


def test_an_error_wipes_the_line_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with pytest.raises(ValueError, match="x"), watcher(terminal) as watch:  # noqa: PT012
        watch(1, 1)
        assert terminal.waits_for("scanning")
        raise ValueError("x")
    assert terminal.getvalue().endswith("\x1b[2K")


def test_a_worker_draws_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    own = os.getpid()
    with watcher(terminal) as watch:
        monkeypatch.setattr(os, "getpid", lambda: own + 1)
        watch(1, 1)
    assert terminal.getvalue() == ""


def test_nothing_to_report_is_no_harm(terminal: Terminal) -> None:
    with watcher(terminal):
        pass
    assert terminal.getvalue() == ""
