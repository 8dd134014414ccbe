"""`kirosafe scan`: from arguments to a report and an exit status."""

import os
import sys

from kirosafe.app.scan import exit_status, scan
from kirosafe.cli.options import ScanArguments
from kirosafe.cli.output import check_file, emit, write_file
from kirosafe.cli.progress import watcher
from kirosafe.cli.wire import scan_ports, scan_targets
from kirosafe.model.report import ScanReport
from kirosafe.report import Style, renderer

_DULL = ("", "dumb", "unknown")
_USUAL_WIDTH = 80


def run_scan(arguments: ScanArguments) -> int:
    """Scan, report, and say with the status what it came to."""
    from kirosafe import __version__

    if arguments.output:
        check_file(arguments.output)
    targets = scan_targets(arguments, os.environ)
    with watcher(sys.stderr) as watch:
        ports = scan_ports(arguments, targets, os.environ, watch)
        report = scan(targets, ports, __version__)
    _write(report, arguments)
    return exit_status(report, any(target.policy.require_coverage for target in targets))


def _write(report: ScanReport, arguments: ScanArguments) -> None:
    render = renderer(arguments.format)
    if arguments.output:
        write_file(arguments.output, render(report, Style()))
    else:
        emit(render(report, _style()))


def _style() -> Style:
    """Colour and the window's width on a terminal (NO_COLOR: no-color.org), neither elsewhere."""
    if not sys.stdout.isatty():
        return Style()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") not in _DULL
    return Style(colour=colour, width=_columns())


def _columns() -> int:
    """The terminal's width; COLUMNS, if that is a number, has the last word."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdecimal() and int(said[:6]):
        return int(said[:6])
    return os.get_terminal_size(sys.stdout.fileno()).columns or _USUAL_WIDTH
