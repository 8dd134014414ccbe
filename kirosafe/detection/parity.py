"""What detect-secrets makes of configuration before it looks: a quoted line for every value.

Its string plugins want quotes, which YAML, ini and environment files do not have, so it parses
those files and writes `key = "value"` for its plugins. This module gives the low rules the same
lines without parsing: whatever has the shape of an assignment counts as one. That can only add
lines to those of detect-secrets, takes one pass, and is not to be fooled by a syntax error or by
aliases that multiply (docs/decisions/0004-detect-secrets.md).
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kirosafe.detection.piece import Piece, Place
from kirosafe.model.finding import Span

BLANK: Final = b"\f"
"""Stands for the line break inside a value that runs over several lines: blank to all patterns,
and no rule of ours or expression of theirs ends at it."""

_YAML = (".yaml", ".yml", ".eyaml")
# A value is joined from at most so many lines; longer ones are no credentials.
_JOINED = 400
# A line that no ini parser takes: it begins at the margin, is no comment, no header, and has
# neither of the signs that part name from value. A cut last line does not count.
_NO_ASSIGNMENT = re.compile(rb"\n[^\s#;\[:=][^:=\n]*\n")
_BLOCK = re.compile(rb"([|>])[-+0-9]{0,2}(?:\s+#.*)?$")
_COMMENT = re.compile(rb"\s+#[\S ]*")
_PROPERTIES = re.compile(rb"(?:[&!]\S*\s+)+")
_FLOW = re.compile(
    rb"[{,]\s*([^\s{},:\"'][^{},:]{0,200}?|\"[^\"]{0,200}\"|'[^']{0,200}')\s*:\s+"
    rb"([^{},]{1,4096}?)\s*(?=[},]|$)"
)


class _Line(NamedTuple):
    """One assignment: its name, its value in quotes' stead, and where the value lies."""

    name: bytes
    sign: bytes
    value: bytes
    start: int
    end: int
    comment: bytes = b""

    def text(self) -> bytes:
        """The line as detect-secrets writes it."""
        value = self.value.replace(b'"', b'\\"')
        return self.name + self.sign + b'"' + value + b'"' + self.comment


def quoted_piece(piece: Piece) -> Piece | None:
    """The assignments in `piece`, a window of a text file, one quoted line each; or None.

    None when the file is neither YAML by name nor has the shape of an ini or environment file.
    """
    if piece.offset is None or piece.via:
        return None
    data = piece.data
    if b"\r" in data:
        data = data.replace(b"\r", b"\n")  # lengths stay, and it ends lines for detect-secrets too
    is_yaml = piece.path.endswith(_YAML)
    found = list(_yaml_lines(data)) if is_yaml else []
    # With a section for its first line, YAML is ini to detect-secrets.
    if (not is_yaml or data.lstrip()[:1] == b"[") and _has_ini_shape(data, piece.offset == 0):
        found += _ini_lines(data)
    found.sort(key=_start)
    if not found:
        return None
    return Piece(
        b"\n".join(line.text() for line in found),
        piece.path,
        ("quoted",),
        places=tuple(_places(piece, found)),
    )


def _start(line: _Line) -> int:
    return line.start


def _places(piece: Piece, lines: list[_Line]) -> Iterator[Place]:
    """The place of each line's value; `lines` ascend, so that newlines are counted once."""
    row, seen, offset = piece.line, 0, piece.offset or 0
    for line in lines:
        row += piece.data.count(b"\n", seen, line.start)
        seen = max(seen, line.start)
        column = line.start - piece.data.rfind(b"\n", 0, line.start)
        yield Place(row, column, Span(offset + line.start, offset + line.end))


