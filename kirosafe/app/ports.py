"""What use cases need from the outside; adapters implement it, `cli/wire.py` pairs the two."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from kirosafe.detection.engine import SourceResult
from kirosafe.model.finding import IgnoreVerdict
from kirosafe.model.skipped import Skipped
from kirosafe.model.source import Source

Result = TypeVar("Result")


class Tree(Protocol):
    """A work tree's files."""

    def sources(self, roots: Sequence[str]) -> Iterator[Source | Skipped]:
        """Every file beneath `roots` (files or folders, as the user typed them), ignored ones
        included, in a stable order; what cannot be looked at as `Skipped`."""


class IgnoreRules(Protocol):
    """What git and Kiro are told to leave alone."""

    @property
    def notes(self) -> Sequence[str]:
        """What stood in the way of asking, as sentences; complete after `verdicts`."""

    def verdicts(self, paths: Iterable[str]) -> Mapping[str, IgnoreVerdict]:
        """The verdict for each of `paths`, which are paths as `Tree` reported them."""


class SourceScanner(Protocol):
    """Looks at one source; the detection engine does."""

    def scan(self, source: Source) -> SourceResult:
        """What the source came to; what could not be looked at is in the result, not raised."""


class Workers(Protocol):
    """One piece of work, divided."""

    def shares(self, work: Callable[[int, int], Result]) -> list[Result]:
        """`work(share, shares)` for every share, each perhaps in a process of its own."""


class Cache(Protocol):
    """Bytes kept between runs: private, atomic, and never trusted more than recomputing."""

    def get(self, name: str) -> bytes | None:
        """What was stored under `name`, or None: absent, damaged and foreign are all alike."""

    def put(self, name: str, content: bytes) -> None:
        """Store atomically; a cache that cannot be written is no error."""
