"""The words of a report: counts, sizes, places, verdicts and the order of findings.

What is given back is not escaped yet (`layout` does that), so that it is escaped once.
"""

from collections.abc import Iterable, Sequence

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.report.layout import clip

_UNITS = ("kB", "MB", "GB", "TB")


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """`findings` by severity, then confidence, both falling, then by path, line and column."""
    return sorted(findings, key=_badness)


def _badness(finding: Finding) -> tuple[int, int, str, int, int, str]:
    return (
        -finding.severity,
        -finding.confidence,
        finding.path,
        finding.line,
        finding.column,
        finding.rule,
    )


def count(number: int, noun: str) -> str:
    """`1 file`, `2,000 files`; `noun` in the singular, with a plural in s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(number: int) -> str:
    """A number of bytes in decimal units: `512 bytes`, `45.4 MB`."""
    if number < 1000:
        return count(number, "byte")
    amount, power = number / 1000, 0
    while amount >= 999.95 and power + 1 < len(_UNITS):
        amount, power = amount / 1000, power + 1
    return f"{amount:,.1f} {_UNITS[power]}"


def duration(seconds: float) -> str:
    """Seconds with the digits that matter: `0.52 s`, `83 s`."""
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:,.0f} s"


def listed(items: Sequence[str], most: int) -> str:
    """`a, b, c and 4 more`; never `and 1 more` where naming it takes no more room."""
    if len(items) <= most + 1:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most:,} more"


def whole_file(finding: Finding) -> bool:
    """Whether the file itself is the finding, rather than a place in it."""
    return finding.span is None and not finding.via


def place(finding: Finding) -> str:
    """`line:column`, or `file` where the file as a whole is meant."""
    return "file" if whole_file(finding) else f"{finding.line}:{finding.column}"


def spot(finding: Finding) -> str:
    """`path:line`, or the path alone where the file as a whole is meant."""
    path = clip(finding.path)
    return path if whole_file(finding) else f"{path}:{finding.line}"


def title(finding: Finding) -> str:
    """What was found, and how sure that is where it matters: not of what is sure, nor of low."""
    if finding.confidence == Confidence.HIGH or finding.severity == Severity.LOW:
        return finding.title
    return f"{finding.title} ({finding.confidence.label} confidence)"


def verdict(finding: Finding) -> str:
    """Who gets to see the finding's file: git, Kiro's file tools, Kiro's shell.

    That Kiro reads a file in spite of an ignore line is said where there is one, because the line
    makes people believe otherwise (Kiro's documentation of `.kiroignore`, read 2026-11).
    """
    parts = [_git_verdict(finding)] if finding.committable is not None else []
    if not finding.visible_on_host:
        parts.append("Kiro cannot read it")
    elif finding.kiro_ignored_by is not None:
        line = clip(finding.kiro_ignored_by)
        parts.append(f"hidden from Kiro's file tools by {line}, but not from its shell")
    elif finding.committable is False:
        parts.append("Kiro reads it all the same")
    return "; ".join(parts)


def _git_verdict(finding: Finding) -> str:
    if finding.committable:
        # A tracked file stays committable whatever the ignore files say, and `!` takes one back.
        note = f" (see {clip(finding.ignored_by)})" if finding.ignored_by is not None else ""
        return f"would be committed{note}"
    if finding.ignored_by is None:
        return "would not be committed"
    return f"ignored by {clip(finding.ignored_by)}"
