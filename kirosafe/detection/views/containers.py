"""Archives, compressed files, office documents and databases: what is in them, within limits."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kirosafe.detection.views.streams import Damaged, Meter, Stream, member_bytes
from kirosafe.detection.views.view import Budget, Limits, View
from kirosafe.model.skipped import Skipped, SkipReason

_MAGICS = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
# Characters kept of one step: names come from hostile files, and go with every finding.
_LONGEST_STEP = 256
_FIRST_BYTES = frozenset(magic[:1] for magic, _ in _MAGICS)
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")  # a first block, or the end of an empty stream
_SUFFIXES = {"gzip": (".gz", ".tgz", ".gzip"), "bzip2": (".bz2", ".tbz"), "xz": (".xz", ".txz")}


def container_kind(path: str, head: bytes) -> str | None:
    """Which container it is, by magic in `head` (its first 512 bytes or more), else None.

    "zip" (office documents, jars and wheels too), "gzip", "bzip2", "xz", "tar", "sqlite"; "7z",
    "rar" and "zstd" are known and cannot be read. `path` decides only about Python's zip
    applications, which begin with a line for the shell.
    """
    if head[:1] not in _FIRST_BYTES and b"\0" not in head[:512] and head[:2] != b"#!":
        return None  # nearly every file
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind if kind != "bzip2" or head[4:10] in _BZIP2_BLOCKS else None
    if path.endswith((".pyz", ".pyzw", ".pex")) and head.startswith(b"#!"):
        return "zip"
    from kirosafe.detection.views.tars import is_tar

    return "tar" if is_tar(head) else None


def members(
    kind: str,
    path: str,
    data: bytes,
    via: tuple[str, ...] = (),
    limits: Limits | None = None,
    budget: Budget | None = None,
) -> Iterator[View | Skipped]:
    """What the container `data` of `kind` holds, and what of it was not looked at.

    `via` are the steps that led here; each View's `via` is one longer, and is where the caller
    goes on if the member is a container too. One `budget` goes with one source, through all
    levels. Every Skipped has `path` as given, and the steps in its detail.
    """
    limits = limits or Limits()
    container = _Container(path, via, limits, Meter(len(data), limits, budget or Budget(limits)))
    if kind not in _READERS:
        yield container.skipped(SkipReason.ARCHIVE_DAMAGED, kind)
    elif len(via) >= limits.depth:
        yield container.skipped(SkipReason.ARCHIVE_LIMIT, kind)
    elif len(data) > limits.container_bytes:
        yield container.skipped(SkipReason.ARCHIVE_TOO_LARGE, kind)
    else:
        try:
            yield from _READERS[kind](kind, container, data)
        except Damaged as damage:
            yield container.skipped(SkipReason.ARCHIVE_DAMAGED, kind, str(damage))


class _Container(NamedTuple):
    """What every reader needs to know of the container it reads."""

    path: str
    via: tuple[str, ...]
    limits: Limits
    meter: Meter

    def skipped(self, reason: SkipReason, step: str, detail: str = "") -> Skipped:
        """A Skipped that names the steps."""
        steps = " > ".join((*self.via, step[:_LONGEST_STEP]))
        detail = detail[:_LONGEST_STEP]
        return Skipped(self.path, reason, f"{steps}: {detail}" if detail else steps)

    def view(self, step: str, name: str, data: bytes) -> View:
        """A View that is one step further."""
        return View((*self.via, step[:_LONGEST_STEP]), name, data)

    def found(
        self, step: str, name: str, data: bytes, failure: SkipReason | None
    ) -> Iterator[View | Skipped]:
        """What there is of a member, and why it is not all."""
        if data:
            yield self.view(step, name, data)
        if failure:
            yield self.skipped(failure, step)


_Reader = Callable[[str, _Container, bytes], Iterator[View | Skipped]]


def _zip(kind: str, container: _Container, data: bytes) -> Iterator[View | Skipped]:
    from kirosafe.detection.views.office import is_office_part, office_text
    from kirosafe.detection.views.streams import bzipped, deflated, stored
    from kirosafe.detection.views.zips import zip_entries

    limits, encrypted = container.limits, ""
    whole = memoryview(data)
    for entry in zip_entries(data):
        step = f"{kind}:{entry.name}"
        packed = whole[entry.start : entry.stop]
        if not container.meter.member():
            yield container.skipped(SkipReason.ARCHIVE_LIMIT, kind)
            return
        if entry.encrypted:
            encrypted = encrypted or step
            continue
        match entry.method:
            case 0:
                chunks = stored(packed)
            case 8:
                chunks = deflated(packed)
            case 12:
                chunks = bzipped(packed, limits)
            case other:
                yield container.skipped(SkipReason.ARCHIVE_DAMAGED, step, f"method {other}")
                continue
        content, failure = member_bytes(Stream(chunks, container.meter), None, limits)
        if is_office_part(entry.name):
            content = office_text(content)
        yield from container.found(step, entry.name, content, failure)
        if failure and container.meter.empty:
            return
    if encrypted:  # said once, not ten thousand times
        yield container.skipped(SkipReason.ARCHIVE_ENCRYPTED, encrypted)


def _compressed(kind: str, container: _Container, data: bytes) -> Iterator[View | Skipped]:
    """One compressed file; a tar in it is read on the way, never held as a whole."""
    from kirosafe.detection.views.streams import bzipped, gzipped, xzipped
    from kirosafe.detection.views.tars import BLOCK, is_tar

    openers = {"gzip": gzipped, "bzip2": bzipped, "xz": xzipped}
    stream = Stream(openers[kind](memoryview(data), container.limits), container.meter)
    if is_tar(stream.peek(BLOCK)):
        yield from _tar_members(f"tar.{kind}", container, stream)
        return
    name = container.path
    for suffix in _SUFFIXES[kind]:
        name = name.removesuffix(suffix)
    content, failure = member_bytes(stream, None, container.limits)
    yield from container.found(kind, name, content, failure)


def _tar(kind: str, container: _Container, data: bytes) -> Iterator[View | Skipped]:
    from kirosafe.detection.views.streams import stored

    yield from _tar_members(kind, container, Stream(stored(memoryview(data)), container.meter))


def _tar_members(kind: str, container: _Container, stream: Stream) -> Iterator[View | Skipped]:
    from kirosafe.detection.views.tars import tar_entries

    failure: SkipReason | None = None
    for entry in tar_entries(stream):
        if not container.meter.member():
            yield container.skipped(SkipReason.ARCHIVE_LIMIT, kind)
            return
        if entry is None:
            continue
        step = f"{kind}:{entry.name}"
        content, failure = member_bytes(stream, entry.size, container.limits)
        short = len(content) < min(entry.size, container.limits.member_bytes)
        if short and not failure:
            failure = SkipReason.ARCHIVE_DAMAGED
        yield from container.found(step, entry.name, content, failure)
    if stream.failure and stream.failure != failure:
        yield container.skipped(stream.failure, kind)


def _sqlite(kind: str, container: _Container, data: bytes) -> Iterator[View | Skipped]:
    from kirosafe.detection.views.databases import tables

    for table in tables(data, container.limits, container.meter):
        step = f"{kind}:{table.name}"
        yield from container.found(step, table.name, table.text, table.failure)


_READERS: dict[str, _Reader] = {
    "zip": _zip,
    "gzip": _compressed,
    "bzip2": _compressed,
    "xz": _compressed,
    "tar": _tar,
    "sqlite": _sqlite,
}
