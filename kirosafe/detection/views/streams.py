"""Bounded reading of compressed bytes: nothing is decompressed that was not asked for.

The standard archive readers are not used: `zipfile` turns the whole directory into objects and
inflates bzip2 members without a bound, `tarfile` recurses over hostile headers, and both cost
start-up time. Declared sizes are never trusted: what comes out is counted.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Protocol

from kirosafe.detection.views.view import Budget, Limits
from kirosafe.model.skipped import SkipReason

CHUNK = 64 * 1024
_MEMORY = 96 * 1024 * 1024  # xz dictionaries: `xz -9` needs 65 MiB, hostile headers ask for 4 GiB


class Damaged(Exception):
    """The compressed data cannot be read on; its text names the problem, never content."""


class Meter:
    """What one container may still give: the source's budget, and the ratio to its own size."""

    def __init__(self, size: int, limits: Limits, budget: Budget) -> None:
        self._budget = budget
        self._left = max(limits.ratio_floor, limits.ratio * size)

    def take(self, size: int) -> int:
        """Use up to `size` bytes; how many of them were still there."""
        taken = self._budget.take(min(size, self._left))
        self._left -= taken
        return taken

    @property
    def empty(self) -> bool:
        """True when nothing more may come out."""
        return not (self._left and self._budget.bytes)

    def member(self) -> bool:
        """Count one member; False when there may be no more."""
        self._budget.members -= 1
        return self._budget.members >= 0


class Stream:
    """Chunks read as a file is, each byte charged to the meter.

    Where the chunks end early, `failure` says why, and what was read until then stays good.
    """

    def __init__(self, chunks: Iterator[bytes], meter: Meter) -> None:
        self.failure: SkipReason | None = None
        self._chunks = chunks
        self._meter = meter
        self._ready = b""
        self._at = 0

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        pieces: list[bytes] = []
        while size > 0 and (self._at < len(self._ready) or self._fill()):
            piece = self._ready[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def peek(self, size: int) -> bytes:
        """Like `read`, and the bytes are still to be read."""
        head = self.read(size)
        self._ready, self._at = head + self._ready[self._at :], 0
        return head

    def skip(self, size: int) -> None:
        """Read past `size` bytes."""
        while size > 0 and (piece := self.read(min(size, CHUNK))):
            size -= len(piece)

    def _fill(self) -> bool:
        """Get one more chunk; False at the end."""
        if self.failure:
            return False
        try:
            chunk = next(self._chunks, b"")
        except Damaged:
            self.failure = SkipReason.ARCHIVE_DAMAGED
            return False
        allowed = self._meter.take(len(chunk))
        if allowed < len(chunk):
            self.failure = SkipReason.ARCHIVE_LIMIT
        self._ready, self._at = chunk[:allowed], 0
        return bool(self._ready)


def member_bytes(
    stream: Stream, size: int | None, limits: Limits
) -> tuple[bytes, SkipReason | None]:
    """One member: its bytes up to the limit, and why there are not more of them.

    `size` is how long it is in a longer stream, None if the stream holds nothing else.
    """
    data = stream.read(limits.member_bytes if size is None else min(size, limits.member_bytes))
    if size is None:
        cut = len(data) == limits.member_bytes and bool(stream.peek(1))
    else:
        cut = size > limits.member_bytes
        stream.skip(size - len(data))
    return data, stream.failure or (SkipReason.ARCHIVE_LIMIT if cut else None)


def stored(data: memoryview) -> Iterator[bytes]:
    """Uncompressed bytes, in chunks."""
    for start in range(0, len(data), CHUNK):
        yield bytes(data[start : start + CHUNK])


def deflated(data: memoryview) -> Iterator[bytes]:
    """One raw deflate stream, as in zip; `Damaged` where it is wrong or ends early."""
    yield from _inflate(data, -15)


def gzipped(data: memoryview, limits: Limits) -> Iterator[bytes]:
    """One or more gzip streams; what follows the last one is not looked at."""
    for _ in range(limits.members):
        rest = yield from _inflate(data, 31)
        data = data[rest:]
        if bytes(data[:2]) != b"\x1f\x8b":
            return
    raise Damaged("too many streams")


def _inflate(data: memoryview, window: int) -> Generator[bytes, None, int]:
    """One zlib stream; returns how many bytes of `data` it took."""
    import zlib

    engine = zlib.decompressobj(window)
    position, waiting = 0, b""
    while not engine.eof:
        if not waiting:
            waiting = bytes(data[position : position + CHUNK])
            position += len(waiting)
        exhausted = not waiting
        try:
            out = engine.decompress(waiting, CHUNK)
        except zlib.error as error:
            raise Damaged("deflate") from error
        waiting = engine.unconsumed_tail
        if out:
            yield out
        elif exhausted:
            raise Damaged("truncated")
    return position - len(engine.unused_data)


def bzipped(data: memoryview, limits: Limits) -> Iterator[bytes]:
    """One or more bzip2 streams; what follows the last one is not looked at."""
    import bz2

    yield from _joined(data, limits, bz2.BZ2Decompressor, b"BZh")


def xzipped(data: memoryview, limits: Limits) -> Iterator[bytes]:
    """One or more xz streams; what follows the last one is not looked at."""
    import lzma

    def engine() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)

    yield from _joined(data, limits, engine, b"\xfd7zXZ")


class _Decompressor(Protocol):
    """What bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def _joined(
    data: memoryview, limits: Limits, engine: Callable[[], _Decompressor], magic: bytes
) -> Iterator[bytes]:
    """Streams one after the other, as long as they begin with `magic`."""
    for _ in range(limits.members):
        rest = yield from _expand(data, engine())
        data = data[rest:]
        if bytes(data[: len(magic)]) != magic:
            return
    raise Damaged("too many streams")


def _expand(data: memoryview, engine: _Decompressor) -> Generator[bytes, None, int]:
    """One stream; returns how many bytes of `data` it took."""
    position = 0
    while not engine.eof:
        piece = b""
        if engine.needs_input:
            piece = bytes(data[position : position + CHUNK])
            position += len(piece)
            if not piece:
                raise Damaged("truncated")
        try:
            out = engine.decompress(piece, CHUNK)
        except (OSError, EOFError, ValueError, MemoryError, _lzma_error()) as error:
            raise Damaged("stream") from error
        if out:
            yield out
    return position - len(engine.unused_data)


def _lzma_error() -> type[Exception]:
    """The one error of its module, which is imported only by those who need it."""
    import lzma

    return lzma.LZMAError
