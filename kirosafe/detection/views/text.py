"""Is it text, and in which encoding: judged by the first bytes."""

HEAD = 8192
_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_LANES = (  # bytes a character, and which of them holds ASCII
    ("utf-32-le", 4, 0),
    ("utf-32-be", 4, 3),
    ("utf-16-le", 2, 0),
    ("utf-16-be", 2, 1),
)
_SHORTEST = 8
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_MAGICS = (
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"\x7fELF",
    b"MZ\x90",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"BZh91AY&SY",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",
    b"SQLite format 3\x00",
    b"\x00asm",
    b"\x00\x01\x00\x00\x00",
    b"OggS\x00",
    b"ID3\x03",
    b"ID3\x04",
    b"fLaC\x00",
    b"!<arch>\n",
)
_CONTROLS = bytes(c for c in range(1, 0x20) if c not in b"\b\t\n\v\f\r\x1b")
_NUL_SHARE = 0.15  # programs hold 20-50 % NUL, lists separated by NUL under 10 %
_CONTROL_SHARE = 0.04  # noise holds 9 %, text with terminal escapes none


def as_text(head: bytes) -> str | None:
    """The codec from which to transcode before scanning, judged by `head`, the source's first
    bytes; None if its bytes are to be scanned as they are (UTF-8, Latin-1, binary)."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    head = head[:HEAD]
    if head.count(0) * 4 < len(head):  # nearly every file; where ASCII is wide, half are NUL
        return None
    return next((codec for codec, width, lane in _LANES if _fits(head, width, lane)), None)


def _fits(head: bytes, width: int, lane: int) -> bool:
    """Does ASCII sit in one byte of each `width`, and NUL, nearly always, in the others?"""
    whole = len(head) - len(head) % width
    if whole < _SHORTEST * width // 2:
        return False
    letters = head[lane:whole:width]
    if len(letters.translate(None, _PRINTABLE)) > len(letters) // 10:
        return False
    fillers = (head[other:whole:width] for other in range(width) if other != lane)
    return all(filler.count(0) >= len(filler) * 7 // 10 for filler in fillers)


def transcode(data: bytes, codec: str) -> bytes:
    """`data` as UTF-8 without byte order mark; what `codec` cannot read becomes U+FFFD."""
    text = data.decode(codec, "replace").removeprefix("\ufeff")
    return text.encode()


def is_binary(head: bytes) -> bool:
    """Whether lines mean nothing here: a known magic, much NUL, or many control characters.

    One NUL in a log does not make it binary. Ask `as_text` first.
    """
    magic = head.startswith(_MAGICS)
    head = head[:HEAD]
    if head.isascii() and b"\0" not in head:  # nearly every text, and no noise of any length
        return False
    if magic:
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return head.count(0) > len(head) * _NUL_SHARE or controls > len(head) * _CONTROL_SHARE
