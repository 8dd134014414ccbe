"""The README says what the program does: its help texts and its two commands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")

# <!-- help:scan --> followed by a fenced block; `help:` alone is the program's own help.
_HELP = re.compile(r"<!-- help:([\w ]*) -->\s*```\w*\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"<!-- command:(\w+) -->\s*```\w*\n(.*?)```", re.DOTALL)


def help_of(command: str) -> str:
    """What `kirosafe COMMAND --help` prints, 80 columns wide and without colour."""
    done = subprocess.run(
        [Path(sys.executable).parent / "kirosafe", *command.split(), "--help"],
        env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_help_of_scan_is_shown() -> None:
    assert "scan" in dict(_HELP.findall(README))


@pytest.mark.parametrize(("command", "shown"), _HELP.findall(README))
def test_the_help_shown_is_the_programs(command: str, shown: str) -> None:
    assert shown.strip() == help_of(command).strip()


def test_there_are_two_commands_of_one_line_each() -> None:
    commands = dict(_COMMAND.findall(README))
    assert set(commands) == {"scan", "test"}
    assert all(len(command.strip().splitlines()) == 1 for command in commands.values())


def test_the_test_command_is_the_one_line_that_ci_runs() -> None:
    """`.ci/run` reads it from the README; here, that its way of reading finds the same."""
    read = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "--print-command"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    assert read.stdout == dict(_COMMAND.findall(README))["test"]
