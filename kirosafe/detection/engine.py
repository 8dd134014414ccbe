"""The order of things: one source in, its findings and gaps out.

window ▸ prefilter ▸ exact match ▸ gates ▸ detect-secrets ▸ what was hidden (encoded, structured,
packed) ▸ second stage ▸ sensitive file ▸ correlate ▸ one finding a value. A value leaves this room
only as a preview and a keyed fingerprint.
"""

from typing import NamedTuple

from kirosafe.detection.aws import correlate
from kirosafe.detection.distinct import one_per_value
from kirosafe.detection.inspection import Inspection
from kirosafe.detection.piece import Piece
from kirosafe.detection.redact import fingerprint
from kirosafe.detection.structured import structured_piece
from kirosafe.detection.toolkit import Toolkit
from kirosafe.detection.unpack import packing, unpack
from kirosafe.detection.views.text import as_text, is_binary, transcode
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import SensitiveFile
from kirosafe.model.skipped import Skipped, SkipReason, Unreadable
from kirosafe.model.source import WINDOW_OVERLAP, Depth, Source, Window

# How much of a source's beginning says what it is.
HEAD = 64 << 10


class SourceResult(NamedTuple):
    """What one source came to. `bytes` is how many were looked at."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    bytes: int


class _Nature(NamedTuple):
    """What a source is, judged by its name and beginning."""

    head: bytes
    codec: str | None
    strict: bool
    kinds: tuple[SensitiveFile, ...]


class Engine:
    """Scans sources with one toolkit, one after the other; not for use by two threads."""

    def __init__(self, kit: Toolkit) -> None:
        """`kit` may be shared between engines only within a thread."""
        self._kit = kit

    def scan(self, source: Source) -> SourceResult:
        """Look at all of `source`; what cannot be looked at is in the result, never raised."""
        inspection = Inspection(self._kit, source.path)
        nature, total = _Nature(b"", None, True, ()), 0
        try:
            for window in source.windows():
                if not window.offset:
                    nature = self._nature(source, window.data[:HEAD])
                total = window.offset + len(window.data)
                self._look(inspection, source, window, nature)
            if source.depth is Depth.FULL:
                self._look_deeper(inspection, source, nature)
        except Unreadable as unreadable:
            inspection.skipped.append(unreadable.skipped)
        if inspection.dropped:
            detail = f"{inspection.dropped} more"
            inspection.skipped.append(Skipped(source.path, SkipReason.FINDINGS_LIMIT, detail))
        findings = one_per_value(correlate(inspection.findings)) if inspection.findings else []
        findings += self._sensitive(source, nature, findings)
        return SourceResult(tuple(findings), tuple(inspection.skipped), total)

    def _nature(self, source: Source, head: bytes) -> _Nature:
        if source.depth is Depth.BULK:
            return _Nature(head, None, True, ())
        kinds = tuple(self._kit.names.kinds_of(source.path))
        codec = as_text(head)
        return _Nature(head, codec, codec is None and is_binary(head), kinds)

    def _look(
        self, inspection: Inspection, source: Source, window: Window, nature: _Nature
    ) -> None:
        piece = _piece(source, window, nature)
        edge = WINDOW_OVERLAP // 2
        if nature.codec:
            inspection.look(piece)
        else:
            low = max(0, window.overlap - edge)
            inspection.look(piece, low, len(piece.data) - (0 if window.last else edge))
        if window.last and not window.offset and not nature.strict:
            structure = next((k.structure for k in nature.kinds if k.structure in _READ), "")
            view = None
            if structure or inspection.structured:
                view = structured_piece(piece, structure)
            if view is not None:
                inspection.look(view)

    def _look_deeper(self, inspection: Inspection, source: Source, nature: _Nature) -> None:
        """Unpack what is packed, and run what only runs because of what was found."""
        kind = packing(source.path, nature.head)
        if kind:
            unpack(inspection, source, kind, self._kit.limits)
        if inspection.findings and not nature.strict and self._kit.second_stage:
            for window in source.windows():
                inspection.look_again(_piece(source, window, nature))

    def _sensitive(
        self, source: Source, nature: _Nature, findings: list[Finding]
    ) -> list[Finding]:
        """The finding for the file as a whole, if it is one of the sensitive kinds."""
        live = any(finding.confidence >= Confidence.MEDIUM for finding in findings)
        for kind in nature.kinds:
            whole = kind.structure == "opaque" or kind.content
            if self._kit.names.fits(kind, nature.head) if whole else live:
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


# The structures of sensitive files that can be read entry by entry.
_READ = frozenset({"dotenv", "ini", "json", "yaml", "toml", "netrc", "pgpass"})


def _piece(source: Source, window: Window, nature: _Nature) -> Piece:
    if nature.codec:
        text = transcode(window.data, nature.codec)
        return Piece(text, source.path, (nature.codec,), window.line)
    return Piece(
        window.data, source.path, line=window.line, offset=window.offset, strict=nature.strict
    )
