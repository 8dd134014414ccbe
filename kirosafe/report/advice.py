"""What to do about the findings: few steps, worst first, each said once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Severity
from kirosafe.report.layout import clip
from kirosafe.report.words import count, listed, spot

_STEPS = 8
_PLACES = 3

# For a rule that comes without advice of its own.
_LOOK = "Look at it: if it is live, replace it where it was issued, then take it out of the file."
_COMMITTABLE = (
    "Keep these out of git: take the values out, or add the files to .gitignore and, where git "
    "tracks them, run git rm --cached. What was ever committed stays in the history: replace it."
)
_IGNORED = (
    "Ignored by git, not by Kiro: move these out of the folder. A line in .kiroignore hides a file "
    "from Kiro's file tools, not from its shell."
)


class Step(NamedTuple):
    """One thing to do: `what`, a sentence or two, and `where`, the places it is about."""

    what: str
    where: str


def steps(findings: Sequence[Finding]) -> list[Step]:
    """What to do about `findings`, which come worst first.

    Low findings are advised on only where there is nothing worse. Beyond a handful of steps the
    last one counts what was left out.
    """
    serious = [finding for finding in findings if finding.severity > Severity.LOW]
    every = [*_remedies(serious or findings), *_exposure(serious)]
    if len(every) <= _STEPS + 1:
        return every
    left = count(len(every) - _STEPS, "step")
    return [*every[:_STEPS], Step(f"{left} more: see remediation in --format json.", "")]


def _remedies(findings: Iterable[Finding]) -> Iterator[Step]:
    """Each rule's advice, once, with the places it is for."""
    places: dict[str, dict[str, None]] = {}
    for finding in findings:
        places.setdefault(finding.remediation or _LOOK, {})[spot(finding)] = None
    for what, spots in places.items():
        yield Step(clip(what, 600), listed(list(spots), _PLACES))


def _exposure(findings: Iterable[Finding]) -> Iterator[Step]:
    """What follows from the verdicts rather than from the rules."""
    committable: dict[str, None] = {}
    ignored: dict[str, None] = {}
    for finding in findings:
        if finding.committable:
            committable[clip(finding.path)] = None
        elif finding.committable is False and finding.visible_on_host:
            ignored[clip(finding.path)] = None
    if committable:
        yield Step(_COMMITTABLE, listed(list(committable), _PLACES))
    if ignored:
        yield Step(_IGNORED, listed(list(ignored), _PLACES))
