"""Exact matches around anchors: all of them, each once, and in time linear in the bytes."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.match import (
    LONGEST,
    LOOK_BACK,
    LOOK_ON,
    LOOK_ON_MULTILINE,
    REACH,
    Match,
    Matcher,
    line_around,
    line_before,
    stretches,
)
from kirosafe.model.rule import Rule
from kirosafe.model.source import WINDOW_OVERLAP
from tests.support.detection import rule

WORD = rule("word", "key=[a-z]{2}", r"key=(?P<secret>[a-z]{2,6})(?![a-z])")
BLOCK = rule("block", "BEGIN", r"BEGIN\s(?P<secret>[a-z\n]+)END", multiline=True)


def _matches(rule_: Rule, data: bytes) -> list[Match]:
    """What the matcher makes of `data` when told of every anchor, as the engine does it."""
    ends = [found.end() for found in re.finditer(rule_.anchor.encode(), data)]
    where = stretches(data, ends, rule_.multiline)
    return list(Matcher([rule_]).within(data, 0, where))


def _values(rule_: Rule, data: bytes) -> list[bytes]:
    return [data[match.start : match.end] for match in _matches(rule_, data)]


def test_the_span_is_the_value() -> None:
    data = b"a key=abc, key=de\nkey=fgh key=toolong1 key=far\n"
    assert _values(WORD, data) == [b"abc", b"de", b"fgh", b"far"]
    assert all(match.rule is WORD for match in _matches(WORD, data))


def test_a_line_is_searched_for_its_own_anchors_only() -> None:
    data = b"key=ab\nkey=cd\nkey=ef\n"
    where = stretches(data, [13], multiline=False)
    (match,) = Matcher([WORD]).within(data, 0, where)
    assert data[match.start : match.end] == b"cd"


def test_what_begins_far_from_any_anchor_is_not_the_anchors_business() -> None:
    wide = rule("wide", "key=", "(?:key=|far=)(?P<secret>[a-z]{2})")
    for gap, values in ((LOOK_ON, [b"ab", b"cd"]), (2 * LOOK_ON + 10, [b"ab"])):
        assert _values(wide, b"key=ab" + b"." * gap + b"far=cd" + b"." * LONGEST * 2) == values


def test_a_value_may_stand_before_its_anchor() -> None:
    backwards = rule("b", "<-key", "(?P<secret>[a-z]{3})<-key")
    assert _values(backwards, b"\nabc<-key") == [b"abc"]


def test_an_anchor_may_end_its_line() -> None:
    assert _values(rule("l", "ab\n", "(?P<secret>ab)"), b"x ab\nab\n") == [b"ab", b"ab"]


def test_a_multiline_rule_sees_following_lines() -> None:
    data = b"x BEGIN\nab\ncd\nEND BEGIN\nzzEND"
    assert _values(BLOCK, data) == [b"ab\ncd\n", b"zz"]
    far = b"BEGIN\n" + b"a\n" * (LOOK_ON_MULTILINE // 2 + 10) + b"END"
    assert _values(BLOCK, far) == []


def test_a_value_across_the_end_of_a_stretch_is_whole() -> None:
    """On an endless line, a value is never cut off, and none is made by cutting."""
    for at in range(LOOK_ON * 2 + LONGEST - 12, LOOK_ON * 2 + LONGEST + 3):
        line = b"key=ab " + b"." * (at - 7) + b"key=abcdef" + b"." * 100
        assert _values(WORD, line) == [b"ab", b"abcdef"]
        line = b"key=ab " + b"." * (at - 7) + b"key=abcdefg" + b"." * 100
        assert _values(WORD, line) == [b"ab"]


@given(st.lists(st.sampled_from([b"key=", b"ab", b"c", b"\n", b" ", b"." * 3000]), max_size=40))
def test_nothing_that_the_expression_finds_is_lost_or_doubled(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    expected = [found.span("secret") for found in re.finditer(WORD.pattern.encode(), data)]
    assert [(match.start, match.end) for match in _matches(WORD, data)] == expected


@given(
    st.lists(st.sampled_from([b"key=ab", b"\n", b"." * 700, b"." * 9000]), max_size=30),
    st.booleans(),
)
def test_stretches_are_apart_and_hold_their_anchors(pieces: list[bytes], multiline: bool) -> None:
    data = b"".join(pieces)
    ends = [found.end() for found in re.finditer(b"key=ab", data)]
    found = stretches(data, ends, multiline)
    for one, next_ in pairwise(found):
        assert one.high < next_.low
    for end in ends:
        assert any(s.low <= end - 6 and end <= s.high and end - 6 < s.stop for s in found)
    for stretch in found:
        assert 0 <= stretch.low < stretch.stop <= stretch.high <= len(data)


def test_what_is_looked_at_fits_into_half_an_overlap() -> None:
    assert LOOK_BACK + 2 * LOOK_ON + LONGEST <= WINDOW_OVERLAP // 2
    assert LOOK_BACK + LOOK_ON_MULTILINE <= WINDOW_OVERLAP // 2


def _seconds(rule_: Rule, data: bytes) -> float:
    begin = time.process_time()
    _matches(rule_, data)
    return time.process_time() - begin


@pytest.mark.parametrize(
    ("rule_", "unit"),
    [
        (WORD, b"key=abc;"),
        (WORD, b"key=abc\n"),
        (BLOCK, b"BEGIN "),
        (BLOCK, b"BEGIN\n" + b"a" * 600),
    ],
)
def test_time_grows_with_the_bytes_alone(rule_: Rule, unit: bytes) -> None:
    once = min(_seconds(rule_, unit * (30_000 // len(unit))) for _ in "12")
    ten_times = min(_seconds(rule_, unit * (300_000 // len(unit))) for _ in "12")
    assert ten_times < 25 * once + 0.1


def test_line_around() -> None:
    data = b"first\nsecond value line\nthird"
    start = data.index(b"value")
    assert line_around(data, start, start + 5) == b"second value line"
    assert line_around(data, 0, 5) == b"first"
    assert line_around(data, len(data) - 2, len(data)) == b"third"
    assert line_around(data, start, start + 5, reach=3) == b"nd value li"
    assert len(line_around(b"x" * 9000, 4000, 4010)) == 2 * REACH + 10


def test_line_before() -> None:
    data = b"first\nsecond\nthird"
    assert line_before(data, data.index(b"third") + 2, 100) == b"second"
    assert line_before(data, data.index(b"second"), 100) == b"first"
    assert line_before(data, 3, 100) == b""
    assert line_before(b"\nx", 1, 100) == b""
    assert line_before(data, len(data), 5) == b""
    assert line_before(data, len(data), 6) == b"second"
    assert line_before(b"0123456789\nx", 11, 4) == b"6789"
