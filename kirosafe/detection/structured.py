"""Configuration read as keys and values, for what its raw lines do not show.

A name and its value may stand on different lines, a value may be encoded, quotes may be missing.
The view has one `key = "value"` line for each entry, so that the same rules judge it.
"""

import re

from kirosafe.detection.gates import passes
from kirosafe.detection.piece import Locator, Piece, Place
from kirosafe.detection.views.structure import Entry, entries, structure_for

_SECRET_ENTRY = (
    rb"^[^=\n]*(?:passw|passphrase|pwd|secret|token|api_?-?key|private_?-?key|access_?-?key"
    rb"|credential|auth)[^=\n]* = ([\"'])(.+)\1$"
)

# A larger configuration file is looked at as text alone.
LARGEST = 1 << 20

# What makes a configuration file worth reading as structure although its name is ordinary:
# name-and-value pairs, Kubernetes secrets, Docker registry logins, block scalars.
TRIGGERS = (
    r"(?i)name[\"']?[ \t]{0,2}[:=][ \t]{0,2}[\"']?[a-z0-9_.-]{0,24}"
    r"(?:passw|secret|token|api_?key|access_?key|credential)[a-z0-9_.-]{0,16}"
    r"[\"']?[,\s]{0,40}[\"']?value[\"']?[ \t]{0,2}[:=]",
    r"kind[\"']?:[ \t]{0,4}[\"']?Secret",
    r"\"auth\"[ \t]{0,2}:[ \t]{0,2}\"[A-Za-z0-9+/]{12}",
    r"(?i)(?:password|passwd|secret|token|api_?key|private_?key)[\"']?:[ \t]{1,4}[|>]",
)


def structured_piece(piece: Piece, structure: str = "") -> Piece | None:
    """`piece`, a whole file, as one line per entry; None when it has no structure we read.

    `structure` is the one its kind of sensitive file has; "" to go by the name.
    """
    structure = structure or structure_for(piece.path) or ""
    if not structure or len(piece.data) > LARGEST:
        return None
    found = [entry for entry in entries(structure, piece.data) if entry.value.strip()]
    if not found:
        return None
    locator = Locator(piece)
    return Piece(
        b"\n".join(_line(entry) for entry in found),
        piece.path,
        (*piece.via, structure),
        places=tuple(_place(locator, entry) for entry in found),
    )


def names_secret(view: Piece) -> bool:
    """Whether an entry in `view`, which is from `structured_piece`, has the name of a secret and a
    value that is not plainly a placeholder: enough in a file that is sensitive by its own name,
    where also a password made of words counts."""
    return any(
        passes(("not-placeholder", "not-code"), entry[2], entry[0])
        for entry in re.finditer(_SECRET_ENTRY, view.data, re.I | re.M)
    )


def _line(entry: Entry) -> bytes:
    name = entry.key.rpartition(".")[2].encode("utf-8", "surrogateescape")
    value = entry.value.replace(b"\r", b"").replace(b"\n", b"\\n")
    quote = b"'" if b'"' in value else b'"'
    return name.replace(b"\n", b" ") + b" = " + quote + value + quote


def _place(locator: Locator, entry: Entry) -> Place:
    if entry.start is None or entry.end is None:
        return Place(entry.line, 1, None)
    return locator.place(entry.start, entry.end)
