"""Tar headers, one after the other, over a stream: no recursion, no seeking."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from kirosafe.detection.views.streams import Damaged, Stream

BLOCK = 512
_PAX = re.compile(rb"\d{1,9} (path|size)=([^\n]*)\n")
_FILES = (b"0", b"\0", b"7", b"S")
_LONG_NAME, _PAX_HEADER, _SPARSE = b"L", b"x", b"S"
_EXTENSION = 64 * 1024  # what is read of a long name or extended header


class TarEntry(NamedTuple):
    """A file whose `size` bytes come next in the stream; the reader takes them all."""

    name: str
    size: int


def is_tar(head: bytes) -> bool:
    """Whether `head` is a header with the right check sum."""
    return len(head) >= BLOCK and bool(head[:BLOCK].strip(b"\0")) and _sum_holds(head[:BLOCK])


def tar_entries(stream: Stream) -> Iterator[TarEntry | None]:
    """The files in order, None for every other header (so that headers can be counted).

    `Damaged` where it cannot be read on; where the stream failed, it says so itself.
    """
    name, size = "", -1
    while header := stream.read(BLOCK):
        if stream.failure:
            return
        if not header.strip(b"\0"):
            continue
        if len(header) < BLOCK or not _sum_holds(header):
            raise Damaged("header")
        kind = header[156:157]
        own_size = _number(header[124:136])
        if kind in (_LONG_NAME, _PAX_HEADER):
            text = stream.read(min(own_size, _EXTENSION))
            stream.skip(own_size - len(text) + -own_size % BLOCK)
            if kind == _LONG_NAME:
                name = _text(text.rstrip(b"\0"))
            else:
                name, size = _extended(text, name)
            yield None
            continue
        own_size = own_size if size < 0 else size
        own_name = name or _own_name(header)
        name, size = "", -1
        if kind in _FILES:
            if kind == _SPARSE:
                _skip_sparse(stream, header)
            yield TarEntry(own_name, own_size)
            stream.skip(-own_size % BLOCK)
        else:
            yield None
            stream.skip(own_size + -own_size % BLOCK)


def _sum_holds(header: bytes) -> bool:
    """The check sum counts its own field as blanks."""
    found = re.match(rb" *([0-7]{1,7})", header[148:156])
    return found is not None and int(found[1], 8) == sum(header) - sum(header[148:156]) + 256


def _number(field: bytes) -> int:
    """Octal, or binary when it is large; `Damaged` when it is neither or negative."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise Damaged("header")
    return int(digits or b"0", 8)


def _extended(text: bytes, name: str) -> tuple[str, int]:
    """Name and size that an extended header gives to the next file."""
    size = -1
    for record in _PAX.finditer(text):
        if record[1] == b"path":
            name = _text(record[2])
        elif record[2].isdigit() and len(record[2]) < 20:
            size = int(record[2])
    return name, size


def _own_name(header: bytes) -> str:
    name = header[:100].split(b"\0")[0]
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return _text(prefix + b"/" + name if prefix else name)


def _skip_sparse(stream: Stream, header: bytes) -> None:
    """Maps of holes that do not fit into the header; the stored bytes follow."""
    more = header[482:483]
    while more not in (b"\0", b""):
        more = stream.read(BLOCK)[504:505]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
