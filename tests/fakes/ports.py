"""Stand-ins for the adapters that a scan works with: a tree, ignore files, a scanner.

None of them looks at any content: what they answer was put into them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from kirosafe.app.scan import Ports
from kirosafe.detection.engine import SourceResult
from kirosafe.model.finding import Finding, IgnoreVerdict
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.skipped import Skipped
from kirosafe.model.source import Source

Result = TypeVar("Result")


def finding(path: str = "a.txt", rule: str = "token", mark: str = "1", **others: object) -> Finding:
    """A finding, high in both scales unless told otherwise."""
    plain = Finding(
        rule, rule, Severity.HIGH, Confidence.HIGH, path, 1, 1, "********", mark, "Rotate it."
    )
    return Finding(**{**plain._asdict(), **others})


class Tree:
    """Sources and gaps, as they were given, beneath whatever roots are asked for."""

    def __init__(self, *sources: Source | Skipped) -> None:
        self._sources = sources
        self.asked: list[tuple[str, ...]] = []

    def sources(self, roots: Sequence[str]) -> Iterator[Source | Skipped]:
        """All of them."""
        self.asked.append(tuple(roots))
        yield from self._sources


class Ignore:
    """Verdicts by path."""

    def __init__(self, verdicts: Mapping[str, IgnoreVerdict] | None = None) -> None:
        self._verdicts = verdicts or {}
        self.asked: list[str] = []
        self.notes: Sequence[str] = ()

    def verdicts(self, paths: Iterable[str]) -> Mapping[str, IgnoreVerdict]:
        """Those that are known; afterwards there is a note on it."""
        self.asked += paths
        self.notes = ("ignore files were asked",)
        return self._verdicts


class Scanner:
    """Results by path, else nothing found in all bytes."""

    def __init__(
        self, *findings: Finding, results: Mapping[str, SourceResult] | None = None
    ) -> None:
        self._findings = findings
        self._results = results or {}
        self.scanned: list[str] = []

    def scan(self, source: Source) -> SourceResult:
        """What was prepared for the path of `source`."""
        self.scanned.append(source.path)
        if source.path in self._results:
            return self._results[source.path]
        found = tuple(finding for finding in self._findings if finding.path == source.path)
        return SourceResult(found, (), source.size)


class OneProcess:
    """All work as one share."""

    def shares(self, work: Callable[[int, int], Result]) -> list[Result]:
        """The only one."""
        return [work(0, 1)]


class SeveralShares:
    """The shares one after the other, in an order that nobody may rely on."""

    def __init__(self, number: int) -> None:
        self._number = number

    def shares(self, work: Callable[[int, int], Result]) -> list[Result]:
        """Every share."""
        return [work(share, self._number) for share in reversed(range(self._number))]


def ports(tree: Tree, scanner: Scanner, **others: object) -> Ports:
    """Ports with nothing ignored, one process, and a clock that goes two seconds each time."""
    ticks = iter(range(0, 1000, 2))
    plain = Ports(
        tree=tree,
        ignore=Ignore(),
        scanner=scanner,
        workers=OneProcess(),
        own_keys=dict,
        clock=lambda: next(ticks),
        watch=lambda files, size: None,
    )
    return Ports(**{**plain._asdict(), **others})
