"""One finding a value: where several rules speak of the same bytes, the surest one is kept."""

from collections.abc import Iterable

from kirosafe.model.finding import Finding


def _rank(finding: Finding) -> tuple[int, int, int, int]:
    width = finding.span.end - finding.span.start if finding.span else 0
    return finding.confidence, finding.severity, -len(finding.via), width


def one_per_value(findings: Iterable[Finding]) -> list[Finding]:
    """`findings` of one source in reading order, without those that a better one covers.

    Two cover each other when their spans overlap, or when they are the same value on the same
    line and one of them was seen only through a view.
    """
    kept: list[Finding] = []
    taken: list[tuple[int, int]] = []
    known: set[tuple[int, str]] = set()
    for finding in sorted(findings, key=_rank, reverse=True):
        if (finding.line, finding.fingerprint) in known and finding.span is None:
            continue
        span = finding.span
        if span is not None:
            if any(span.start < end and start < span.end for start, end in taken):
                continue
            taken.append(span)
        known.add((finding.line, finding.fingerprint))
        kept.append(finding)
    return sorted(kept, key=lambda f: (f.line, f.column, f.rule))
