"""The console script. Imports as little as the command at hand allows."""

import sys

from kirosafe.cli.fast import read_scan
from kirosafe.cli.shell import run


def main() -> None:
    """Run the command that the process was started with and exit with its status."""
    arguments = sys.argv[1:]
    scan = read_scan(arguments)
    if scan is not None:
        from kirosafe.cli.scan import run_scan

        sys.exit(run(lambda: run_scan(scan)))
    from kirosafe.cli.click_app import run_click

    sys.exit(run(lambda: run_click(arguments)))
