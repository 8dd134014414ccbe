"""What is packed into one file: archives, office documents, databases, notebooks."""

from collections.abc import Iterable, Iterator

from kirosafe.detection.inspection import Inspection
from kirosafe.detection.piece import Piece
from kirosafe.detection.structured import structured_piece
from kirosafe.detection.views.containers import container_kind, members
from kirosafe.detection.views.text import as_text, is_binary
from kirosafe.detection.views.view import Budget, Limits, View
from kirosafe.detection.windows import Part, parts
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.model.source import WINDOW_OVERLAP, WINDOW_SIZE, Source, Window

NOTEBOOK = "notebook"
# How much of a member's beginning says what it is.
HEAD = 64 << 10


def packing(path: str, head: bytes) -> str | None:
    """How the content of a file that begins with `head` is packed; None when it is not."""
    if path.endswith(".ipynb"):
        return NOTEBOOK
    return container_kind(path, head)


def unpack(inspection: Inspection, source: Source, kind: str, limits: Limits) -> None:
    """Look at everything packed into `source`, again and again down to the depth limit."""
    if source.size > (limits.notebook_bytes if kind == NOTEBOOK else limits.container_bytes):
        if kind != NOTEBOOK:  # a notebook was already looked at as the text that it is
            inspection.skipped.append(Skipped(source.path, SkipReason.ARCHIVE_TOO_LARGE))
        return
    data = b"".join(window.data[window.overlap :] for window in source.windows())
    _open(inspection, kind, View((), source.path, data), source.path, Budget(limits), limits)


def _open(
    inspection: Inspection, kind: str, packed: View, path: str, budget: Budget, limits: Limits
) -> None:
    """Look at what is in `packed`, and at once into what is packed in that, so that never more
    than one container of each level is held. `members` ends it at the depth limit."""
    for view in _views(kind, packed, limits, budget):
        if isinstance(view, Skipped):
            inspection.skipped.append(view._replace(path=path))
            continue
        _look(inspection, view)
        inner = packing(view.path, view.data[:HEAD]) if kind != NOTEBOOK else None
        if inner:
            _open(inspection, inner, view, path, budget, limits)


def _views(kind: str, packed: View, limits: Limits, budget: Budget) -> Iterable[View | Skipped]:
    if kind == NOTEBOOK:
        from kirosafe.detection.views.notebook import cells

        view = cells(packed.path, packed.data, packed.via, limits)
        return [] if view is None else [view]
    return members(kind, packed.path, packed.data, packed.via, limits, budget)


def _look(inspection: Inspection, view: View) -> None:
    """Judge `view` window by window, as a source is, so that what one step of looking takes does
    not grow with the member; the second stage knows what the first found in all of it."""
    head = view.data[:HEAD]
    codec = as_text(head)
    strict = codec is None and is_binary(head)
    structured = None
    inspection.structured = False
    for part, piece in _pieces(view, codec, strict):
        inspection.look(piece, part.low, part.high)
        if part.whole and inspection.structured and not strict:
            structured = structured_piece(piece)
    if not strict and inspection.findings:
        for part, piece in _pieces(view, codec, strict):
            inspection.look_again(piece, part.low, part.high)
    if structured is not None:
        inspection.look(structured)


def _pieces(view: View, codec: str | None, strict: bool) -> Iterator[tuple[Part, Piece]]:
    """The view's parts; their pieces say the view's steps, and no place in the source."""
    for part in parts(_windows(view.data), view.path, codec, strict):
        yield part, part.piece._replace(via=view.via, offset=None)


def _windows(data: bytes) -> Iterator[Window]:
    """`data` cut as the adapters cut a file."""
    start, line, overlap = 0, 1, 0
    while True:
        stop = start + WINDOW_SIZE
        yield Window(data[start:stop], start, line, overlap, stop >= len(data))
        if stop >= len(data):
            return
        line += data.count(b"\n", start, stop - WINDOW_OVERLAP)
        start, overlap = stop - WINDOW_OVERLAP, WINDOW_OVERLAP
