"""The console script. Imports as little as the command at hand allows."""

import sys

from kirosafe.cli.fast import read_scan
from kirosafe.cli.shell import run


def main() -> None:
    """Run the command that the process was started with and exit with its status."""
    sys.exit(run(_command))


def _command() -> int:
    """Imports stand here and not above, so that what goes wrong in one is told in words too."""
    arguments = sys.argv[1:]
    scan = read_scan(arguments)
    if scan is None:
        from kirosafe.cli.click_app import run_click

        return run_click(arguments)
    from kirosafe.cli.scan import run_scan

    return run_scan(scan)
