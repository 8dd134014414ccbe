"""One pass over the bytes that says where a rule might match. Two engines, the same answers.

Vectorscan (through the `hyperscan` package) holds all anchors in one database; where there is no
wheel for the platform, `re` looks for them one by one, many times slower. Both report for every
hit the anchor's number and the offset at which it ends; what is a hit is defined by the anchors
alone, and a property test holds the two engines equal.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hyperscan import Database

Hit = tuple[int, int]

# Bytes that one hit speaks for where an anchor ends at every byte: far less than what is searched
# around a hit (detection/match.py).
RUN = 256


class Prefilter(Protocol):
    """Finds anchors in bytes."""

    def hits(self, data: bytes) -> list[Hit]:
        """`(anchor number, end offset)` for each place an anchor ends, in no promised order and
        possibly more than once."""

    @property
    def fresh(self) -> bytes:
        """The compiled form, if it had to be made anew and is worth keeping; else empty."""


class VectorscanPrefilter:
    """All anchors in one block-mode Vectorscan database. Not safe for use by two threads."""

    def __init__(self, anchors: Sequence[str], compiled: bytes | None = None) -> None:
        """Take `compiled` if it is the `fresh` of the same anchors, else compile (≈ 1 s)."""
        mark = _mark(anchors)
        database = None
        if compiled and compiled.startswith(mark):
            database = _load(compiled[len(mark) :])
        self.fresh = b""
        if database is None:
            database = _compile(anchors)
            self.fresh = mark + _dump(database)
        self._scan = database.scan

    def hits(self, data: bytes) -> list[Hit]:
        """See `Prefilter.hits`."""
        found: list[Hit] = []
        add = found.append
        runs: dict[int, tuple[int, int]] = {}

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            # A hostile megabyte of one letter can end an anchor at every byte: of ends that follow
            # each other without a gap one in so many is kept, and speaks for those behind it.
            first, last = runs.get(number, (0, -1))
            if end - last == 1 and end - first < RUN:
                runs[number] = first, end
            else:
                runs[number] = end, end
                add((number, end))

        self._scan(data, match_event_handler=on_match)
        return found


class RegexPrefilter:
    """The same with the standard library, for platforms without a `hyperscan` wheel."""

    fresh = b""

    def __init__(self, anchors: Sequence[str]) -> None:
        """Compile each anchor inside a lookahead, so that overlapping hits are all seen."""
        self._expressions = [_lookahead(anchor) for anchor in anchors]

    def hits(self, data: bytes) -> list[Hit]:
        """See `Prefilter.hits`."""
        return [
            (number, match.end(1))
            for number, expression in enumerate(self._expressions)
            for match in expression.finditer(data)
        ]


def _lookahead(anchor: str) -> re.Pattern[bytes]:
    body = anchor.removeprefix("(?i)")
    case = re.IGNORECASE if body != anchor else re.NOFLAG
    return re.compile(b"(?=(" + body.encode() + b"))", re.DOTALL | case)


def _mark(anchors: Sequence[str]) -> bytes:
    """What `compiled` begins with: a database of other anchors would be loaded as readily, and its
    numbers would mean something else."""
    return blake2b("\n".join(anchors).encode(), digest_size=16).digest()


def _compile(anchors: Sequence[str]) -> "Database":
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.encode() for anchor in anchors],
        ids=list(range(len(anchors))),
        elements=len(anchors),
        flags=[hyperscan.HS_FLAG_DOTALL] * len(anchors),
    )
    return database


def _dump(database: "Database") -> bytes:
    """The database as bytes that only this library version on this platform can load."""
    import hyperscan

    return hyperscan.dumpb(database)


def _load(compiled: bytes) -> "Database | None":
    """The database in `compiled`, or None if it is damaged or of another version or platform.

    The library compares a CRC-32 of it: damage shows, malice would not. The cache is the user's.
    """
    import hyperscan

    try:
        database = hyperscan.loadb(compiled, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (hyperscan.HyperscanError, ValueError, TypeError):
        return None
    return database


def library_version() -> str:
    """Name and version of the engine at hand: part of the cache's key."""
    try:
        import hyperscan
    except ImportError:
        return "re"
    version: str = hyperscan.__dict__["__version__"]  # which its type stubs do not mention
    return f"hyperscan-{version}"


def make(anchors: Sequence[str], compiled: bytes | None = None) -> Prefilter:
    """The fastest prefilter this machine has, from `compiled` where that fits."""
    if library_version() == "re":
        return RegexPrefilter(anchors)
    return VectorscanPrefilter(anchors, compiled)
