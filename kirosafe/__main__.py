"""`python -m kirosafe` is `kirosafe`."""

from kirosafe.cli.entry import main

main()
