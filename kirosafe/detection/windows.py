"""A source's windows as pieces, and which stretch of each is to be judged.

Neighbouring windows overlap by `WINDOW_OVERLAP`. Each judges what begins in its own stretch, up to
the middle of the overlap, and so sees at least half an overlap on either side of it: what is found
does not depend on where the windows were cut.
"""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kirosafe.detection.piece import Piece
from kirosafe.model.source import WINDOW_OVERLAP, Window

EDGE = WINDOW_OVERLAP // 2


class Part(NamedTuple):
    """One window's piece; what begins in `low..high` of it is this window's to judge. `whole` says
    that there is no other."""

    piece: Piece
    low: int
    high: int
    whole: bool


def parts(windows: Iterable[Window], path: str, codec: str | None, strict: bool) -> Iterator[Part]:
    """The `windows` of a source in order, transcoded from `codec` if that is given."""
    if codec:
        windows = _transcoded(windows, codec)
    line_start = 0  # of the line on which the window begins, in the source
    before: Window | None = None
    for window in windows:
        if before is not None:
            newline = before.data.rfind(b"\n", 0, window.offset - before.offset)
            line_start = before.offset + newline + 1 if newline >= 0 else line_start
        before = window
        piece = Piece(
            window.data,
            path,
            (codec,) if codec else (),
            window.line,
            window.offset - line_start + 1,
            offset=None if codec else window.offset,
            strict=strict,
        )
        low = max(0, window.overlap - EDGE)
        high = len(window.data) - (0 if window.last else EDGE)
        yield Part(piece, low, high, window.last and not window.offset)


def _transcoded(windows: Iterable[Window], codec: str) -> Iterator[Window]:
    """The same text as UTF-8 in windows of its own, without byte order mark; what `codec` cannot
    read becomes U+FFFD. Offsets and lines are those of the new text."""
    decoder = getincrementaldecoder(codec)("replace")
    tail, offset, line = b"", 0, 1
    for window in windows:
        text = decoder.decode(window.data[window.overlap :], window.last)
        if not window.offset:
            text = text.removeprefix("\ufeff")
        data = tail + text.encode()
        yield Window(data, offset, line, len(tail), window.last)
        tail = data[-WINDOW_OVERLAP:]
        passed = len(data) - len(tail)
        line += data.count(b"\n", 0, passed)
        offset += passed
