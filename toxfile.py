"""Repeat the tests' closing line after tox's own summary, so that it is the last one printed."""

import atexit
from pathlib import Path

_CLOSING_LINE = Path(__file__).parent / ".tox" / "closing-line"
_CLOSING_LINE.unlink(missing_ok=True)


def _print_closing_line() -> None:
    if _CLOSING_LINE.exists():
        print(_CLOSING_LINE.read_text(encoding="utf-8"), end="")
        _CLOSING_LINE.unlink()


atexit.register(_print_closing_line)
