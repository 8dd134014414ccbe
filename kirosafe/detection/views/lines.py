"""Formats in which a line is an assignment: dotenv, and ini its cousins (properties, npm)."""

import re
from collections.abc import Iterator

from kirosafe.detection.views.paths import login_in
from kirosafe.detection.views.structure import Entry, LineCounter, key_part

_LINE = re.compile(rb"[^\r\n]++")
_NAME = re.compile(
    rb"[ \t]*+(?:export[ \t]++|set[ \t]++)?([A-Za-z_][A-Za-z0-9_.\-]*+)[ \t]*+[=:]([ \t]*+)"
)
_DOUBLE = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.S)
_SINGLE = re.compile(rb"'([^']*+)'")
_UNQUOTED = re.compile(rb"[^\s#]*+(?:[ \t]++[^\s#][^\s]*+|#[^\s]*+)*+")
_REACH = 64 * 1024  # a quoted value ends within this, or the quote belongs to the value
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b'"': b'"', b"\\": b"\\", b"$": b"$"}
_ESCAPE = re.compile(rb"\\(.)", re.S)


def dotenv_entries(data: bytes) -> Iterator[Entry]:
    """`KEY=value`, `export KEY="value"`, `KEY='value'`; double quotes may span lines and know
    escapes; a comment begins at a blank and a hash."""
    counter = LineCounter(data)
    position = 0
    while line := _LINE.search(data, position):
        position = line.end()
        name = _NAME.match(data, line.start(), line.end())
        if name is None:
            continue
        begin = name.end()
        if name[2] and data[begin : begin + 1] == b"#":
            continue
        start, end, position = _value_span(data, begin, line.end())
        value = data[start:end]
        if data[start - 1 : start] == b'"' and start > begin:
            value = _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[0]), value)
        yield Entry(key_part(name[1]), value, counter.at(start), start, end)


def _value_span(data: bytes, begin: int, line_end: int) -> tuple[int, int, int]:
    """Where the value that begins at `begin` starts and ends, and where to read on."""
    quoted = {b'"': _DOUBLE, b"'": _SINGLE}.get(data[begin : begin + 1])
    if quoted and (match := quoted.match(data, begin, min(len(data), begin + _REACH))):
        line_end = data.find(b"\n", match.end())
        return match.start(1), match.end(1), len(data) if line_end < 0 else line_end
    plain = _UNQUOTED.match(data, begin, line_end)
    return begin, plain.end() if plain else begin, line_end


_SECTION = re.compile(rb"[ \t]*+\[([^\]\r\n]++)\]")


def ini_entries(data: bytes) -> Iterator[Entry]:
    """`[section]`, then `key = value` or `key: value`; `#`, `;` and `!` begin comment lines.

    A colon counts only before a blank, or when there is no equals sign: npm writes
    `//host/:_authToken=…`. A line without either continues the value before, under its key. Quotes
    around a whole value are not part of it; npm's `_auth`, base64 of a login, is given decoded.
    """
    counter = LineCounter(data)
    section = key = ""
    for line in _LINE.finditer(data):
        text = line[0].strip()
        if not text or text[:1] in (b"#", b";", b"!"):
            continue
        if found := _SECTION.match(data, line.start(), line.end()):
            section, key = key_part(found[1].strip()) + ".", ""
            continue
        split = _separator(data, line.start(), line.end())
        if split:
            key = section + key_part(data[line.start() : split[0]].strip())
        start, end = _bare(data, split[1] if split else line.start(), line.end())
        if not key:
            continue
        value, at_line = data[start:end], counter.at(start)
        if key.endswith("_auth") and (login := login_in(value)):
            yield Entry(key, login, at_line, None, None)
        else:
            yield Entry(key, value, at_line, start, end)


def _separator(data: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the key ends and the value begins on the line."""
    equals = data.find(b"=", start, end)
    colon = data.find(b":", start, end if equals < 0 else equals)
    while colon >= 0 and equals >= 0 and data[colon + 1 : colon + 2] not in (b" ", b"\t"):
        colon = data.find(b":", colon + 1, equals)
    at = equals if colon < 0 else colon
    return None if at <= start else (at, at + 1)


def _bare(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The span without blanks around it, and then without quotes around it."""
    text = data[start:end]
    start += len(text) - len(text.lstrip())
    end = start + len(text.strip())
    quote = data[start : start + 1]
    if quote in (b'"', b"'") and end - start >= 2 and data[end - 1 : end] == quote:
        return start + 1, end - 1
    return start, end
