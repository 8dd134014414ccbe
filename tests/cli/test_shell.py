"""Whatever a command ends with becomes a status and, if it failed, two sentences."""

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from kirosafe import errors
from kirosafe.cli.shell import BUG, run
from tests.support.keys import Keys

ERRORS = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, errors.KirosafeError)
]


def raising(error: BaseException) -> Callable[[], int]:
    """A command that ends with `error`."""

    def command() -> NoReturn:
        raise error

    return command


@pytest.mark.parametrize("status", [0, 1, 4])
def test_a_status_is_passed_on(status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: status) == status
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_is_two_sentences_and_its_code(
    kind: type[errors.KirosafeError], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(raising(kind("the cup is empty", "Fill it."))) == kind.exit_code
    assert capsys.readouterr() == ("", "kirosafe: the cup is empty\n  Fill it.\n")


def test_an_error_without_a_next_step_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(raising(errors.RulesError("the cup is empty"))) == 21
    assert capsys.readouterr().err == "kirosafe: the cup is empty\n"


def test_further_lines_are_indented(capsys: pytest.CaptureFixture[str]) -> None:
    run(raising(errors.PolicyError("2 errors:\n  a:1: x\nkirosafe: forged", "Correct them.")))
    assert capsys.readouterr().err == (
        "kirosafe: 2 errors:\n  a:1: x\n  kirosafe: forged\n  Correct them.\n"
    )


def test_a_terminal_is_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    run(raising(errors.UsageError("no \x1b[31m\u202ea\udcff\tb", "Write '\\!' then.")))
    shown = capsys.readouterr().err
    assert shown == "kirosafe: no \\x1b[31m\\u202ea\\xff\\tb\n  Write '\\!' then.\n"


def test_a_bug_is_logged_without_what_it_says(
    capsys: pytest.CaptureFixture[str], home: Path, keys: Keys
) -> None:
    secret = keys.aws_secret()
    assert run(raising(ValueError(f"cannot parse {secret}"))) == BUG
    log = home / ".local" / "state" / "kirosafe" / "bug.log"
    shown = capsys.readouterr().err
    assert str(log) in shown
    assert "ValueError" in shown
    text = log.read_text()
    assert text.startswith("ValueError\n")
    assert "test_shell.py:" in text
    assert log.stat().st_mode & 0o777 == 0o600
    assert secret not in shown + text
    assert "cannot parse" not in shown + text


def test_where_no_log_can_be_kept_the_place_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert run(raising(ValueError("x"))) == BUG
    assert "It happened at test_shell.py:" in capsys.readouterr().err


def test_an_installation_that_lacks_a_part_is_a_bug_told_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kirosafe.cli.wire", None)
    assert run(raising(ImportError("x"))) == BUG
    assert "ImportError" in capsys.readouterr().err


def test_a_reader_who_left_is_silence(capfd: pytest.CaptureFixture[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    kept, stdout = os.dup(1), sys.stdout
    os.dup2(write, 1)
    try:
        with os.fdopen(1, "w", closefd=False) as sys.stdout:
            assert run(raising(BrokenPipeError())) == 141
            sys.stdout.write("nobody reads this")
    finally:
        sys.stdout = stdout
        os.dup2(kept, 1)
        os.close(kept)
        os.close(write)
    assert capfd.readouterr() == ("", "")
