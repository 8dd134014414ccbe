"""The report that a person reads: findings, what was left out, what to do, one line in sum."""

from collections.abc import Iterator, Sequence

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Severity
from kirosafe.model.report import ScanReport
from kirosafe.model.skipped import Skipped
from kirosafe.report.advice import steps
from kirosafe.report.layout import BOLD, Style, clip, flow, wrap
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
        _quieted(report, style),
        [line for remark in _remarks(report) for line in wrap(remark, style.limit, "- ", "  ")],
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
        words = f"{len(paths):,} {reason}: {listed(paths, _PATHS)}"
        lines += wrap(words, style.limit, "  ", "  ")
    return lines


def _quieted(report: ScanReport, style: Style) -> list[str]:
    """How many findings are quiet on somebody's request: one line a reason."""
    if not report.stats.suppressed:
        return []
    number = count(report.stats.suppressed, "finding")
    lines = wrap(f"Quieted: {number}; --no-suppressions shows them", style.limit)
    lines = [style.paint(BOLD, line) for line in lines]
    reasons: dict[str, int] = {}
    for finding in report.suppressed:
        reasons[finding.suppressed] = reasons.get(finding.suppressed, 0) + 1
    ranked = sorted(reasons.items(), key=lambda entry: -entry[1])
    for reason, times in ranked[:_REASONS]:
        lines += wrap(f"{times:,} {clip(reason)}", style.limit, "  ", "  ")
    if len(ranked) > _REASONS:
        lines.append(f"  and {len(ranked) - _REASONS:,} more reasons")
    return lines


def _remarks(report: ScanReport) -> Iterator[str]:
    """What else is not in the findings, and why; then the notes."""
    stats = report.stats
    if any(finding.committable is None for finding in report.findings):
        yield "Where nothing is said of git, it is not known whether git would take the file."
    if stats.below_confidence:
        number = count(stats.below_confidence, "finding")
        yield f"{number} below --min-confidence {report.min_confidence.label} not shown."
    if stats.limited:
        yield f"{count(stats.limited, 'finding')} beyond the limit dropped; the files hold more."
    if stats.bulk_files:
        number = count(stats.bulk_files, "file")
        yield f"{number} in dependency and build folders: high-confidence rules only."
    yield from report.notes


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
    numbers = flow(_numbers(report, findings), style.limit)
    return [
        *wrap(_answer(report, findings), style.limit),
        *(style.paint(BOLD, line) for line in numbers),
    ]


def _answer(report: ScanReport, findings: Sequence[Finding]) -> str:
    """One or two sentences that cannot be taken for more than was seen."""
    roots = ["this folder" if root == "." else clip(root) for root in report.roots]
    where = listed(roots, _PATHS)
    unseen, stats = len(report.skipped), report.stats
    if findings:
        return _reach(findings)
    if stats.files == 0:
        return f"Nothing was scanned in {where}: this says nothing about what Kiro could read."
    if unseen:
        were = "thing was" if unseen == 1 else "things were"
        return f"No findings in what was looked at in {where}; {unseen:,} {were} not."
    left = stats.suppressed + stats.below_confidence + stats.limited
    if left:
        return f"No findings left to show in {where}; {left:,} not shown, as said above."
    return f"No findings in {where}. Kiro can still read all of it."


def _reach(findings: Sequence[Finding]) -> str:
    """Which of the files with findings are visible on the host."""
    paths = {finding.path for finding in findings}
    visible = {finding.path for finding in findings if finding.visible_on_host}
    which = f"{len(visible):,} of these {count(len(paths), 'file')}"
    if visible == paths:
        which = "all of these files" if len(paths) > 1 else "this file"
    return f"Kiro started on this host can read {which}."


def _numbers(report: ScanReport, findings: Sequence[Finding]) -> list[str]:
    """`12 findings (3 high, 5 medium, 4 low) in 7 files; 6,918 files, 45.4 MB in 0.52 s`.

    In chunks that do not bear a line's end in them.
    """
    stats = report.stats
    looked = [f"{count(stats.files, 'file')},", size(stats.bytes), f"in {duration(stats.seconds)}"]
    if report.skipped:
        looked[-1] += ";"
        looked.append(f"{len(report.skipped):,} not looked at")
    return [*_sum(findings), *looked] if findings or stats.files else looked


def _sum(findings: Sequence[Finding]) -> list[str]:
    """How many findings of which severity in how many files, in chunks."""
    total = count(len(findings), "finding")
    if not findings:
        return [f"{total};"]
    severities = [finding.severity for finding in findings]
    parts = [
        f"{severities.count(severity):,} {severity.label}"
        for severity in sorted(Severity, reverse=True)
        if severity in severities
    ]
    files = count(len({finding.path for finding in findings}), "file")
    return [total, *f"({', '.join(parts)})".replace(", ", ",\n").split("\n"), f"in {files};"]
