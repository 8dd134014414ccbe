"""Bytes to look at, with an origin."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple, Protocol

# A window holds this many bytes at most: large enough that per-window work vanishes beside the
# scan, small enough that a 2 GB file costs what a 1 MB file costs.
WINDOW_SIZE = 1 << 20
# Bytes that two neighbouring windows share: twice the longest stretch a rule looks at. Even, as is
# the size, so that text in units of two or four bytes is never cut within a unit.
WINDOW_OVERLAP = 32 << 10


class Origin(Enum):
    """Where the bytes come from."""

    WORK_TREE = "work-tree"
    INDEX = "index"
    BLOB = "blob"
    COMMIT = "commit"
    TAG = "tag"
    ENVIRONMENT = "environment"
    HOME = "home"


class Depth(Enum):
    """How closely to look: everything, or only what is certain (dependency and build folders)."""

    FULL = "full"
    BULK = "bulk"


class Window(NamedTuple):
    """One bounded piece of a source.

    `data` begins `offset` bytes into the source, at line `line` (counted from 1). Consecutive
    windows overlap, so that nothing is cut in two; `overlap` is how many leading bytes of `data`
    were already the tail of the window before.
    """

    data: bytes
    offset: int = 0
    line: int = 1
    overlap: int = 0
    last: bool = True


class Source(Protocol):
    """Something that can be scanned; adapters implement it.

    `windows` may be called more than once and starts at the beginning each time. It raises
    `kirosafe.model.skipped.Unreadable` when the bytes cannot be had.
    """

    @property
    def path(self) -> str:
        """Path as reports show it; undecodable bytes are kept as surrogate escapes."""

    @property
    def origin(self) -> Origin:
        """Where the bytes come from."""

    @property
    def depth(self) -> Depth:
        """How closely to look."""

    @property
    def size(self) -> int:
        """Bytes, as known before reading."""

    def windows(self) -> Iterator[Window]:
        """The bytes, in order, as bounded overlapping windows."""


class MemorySource(NamedTuple):
    """A source whose bytes are already in memory, given as one window."""

    path: str
    data: bytes
    origin: Origin = Origin.WORK_TREE
    depth: Depth = Depth.FULL

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    def windows(self) -> Iterator[Window]:
        """The whole content as one window."""
        yield Window(self.data)
