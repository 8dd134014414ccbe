"""Example templates to example texts, so that nothing shaped like a token stands in the tree.

`{{AKIA|base32:16}}` is a key id, new for each seed. Between the braces stand pieces joined with
`|`: `kind:length`, a special such as `jwt` or `pem:RSA`, or a literal. Braces without any kind or
special in them are no template and stay as they are, so `${{ secrets.TOKEN }}` can be written.
docs/rules.md lists the kinds.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from random import Random  # only its type, and with the seed given
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

from kirosafe.detection.gates import base62_crc32

_CLASSES = (ascii_uppercase, ascii_lowercase, digits)
_ALNUM = ascii_uppercase + ascii_lowercase + digits
KINDS: Final = {
    "base32": ascii_uppercase + "234567",
    "alnum": _ALNUM,
    "hex": digits + "abcdef",
    "HEX": digits + "ABCDEF",
    "lower": ascii_lowercase,
    "upper": ascii_uppercase,
    "digits": digits,
    "lowernum": ascii_lowercase + digits,
    "base32lower": ascii_lowercase + "234567",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "uppernum": ascii_uppercase + digits,
    "base64": _ALNUM + "+/",
    "base64url": _ALNUM + "-_",
}
"""The letters each `kind:length` piece draws from; `word:length` is made of syllables instead."""

_TEMPLATE = re.compile(r"\{\{([^{}]+)\}\}")
_LENGTH_LIMIT = 100_000
_GITHUB_BODY = 30
_PEM_LINES = 8
# What the base64 of each kind of key begins with: a DER sequence, or OpenSSH's magic.
_PEM_BEGINS = {"OPENSSH": "b3BlbnNzaC1rZXktdjEAAAAA", "PGP": "lQOYBF"}


def expand(template: str, rng: Random) -> str:
    """`template` with every `{{…}}` replaced by what its pieces make; the same for equal seeds.

    Raises `ValueError` when a kind's length is no number from 1 to 100,000.
    """
    return _TEMPLATE.sub(lambda found: _expand_pieces(found, rng), template)


def _expand_pieces(found: re.Match[str], rng: Random) -> str:
    made = [(piece, _make(piece, rng)) for piece in _pieces(found[1])]
    if all(text is None for _, text in made):
        return found[0]
    return "".join(piece if text is None else text for piece, text in made)


def _pieces(inside: str) -> list[str]:
    """Split at `|`; `text:|` is a bar itself."""
    return re.findall(r"text:\||[^|]+", inside)


def _make(piece: str, rng: Random) -> str | None:
    """What one piece makes, or None when it is a literal."""
    name, colon, argument = piece.partition(":")
    if name == "text" and colon:
        return argument
    if name == "word" and colon:
        return _word(_length(piece, argument), rng)
    if name in KINDS and colon:
        return _draw(KINDS[name], _length(piece, argument), rng)
    special = _SPECIALS.get(name)
    return special(argument, rng) if special and (colon or name in ("jwt", "uuid")) else None


def _length(piece: str, argument: str) -> int:
    if not argument.isdecimal() or not 1 <= int(argument) <= _LENGTH_LIMIT:
        raise ValueError(f"'{piece}' needs a length from 1 to {_LENGTH_LIMIT}")
    return int(argument)


def _draw(alphabet: str, length: int, rng: Random) -> str:
    """`length` letters; from four on at least one of each class in `alphabet` (A, a, 1).

    A live token practically always has them, and an example must not fail by bad luck.
    """
    drawn = rng.choices(alphabet, k=length)
    classes = [
        group for group in (ascii_uppercase, ascii_lowercase, digits) if group[0] in alphabet
    ]
    if length >= 4:
        for place, group in zip(rng.sample(range(length), 3), classes, strict=False):
            drawn[place] = rng.choice([letter for letter in group if letter in alphabet])
    return "".join(drawn)


def _word(length: int, rng: Random) -> str:
    """Something that can be pronounced: consonant and vowel in turn."""
    turns = ("bdfgklmnprstvz", "aeiou")
    return "".join(rng.choice(turns[place % 2]) for place in range(length))


def _jwt(_argument: str, rng: Random) -> str:
    parts = (
        b'{"alg":"HS256","typ":"JWT"}',
        b'{"sub":"%d","iat":1700000000}' % rng.randrange(10**9),
    )
    encoded = [urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
    return ".".join((*encoded, _draw(KINDS["base64url"], 43, rng)))


def _uuid(_argument: str, rng: Random) -> str:
    text = _draw(KINDS["hex"], 32, rng)
    return "-".join((text[:8], text[8:12], "4" + text[13:16], "a" + text[17:20], text[20:]))


def _github(prefix: str, rng: Random) -> str:
    """A classic GitHub token, `github:ghp`, with the checksum that belongs to it."""
    body = _draw(_ALNUM, _GITHUB_BODY, rng)
    return f"{prefix}_{body}{base62_crc32(body.encode()).decode()}"


def _pem(label: str, rng: Random) -> str:
    """A private key's shape: `pem:RSA`, `pem:EC`, `pem:OPENSSH`, `pem:ENCRYPTED`, `pem:PGP`;
    `pem:PLAIN` is the one without a word before PRIVATE KEY."""
    name = {"PLAIN": "PRIVATE KEY", "PGP": "PGP PRIVATE KEY BLOCK"}.get(
        label, f"{label} PRIVATE KEY"
    )
    begin = _PEM_BEGINS.get(label, "MIIEvQIBADAN")
    body = begin + _draw(KINDS["base64"], _PEM_LINES * 64 - len(begin), rng)
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    head = [""] if label == "PGP" else []
    return "\n".join([f"-----BEGIN {name}-----", *head, *lines, f"-----END {name}-----"])


def _pem_in_one_line(label: str, rng: Random) -> str:
    """The same as a JSON string holds it: line ends written as a backslash and an n."""
    return _pem(label, rng).replace("\n", "\\n") + "\\n"


_SPECIALS: dict[str, Callable[[str, Random], str]] = {
    "jwt": _jwt,
    "uuid": _uuid,
    "github": _github,
    "pem": _pem,
    "pem1": _pem_in_one_line,
}
