"""Encoded text: how the prefilter recognises it, and how what stands around a hit is decoded.

A rule names literals ("AKIA"). `encoded_literals` says what they look like encoded, as expressions
for the one prefilter pass; at each hit `decode_at` decodes the neighbourhood in place, so that
labels, and values that carry no literal (the secret beside the key id), stay beside each other.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kirosafe.detection.views.view import Limits

SHORTEST_ANCHOR = 4  # stable bytes; three base64 characters would hit in every source map


class EncodedAnchor(NamedTuple):
    """An expression (Vectorscan and `re` alike, over bytes) and the encoding that it betrays."""

    encoding: str
    expression: str


class _Replacement(NamedTuple):
    """What to put in place of `start..stop` of a neighbourhood."""

    start: int
    stop: int
    data: bytes


# From the quote that ends one piece of a string to the quote that begins the next.
_JOINT = r"""["'][ \t+.\\]{0,16}\r?\n?[ \t+.]{0,48}["']"""

# --- anchors ---------------------------------------------------------------------------------


def encoded_literals(literals: Iterable[bytes]) -> tuple[EncodedAnchor, ...]:
    """Every anchor for `literals`, without doubles, in a fixed order.

    A literal of fewer than four bytes is left out. base64 has three alignments, of which only the
    characters that do not depend on neighbours are used: at least four of four bytes.
    """
    found: dict[EncodedAnchor, None] = {}
    for literal in literals:
        if len(literal) < SHORTEST_ANCHOR:
            continue
        for encoding, expressions in (
            ("base64", _base64_anchors(literal)),
            ("hex", ("".join(_hex_digits(byte) for byte in literal),)),
            ("percent", (_PERCENT_RUN,)),
            ("escapes", _ESCAPE_RUNS),
            ("concat", _concat_anchors(literal)),
        ):
            found.update((EncodedAnchor(encoding, expression), None) for expression in expressions)
    return tuple(found)


def _base64_anchors(literal: bytes) -> Iterator[str]:
    """For each alignment the stable characters of the first bytes. A line break within them is
    not foreseen: a wrapped text has other literals elsewhere, and every break a pattern more."""
    from binascii import b2a_base64

    literal = literal[:_BASE64_BYTES]
    for before in range(3):
        encoded = b2a_base64(b"\0" * before + literal + b"\0\0", newline=False).decode()
        first, last = (before * 8 + 5) // 6, (before + len(literal)) * 8 // 6
        yield "".join(_BASE64_CLASSES.get(char, char) for char in encoded[first:last])


_BASE64_BYTES = 6
_BASE64_CLASSES = {"+": r"[+\-]", "/": "[/_]"}  # standard and URL alphabet


def _hex_digits(byte: int) -> str:
    """Two hex digits, in either case."""
    return "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in f"{byte:02x}")


def _concat_anchors(literal: bytes) -> Iterator[str]:
    """A quoted string that ends inside the literal and goes on behind a plus sign, a dot, a
    backslash or nothing. Only for the marks of AWS key ids, which people do split: each of these
    expressions costs the prefilter twelve milliseconds to compile (measured 2026-11-22)."""
    if literal in _SPLIT_LITERALS:
        chars = [re.escape(chr(byte)) for byte in literal]
        for cut in range(1, len(chars)):
            yield "".join(chars[:cut]) + _JOINT + "".join(chars[cut:])
        yield "".join(chars) + r"[A-Z2-7]{0,15}" + _JOINT + r"[A-Z2-7]"


_SPLIT_LITERALS = frozenset({b"AKIA", b"ASIA"})
# Runs of printable ASCII that nobody writes this way without a reason: one expression each, where
# one for every literal took the prefilter seconds to compile (measured 2026-11-22).
_PERCENT_RUN = "(?:%[2-7][0-9a-fA-F]){8}"
_ESCAPE_RUNS = (
    r"(?:\\u00[2-7][0-9a-fA-F]){6}",
    r"(?:\\\\u00[2-7][0-9a-fA-F]){6}",
    r"(?:\\u\{(?:00)?[2-7][0-9a-fA-F]\}){6}",
    r"(?:\\x[2-7][0-9a-fA-F]){8}",
)


# --- decoding --------------------------------------------------------------------------------


def decode_at(
    data: bytes, end: int, encoding: str, limits: Limits
) -> tuple[int, int, bytes] | None:
    """Decode what stands around a prefilter hit of `encoding` that ended at `end` in `data`.

    Returns where the neighbourhood begins and stops, and its text: every encoded piece replaced,
    the rest as it was; lines without an encoded piece are empty, because they are scanned anyway,
    so that line numbers hold. None if there is nothing to decode after all. Later hits before
    `stop` are answered by the same result: the caller skips them. Time is linear in
    `limits.encoded_reach`.
    """
    start, stop = _neighbourhood(data, end, limits.encoded_reach)
    text = data[start:stop]
    pieces = list(_PIECES[encoding](text, end - start))
    if not pieces:
        return None
    return start, stop, _rewrite(text, pieces)


def _neighbourhood(data: bytes, end: int, reach: int) -> tuple[int, int]:
    """Whole lines around `end`, cut where `reach` is shorter than the line."""
    low, high = max(0, end - reach), min(len(data), end + reach)
    if low > 0:
        low = max(low, data.find(b"\n", low, end) + 1)
    if high < len(data):
        line_end = data.rfind(b"\n", end, high)
        high = high if line_end < 0 else line_end + 1
    return low, high


def _rewrite(text: bytes, pieces: Iterable[_Replacement]) -> bytes:
    """`text` with `pieces` in place, and nothing but line ends on lines without a piece.

    Line ends inside a piece follow at the end of its line, so that the value stays whole.
    """
    out: list[bytes] = []
    done = owed = 0
    for piece in pieces:
        gap = text[done : piece.start]
        out.append(_gap(gap, owed, opens=not done))
        if b"\n" in gap:
            owed = 0
        owed += text.count(b"\n", piece.start, piece.stop)
        out.append(piece.data)
        done = piece.stop
    out.append(_gap(text[done:], owed, closes=True))
    return b"".join(out)


def _gap(gap: bytes, owed: int, opens: bool = False, closes: bool = False) -> bytes:
    """What becomes of the text between two pieces (or before the first, behind the last): the
    rest of the first's line, all line ends, the beginning of the second's line."""
    first, last = gap.find(b"\n"), gap.rfind(b"\n")
    if first < 0:
        return gap + b"\n" * (owed if closes else 0)
    head = b"" if opens else gap[:first]
    tail = b"" if closes else gap[last + 1 :]
    return head + b"\n" * (owed + gap.count(b"\n")) + tail


_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"


def _is_printable(data: bytes) -> bool:
    return bool(data) and not data.translate(None, _PRINTABLE)


# --- base64 ----------------------------------------------------------------------------------

# Expressions are compiled at their first use (and kept by `re`): the hook imports this module, and
# compiling all of them would cost it milliseconds.
# A break inside a value: MIME, PEM, YAML folding with indentation, or escaped inside a string.
# A value starts again behind a break only if what stands there fills its line.
_BASE64_RUN = (
    rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}+"
    rb"(?:(?:[ \t]*+\r?\n[ \t]*+|(?:\\r)?\\n)[A-Za-z0-9+/_-]++"
    rb"(?=={0,2}[ \t\"',;]*+(?:[\r\n]|\\[rn]|\Z)))*+={0,2}"
)
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64_ALPHABET)
_URL_ALPHABET = bytes.maketrans(b"-_", b"+/")
_LOOK = 24  # characters on each side by which the alignment is judged


