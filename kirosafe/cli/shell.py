"""Turns whatever a command ends with into an exit status and, if it failed, into words.

The only place that does: docs/exit-codes.md lists the codes.
"""

import os
import sys
from collections.abc import Callable

from kirosafe.errors import KirosafeError
from kirosafe.report.escape import printable

INTERRUPTED = 130
READER_LEFT = 141  # 128 + SIGPIPE, as a shell reports it
BUG = 70


def run(command: Callable[[], int]) -> int:
    """The status of `command`. An error that is the user's to solve becomes its two sentences, a
    reader who left becomes silence, anything unforeseen becomes 70 and a log."""
    try:
        status = command()
        sys.stdout.flush()
    except KirosafeError as error:
        _say(error.what, error.next_step)
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted; nothing was changed", "")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the report has seen enough. Keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT
    except Exception as error:
        return _bug(error)
    return status


def _say(what: str, next_step: str) -> None:
    print(f"kirosafe: {printable(what)}", file=sys.stderr)
    if next_step:
        print(f"  {printable(next_step)}", file=sys.stderr)


def _bug(error: Exception) -> int:
    """Log where it happened but not the exception's text, which may quote what was scanned."""
    from kirosafe.cli.wire import write_log

    lines, trace = [type(error).__name__], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"  {os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    path = write_log("\n".join(lines) + "\n")
    where = f"The place is in {path}; it holds nothing of what was scanned." if path else lines[-1]
    _say(f"a bug in kirosafe: {type(error).__name__}; the scan did not finish", where)
    return BUG
