"""TOML, and Terraform variables: `key = value` beneath `[table]` headings, read with places."""

import re
from collections.abc import Generator, Iterator

from kirosafe.detection.views.braces import brace_entries, braces_end, unescape
from kirosafe.detection.views.paths import Level, join, readings
from kirosafe.detection.views.structure import Entry, LineCounter, key_part

_KEY_PART = rb"""(?:[A-Za-z0-9_-]++|"[^"\r\n]*+"|'[^'\r\n]*+')"""
_KEY = _KEY_PART + rb"(?:[ \t]*+\.[ \t]*+" + _KEY_PART + rb")*+"
_LINE = re.compile(
    rb"[ \t]*+(?:\[(?P<list>\[)?[ \t]*+(?P<table>" + _KEY + rb")[ \t]*+\]"
    rb"|(?P<key>" + _KEY + rb")[ \t]*+=[ \t]*+)"
)
_PART = re.compile(_KEY_PART)
_LINE_END = re.compile(rb"[\r\n]++|\Z")
_LONG = re.compile(
    rb'"""\r?\n?((?:[^"\\]++|\\.|"(?!""))*+)(?:"""|\Z)'
    rb"|'''\r?\n?((?:[^']++|'(?!''))*+)(?:'''|\Z)",
    re.S,
)
_SHORT = re.compile(rb"\"([^\"\\\r\n]*+(?:\\.[^\"\\\r\n]*+)*+)\"?|'([^'\r\n]*+)'?|([^\s#]++)")
_FOLDED = re.compile(rb"\\[ \t]*+\r?\n\s*+")


def toml_entries(data: bytes) -> Iterator[Entry]:
    """Every scalar; items of `[[lists]]` count from 0."""
    counter = LineCounter(data)
    table: list[str] = []
    level = Level("", is_map=True)
    indexes: dict[str, int] = {}
    position = 0
    while position < len(data):
        line = _LINE.match(data, position)
        if line is None:
            position = _next_line(data, position)
            continue
        if line["table"]:
            table, level = _parts(line["table"]), Level("", is_map=True)
            if line["list"]:
                name = join(table)
                indexes[name] = indexes.get(name, -1) + 1
                table = [*table, str(indexes[name])]
            position = _next_line(data, line.end())
            continue
        here = [*table, *_parts(line["key"])]
        end = yield from _value(data, line.end(), here, level, counter)
        position = _next_line(data, end)


def _next_line(data: bytes, position: int) -> int:
    """Where the next line begins."""
    found = _LINE_END.search(data, position)
    return max(found.end(), position + 1) if found else len(data)


def _parts(key: bytes) -> list[str]:
    """A dotted key's parts, without quotes."""
    return [key_part(part[0].strip(b"\"'")) for part in _PART.finditer(key)]


def _value(
    data: bytes, start: int, here: list[str], level: Level, counter: LineCounter
) -> Generator[Entry, None, int]:
    """The value at `start`, scalar by scalar; returns where it ends."""
    if data[start : start + 1] in (b"{", b"["):
        end = braces_end(data, start, len(data))
        yield from brace_entries(data, start, end, here, counter)
        return end
    found = _LONG.match(data, start) or _SHORT.match(data, start)
    if found is None:
        return start
    group = found.lastindex or 1
    value = found[group]
    if data[start : start + 1] == b'"' and b"\\" in value:
        value = unescape(_FOLDED.sub(b"", value))
    entry = Entry(join(here), value, counter.at(found.start(group)), *found.span(group))
    yield from readings(entry, here, level, is_secret=False)
    return found.end()
