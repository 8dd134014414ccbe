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

    `path` judges file types. `via` are the steps that led here. The first byte stands on `line`;
    with `derived` set everything does, because the view's own lines mean nothing in the source.
    `offset` is the first byte's place in the source, None for a view.
    `places` gives, for a view with one value a line, the place of each. `strict` lets only rules
    of high confidence speak (binaries, dependency and build folders).
    """

    data: bytes
    path: str
    via: tuple[str, ...] = ()
    line: int = 1
    derived: bool = False
    offset: int | None = None
    places: tuple[Place, ...] = ()
    strict: bool = False

    def place(self, start: int, end: int) -> Place:
        """Where `data[start:end]` stands in the source."""
        row = self.data.count(b"\n", 0, start)
        if self.places:
            return self.places[row]
        if self.derived:
            return Place(self.line, 1, None)
        column = start - self.data.rfind(b"\n", 0, start)
        span = None if self.offset is None else Span(self.offset + start, self.offset + end)
        return Place(self.line + row, column, span)
