"""Commands as click sees them: help on every level, mistakes in our words, completion."""

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kirosafe import __version__, errors
from kirosafe.cli import click_app
from kirosafe.cli.click_app import app, run_click
from kirosafe.cli.options import SCAN_OPTIONS


def invoke(*arguments: str, **environ: str) -> Result:
    """Let click parse `arguments`, without doing what they ask for."""
    return CliRunner().invoke(
        app, arguments, prog_name="kirosafe", catch_exceptions=False, env=environ
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("--help", ["Usage: kirosafe [OPTIONS] COMMAND [ARGS]...", "kirosafe scan", "rules"]),
        ("-h", ["Usage: kirosafe"]),
        ("scan --help", ["Usage: kirosafe scan [OPTIONS] [PATH]...", "Exit status"]),
        ("scan -h", ["Usage: kirosafe scan"]),
        ("rules --help", ["Usage: kirosafe rules", "check", "explain", "list"]),
        ("rules list --help", ["Usage: kirosafe rules list"]),
        ("rules explain --help", ["Usage: kirosafe rules explain [OPTIONS] ID"]),
        ("rules check --help", ["Usage: kirosafe rules check [OPTIONS] DIR"]),
    ],
)
def test_help_on_every_level(line: str, wanted: list[str]) -> None:
    result = invoke(*line.split())
    assert result.exit_code == 0
    assert all(text in result.stdout for text in wanted)
    assert "..." not in re.sub(r"\]\.\.\.", "", result.stdout), "a sentence was cut off"


def test_the_help_of_scan_names_every_option() -> None:
    shown = invoke("scan", "--help").stdout
    assert all(flag in shown for option in SCAN_OPTIONS for flag in option.flags)


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version(flag: str) -> None:
    assert invoke(flag).stdout == f"kirosafe {__version__}\n"


@pytest.mark.parametrize("words", [[], ["rules"]])
def test_without_a_command_it_says_which_there_are(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_click(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Commands:" in shown.err


@pytest.mark.parametrize(
    ("line", "what", "next_step"),
    [
        ("sca", "No such command 'sca'. Did you mean 'scan'?", "See kirosafe --help."),
        ("--odd", "No such option '--odd'", "See kirosafe --help."),
        ("scan --fomat json", "Did you mean '--format'?", "See kirosafe scan --help."),
        ("scan --format xml", "'xml' is not one of 'text', 'json'", "See kirosafe scan --help."),
        ("scan --jobs x", "'x' is not a number from 1 to 999", "See kirosafe scan --help."),
        ("scan --jobs 1000", "'1000' is not a number from 1 to 999", "See kirosafe scan"),
        ("scan --output", "Option '--output' requires an argument.", "--help."),
        ("rules explain", "Missing argument 'ID'", "See kirosafe rules explain --help."),
        ("rules explain a b", "unexpected extra argument", "See kirosafe rules explain --help."),
        ("rules odd", "No such command 'odd'", "See kirosafe rules --help."),
    ],
)
def test_a_mistake_is_told_in_two_sentences(line: str, what: str, next_step: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        run_click(line.split())
    assert what in caught.value.what
    assert next_step in caught.value.next_step


@pytest.mark.parametrize(
    ("words", "function", "given"),
    [
        (["rules", "list"], "list_rules", ()),
        (["rules", "explain", "jwt"], "explain_rule", ("jwt",)),
        (["rules", "check", "mine"], "check_rules", ("mine",)),
    ],
)
def test_a_command_is_carried_out_after_click_is_done(
    words: list[str], function: str, given: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deed(*said: str) -> int:
        assert said == given
        assert click.get_current_context(silent=True) is None
        return 7

    monkeypatch.setattr(f"kirosafe.cli.rules.{function}", deed)
    assert run_click(words) == 7


def test_a_scan_is_carried_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see here\n")
    assert run_click(["scan", "--format", "json", "-j1", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["stats"]["files"] == 1


def test_an_interrupt_while_click_works_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_arguments: object) -> int:
        raise click.Abort

    monkeypatch.setattr(click_app.app, "main", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_click(["--help"])


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("kirosafe ", {"plain scan", "plain rules"}),
        ("kirosafe scan --f", {"plain --format", "plain --fail-on"}),
        ("kirosafe scan --format ", {"plain text", "plain json"}),
        ("kirosafe scan --min-confidence m", {"plain medium"}),
        ("kirosafe scan --output no", {"file no"}),
        ("kirosafe scan no", {"file no"}),
        ("kirosafe scan --rules r", {"dir r"}),
        ("kirosafe scan --exclude r", {"plain r"}),
        ("kirosafe rules check r", {"dir r"}),
        ("kirosafe rules explain aws-bedrock-api-key-s", {"plain aws-bedrock-api-key-short-term"}),
    ],
)
def test_a_shell_is_told_how_to_complete(words: str, offered: set[str]) -> None:
    result = invoke(
        _KIROSAFE_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(words.count(" ")),
    )
    assert {line.replace(",", " ") for line in result.stdout.splitlines()} == offered
