"""Jupyter notebooks: cells' sources and their saved text outputs, joined as a person reads them."""

import re

from kirosafe.detection.views.structure import entries
from kirosafe.detection.views.view import Limits, View
from kirosafe.model.skipped import Skipped, SkipReason

# Notebook format 4, and 3, which has worksheets; lines are items of a list, or one string.
_TEXT = re.compile(
    r"(?:worksheets\.\d+\.)?cells\.\d+\.(?:source|input"
    r"|outputs\.\d+\.(?:text|traceback|evalue|html|data\.text/[\w.+-]+))"
    r"(?=\.|\Z)"
)
_TERMINAL_CODE = re.compile(rb"\x1b\[[0-9;]*m")


def cells(path: str, data: bytes, via: tuple[str, ...], limits: Limits) -> View | Skipped | None:
    """One View of all text in the notebook, with lines of its own; None if there is none, and a
    Skipped if there is too much of it, or in too many cells."""
    if len(data) > limits.notebook_bytes:
        return Skipped(path, SkipReason.ARCHIVE_TOO_LARGE, "notebook")
    pieces: list[bytes] = []
    before, texts = "", 0
    for entry in entries("json", data):
        found = _TEXT.match(entry.key)
        if found is None:
            continue
        # Lines of one list carry their line ends, but for tracebacks; another cell begins a line.
        apart = found[0] != before or found[0].endswith("traceback")
        if before and apart and not pieces[-1].endswith(b"\n"):
            pieces.append(b"\n")
        texts += found[0] != before
        if texts > limits.members:
            return Skipped(path, SkipReason.ARCHIVE_LIMIT, "notebook")
        before = found[0]
        pieces.append(_TERMINAL_CODE.sub(b"", entry.value))
    if not pieces:
        return None
    return View((*via, "notebook"), path, b"".join(pieces))
