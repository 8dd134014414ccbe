"""One finding a value: where several rules speak of the same bytes, the surest one is kept."""

from bisect import bisect_left, insort
from collections.abc import Iterable

from kirosafe.detection.unpack import NOTEBOOK
from kirosafe.model.finding import Finding, Span


def _rank(finding: Finding) -> tuple[int, int, int, int, int]:
    """The better one first; between equals the earlier, then the one whose rule comes first."""
    start, end = finding.span or (0, 0)
    return -finding.confidence, -finding.severity, len(finding.via), start - end, start


def one_per_value(findings: Iterable[Finding]) -> list[Finding]:
    """`findings` of one source in reading order, without those that a better one covers.

    Two cover each other when their spans overlap, or when they are the same value on the same
    line of the same file and one of them was seen only through a view: the better one is kept, and
    with it the span. A notebook is read twice, as text and as cells: what the text shows is not
    said again.
    """
    kept: list[Finding] = []
    shown: set[tuple[tuple[str, ...], str]] = set()
    taken: list[Span] = []
    known: dict[tuple[tuple[str, ...], int, str], int] = {}
    for finding in sorted(findings, key=_rank):
        value = _member(finding.via), finding.line, finding.fingerprint
        if finding.span is None:
            reread = finding.via[-1:] == (NOTEBOOK,)
            if value in known or (reread and (finding.via[:-1], finding.fingerprint) in shown):
                continue
        elif _overlaps(finding.span, taken):
            continue
        shown.add((finding.via, finding.fingerprint))
        if finding.span is not None:
            insort(taken, finding.span)
            better = known.get(value)
            if better is not None and kept[better].span is None:
                kept[better] = _moved(kept[better], finding)
                continue
        known.setdefault(value, len(kept))
        kept.append(finding)
    return sorted(kept, key=lambda f: (f.line, f.column, f.rule))


def _member(via: tuple[str, ...]) -> tuple[str, ...]:
    """The steps to the member of a container whose lines are counted; only they carry a colon."""
    steps = len(via)
    while steps and ":" not in via[steps - 1]:
        steps -= 1
    return via[:steps]


def _overlaps(span: Span, taken: list[Span]) -> bool:
    """Whether `span` overlaps one of `taken`, which ascend and do not overlap each other."""
    at = bisect_left(taken, span)
    before, after = taken[max(at - 1, 0) : at], taken[at : at + 1]
    return any(span.start < other.end and other.start < span.end for other in before + after)


def _moved(finding: Finding, to: Finding) -> Finding:
    """`finding` said to be where `to`, the same value, can be rewritten."""
    return finding._replace(column=to.column, span=to.span, via=to.via)
