"""Every command as click sees it: help, mistakes, completion, and whatever `fast` leaves alone."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from kirosafe import __version__
from kirosafe.cli.options import SCAN_OPTIONS, Option, ScanArguments
from kirosafe.errors import UsageError

_KINDS: dict[str, Callable[[Option], dict[str, Any]]] = {
    "flag": lambda option: {"is_flag": True},
    "choice": lambda option: {"type": click.Choice(option.choices)},
    "count": lambda option: {"type": click.IntRange(1, 999), "metavar": option.metavar},
    "text": lambda option: {"type": str, "metavar": option.metavar, "multiple": option.repeated},
}


def _declared(options: Sequence[Option]) -> Callable[[Any], Any]:
    """A decorator that adds `options` to a click command, in their order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            declare = click.option(
                *option.flags, option.field, help=option.help, **_KINDS[option.kind](option)
            )
            command = declare(command)
        return command

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="kirosafe %(version)s")
def app() -> None:
    """See what the Kiro coding agent could read, before it does."""


@app.command("scan")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_declared(SCAN_OPTIONS)
def scan_command(paths: tuple[str, ...], **said: Any) -> int:
    """Say what Kiro could read in PATHs (default: the current folder).

    Finds AWS credentials, other secrets, and sensitive files, ignored files included, and says
    for each whether git would take it. Runs nothing, changes nothing, sends nothing.

    Exit status: 0 nothing at or above --fail-on, 1 findings, 3 nothing was scanned, 4 coverage
    incomplete (with --require-coverage), 2 and above 19 errors.
    """
    from kirosafe.cli.scan import run_scan

    if any(not path for path in paths):
        raise UsageError("a path is empty.", "Name a file or a folder.")
    return run_scan(
        ScanArguments(paths=paths, **{name: value for name, value in said.items() if value})
    )


@app.group("rules")
def rules_group() -> None:
    """Look at the detection rules, or check your own."""


@rules_group.command("list")
def rules_list() -> int:
    """List every rule: id, severity, confidence, title."""
    from kirosafe.cli.rules import list_rules

    return list_rules()


@rules_group.command("explain")
@click.argument("rule_id", metavar="ID")
def rules_explain(rule_id: str) -> int:
    """Say what the rule ID looks for, why, and what to do about a finding."""
    from kirosafe.cli.rules import explain_rule

    return explain_rule(rule_id)


@rules_group.command("check")
@click.argument("directory", metavar="DIR")
def rules_check(directory: str) -> int:
    """Check the rules in DIR against their own examples."""
    from kirosafe.cli.rules import check_rules

    return check_rules(directory)


def run_click(arguments: Sequence[str]) -> int:
    """Run what `arguments` ask for; its exit status. Click words its own usage errors."""
    try:
        status = app.main(args=list(arguments), prog_name="kirosafe", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return status if isinstance(status, int) else 0