def _base64_pieces(text: bytes, at: int) -> Iterator[_Replacement]:
    """The run at the hit, whatever comes out, and its neighbours where text comes out."""
    for run in re.finditer(_BASE64_RUN, text):
        start, stop = run.span()
        raw = run[0].replace(b"\\r", b"").replace(b"\\n", b"") if b"\\" in run[0] else run[0]
        chars = raw.translate(_URL_ALPHABET, _NOT_BASE64)
        hit = start < at <= stop
        if hit:
            before = len(text[start:at].translate(None, _NOT_BASE64))
            decoded = _base64(chars[_phase(chars, before) :])
        else:
            decoded = _base64(chars)
        if hit or _is_printable(decoded):
            yield _Replacement(start, stop, decoded)


def _phase(chars: bytes, at: int) -> int:
    """How many leading characters do not belong to the value (a path, a name before it): the
    alignment at which most of what stands around `at` comes out printable; the run's own if so."""
    low = max(0, at - _LOOK) // 4 * 4

    def legible(phase: int) -> int:
        decoded = _base64(chars[low + phase : at + _LOOK])
        return len(decoded) - len(decoded.translate(None, _PRINTABLE))

    return max(range(4), key=legible)


def _base64(chars: bytes) -> bytes:
    """Decode, with the padding that is missing; a last character that says nothing is dropped."""
    from binascii import a2b_base64

    if len(chars) % 4 == 1:
        chars = chars[:-1]
    return a2b_base64(chars + b"=" * (-len(chars) % 4))


