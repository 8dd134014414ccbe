"""The zip family's directory, read entry by entry from bytes in memory."""

from collections.abc import Iterator
from struct import unpack_from
from typing import NamedTuple

from kirosafe.detection.views.streams import Damaged

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_ENTRY = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"
_COMMENT = 65_535 + 22  # the end record may stand this far from the end
_ELSEWHERE = 0xFFFFFFFF  # the number stands in the zip64 field
_ENCRYPTED, _UTF8 = 0x1, 0x800


class ZipEntry(NamedTuple):
    """One member as the directory has it; sizes are claims."""

    name: str
    encrypted: bool
    method: int
    start: int
    stop: int


def zip_entries(data: bytes) -> Iterator[ZipEntry]:
    """The members in directory order, folders left out; `Damaged` where it cannot be read on.

    Members that together claim more bytes than there are overlap, which no tool writes and bombs
    do; that counts as damage too.
    """
    position, stop, shift = _directory(data)
    claimed = 0
    while position < stop:
        if data[position : position + 4] != _ENTRY or position + 46 > len(data):
            raise Damaged("directory")
        flags, method = unpack_from("<HH", data, position + 8)
        packed, size = unpack_from("<II", data, position + 20)
        name_size, extra_size, comment_size = unpack_from("<HHH", data, position + 28)
        (offset,) = unpack_from("<I", data, position + 42)
        name_end = position + 46 + name_size
        extra = data[name_end : name_end + extra_size]
        size, packed, offset = _wide(extra, size, packed, offset)
        raw_name = data[position + 46 : name_end]
        position = name_end + extra_size + comment_size
        claimed += packed
        if claimed > len(data):
            raise Damaged("overlapping members")
        if not raw_name.endswith(b"/"):
            start = _content(data, offset + shift)
            yield ZipEntry(
                _name(raw_name, flags), bool(flags & _ENCRYPTED), method, start, start + packed
            )


def _directory(data: bytes) -> tuple[int, int, int]:
    """Where the directory begins and ends, and what to add to offsets: a program may stand before
    the archive."""
    end = data.rfind(_END, max(0, len(data) - _COMMENT))
    if end < 0 or end + 22 > len(data):
        raise Damaged("no directory")
    size, offset = unpack_from("<II", data, end + 12)
    if _ELSEWHERE in (size, offset):
        end = data.rfind(_END_64, 0, end)
        if end < 0 or end + 56 > len(data):
            raise Damaged("no zip64 directory")
        size, offset = unpack_from("<QQ", data, end + 40)
    if size > end or offset > end - size:
        raise Damaged("directory outside the file")
    return end - size, end, end - size - offset


def _wide(extra: bytes, *numbers: int) -> list[int]:
    """`numbers`, those that did not fit taken from the zip64 field, in its order."""
    wide: list[int] = []
    position = 0
    while position + 4 <= len(extra):
        kind, size = unpack_from("<HH", extra, position)
        if kind == 1:
            count = min(size, len(extra) - position - 4) // 8
            wide = list(unpack_from(f"<{count}Q", extra, position + 4))
        position += 4 + size
    return [wide.pop(0) if number == _ELSEWHERE and wide else number for number in numbers]


def _content(data: bytes, header: int) -> int:
    """Where the content behind the local header begins."""
    if data[header : header + 4] != _LOCAL or header + 30 > len(data):
        raise Damaged("member header")
    name_size, extra_size = unpack_from("<HH", data, header + 26)
    return int(header + 30 + name_size + extra_size)


def _name(raw: bytes, flags: int) -> str:
    """The name for people: UTF-8 where it says so or reads as such, else the DOS alphabet."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if flags & _UTF8 else raw.decode("cp437")