def _rows(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank, with its offset."""
    at = 0
    for row in data.split(b"\n"):
        if row and not row.isspace():
            yield at, row
        at += len(row) + 1


def _has_ini_shape(data: bytes, from_start: bool) -> bool:
    """Whether an ini parser could accept `data`, given a section header to begin with."""
    head = data[: data.find(b"\n") + 1]
    if from_start and _NO_ASSIGNMENT.match(b"\n" + head.removeprefix(b"\xef\xbb\xbf")):
        return False
    return not _NO_ASSIGNMENT.search(data)


def _ini_lines(data: bytes) -> Iterator[_Line]:
    """`name = value` and `name: value`; an indented line continues the value above it."""
    name, margin = b"", 0
    for at, row in _rows(data):
        text = row.strip()
        if text[:1] in b"#;":
            continue
        indent = len(row) - len(row.lstrip())
        if name and indent > margin:
            start = at + indent
            yield _Line(name, b" = ", _unquoted(text), start, start + len(text))
            continue
        margin = indent
        cut = min((place for place in (text.find(b"="), text.find(b":")) if place >= 0), default=0)
        if cut < 1 or (text.startswith(b"[") and b"]" in text):
            name = b""
            continue
        name, value = text[:cut].rstrip(), text[cut + 1 :].strip()
        if value:
            start = at + indent + len(text) - len(value)
            yield _Line(name, b" = ", _unquoted(value), start, start + len(value))


def _unquoted(value: bytes) -> bytes:
    return (
        value[1:-1] if len(value) > 1 and value[:1] in b"\"'" and value[-1:] == value[:1] else value
    )


class _Scalar:
    """A YAML value being put together from the lines it is written on."""

    def __init__(
        self, name: bytes, margin: int, comment: bytes, block: bool = False, joint: bytes = b" "
    ) -> None:
        """Of a `block`, every line further in than `margin` is a part, put on with `joint`."""
        self.name = name
        self.margin = margin
        self.comment = comment
        self.block = block
        self.joint = joint
        self.pieces: list[bytes] = []
        self.start = self.end = 0

    def add(self, text: bytes, start: int) -> None:
        if not text or len(self.pieces) >= _JOINED:
            return
        if not self.pieces:
            self.start = start
        self.pieces.append(text)
        self.end = start + len(text)

    def lines(self) -> Iterator[_Line]:
        """The value whole, if there is one."""
        if not self.pieces:
            return
        joined = self.joint.join(self.pieces)
        if not self.block:
            joined = _scalar(joined)
        yield _Line(self.name, b": ", joined, self.start, self.end, self.comment)


def _yaml_lines(data: bytes) -> Iterator[_Line]:
    """Values of mappings, as detect-secrets takes them: items of lists are not looked at."""
    scalar: _Scalar | None = None
    for at, row in _rows(data):
        text = row.strip()
        indent = len(row) - len(row.lstrip(b" "))
        if scalar and scalar.block and indent > scalar.margin:
            scalar.add(text, at + row.index(text))
            continue
        if text.startswith(b"#"):
            continue
        cut = _yaml_cut(text)
        if cut < 0 and scalar and indent > scalar.margin and not text.startswith(b"-"):
            scalar.add(text, at + indent)
            continue
        if scalar:
            yield from scalar.lines()
            scalar = None
        if cut >= 0:
            scalar = _opened(text, cut, at, indent)
            yield from _flow_lines(text, at + indent)
    if scalar:
        yield from scalar.lines()


def _yaml_cut(text: bytes) -> int:
    """Where the colon stands that ends the name in `text`; -1 if there is none."""
    if text[:1] in b"\"'":
        close = text.find(text[:1], 1)
        if close > 0 and text[close + 1 : close + 2] == b":":
            return close + 1
    cut = text.find(b": ")
    return cut if cut >= 0 else len(text) - 1 if text.endswith(b":") else text.find(b":\t")


def _opened(text: bytes, cut: int, at: int, indent: int) -> _Scalar:
    """The value that begins behind the colon at `cut`; `margin` is how far its name is in."""
    head = text[:cut]
    dashes = len(head) - len(head.lstrip(b"-? "))
    name = _unquoted(head[dashes:].lstrip(b"{ ").strip())
    rest = text[cut + 1 :].strip()
    properties = _PROPERTIES.match(rest + b" ")
    value = rest[properties.end() :] if properties else rest
    block = _BLOCK.match(value)
    joint = BLANK if block and block[1] == b"|" else b" "
    if properties and b"!!binary" in properties[0]:
        joint = b""  # base64, which detect-secrets puts together again
    found = _COMMENT.search(text)
    comment = found[0] if found else b""
    scalar = _Scalar(name, indent + dashes, comment, block is not None, joint)
    if value and not block:
        scalar.add(value, at + indent + len(text) - len(value))
    return scalar


def _scalar(value: bytes) -> bytes:
    """What a plain or quoted YAML value means, as far as one line can say."""
    quote = value[:1]
    if quote and quote in b"\"'":
        close = value.rfind(quote, 1)
        inner = value[1:close] if close > 0 else value[1:]
        if quote == b"'":
            return inner.replace(b"''", b"'")
        return inner.replace(b'\\"', b'"').replace(b"\\\\", b"\\")
    comment = _COMMENT.search(value)
    return value[: comment.start()] if comment else value


def _flow_lines(text: bytes, start: int) -> Iterator[_Line]:
    """The pairs of a mapping written on one line: `{a: b, c: d}`; of several, each line's last."""
    if text[-1:] in b",}" and b"{" not in text:
        text = b"{" + text
        start -= 1
    if b"{" not in text:
        return
    for pair in _FLOW.finditer(text):
        low, high = pair.span(2)
        yield _Line(_unquoted(pair[1]), b": ", _scalar(pair[2]), start + low, start + high)
