"""The laws of keeping one finding a value."""

import time
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.distinct import one_per_value
from kirosafe.model.finding import Finding, Span
from kirosafe.model.grade import Confidence, Severity


def _finding(
    rule: str = "r",
    span: tuple[int, int] | None = None,
    line: int = 1,
    confidence: Confidence = Confidence.MEDIUM,
    severity: Severity = Severity.MEDIUM,
    via: tuple[str, ...] = (),
    mark: str = "f",
) -> Finding:
    place = Span(*span) if span else None
    column = span[0] + 1 if span else 1
    return Finding(
        rule, rule, severity, confidence, "a", line, column, "", mark, "", span=place, via=via
    )


def _rank(finding: Finding) -> tuple[int, int, int, int]:
    span = finding.span or Span(0, 0)
    return finding.confidence, finding.severity, -len(finding.via), span.end - span.start


@st.composite
def _findings(draw: st.DrawFn) -> Finding:
    start = draw(st.integers(0, 30))
    span = (start, start + draw(st.integers(1, 10))) if draw(st.booleans()) else None
    return _finding(
        draw(st.sampled_from("abc")),
        span,
        start // 10 + 1,
        draw(st.sampled_from(Confidence)),
        draw(st.sampled_from(Severity)),
        draw(st.sampled_from([(), ("json",), ("notebook",), ("zip:a", "notebook")])),
        draw(st.sampled_from("xyz")),
    )


def _overlap(one: Finding, other: Finding) -> bool:
    return bool(
        one.span
        and other.span
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )


@given(st.lists(_findings(), max_size=12))
def test_laws(findings: list[Finding]) -> None:
    kept = one_per_value(findings)
    assert not any(_overlap(one, other) for one, other in combinations(kept, 2))
    best = max(map(_rank, findings), default=None)
    assert best is None or any(_rank(finding)[:2] == best[:2] for finding in kept)
    assert one_per_value(kept) == kept
    assert [(f.line, f.column) for f in kept] == sorted((f.line, f.column) for f in kept)
    for finding in findings:  # what is gone is covered by something at least as good
        assert any(
            other == finding
            or (
                _rank(other)[:2] >= _rank(finding)[:2]
                and (_overlap(other, finding) or other.fingerprint == finding.fingerprint)
            )
            for other in kept
        )


def test_the_surest_speaks_for_the_bytes() -> None:
    sure = _finding("sure", (5, 9), confidence=Confidence.HIGH, severity=Severity.LOW)
    wide = _finding("wide", (0, 20), severity=Severity.HIGH)
    assert one_per_value([wide, sure]) == [sure]


def test_then_the_most_severe_then_the_least_derived_then_the_widest() -> None:
    severe = _finding("severe", (5, 9), severity=Severity.HIGH, via=("json",))
    plain = _finding("plain", (5, 9))
    derived = _finding("derived", (0, 20), via=("json",))
    wide = _finding("wide", (4, 9))
    assert one_per_value([plain, severe]) == [severe]
    assert one_per_value([derived, plain]) == [plain]
    assert one_per_value([plain, wide]) == [wide]


def test_between_equals_the_first_stays() -> None:
    one, other = _finding("b", (5, 9)), _finding("a", (5, 9))
    assert one_per_value([one, other]) == [one]
    assert one_per_value([other, one]) == [other]
    later = _finding("a", (7, 11))
    assert one_per_value([later, one]) == [one]


def test_neighbours_do_not_overlap() -> None:
    neighbours = [_finding("a", (0, 5)), _finding("b", (5, 9)), _finding("c", (9, 12))]
    assert one_per_value(reversed(neighbours)) == neighbours


def test_a_view_of_what_is_seen_anyway_says_nothing_new() -> None:
    seen = _finding("a", (3, 9))
    view = _finding("a", via=("hex",))
    assert one_per_value([view, seen]) == [seen]
    elsewhere = _finding("a", line=2, via=("hex",))
    assert one_per_value([elsewhere, seen]) == [seen, elsewhere]
    other = _finding("a", via=("hex",), mark="other")
    assert len(one_per_value([other, seen])) == 2


def test_members_of_an_archive_have_lines_of_their_own() -> None:
    one, other = (_finding("a", via=(f"zip:{name}",)) for name in "ab")
    hidden = _finding("a", via=("zip:a", "hex"))
    assert one_per_value([one, other, hidden]) == [one, other]


def test_a_better_view_takes_over_the_span() -> None:
    view = _finding("better", via=("hex",), confidence=Confidence.HIGH)
    (kept,) = one_per_value([view, _finding("a", (3, 9))])
    assert (kept.rule, kept.span, kept.column, kept.via) == ("better", Span(3, 9), 4, ())


def test_the_same_value_twice_on_a_line_stays_two() -> None:
    both = [_finding("a", (0, 5)), _finding("a", (7, 12))]
    assert one_per_value(both) == both
    view = _finding("a", via=("hex",), confidence=Confidence.HIGH)
    assert len(one_per_value([*both, view])) == 2


def test_a_notebooks_cells_repeat_its_text() -> None:
    text = _finding("a", (30, 40), line=9)
    cell = _finding("a", line=2, via=("notebook",))
    assert one_per_value([cell, text]) == [text]
    member = _finding("a", line=9, via=("zip:n.ipynb",))
    inner = _finding("a", line=2, via=("zip:n.ipynb", "notebook"))
    assert one_per_value([inner, member]) == [member]
    assert one_per_value([inner]) == [inner]


def test_thousands_are_told_apart_quickly() -> None:
    findings = [_finding("a", (at, at + 3), line=at, mark=str(at)) for at in range(3000)]
    begin = time.process_time()
    assert len(one_per_value(findings)) == 1000
    assert time.process_time() - begin < 1