# --- hex, percent, escapes, concat -----------------------------------------------------------

_HEX_RUN = rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{16,}+"
_PERCENT = rb"(?:%[0-9A-Fa-f]{2})++"
_ESCAPE = rb"\\{1,2}(?:u(?:([0-9A-Fa-f]{4})|\{([0-9A-Fa-f]{1,6})\})|x([0-9A-Fa-f]{2}))"
_BETWEEN = _JOINT.encode()


def _hex_pieces(text: bytes, at: int) -> Iterator[_Replacement]:
    """The run at the hit, and its neighbours where text comes out."""
    from binascii import unhexlify

    for run in re.finditer(_HEX_RUN, text):
        digits = run[0]
        hit = run.start() < at <= run.end()
        if hit and (at - run.start()) % 2:
            digits = digits[1:]  # a stray digit stands before the value
        decoded = unhexlify(digits[: len(digits) // 2 * 2])
        if hit or _is_printable(decoded):
            yield _Replacement(*run.span(), decoded)


def _percent_pieces(text: bytes, _at: int) -> Iterator[_Replacement]:
    from binascii import unhexlify

    for run in re.finditer(_PERCENT, text):
        yield _Replacement(*run.span(), unhexlify(run[0].replace(b"%", b"")))


def _escape_pieces(text: bytes, _at: int) -> Iterator[_Replacement]:
    for escape in re.finditer(_ESCAPE, text):
        unit, code, byte = escape.groups()
        number = int(unit or code or byte, 16)
        char = bytes((number,)) if byte else _utf8(number)
        yield _Replacement(*escape.span(), char)


def _utf8(number: int) -> bytes:
    """The character as UTF-8; a question mark for halves of pairs and what is no character."""
    return chr(number).encode(errors="replace") if number <= 0x10FFFF else b"?"


def _concat_pieces(text: bytes, _at: int) -> Iterator[_Replacement]:
    """The joints between two pieces of a string, replaced by nothing."""
    for joint in re.finditer(_BETWEEN, text):
        if joint.end() - joint.start() > 2:  # two quotes alone are an empty string
            yield _Replacement(*joint.span(), b"")


_PIECES: dict[str, Callable[[bytes, int], Iterator[_Replacement]]] = {
    "base64": _base64_pieces,
    "hex": _hex_pieces,
    "percent": _percent_pieces,
    "escapes": _escape_pieces,
    "concat": _concat_pieces,
}
