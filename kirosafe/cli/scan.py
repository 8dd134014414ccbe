"""`kirosafe scan`: from arguments to a report and an exit status."""

import os
import sys

from kirosafe.app.scan import exit_status, scan
from kirosafe.cli.options import ScanArguments
from kirosafe.cli.progress import watcher
from kirosafe.cli.wire import scan_ports, scan_targets
from kirosafe.errors import OutputError
from kirosafe.model.report import ScanReport
from kirosafe.report import Style, renderer


def run_scan(arguments: ScanArguments) -> int:
    """Scan, report, and say with the status what it came to."""
    from kirosafe import __version__

    targets = scan_targets(arguments, os.environ)
    with watcher(sys.stderr) as watch:
        ports = scan_ports(arguments, targets, os.environ, watch)
        report = scan(targets, ports, __version__)
    _write(report, arguments)
    return exit_status(report, any(target.policy.require_coverage for target in targets))


def _write(report: ScanReport, arguments: ScanArguments) -> None:
    if not arguments.output:
        style = _style(sys.stdout.isatty())
        _print(renderer(arguments.format)(report, style))
        return
    text = renderer(arguments.format)(report, Style(colour=False, width=0))
    try:
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(
            f"the report could not be written to {arguments.output}: {error.strerror}",
            "Name a file that can be written, or leave out --output.",
        ) from None


def _print(text: str) -> None:
    """Write UTF-8 whatever the locale says: a report must not fail on a file's name."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _style(terminal: bool) -> Style:
    """Colour and the window's width on a terminal (NO_COLOR: no-color.org), neither elsewhere."""
    if not terminal:
        return Style(colour=False, width=0)
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdigit() else os.get_terminal_size(sys.stdout.fileno()).columns
    return Style(colour=colour, width=width)
