"""The order of things: one source in, its findings and gaps out.

window ▸ prefilter ▸ exact match ▸ gates ▸ detect-secrets ▸ what was hidden (encoded, structured,
packed) ▸ second stage ▸ sensitive file ▸ correlate ▸ one finding a value. A value leaves this room
only as a preview and a keyed fingerprint.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from kirosafe.detection.aws import correlate
from kirosafe.detection.distinct import one_per_value
from kirosafe.detection.inspection import Inspection
from kirosafe.detection.redact import fingerprint
from kirosafe.detection.structured import names_secret, structured_piece
from kirosafe.detection.toolkit import Toolkit
from kirosafe.detection.unpack import packing, unpack
from kirosafe.detection.views.text import as_text, is_binary, transcode
from kirosafe.detection.windows import Part, parts
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import SensitiveFile
from kirosafe.model.skipped import Skipped, SkipReason, Unreadable
from kirosafe.model.source import Depth, Source, Window

# How much of a source's beginning says what it is.
HEAD = 64 << 10
# Up to this many bytes it pays to ask first whether there is anything to look at more closely.
_SMALL = 64 << 10
# The structures of sensitive files that can be read entry by entry.
_READ = frozenset({"dotenv", "ini", "json", "yaml", "toml", "netrc", "pgpass"})


class SourceResult(NamedTuple):
    """What one source came to. `bytes` is how many were looked at, `limited` the most findings
    that there may have been beyond those that are kept."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    bytes: int
    limited: int = 0


class _Nature(NamedTuple):
    """What a source is, judged by its name and beginning."""

    head: bytes = b""
    codec: str | None = None
    strict: bool = True
    kinds: tuple[SensitiveFile, ...] = ()


class _Reading:
    """Passes on windows and remembers how many bytes there were."""

    def __init__(self) -> None:
        self.bytes = 0

    def passing(self, windows: Iterable[Window]) -> Iterator[Window]:
        for window in windows:
            self.bytes = window.offset + len(window.data)
            yield window


class Engine:
    """Scans sources with one toolkit, one after the other; not for use by two threads."""

    def __init__(self, kit: Toolkit) -> None:
        """`kit` may be shared between engines only within a thread."""
        self._kit = kit

    def scan(self, source: Source) -> SourceResult:
        """Look at all of `source`; what cannot be looked at is in the result, never raised."""
        try:
            windows = source.windows()
            first = next(windows, None)
            if first is None or (self._is_quiet(source, first) and not next(windows, None)):
                return SourceResult((), (), 0 if first is None else len(first.data))
        except Unreadable as unreadable:
            return SourceResult((), (unreadable.skipped,), 0)
        return self._scan_closely(source, first, windows)

    def _is_quiet(self, source: Source, window: Window) -> bool:
        """Whether `window` is all of a small plain text in which the prefilter finds nothing and
        whose name says nothing: nine files in ten, and here they cost the least."""
        data, bulk = window.data, source.depth is Depth.BULK
        return (
            window.last
            and len(data) <= _SMALL
            and self._kit.minimum is not Confidence.LOW
            and (bulk or not self._kit.names.kinds_of(source.path))
            and (bulk or packing(source.path, data) is None)
            and as_text(data) is None
            and not self._kit.prefilter.hits(data)
        )

    def _scan_closely(
        self, source: Source, first: Window, windows: Iterator[Window]
    ) -> SourceResult:
        """Look at a source of which the first window is read already."""
        inspection, reading = Inspection(self._kit, source.path), _Reading()
        nature = self._nature(source, first.data[:HEAD])
        try:
            self._look(inspection, source, nature, reading.passing(chain((first,), windows)))
            if nature.codec:  # whatever the beginning says, the rest may be something else
                for part in parts(source.windows(), source.path, None, nature.strict):
                    inspection.look(part.piece, part.low, part.high)
            if source.depth is Depth.FULL:
                self._look_deeper(inspection, source, nature)
        except Unreadable as unreadable:
            inspection.skipped.append(unreadable.skipped)
        if inspection.dropped:
            inspection.skipped.append(Skipped(source.path, SkipReason.FINDINGS_LIMIT))
        findings = one_per_value(correlate(inspection.findings)) if inspection.findings else []
        live = any(finding.confidence >= Confidence.MEDIUM for finding in findings)
        findings += self._sensitive(source, nature, live or inspection.names_secret)
        skipped = tuple(inspection.skipped)
        return SourceResult(tuple(findings), skipped, reading.bytes, inspection.dropped)

    def _nature(self, source: Source, head: bytes) -> _Nature:
        codec = as_text(head)
        if source.depth is Depth.BULK:
            return _Nature(head, codec)
        kinds = tuple(self._kit.names.kinds_of(source.path))
        return _Nature(head, codec, codec is None and is_binary(head), kinds)

    def _look(
        self, inspection: Inspection, source: Source, nature: _Nature, windows: Iterator[Window]
    ) -> None:
        for part in parts(windows, source.path, nature.codec, nature.strict):
            inspection.look(part.piece, part.low, part.high)
            if self._kit.minimum is Confidence.LOW and not nature.strict:
                from kirosafe.detection.parity import quoted_piece  # for low scans alone

                quoted = quoted_piece(part.piece)
                if quoted is not None:
                    inspection.look(quoted)
            if part.whole and not nature.strict:
                self._look_at_structure(inspection, part, nature)

    def _look_at_structure(self, inspection: Inspection, part: Part, nature: _Nature) -> None:
        structure = next((kind.structure for kind in nature.kinds if kind.structure in _READ), "")
        if structure or inspection.structured:
            view = structured_piece(part.piece, structure)
            if view is not None:
                inspection.names_secret = names_secret(view)
                inspection.look(view)

    def _look_deeper(self, inspection: Inspection, source: Source, nature: _Nature) -> None:
        """Unpack what is packed, and run what only runs because of what was found."""
        kind = packing(source.path, nature.head)
        if kind:
            unpack(inspection, source, kind, self._kit.limits)
        if inspection.findings and not nature.strict and self._kit.second_stage:
            for part in parts(source.windows(), source.path, nature.codec, nature.strict):
                inspection.look_again(part.piece, part.low, part.high)

    def _sensitive(self, source: Source, nature: _Nature, live: bool) -> list[Finding]:
        """The finding for the file as a whole, if it is one of the sensitive kinds; `live` says
        whether there is a value in it that looks live."""
        for kind in nature.kinds:
            whole = kind.structure == "opaque" or kind.content
            head = transcode(nature.head, nature.codec) if nature.codec else nature.head
            if self._kit.names.fits(kind, head) if whole else live:
                return [self._file_finding(kind, source.path)]
        return []

    def _file_finding(self, kind: SensitiveFile, path: str) -> Finding:
        name = f"{kind.id}:{path.rpartition('/')[2]}".encode("utf-8", "surrogateescape")
        return Finding(
            rule=kind.id,
            title=kind.title,
            severity=kind.severity,
            confidence=kind.confidence,
            path=path,
            line=1,
            column=1,
            preview="",
            fingerprint=fingerprint(self._kit.key, name),
            remediation=kind.remediation,
        )
