"""A stretch of bytes being looked at, and how to say where in the source something in it lies."""

from typing import NamedTuple

from kirosafe.model.finding import Span


class Place(NamedTuple):
    """Where a finding stands: line and column count from 1, the column in bytes."""

    line: int
    column: int
    span: Span | None


class Piece(NamedTuple):
    """Bytes of a source, or of a view of it.

    `path` judges file types. `via` are the steps that led here. The first byte stands on `line` at
    `column`. `decoded` says that columns mean nothing in the source, and `derived` that lines do
    not either: everything is then said to be on `line`. `offset` is the first byte's place in the
    source, None for a view. `places` gives, for a view with one value a line, the place of each.
    `strict` lets only rules of high confidence speak (binaries, dependency and build folders).
    """

    data: bytes
    path: str
    via: tuple[str, ...] = ()
    line: int = 1
    column: int = 1
    decoded: bool = False
    derived: bool = False
    offset: int | None = None
    places: tuple[Place, ...] = ()
    strict: bool = False


class Locator:
    """Places in one piece. Asked in rising order, as matches come, every byte is counted once."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._rewind()

    def _rewind(self) -> None:
        self._at = self._row = 0
        self._line_start = 1 - self._piece.column

    def place(self, start: int, end: int) -> Place:
        """Where `data[start:end]` stands in the source."""
        piece = self._piece
        if piece.derived:
            return Place(piece.line, 1, None)
        if start < self._at:
            self._rewind()
        passed = piece.data.count(b"\n", self._at, start)
        if passed:
            self._row += passed
            self._line_start = piece.data.rfind(b"\n", self._at, start) + 1
        self._at = start
        if piece.places:
            return piece.places[self._row]
        if piece.decoded:
            return Place(piece.line + self._row, 1, None)
        span = None if piece.offset is None else Span(piece.offset + start, piece.offset + end)
        return Place(piece.line + self._row, start - self._line_start + 1, span)
