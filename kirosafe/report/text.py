"""The report that a person reads: findings, what was left out, what to do, one line in sum."""

from collections.abc import Iterator, Sequence

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Severity
from kirosafe.model.report import ScanReport
from kirosafe.model.skipped import Skipped
from kirosafe.report.advice import steps
from kirosafe.report.layout import BOLD, Style, clip, wrap
from kirosafe.report.listing import listing
from kirosafe.report.words import count, duration, listed, size, worst_first

_PATHS = 3
_REASONS = 5


def render(report: ScanReport, style: Style) -> str:
    """The whole report as lines of at most `style.limit` columns, with a newline at its end.

    Worst comes first among the findings, and what to do comes last, next to the prompt.
    """
    findings = worst_first(report.findings)
    blocks = [
        *listing(findings, style),
        _skipped(report.skipped, style),
        [line for remark in _remarks(report) for line in wrap(remark, style.limit)],
        _advice(findings, style),
        _closing(report, findings, style),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _skipped(skipped: Sequence[Skipped], style: Style) -> list[str]:
    """What was not looked at: one line a reason, the most frequent first."""
    if not skipped:
        return []
    reasons: dict[str, list[str]] = {}
    for item in skipped:
        detail = f" ({clip(item.detail)})" if item.detail else ""
        reasons.setdefault(item.reason.value, []).append(f"{clip(item.path)}{detail}")
    lines = [style.paint(BOLD, f"Not looked at: {len(skipped):,}")]
    for reason, paths in sorted(reasons.items(), key=lambda entry: -len(entry[1])):
        words = f"{reason} ({len(paths):,}): {listed(paths, _PATHS)}"
        lines += wrap(words, style.limit, "  ", "  ")
    return lines


def _remarks(report: ScanReport) -> Iterator[str]:
    """What else is not in the findings, and why; then the notes."""
    stats = report.stats
    if stats.suppressed:
        number = count(stats.suppressed, "finding")
        yield f"{number} quieted: {_reasons(report.suppressed)}; --no-suppressions shows them."
    if stats.below_confidence:
        number = count(stats.below_confidence, "finding")
        yield f"{number} below --min-confidence {report.min_confidence.label} not shown."
    if stats.limited:
        yield f"{count(stats.limited, 'finding')} beyond the limit dropped; the files hold more."
    if stats.bulk_files:
        number = count(stats.bulk_files, "file")
        yield f"{number} in dependency and build folders: high-confidence rules only."
    yield from report.notes


def _reasons(suppressed: Sequence[Finding]) -> str:
    """Who asked for quiet and why, the most frequent first, with how often."""
    reasons: dict[str, int] = {}
    for finding in suppressed:
        reasons[finding.suppressed] = reasons.get(finding.suppressed, 0) + 1
    ranked = sorted(reasons.items(), key=lambda entry: -entry[1])
    return listed([f"{clip(reason)} ({number:,})" for reason, number in ranked], _REASONS)


def _advice(findings: Sequence[Finding], style: Style) -> list[str]:
    """The numbered steps, each with the places it is about."""
    if not findings:
        return []
    lines = [style.paint(BOLD, "What to do")]
    for number, step in enumerate(steps(findings), start=1):
        first = f"  {number}. "
        rest = " " * len(first)
        lines += wrap(step.what, style.limit, first, rest)
        if step.where:
            lines += wrap(step.where, style.limit, rest, rest)
    return lines


def _closing(report: ScanReport, findings: Sequence[Finding], style: Style) -> list[str]:
    """The plain answer, then the numbers."""
    words = _answer(report, findings)
    lines = wrap(words, style.limit) if words else []
    numbers = wrap(_numbers(report, findings), style.limit)
    return [*lines, *(style.paint(BOLD, line) for line in numbers)]


def _answer(report: ScanReport, findings: Sequence[Finding]) -> str:
    """One sentence that cannot be taken for more than was seen; "" where findings say it all."""
    where = listed([clip(root) for root in report.roots], _PATHS)
    unseen, stats = len(report.skipped), report.stats
    if findings:
        return ""
    if stats.files == 0:
        return f"Nothing was scanned in {where}: this says nothing about what Kiro could read."
    if unseen:
        were = "thing was" if unseen == 1 else "things were"
        return f"No findings in what was looked at in {where}; {unseen:,} {were} not."
    left = stats.suppressed + stats.below_confidence + stats.limited
    if left:
        return f"No findings left to show in {where}; {left:,} not shown, as said above."
    return f"No findings in {where}. Kiro can still read every file there."


def _numbers(report: ScanReport, findings: Sequence[Finding]) -> str:
    """`12 findings (3 high, 5 medium, 4 low) in 7 files; 6,918 files, 45.4 MB in 0.52 s`."""
    words = count(len(findings), "finding")
    if findings:
        severities = [finding.severity for finding in findings]
        parts = [
            f"{severities.count(severity):,} {severity.label}"
            for severity in sorted(Severity, reverse=True)
            if severity in severities
        ]
        paths = {finding.path for finding in findings}
        words = f"{words} ({', '.join(parts)}) in {count(len(paths), 'file')}"
    stats = report.stats
    looked = f"{count(stats.files, 'file')}, {size(stats.bytes)} in {duration(stats.seconds)}"
    unseen = f"; {len(report.skipped):,} not looked at" if report.skipped else ""
    return f"{words}; {looked}{unseen}"
