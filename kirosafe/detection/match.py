"""From prefilter hits to exact matches: the rule's own expression on the candidate's surroundings.

An anchor only says where to look. Its line (for a `multiline` rule: what follows it) is searched
with the exact expression; the surroundings of neighbouring hits are joined before, so that a line
with a hundred thousand hits costs what its length costs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kirosafe.model.rule import Rule
from kirosafe.model.source import WINDOW_OVERLAP

# How far around the end of its anchor a rule's match may at least begin, in bytes, and how long it
# may be. All together less than half a window's overlap, so that what one window cannot see whole
# the next one can.
LOOK_BACK = 512
LOOK_ON = 4 << 10
LONGEST = 4 << 10
LOOK_ON_MULTILINE = WINDOW_OVERLAP // 2 - LOOK_BACK
# How much of a line is shown to gates and plugins, on either side of the value.
REACH = 256


class Match(NamedTuple):
    """A rule's exact match: the value is `data[start:end]`."""

    rule: Rule
    start: int
    end: int


class Stretch(NamedTuple):
    """Bytes to search: matches may begin in `low..stop` and reach as far as `high`."""

    low: int
    stop: int
    high: int


class Matcher:
    """Exact expressions of a fixed list of rules, compiled when first needed."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """`rules` are addressed by their position from here on."""
        self._rules = rules
        self._expressions: list[re.Pattern[bytes] | None] = [None] * len(rules)

    def _expression(self, number: int) -> re.Pattern[bytes]:
        compiled = self._expressions[number]
        if compiled is None:
            compiled = re.compile(self._rules[number].pattern.encode())
            self._expressions[number] = compiled
        return compiled

    def within(self, data: bytes, number: int, stretches: Iterable[Stretch]) -> Iterator[Match]:
        """Matches of rule `number` in the ascending `stretches` of `data`, ascending."""
        rule, expression = self._rules[number], self._expression(number)
        for low, stop, high in stretches:
            for match in expression.finditer(data, low, high):
                if match.start() >= stop:
                    break
                yield Match(rule, *match.span("secret"))


def stretches(data: bytes, ends: Sequence[int], multiline: bool) -> list[Stretch]:
    """What to search for anchors that end at the ascending `ends`, ascending and apart: their
    lines, as far as these are not endless; for a `multiline` rule all that follows."""
    found: list[Stretch] = []
    reached = 0  # ends up to here have all that they need in the last stretch
    for end in ends:
        if end <= reached:
            continue
        around = _around(data, end, multiline)
        if not multiline:
            reached = around.high if around.stop == around.high else around.stop - LOOK_ON
        if found and around.low <= found[-1].high:
            around = Stretch(found.pop().low, around.stop, around.high)
        found.append(around)
    return found


def _around(data: bytes, end: int, multiline: bool) -> Stretch:
    """The surroundings of one anchor that ends at `end`."""
    back = max(0, end - LOOK_BACK)
    low = max(back, data.rfind(b"\n", back, max(end - 1, back)) + 1)
    if multiline:
        return Stretch(low, end, min(len(data), end + LOOK_ON_MULTILINE))
    high = min(len(data), end + 2 * LOOK_ON + LONGEST)
    newline = data.find(b"\n", end, high)
    if newline >= 0:
        return Stretch(low, newline, newline)
    return Stretch(low, high if high == len(data) else end + 2 * LOOK_ON, high)


def line_around(data: bytes, start: int, end: int, reach: int = REACH) -> bytes:
    """The line of the value `data[start:end]`, at most `reach` bytes either side of it."""
    low = max(0, start - reach)
    low = max(low, data.rfind(b"\n", low, start) + 1)
    high = data.find(b"\n", end, end + reach)
    return data[low : end + reach if high < 0 else high]


def line_before(data: bytes, start: int, reach: int) -> bytes:
    """The last `reach` bytes of the line before that of `data[start]`; empty if there is none
    or if that line ends more than `reach` bytes before `start`."""
    line_end = data.rfind(b"\n", max(0, start - reach), start)
    return line_around(data, line_end, line_end, reach) if line_end > 0 else b""
