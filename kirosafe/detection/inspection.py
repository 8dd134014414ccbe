"""The state of looking at one source: what was found, what was seen before, what is left of the
budgets. `engine.py` decides the order; this module does the looking."""

from kirosafe.detection.aws import account_of, is_key_id
from kirosafe.detection.gates import passes
from kirosafe.detection.match import Match, line_around
from kirosafe.detection.piece import Piece
from kirosafe.detection.redact import fingerprint, preview
from kirosafe.detection.suppress import inline_marker
from kirosafe.detection.toolkit import Role, Toolkit
from kirosafe.detection.views.encoded import decode_at
from kirosafe.model.finding import Finding
from kirosafe.model.skipped import Skipped, SkipReason

# Findings kept per source: enough for any file that a person will read, few enough that a
# hostile one cannot fill the memory. What is dropped is counted and said.
MOST_FINDINGS = 1000


class Inspection:
    """Looks at pieces of one source and remembers."""

    def __init__(self, kit: Toolkit, path: str) -> None:
        """`path` is the source's, for what is reported."""
        self._kit = kit
        self._path = path
        self._seen: set[tuple[object, ...]] = set()
        self._decoded = 0
        self.findings: list[Finding] = []
        self.dropped = 0
        self.skipped: list[Skipped] = []
        self.structured = False

    def look(self, piece: Piece, low: int = 0, high: int | None = None) -> None:
        """Take up what the prefilter says about `piece`; of its hits only those that end behind
        `low` and not behind `high`, because neighbouring windows answer for the rest."""
        hits = self._kit.prefilter.hits(piece.data)
        if not hits:
            return
        high = len(piece.data) if high is None else high
        ends: dict[int, set[int]] = {}
        for number, end in hits:
            if low < end <= high:
                ends.setdefault(number, set()).add(end)
        for number in sorted(ends):
            self._take_up(piece, self._kit.roles[number], ends[number])

    def look_again(self, piece: Piece) -> None:
        """Run the rules of the second stage whose conditions the source meets."""
        found = {finding.rule for finding in self.findings}
        for number, requires in self._kit.second_stage:
            if requires & found:
                for match in self._kit.matcher.anywhere(piece.data, number):
                    self._consider(piece, match)

    def _take_up(self, piece: Piece, role: Role, ends: set[int]) -> None:
        if role.structure:
            self.structured = True
        elif role.encoding:
            self._decode(piece, role.encoding, sorted(ends))
        else:
            for number in role.certain if piece.strict else role.rules:
                for match in self._kit.matcher.near(piece.data, number, sorted(ends)):
                    self._consider(piece, match)

    def _decode(self, piece: Piece, encoding: str, ends: list[int]) -> None:
        limits, done = self._kit.limits, 0
        if len(piece.via) >= limits.depth:
            return
        for end in ends:
            run = decode_at(piece.data, end, encoding, limits) if end > done else None
            if run is None:
                continue
            start, done, text = run
            self._decoded += len(text)
            if self._decoded > limits.decoded_bytes:
                self._skip(SkipReason.DECODE_LIMIT)
                return
            # What was decoded may hold lines that the source does not: then all is said to be
            # where the hit was.
            derived = text.count(b"\n") != piece.data.count(b"\n", start, done)
            line = piece.place(end if derived else start, done).line
            via = (*piece.via, encoding)
            self.look(Piece(text, piece.path, via, line, derived, strict=piece.strict))

    def _consider(self, piece: Piece, match: Match) -> None:
        value = piece.data[match.start : match.end]
        line = line_around(piece.data, match)
        rule = match.rule
        if not value or not passes(rule.gates, value, line):
            return
        if rule.plugin and not self._kit.plugins.agree(
            rule.plugin, piece.path, line.decode("utf-8", "replace"), value.decode("utf-8", "replace")
        ):
            return
        place = piece.place(match.start, match.end)
        identity = (rule.id, place, piece.via, match.start if piece.derived else 0)
        if identity in self._seen:
            return
        if len(self.findings) >= MOST_FINDINGS:
            self.dropped += 1
            return
        self._seen.add(identity)
        self.findings.append(
            Finding(
                rule=rule.id,
                title=rule.title,
                severity=rule.severity,
                confidence=rule.confidence,
                path=self._path,
                line=place.line,
                column=place.column,
                preview=preview(value),
                fingerprint=fingerprint(self._kit.key, value),
                remediation=rule.remediation,
                span=place.span,
                via=piece.via,
                note=_note(rule.id, value),
                suppressed=inline_marker(line, _line_before(piece.data, match.line_start)),
            )
        )

    def _skip(self, reason: SkipReason) -> None:
        if not any(skipped.reason is reason for skipped in self.skipped):
            self.skipped.append(Skipped(self._path, reason))


def _note(rule: str, value: bytes) -> str:
    account = account_of(value) if is_key_id(rule) else ""
    return f"AWS account {account}" if account else ""


def _line_before(data: bytes, line_start: int) -> bytes:
    if line_start < 2:
        return b""
    low = max(data.rfind(b"\n", 0, line_start - 1) + 1, line_start - 256)
    return data[low : line_start - 1]
