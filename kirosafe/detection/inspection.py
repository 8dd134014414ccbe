"""The state of looking at one source: what was found, what was seen before, what is left of the
budgets. `engine.py` decides the order; this module does the looking."""

from collections.abc import Iterable

from kirosafe.detection.aws import account_of, is_key_id
from kirosafe.detection.gates import passes
from kirosafe.detection.match import Match, Stretch, line_around, line_before, stretches
from kirosafe.detection.piece import Locator, Piece, Place
from kirosafe.detection.plan import Role
from kirosafe.detection.prefilter import Hit
from kirosafe.detection.redact import fingerprint, preview
from kirosafe.detection.suppress import MAX_LINE, inline_marker
from kirosafe.detection.toolkit import Toolkit
from kirosafe.detection.views.encoded import decode_at
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.rule import Rule
from kirosafe.model.skipped import Skipped, SkipReason

# Findings kept per source, confidence, severity, and whether they are to be quiet: enough for any
# file that a person will read, few enough that a hostile one cannot fill the memory, and no flood
# of lesser ones pushes out what counts. What is dropped is counted and said.
MOST_FINDINGS = 1000

# Up to this many bytes the exact expressions alone are quicker than making a second prefilter,
# which takes 20 ms (measured 2026-11-22).
_SMALL = 128 << 10


class Inspection:
    """Looks at pieces of one source and remembers."""

    def __init__(self, kit: Toolkit, path: str) -> None:
        """`path` is the source's, for what is reported."""
        self._kit = kit
        self._path = path
        self._seen: set[tuple[str, Place, tuple[str, ...], str]] = set()
        self._kept: dict[tuple[Confidence, Severity, bool], int] = {}
        self._rules: set[str] = set()
        self._decoded = 0
        self.findings: list[Finding] = []
        self.dropped = 0
        self.skipped: list[Skipped] = []
        self.structured = False
        self.names_secret = False

    def look(self, piece: Piece, low: int = 0, high: int | None = None) -> None:
        """Take up what the prefilter says about `piece`; of that only what begins in `low..high`,
        because neighbouring windows answer for the rest."""
        ends = _by_anchor(self._kit.prefilter.hits(piece.data))
        own = range(low, len(piece.data) if high is None else high)
        for number in sorted(ends):
            self._take_up(piece, self._kit.roles[number], sorted(ends[number]), own)

    def look_again(self, piece: Piece, low: int = 0, high: int | None = None) -> None:
        """Run the rules of the second stage whose conditions the source meets so far."""
        due = [not n.isdisjoint(self._rules) for _, n in self._kit.second_stage]
        if not any(due):
            return
        size = len(piece.data)
        own = range(low, size if high is None else high)
        small = size <= _SMALL
        ends = {} if small else _by_anchor(self._kit.second_prefilter.hits(piece.data))
        for place, (number, _) in enumerate(self._kit.second_stage):
            if due[place] and small:
                everything = (Stretch(0, size, size),)
                found = self._kit.matcher.within(piece.data, number, everything)
                self._consider(piece, found, own)
            elif due[place] and place in ends:
                self._try((number,), piece, sorted(ends[place]), own)

    def _take_up(self, piece: Piece, role: Role, ends: list[int], own: range) -> None:
        if role.structure:
            self.structured = True
        elif role.encoding:
            self._decode(piece, role.encoding, [end for end in ends if end - 1 in own])
        else:
            self._try(role.certain if piece.strict else role.rules, piece, ends, own)

    def _try(self, numbers: Iterable[int], piece: Piece, ends: list[int], own: range) -> None:
        """Try rules with the same anchor where it ends."""
        where: dict[bool, list[Stretch]] = {}
        for number in numbers:
            rule = self._kit.rules[number]
            if not self._has_room(rule):
                self.dropped += len(ends)
                continue
            if rule.multiline not in where:
                where[rule.multiline] = stretches(piece.data, ends, rule.multiline)
            found = self._kit.matcher.within(piece.data, number, where[rule.multiline])
            self._consider(piece, found, own)

    def _decode(self, piece: Piece, encoding: str, ends: list[int]) -> None:
        limits, done = self._kit.limits, 0
        if len(piece.via) >= limits.depth or self._decoded > limits.decoded_bytes:
            return
        locator = Locator(piece)
        for end in ends:
            run = decode_at(piece.data, end, encoding, limits) if end > done else None
            if run is None:
                continue
            start, done, text = run
            self._decoded += len(text)
            if self._decoded > limits.decoded_bytes:
                self.skipped.append(Skipped(self._path, SkipReason.DECODE_LIMIT))
                return
            # What was decoded may hold lines that the source does not: then all is said to be
            # where the hit was.
            derived = text.count(b"\n") != piece.data.count(b"\n", start, done)
            line = locator.place(end if derived else start, done).line
            via = (*piece.via, encoding)
            view = Piece(
                text, piece.path, via, line, decoded=True, derived=derived, strict=piece.strict
            )
            self.look_into(view)

    def look_into(self, view: Piece) -> None:
        """Look at a view that stands alone, with both stages."""
        self.look(view)
        if not view.strict:
            self.look_again(view)

    def _consider(self, piece: Piece, matches: Iterable[Match], own: range) -> None:
        """Keep those of one rule's `matches` that begin in `own` and stand up."""
        locator = Locator(piece)
        for match in matches:
            if match.start not in own or match.start == match.end:
                continue
            if not self._has_room(match.rule):
                self.dropped += 1
            elif self._stands_up(piece, match):
                value = piece.data[match.start : match.end]
                self._keep(piece, match, value, locator.place(match.start, match.end))

    def _has_room(self, rule: Rule, quiet: bool = False) -> bool:
        return self._kept.get((rule.confidence, rule.severity, quiet), 0) < MOST_FINDINGS

    def _stands_up(self, piece: Piece, match: Match) -> bool:
        value = piece.data[match.start : match.end]
        line = line_around(piece.data, match.start, match.end)
        if not passes(match.rule.gates, value, line):
            return False
        plugin = match.rule.plugin
        return not plugin or self._kit.plugins.agree(
            plugin, piece.path, line.decode("utf-8", "replace"), value.decode("utf-8", "replace")
        )

    def _keep(self, piece: Piece, match: Match, value: bytes, place: Place) -> None:
        rule, mark = match.rule, fingerprint(self._kit.key, value)
        identity = (rule.id, place, piece.via, mark)
        if identity in self._seen:
            return
        suppressed = inline_marker(
            line_around(piece.data, match.start, match.end, MAX_LINE + 1),
            line_before(piece.data, match.start, MAX_LINE + 1),
        )
        if not self._has_room(rule, bool(suppressed)):
            self.dropped += 1
            return
        sort = rule.confidence, rule.severity, bool(suppressed)
        self._kept[sort] = self._kept.get(sort, 0) + 1
        self._seen.add(identity)
        self._rules.add(rule.id)
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
                fingerprint=mark,
                remediation=rule.remediation,
                span=place.span,
                via=piece.via,
                note=_note(rule, value),
                suppressed=suppressed,
            )
        )


def _by_anchor(hits: Iterable[Hit]) -> dict[int, list[int]]:
    """Where each anchor that was hit ends."""
    ends: dict[int, list[int]] = {}
    for number, end in hits:
        if number in ends:
            ends[number].append(end)
        else:
            ends[number] = [end]
    return ends


def _note(rule: Rule, value: bytes) -> str:
    account = account_of(value) if is_key_id(rule.id) else ""
    return f"AWS account {account}" if account else ""
