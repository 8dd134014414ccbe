"""JSON and what people make of it: comments, trailing commas, single quotes; also the inline
maps and lists of YAML, TOML and Terraform, which differ little.

A flat loop over tokens with a stack of its own: nesting costs memory, never recursion.
"""

import re
from collections.abc import Iterator

from kirosafe.detection.views.paths import Level, join, readings
from kirosafe.detection.views.structure import Entry, LineCounter, key_part

_TOKEN = re.compile(
    rb"""(?P<blank>[\s,]++|//[^\n]*+|\#[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))
    |"(?P<double>[^"\\\n]*+(?:\\.[^"\\\n]*+)*+)(?:"|(?=\n)|\\?\Z)
    |'(?P<single>[^'\\\n]*+(?:\\.[^'\\\n]*+)*+)(?:'|(?=\n)|\\?\Z)
    |(?P<open>[{\[])
    |(?P<close>[}\]])
    |(?P<colon>[:=])
    |(?P<bare>(?:[^\s,{}\[\]"':=]|[:=](?![\s"'\[{]))++)""",
    re.X | re.S,
)
_ESCAPE = re.compile(
    rb"\\(?:u([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})"
    rb"|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))",
    re.S,
)
_SIMPLE = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"0": b"\0"}
_SECRET = re.compile(rb'"kind"\s{0,8}:\s{0,8}"Secret"')
_DEEPEST_LEVEL = 256  # levels below share one


def json_entries(data: bytes) -> Iterator[Entry]:
    """Every scalar of a JSON document, or of many after each other (one a line).

    Maps with a name and a value (`{"name": "DB_PASSWORD", "value": …}`) give the value under that
    name as well. What is base64 by definition is given decoded: `data` of a Kubernetes Secret,
    `auth` of a registry login.
    """
    is_secret = _SECRET.search(data) is not None
    yield from brace_entries(data, 0, len(data), [], LineCounter(data), is_secret)


def brace_entries(
    data: bytes,
    start: int,
    end: int,
    parts: list[str],
    counter: LineCounter,
    is_secret: bool = False,
) -> Iterator[Entry]:
    """The scalars between `start` and `end`, beneath the path `parts`."""
    walk = _Walk(parts)
    for token in _TOKEN.finditer(data, start, end):
        kind = token.lastgroup
        if kind == "open":
            walk.open(token[0] == b"{")
        elif kind == "close":
            walk.close()
        elif kind == "colon":
            walk.colon()
        elif kind is not None and kind != "blank":
            raw = token[kind]
            if (here := walk.scalar(raw)) is None:
                continue
            value = unescape(raw) if kind != "bare" and b"\\" in raw else raw
            line = counter.at(token.start(kind))
            entry = Entry(join(here), value, line, *token.span(kind))
            yield from readings(entry, here, walk.levels[-1], is_secret)


def braces_end(data: bytes, start: int, stop: int) -> int:
    """Where the brace or bracket at `start` is closed; `stop` if nowhere before."""
    depth = 0
    for token in _TOKEN.finditer(data, start, stop):
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
            if depth == 0:
                return token.end()
    return stop


class _Walk:
    """Where in the document the reader is. The top is a map, so that fragments can be read."""

    def __init__(self, parts: list[str]) -> None:
        self.levels = [Level("", is_map=True)]
        self._parts = list(parts)
        self._pending = b""
        self._buried = 0

    def open(self, is_map: bool) -> None:
        """A brace or bracket opens."""
        if len(self.levels) >= _DEEPEST_LEVEL:
            self._buried += 1
            self._own_part()
            self.levels[-1].is_map = is_map
            return
        part = self._own_part()
        self.levels.append(Level(part, is_map))
        if part:
            self._parts.append(part)

    def _own_part(self) -> str:
        """The name of the value that begins here, which uses it up."""
        level = self.levels[-1]
        if level.is_map:
            part, level.key = level.key or "", None
            return part
        level.index += 1
        return str(level.index - 1)

    def close(self) -> None:
        """A brace or bracket closes; one too many is passed over."""
        if self._buried:
            self._buried -= 1
        elif len(self.levels) > 1 and self.levels.pop().part:
            self._parts.pop()

    def colon(self) -> None:
        """The string before was a key."""
        self.levels[-1].key = key_part(self._pending)

    def scalar(self, raw: bytes) -> list[str] | None:
        """The path of the value `raw`; None if it may be a key."""
        level = self.levels[-1]
        if level.is_map and level.key is None:
            self._pending = raw
            return None
        return [*self._parts, self._own_part()]


def unescape(raw: bytes) -> bytes:
    """A string's value: JSON's escapes, and JavaScript's; half a pair becomes a question mark."""
    return _ESCAPE.sub(_unescaped, raw)


def _unescaped(escape: re.Match[bytes]) -> bytes:
    high, low, unit, byte, simple = escape.groups()
    if simple:
        return _SIMPLE.get(simple, simple)
    if high:
        number = 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00
    else:
        number = int(unit or byte, 16)
    return chr(number).encode(errors="replace")
