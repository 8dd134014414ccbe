"""Measure kirosafe beside its peers: `tox -e bench`, or `python benchmarks/run.py --help`.

Needs nothing but the standard library and `pip`. This file only makes the folder importable,
whether or not Python was told to keep it off its path; `session.py` is where to read on.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from benchmarks.session import main

    sys.exit(main())
