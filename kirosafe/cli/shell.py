"""Turns whatever a command ends with into an exit status and, if it failed, into words.

The only place that does: docs/exit-codes.md lists the codes.
"""

import os
import sys
from collections.abc import Callable

from kirosafe.cli.output import abandon
from kirosafe.errors import KirosafeError
from kirosafe.report.escape import atom

INTERRUPTED = 130
READER_LEFT = 141  # 128 + SIGPIPE, as a shell reports it
BUG = 70


def run(command: Callable[[], int]) -> int:
    """The status of `command`. An error that is the user's to solve becomes its two sentences, a
    reader who left becomes silence, anything unforeseen becomes 70 and a log."""
    _open_missing_streams()
    try:
        status = command()
        sys.stdout.flush()
    except KirosafeError as error:
        _say(error.what, error.next_step)
        return error.exit_code
    except KeyboardInterrupt:
        abandon(sys.stdout)  # at exit it might wait for a reader who does not read
        _say("interrupted; nothing was changed", "")
        return INTERRUPTED
    except BrokenPipeError:
        abandon(sys.stdout)  # whoever read the report has seen enough
        return READER_LEFT
    except Exception as error:  # noqa: BLE001 - the last resort: the status must not be a lie
        return _bug(error)
    return status


def _open_missing_streams() -> None:
    """Point standard streams that the caller closed (`>&-`) at nothing, before some file that is
    opened later gets their number and a message ends up in it."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
            os.set_inheritable(fd, True)
        os.close(fd)
        sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
        sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def _say(what: str, next_step: str) -> None:
    """Print an error: lines beyond the first are indented, so that no file's name can pass for a
    message of ours."""
    first, *rest = what.split("\n")
    rest += [next_step] if next_step else []
    lines = [f"kirosafe: {_safe(first)}\n", *(f"  {_safe(line.strip())}\n" for line in rest)]
    try:
        sys.stderr.write("".join(lines))
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)  # nobody can be told, but the status can still be right


def _safe(line: str) -> str:
    """`line` without what a terminal would obey. A message need not be reversible: a backslash
    stays one, so that patterns can be copied from it."""
    return "".join(char if char == "\\" else atom(char) for char in line)


def _bug(error: Exception) -> int:
    """Log where it happened but not the exception's text, which may quote what was scanned."""
    lines, trace = [type(error).__name__], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"  {os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    path = _log("\n".join(lines) + "\n")
    where = f"{path} says where; it holds" if path else f"It happened at {lines[-1].strip()}, with"
    _say(
        f"this is a bug in kirosafe ({type(error).__name__}); the command did not finish",
        f"Please report it. {where} nothing of what was scanned.",
    )
    return BUG


def _log(text: str) -> str:
    """The path of the log with `text` in it, "" where none could be kept."""
    try:
        from kirosafe.cli.wire import write_log
    except ImportError:  # a broken installation: perhaps the very bug
        return ""
    return write_log(text)
