"""Text of office documents: their XML without the tags, as a person reads it."""

import re

_PART = re.compile(
    r"(?:(?:word|xl|ppt|docProps|customXml|visio)/.*|content|styles|meta|settings)\.xml\Z", re.S
)
_BREAK = re.compile(
    rb"</(?:[a-z]{1,8}:)?(?:p|h|si|c|tr|row|tc|list-item|table-cell|property)>"
    rb"|<(?:[a-z]{1,8}:)?(?:br|cr|line-break)\b[^<>]*>"
)
_TAB = re.compile(rb"<(?:w:|text:)tab\b[^<>]*>")
_TAG = re.compile(rb"<!--|-->|<!\[CDATA\[|\]\]>|<[^<>]*>")
# Settings live in attributes (connection strings, links); short ones and names of schemas do not.
_ATTRIBUTE = re.compile(rb"""\s(?!xmlns)([\w:.-]{1,40}=(?:"[^"<>]{16,2000}"|'[^'<>]{16,2000}'))""")
_SCHEMA = re.compile(rb"""=["'](?:https?://(?:schemas|purl|www\.w3)|urn:)""")
_ENTITY = re.compile(rb"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}


def is_office_part(name: str) -> bool:
    """Whether a zip member of this name holds text of a document (OOXML or ODF)."""
    return _PART.match(name) is not None


def office_text(xml: bytes) -> bytes:
    """Paragraphs, rows and shared strings as lines, text runs joined; then long attributes.

    A value that the editor split over runs (`<w:t>AK</w:t>…<w:t>IA</w:t>`) is whole again.
    """
    text = _TAG.sub(b"", _TAB.sub(b"\t", _BREAK.sub(b"\n", xml)))
    attributes = [m[1] for m in _ATTRIBUTE.finditer(xml) if not _SCHEMA.search(m[1])]
    return _ENTITY.sub(_character, b"\n".join([text, *attributes]))


def _character(entity: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = entity.groups()
    if name:
        return _NAMED[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number).encode(errors="replace") if number <= 0x10FFFF else b"?"
