"""What is packed into one file: archives, office documents, databases, notebooks."""

from collections.abc import Iterable

from kirosafe.detection.inspection import Inspection
from kirosafe.detection.piece import Piece
from kirosafe.detection.structured import structured_piece
from kirosafe.detection.views.containers import container_kind, members
from kirosafe.detection.views.text import as_text, is_binary, transcode
from kirosafe.detection.views.view import Budget, Limits, View
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.model.source import Source

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
    codec = as_text(view.data[:HEAD])
    data = transcode(view.data, codec) if codec else view.data
    strict = codec is None and is_binary(data[:HEAD])
    piece = Piece(data, view.path, view.via, strict=strict)
    inspection.structured = False
    inspection.look_into(piece)
    structured = structured_piece(piece) if inspection.structured and not strict else None
    if structured is not None:
        inspection.look(structured)
