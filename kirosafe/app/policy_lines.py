"""On which line of a TOML file a key stands: tomllib keeps values only, messages need lines.

It serves messages alone, so it may be wrong by a line where a file is written oddly (keys that
span quoted dots, lists folded in unusual places); it never fails.
"""

import re
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""Keys and list positions from the top of the file: ("scan", "excluded_paths", 0, "reason")."""

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_INNER_KEY = re.compile(r"[{,]\s*([A-Za-z0-9_-]+)\s*=")


def lines_of(text: str) -> Mapping[KeyPath, int]:
    """The line, counted from 1, of each table, key and list element that `text` spells out."""
    lines: dict[KeyPath, int] = {}
    tables: dict[KeyPath, int] = {}
    table: KeyPath = ()
    key: KeyPath = ()
    elements = 0
    within_text = False
    for number, line in enumerate(text.split("\n"), start=1):
        began_within, within_text = within_text, within_text ^ _opens_text(line)
        if began_within:
            continue
        header = _HEADER.match(line)
        written, equals, _ = line.partition("=")
        if header and not line[header.end() :].lstrip().startswith(","):
            table = _names(header[2])
            if header[1] == "[[":
                tables[table] = tables.get(table, -1) + 1
                table = (*table, tables[table])
            lines.setdefault(table, number)
            key = ()
            continue
        if equals and written.strip() and not set(written) & set("#[]{}"):
            key, elements = (*table, *_names(written)), 0
            lines.setdefault(key, number)
        elements = _note_elements(line, key, elements, number, lines)
    return lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of `path`, or of the nearest thing around it that has one; 1 at worst."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


def _opens_text(line: str) -> bool:
    """True if an odd number of multi-line quotes of one kind stands in `line`."""
    return line.count('"""') % 2 == 1 or line.count("'''") % 2 == 1


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))


def _note_elements(
    line: str, key: KeyPath, elements: int, number: int, lines: dict[KeyPath, int]
) -> int:
    """Give each inline table on `line` its place in the list `key`; returns how many there are."""
    if not key or "{" not in line:
        return elements
    bare = _QUOTED.sub('""', line)
    for piece in bare.split("{")[1:]:
        lines.setdefault((*key, elements), number)
        for inner in _INNER_KEY.findall("{" + piece):
            lines.setdefault((*key, elements, inner), number)
        elements += 1
    return elements
