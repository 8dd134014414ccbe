"""YAML read line by line, so that every value has its place: maps, lists, plain, quoted and block
scalars, inline maps and lists. Tags and anchors are passed over, aliases are not followed."""

import re
from collections.abc import Generator, Iterator

from kirosafe.detection.views.braces import brace_entries, braces_end, unescape
from kirosafe.detection.views.paths import Level, join, readings
from kirosafe.detection.views.structure import Entry, LineCounter, key_part

_INDENT = re.compile(rb"[ \t]*+")
_LINE_END = re.compile(rb"\r?(?:\n|\Z)")
_ITEM = re.compile(rb"-(?:[ \t]++|(?=[\r\n]|\Z))")
_COLON = re.compile(rb":(?=[ \t\r\n]|\Z)")
_QUOTED_KEY = re.compile(
    rb"(?:\"([^\"\\\r\n]*+(?:\\.[^\"\\\r\n]*+)*+)\"|'([^'\r\n]*+)')[ \t]*+:[ \t]*+"
)
_SKIPPED = re.compile(rb"(?:[&!][^\s,\[\]{}]*+[ \t]*+)++")  # anchors and tags before a value
_QUOTED = re.compile(rb"\"([^\"\\]*+(?:\\.[^\"\\]*+)*+)\"|'((?:[^']++|'')*+)'", re.S)
_PLAIN = re.compile(rb"[^\s](?:[^\s#]++|[ \t]++(?=[^#\s])|(?<![ \t])#)*+")
_BLOCK = re.compile(rb"[|>][-+0-9]{0,2}[ \t]*+(?:#[^\r\n]*+)?(?=[\r\n]|\Z)")
_SECRET = re.compile(rb"^[ \t]*+(?:-[ \t]++)?kind:[ \t]*+[\"']?Secret[\"']?[ \t]*+\r?$", re.M)
_DOCUMENT = re.compile(rb"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.M)
_ESCAPED_BREAK = re.compile(rb"\\\r?\n[ \t]*+")
# Blanks are tried from their first one only, or a long run of them would cost its square.
_FOLD = re.compile(rb"(?:(?<![ \t])[ \t]++)?+\r?\n[ \t]*+")
_REACH = 64 * 1024  # a quoted value ends within this
_LONGEST_KEY = 1024  # YAML's own limit for a simple key
_DEEPEST_LEVEL = 256


def yaml_entries(data: bytes) -> Iterator[Entry]:
    """Every scalar of every document.

    Pairs of `name` and `value` in one map give the value under that name as well; `data` of a
    Kubernetes Secret is given decoded.
    """
    counter = LineCounter(data)
    starts = [0, *(mark.end() for mark in _DOCUMENT.finditer(data))]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        is_secret = _SECRET.search(data, start, end) is not None
        yield from _Document(data, counter, is_secret).entries(start, end)


class _Document:
    """The reader's place in one document."""

    def __init__(self, data: bytes, counter: LineCounter, is_secret: bool) -> None:
        self._data = data
        self._counter = counter
        self._is_secret = is_secret
        # Maps' keys and lists' items that are open, by their column.
        self._levels = [Level("", is_map=True)]

    def entries(self, position: int, stop: int) -> Iterator[Entry]:
        """The scalars between `position` and `stop`."""
        data = self._data
        while position < stop:
            begin = _end_of(_INDENT, data, position, stop)
            line_end = _end_of_line(data, begin, stop)
            first = data[begin : begin + 1]
            if begin < line_end and first not in (b"#", b"%"):
                line_end = yield from self._line(position, begin, line_end, stop)
            position = _end_of(_LINE_END, data, line_end, stop)

    def _line(
        self, line_start: int, begin: int, line_end: int, stop: int
    ) -> Generator[Entry, None, int]:
        """One line, which may open lists, name a key and hold a value; returns where it ends."""
        data = self._data
        while item := _ITEM.match(data, begin, line_end):
            self._open_item(begin - line_start)
            begin = item.end()
        key, value_at = self._key(begin, line_end)
        if key is not None:
            self._open_key(begin - line_start, key)
            begin = value_at
        elif begin - line_start <= self._levels[-1].indent:
            return line_end  # neither key nor item, and too far left to continue a value
        if skipped := _SKIPPED.match(data, begin, line_end):
            begin = skipped.end()
        if begin >= line_end:
            return line_end
        return (yield from self._value(begin, line_end, stop))

    def _key(self, begin: int, line_end: int) -> tuple[str | None, int]:
        """The key at `begin` and where its value begins; None if there is none."""
        data = self._data
        if quoted := _QUOTED_KEY.match(data, begin, line_end):
            return key_part(quoted[quoted.lastindex or 1]), quoted.end()
        if data[begin : begin + 1] in (b'"', b"'", b"{", b"[", b"|", b">"):
            return None, begin
        colon = _COLON.search(data, begin, min(line_end, begin + _LONGEST_KEY))
        if colon is None or b" #" in data[begin : colon.start()]:
            return None, begin
        key = key_part(data[begin : colon.start()].strip())
        return key, _end_of(_INDENT, data, colon.end(), line_end)

    def _open_item(self, column: int) -> None:
        """A dash at `column`: the list's next item, or a list's first."""
        levels = self._levels
        while len(levels) > 1 and levels[-1].indent > column:
            levels.pop()
        top = levels[-1]
        if top.indent == column and not top.is_map:
            levels.pop()
            self._push(str(top.index + 1), False, column)
            self._levels[-1].index = top.index + 1
        else:
            self._push("0", False, column)

    def _open_key(self, column: int, key: str) -> None:
        """A key at `column` ends everything at or right of it."""
        levels = self._levels
        while len(levels) > 1 and levels[-1].indent >= column:
            levels.pop()
        self._push(key, True, column)

    def _push(self, part: str, is_map: bool, column: int) -> None:
        if len(self._levels) >= _DEEPEST_LEVEL:
            self._levels.pop()
        self._levels.append(Level(part, is_map, column))

    def _parts(self) -> list[str]:
        return [level.part for level in self._levels[1:]]

    def _value(self, begin: int, line_end: int, stop: int) -> Generator[Entry, None, int]:
        """The value at `begin`; returns where the reading goes on."""
        data = self._data
        if data[begin : begin + 1] in (b"{", b"["):
            end = braces_end(data, begin, stop)
            parts, counter = self._parts(), self._counter
            yield from brace_entries(data, begin, end, parts, counter, self._is_secret)
            return _end_of_line(data, end, stop)
        if block := _BLOCK.match(data, begin, line_end):
            return (yield from self._block(block[0][:1] == b">", line_end, stop))
        quoted = _QUOTED.match(data, begin, min(stop, begin + _REACH))
        if quoted:
            group = quoted.lastindex or 1
            yield from self._emit(_unquoted(quoted[group], group == 1), *quoted.span(group))
            return _end_of_line(data, quoted.end(), stop)
        plain = _PLAIN.match(data, begin, line_end)
        if plain and not plain[0].startswith((b"*", b"#")):
            yield from self._emit(plain[0], *plain.span())
        return line_end

    def _block(self, folded: bool, line_end: int, stop: int) -> Generator[Entry, None, int]:
        """The lines that are indented more than the key or item that they belong to."""
        data = self._data
        outer = self._levels[-1].indent
        spans: list[tuple[int, int]] = []
        position = _end_of(_LINE_END, data, line_end, stop)
        margin = -1
        while position < stop:
            begin = _end_of(_INDENT, data, position, stop)
            line_end = _end_of_line(data, begin, stop)
            if begin < line_end:
                if begin - position <= outer:
                    break
                margin = begin - position if margin < 0 else margin
                spans.append((min(position + margin, begin), line_end))
            elif spans:
                spans.append((line_end, line_end))
            position = _end_of(_LINE_END, data, line_end, stop)
        while spans and spans[-1][0] == spans[-1][1]:
            spans.pop()
        if spans:
            glue = b" " if folded else b"\n"
            value = glue.join(data[start:end] for start, end in spans)
            yield from self._emit(value, spans[0][0], spans[-1][1])
        return position

    def _emit(self, value: bytes, start: int, end: int) -> Iterator[Entry]:
        """The value and what it means; text that belongs to no key is none."""
        parts = self._parts()
        if parts:
            entry = Entry(join(parts), value, self._counter.at(start), start, end)
            level = self._levels[-2 if self._levels[-1].is_map else -1]
            yield from readings(entry, parts, level, self._is_secret)


def _end_of(pattern: re.Pattern[bytes], data: bytes, position: int, stop: int) -> int:
    """Where `pattern` ends, or `position` where it does not match."""
    found = pattern.match(data, position, stop)
    return found.end() if found else position


def _end_of_line(data: bytes, begin: int, stop: int) -> int:
    """Where the line ends, before its line break."""
    newline = data.find(b"\n", begin, stop)
    end = stop if newline < 0 else newline
    return end - 1 if end > begin and data[end - 1 : end] == b"\r" else end


def _unquoted(raw: bytes, is_double: bool) -> bytes:
    """What a quoted scalar says; line breaks in it are blanks."""
    if not is_double:
        return _FOLD.sub(b" ", raw).replace(b"''", b"'")
    return unescape(_FOLD.sub(b" ", _ESCAPED_BREAK.sub(b"", raw)))
