"""Fitting text into a terminal's width.

Every function here that takes text takes it as found, and gives text that is safe to print
(`escape.printable`). What it gives must not be passed through again: it would be escaped twice.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kirosafe.report.escape import atom, printable

BOLD, DIM, RED, YELLOW, CYAN = "1", "2", "1;31", "33", "36"

_NARROWEST = 40
_UNLIMITED = 1 << 30
_WIDEST_NOTATION = len("\\U000e0041")
_CUT = "…"


class Style(NamedTuple):
    """How a report may look.

    `colour` allows ANSI colour codes. `width` is the terminal's width in columns; 0 means no limit
    (not a terminal). Widths under 40 count as 40.
    """

    colour: bool = False
    width: int = 0

    @property
    def limit(self) -> int:
        """Columns a line may take; a very large number where there is no limit."""
        return max(self.width, _NARROWEST) if self.width else _UNLIMITED

    def paint(self, code: str, text: str) -> str:
        """`text`, safe already, in the colour of `code` where colours are allowed."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def columns(safe: str) -> int:
    """Columns that `safe` takes on a terminal, or a little more.

    East Asian wide characters take two. Combining marks count as one although most terminals draw
    them on their neighbour: a name made of nothing else must not grow without bound.
    """
    if safe.isascii():
        return len(safe)
    # Here and not above: most reports are ASCII and do without the tables.
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in safe)


def pad(safe: str, width: int) -> str:
    """`safe`, filled with spaces to `width` columns."""
    return safe + " " * (width - columns(safe))


def clip(text: str, most: int = 160) -> str:
    """`text`, with its middle left out where it is longer than `most` characters; not escaped."""
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    return f"{text[:half]}{_CUT}{text[-half:]}"


def fit(text: str, limit: int) -> str:
    """`text` in at most `limit` columns (1 or more), with its middle left out where it must be.

    The end keeps more than the beginning: a path's last names say most. No escape is cut in two.
    """
    safe = printable(text)
    if columns(safe) <= limit:
        return safe
    head = _taken(text, (limit - 1) * 2 // 5)
    tail = _taken(reversed(text), limit - 1 - columns("".join(head)))
    return "".join((*head, _CUT, *reversed(tail)))


def wrap(text: str, limit: int, first: str = "", rest: str = "") -> list[str]:
    """`text` in lines of at most `limit` columns, broken at spaces where there are any.

    `first` begins the first line and `rest` every other; they are as wide as each other.
    """
    return flow(text.split(" "), limit, first, rest)


def flow(chunks: Iterable[str], limit: int, first: str = "", rest: str = "") -> list[str]:
    """Like `wrap`, for text in `chunks` that stay whole (`0.52 s`) unless one is too wide."""
    lines: list[str] = []
    line, bare = first, True
    for piece in _pieces(chunks, max(limit - len(rest), _WIDEST_NOTATION)):
        if not bare and columns(line) + 1 + columns(piece) > limit:
            lines.append(line)
            line, bare = rest, True
        line += piece if bare else f" {piece}"
        bare = False
    return [*lines, line]


def _pieces(chunks: Iterable[str], limit: int) -> Iterator[str]:
    """`chunks`, escaped; those wider than `limit` in several parts."""
    for word in chunks:
        safe = printable(word)
        while columns(safe) > limit:
            part = _taken(word, limit)
            yield "".join(part)
            word = word[len(part) :]
            safe = printable(word)
        yield safe


def _taken(chars: Iterable[str], limit: int) -> list[str]:
    """The notations of as many leading `chars` as fit into `limit` columns."""
    taken: list[str] = []
    for notation in map(atom, chars):
        limit -= columns(notation)
        if limit >= 0:
            taken.append(notation)
    return taken
