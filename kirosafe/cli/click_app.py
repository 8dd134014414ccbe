"""Every command as click sees it: help, mistakes, completion, and whatever `fast` leaves alone.

Click only parses: a command here says what is to be done and does not do it. Inside click, a reader
who leaves (`| head`) would end the process with 1, which means findings.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import click
from click.shell_completion import CompletionItem

from kirosafe import __version__
from kirosafe.cli.options import MOST, SCAN_OPTIONS, Option, ScanArguments, count
from kirosafe.cli.output import given_up
from kirosafe.errors import UsageError

Deed = Callable[[], int]
"""What a command is to do; gives the exit status."""

_NO_COMMAND = 2

# `ParamType` takes a type argument in newer versions of click and none in 8.1, hence the ignores.


class _Count(click.ParamType):  # type: ignore[type-arg]
    """A number from 1 to `MOST`."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; click's usage error for anything else."""
        number = count(value)
        if number is None:
            self.fail(f"'{value}' is not a number from 1 to {MOST}.", param, ctx)
        return number


class _Text(click.ParamType):  # type: ignore[type-arg]
    """A text that is not empty: an empty one is a shell variable that was not set."""

    name = "text"

    def __init__(self, completed_as: str = "plain") -> None:
        """`completed_as` is "file", "dir" or "plain": what a shell is to offer."""
        self._completed_as = completed_as

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as it is; click's usage error if it is empty."""
        if not value:
            self.fail("it is empty.", param, ctx)
        return cast(str, value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Leave it to the shell to list files or folders."""
        return [CompletionItem(incomplete, type=self._completed_as)]


class _RuleId(click.ParamType):  # type: ignore[type-arg]
    """The id of a rule; whether there is one, the command finds out."""

    name = "id"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The ids that begin like this."""
        from kirosafe.cli.rules import rule_ids

        return [CompletionItem(rule) for rule in rule_ids() if rule.startswith(incomplete)]


_KINDS: dict[str, Callable[[Option], dict[str, Any]]] = {
    "flag": lambda option: {"is_flag": True},
    "choice": lambda option: {"type": click.Choice(option.choices)},
    "count": lambda option: {"type": _Count()},
    "text": lambda option: {"type": _Text()},
    "file": lambda option: {"type": _Text("file")},
    "folder": lambda option: {"type": _Text("dir")},
}


def _declared(options: Sequence[Option]) -> Callable[[Any], Any]:
    """A decorator that adds `options` to a click command, in their order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            declare = click.option(
                *option.flags,
                option.field,
                help=option.help,
                metavar=option.metavar or None,
                multiple=option.repeated,
                **_KINDS[option.kind](option),
            )
            command = declare(command)
        return command

    return decorate


def _help_without_command(context: click.Context) -> None:
    """Where a command is missing, say on standard error which there are."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(_NO_COMMAND)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.version_option(__version__, "-V", "--version", message="kirosafe %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """See what the Kiro coding agent could read, before it does.

    To scan the current folder: kirosafe scan
    """
    _help_without_command(context)


@app.command("scan", short_help="Say what Kiro could read in a folder.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=_Text("file"))
@_declared(SCAN_OPTIONS)
def scan_command(paths: tuple[str, ...], **said: Any) -> Deed:
    """Say what Kiro could read in each PATH, a file or folder (default: the current folder).

    Finds AWS credentials, other secrets, and sensitive files, ignored files included, and says
    for each whether git would take it. Runs nothing, changes nothing, sends nothing.

    Exit status: 0 no finding as severe as --fail-on says, 1 findings, 2 wrong usage, 3 nothing
    was scanned, 4 full coverage was required and something not looked at, 20 and above errors.
    """
    arguments = ScanArguments(paths, **{name: value for name, value in said.items() if value})
    return lambda: _scan(arguments)


def _scan(arguments: ScanArguments) -> int:
    from kirosafe.cli.scan import run_scan

    return run_scan(arguments)


@app.group("rules", invoke_without_command=True, subcommand_metavar="COMMAND [ARGS]...")
@click.pass_context
def rules_group(context: click.Context) -> None:
    """Look at the detection rules, or check your own."""
    _help_without_command(context)


@rules_group.command("list")
def rules_list() -> Deed:
    """List every rule: id, severity, confidence, title."""
    from kirosafe.cli.rules import list_rules

    return list_rules


@rules_group.command("explain", short_help="Explain one rule, and what to do about a finding.")
@click.argument("rule_id", metavar="ID", type=_RuleId())
def rules_explain(rule_id: str) -> Deed:
    """Say what the rule ID looks for, and what to do about a finding."""
    from kirosafe.cli.rules import explain_rule

    return lambda: explain_rule(rule_id)


@rules_group.command("check")
@click.argument("directory", metavar="DIR", type=_Text("dir"))
def rules_check(directory: str) -> Deed:
    """Check the rules in DIR against their own examples."""
    from kirosafe.cli.rules import check_rules

    return lambda: check_rules(directory)


def run_click(arguments: Sequence[str]) -> int:
    """Run what `arguments` ask for; its exit status. Raises `UsageError` for what click cannot
    make sense of and `OutputError` if its help cannot be written."""
    try:
        deed = app.main(args=list(arguments), prog_name="kirosafe", standalone_mode=False)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "kirosafe"
        raise UsageError(error.format_message(), f"See {command} --help.") from None
    except click.Abort:
        raise KeyboardInterrupt from None
    except OSError as error:
        raise given_up(error) from None
    return deed() if callable(deed) else int(deed or 0)
