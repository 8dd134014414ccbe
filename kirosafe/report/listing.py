"""The findings themselves, as the text report lists them: file by file, worst first."""

from collections.abc import Iterator, Sequence

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Severity
from kirosafe.report.escape import printable
from kirosafe.report.layout import (
    BOLD,
    CYAN,
    DIM,
    RED,
    YELLOW,
    Style,
    clip,
    columns,
    fit,
    pad,
    wrap,
)
from kirosafe.report.words import count, listed, place, spot, title, verdict, whole_file

_COLOURS = {Severity.HIGH: RED, Severity.MEDIUM: YELLOW, Severity.LOW: CYAN}
_MARK = len("MEDIUM")

# How many findings of one rule a file shows in full, and how many files with low ones get a line:
# a generated file repeats itself, and nobody reads the 400th hash of a lock file.
_ALIKE = 3
_LOW_FILES = 40
_LINES = 12

# Titles are padded to one width, so that previews stand in a column, up to this many columns.
_TITLE = 44
_PLACE = 14

# A masked value says nothing in its middle, so that it is rather cut to this than put on a line
# of its own.
_PREVIEW = 16


def listing(findings: Sequence[Finding], style: Style) -> Iterator[list[str]]:
    """One block of lines a file, then one for all files with nothing but low findings.

    `findings` come worst first.
    """
    first_places = _first_places(findings)
    low: list[list[Finding]] = []
    for group in by_file(findings):
        if group[0].severity == Severity.LOW:
            low.append(group)
        else:
            yield [*_heading(group[0], style), *_entries(group, first_places, style)]
    if low:
        yield _low_files(low, style)


def by_file(findings: Sequence[Finding]) -> list[list[Finding]]:
    """`findings` by file, in the order of each file's first; one file's stay in their order.

    The same path seen twice with other verdicts (the work tree and git's index) is two files.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        git = finding.committable, finding.ignored_by
        kiro = finding.visible_on_host, finding.kiro_ignored_by
        groups.setdefault((finding.path, git, kiro), []).append(finding)
    return list(groups.values())


def _first_places(findings: Sequence[Finding]) -> dict[str, Finding]:
    """For each value (by fingerprint), the finding that is listed first."""
    places: dict[str, Finding] = {}
    for finding in findings:
        places.setdefault(finding.fingerprint, finding)
    return places


def _heading(finding: Finding, style: Style) -> list[str]:
    """The file's name and who gets to see it: on one line, or on several where it is long.

    The indent is not that of findings: a line of an ignore file must not pass for one.
    """
    path, words = fit(finding.path, style.limit), verdict(finding)
    if not words:
        return [style.paint(BOLD, path)]
    after = printable(words)
    if columns(path) + 2 + columns(after) <= style.limit:
        return [f"{style.paint(BOLD, path)}  {after}"]
    return [style.paint(BOLD, path), *wrap(words, style.limit, "    ", "    ")]


def _entries(group: list[Finding], first_places: dict[str, Finding], style: Style) -> list[str]:
    """The lines of one file's findings; of many alike only the first few in full."""
    alike: dict[tuple[str, int, int], list[Finding]] = {}
    for finding in group:
        alike.setdefault((finding.rule, finding.severity, finding.confidence), []).append(finding)
    where = max(len(place(finding)) for finding in group)
    titles = min(max(columns(fit(title(finding), _TITLE)) for finding in group), _TITLE)
    lines: list[str] = []
    for same in alike.values():
        shown = same if len(same) <= _ALIKE + 1 else same[:_ALIKE]
        for finding in shown:
            lines += _entry(finding, where, titles, style)
            lines += _details(finding, first_places[finding.fingerprint], where, style)
        if len(shown) < len(same):
            lines += _more(same[_ALIKE:], where, style)
    return lines


def _entry(finding: Finding, where: int, titles: int, style: Style) -> list[str]:
    """Severity, place, what it is and the masked value: on one line, or on two."""
    mark = style.paint(_COLOURS[finding.severity], finding.severity.name.ljust(_MARK))
    begin = f"  {mark}  {place(finding).rjust(where)}  "
    indent = " " * _indent(where)
    if where > _PLACE:
        begin = f"{begin.rstrip()}\n{indent}"
    room = style.limit - len(indent)
    what = printable(title(finding))
    if not finding.preview or columns(what) > room:
        first, *more = wrap(clip(title(finding)), style.limit, indent, indent)
        more += [indent + fit(finding.preview, room)] if finding.preview else []
        return [begin + first.removeprefix(indent), *more]
    left = room - max(columns(what), titles) - 2
    if left < min(columns(printable(finding.preview)), _PREVIEW):
        return [begin + what, indent + fit(finding.preview, room)]
    return [f"{begin}{pad(what, titles)}  {fit(finding.preview, left)}"]


def _details(finding: Finding, first: Finding, where: int, style: Style) -> list[str]:
    """What it was wrapped in, its note, and where the same value stands too."""
    parts = []
    if finding.via:
        parts.append(f"inside {clip(' > '.join(finding.via))}")
    if finding.note:
        parts.append(clip(finding.note, 400))
    if first is not finding and finding.fingerprint:
        parts.append(f"same value as {spot(first)}")
    if not parts:
        return []
    indent = " " * _indent(where)
    return [style.paint(DIM, line) for line in wrap("; ".join(parts), style.limit, indent, indent)]


def _more(rest: list[Finding], where: int, style: Style) -> list[str]:
    """One sentence in place of many findings of one rule."""
    numbers = [f"{number}" for number in sorted({finding.line for finding in rest})]
    indent = " " * _indent(where)
    words = f"and {len(rest):,} more like it: lines {listed(numbers, _LINES)}"
    return wrap(words, style.limit, indent, indent)


def _indent(where: int) -> int:
    """The column at which titles begin, `where` being the width of places.

    After very long places (a column beyond a million) they begin on a line of their own.
    """
    return 2 + _MARK + 2 + (where + 2 if where <= _PLACE else 0)


def _low_files(groups: list[list[Finding]], style: Style) -> list[str]:
    """One line for each file in which every finding is low."""
    total = sum(map(len, groups))
    head = f"Low severity only: {count(total, 'finding')} in {count(len(groups), 'file')}"
    lines = [style.paint(BOLD, head)]
    shown = groups if len(groups) <= _LOW_FILES + 1 else groups[:_LOW_FILES]
    lines += [_low_file(group, style) for group in shown]
    if len(shown) < len(groups):
        words = f"and {len(groups) - len(shown):,} more files; --format json lists all"
        lines += wrap(words, style.limit, "  ", "  ")
    return lines


def _low_file(group: list[Finding], style: Style) -> str:
    """`path:line  title  preview` for one finding, `path:lines  titles` for several."""
    titles: dict[str, int] = {}
    for finding in group:
        titles[finding.title] = titles.get(finding.title, 0) + 1
    several = [name if number == 1 else f"{name} ({number:,})" for name, number in titles.items()]
    numbers = [str(line) for line in sorted({f.line for f in group if not whole_file(f)})]
    after = f":{listed(numbers, 2)}" if numbers else ""
    what = listed(several, 2)
    kept = min(columns(printable(what)), style.limit // 3)
    path = fit(group[0].path, style.limit - 4 - len(after) - kept)
    begin = f"  {path}{after}  "
    entry = begin + fit(what, style.limit - columns(begin))
    preview = printable(group[0].preview)
    if len(group) > 1 or not preview or columns(entry) + 2 + columns(preview) > style.limit:
        return entry
    return f"{entry}  {preview}"
