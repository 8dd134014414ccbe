"""What tests of detection share: rules for one test, and sources cut into windows."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from kirosafe.detection.plan import plan_anchors
from kirosafe.detection.toolkit import Toolkit
from kirosafe.detection.views.view import Limits
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.rule import Rule, Rulebook, SensitiveFile
from kirosafe.model.skipped import Skipped, SkipReason, Unreadable
from kirosafe.model.source import WINDOW_OVERLAP, Depth, Origin, Window

KEY = b"a key for tests only"


def rule(id_: str, anchor: str, pattern: str = "", **others: Any) -> Rule:
    """A rule whose pattern is its anchor unless told otherwise; severity and confidence high."""
    others = {"severity": Severity.HIGH, "confidence": Confidence.HIGH} | others
    return Rule(id_, id_, anchor=anchor, pattern=pattern or f"(?P<secret>{anchor})", **others)


def kind(id_: str, *names: str, **others: Any) -> SensitiveFile:
    """A kind of sensitive file, high in both scales unless told otherwise."""
    others = {"severity": Severity.HIGH, "confidence": Confidence.HIGH} | others
    return SensitiveFile(id_, id_, names=names, **others)


_compiled: dict[tuple[str, ...], bytes] = {}


def toolkit(
    *rules: Rule, files: tuple[SensitiveFile, ...] = (), limits: Limits | None = None
) -> Toolkit:
    """A toolkit of `rules` alone, in which every confidence is looked for."""
    plan = plan_anchors(rules)
    book = Rulebook(rules, files, (), "digest")
    kit = Toolkit(book, KEY, Confidence.LOW, plan, _compiled.get(plan.anchors), limits)
    _compiled.setdefault(plan.anchors, kit.prefilter.fresh)
    return kit


class CutSource(NamedTuple):
    """A source whose bytes come in windows of `step` new bytes each; in the end it `fails`."""

    path: str
    data: bytes
    step: int
    fails: bool = False
    depth: Depth = Depth.FULL
    origin: Origin = Origin.WORK_TREE

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    def windows(self) -> Iterator[Window]:
        """Each window begins `WINDOW_OVERLAP` bytes before the end of the one before."""
        stop, start, line, overlap = 0, 0, 1, 0
        while stop < len(self.data) or not stop:
            stop = min(len(self.data), start + overlap + self.step)
            last = stop == len(self.data)
            yield Window(self.data[start:stop], start, line, overlap, last)
            if last:
                break
            following = max(0, stop - WINDOW_OVERLAP)
            line += self.data.count(b"\n", start, following)
            start, overlap = following, stop - following
        if self.fails:
            raise Unreadable(Skipped(self.path, SkipReason.CHANGED))
