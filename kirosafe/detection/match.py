"""From prefilter hits to exact matches: the rule's own expression on the candidate's surroundings.

An anchor only says where to look. Its line (for a `multiline` rule: what follows it) is searched
with the exact expression; stretches already searched are not searched again, so that a line with
a hundred thousand hits costs what its length costs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kirosafe.model.rule import Rule
from kirosafe.model.source import WINDOW_OVERLAP

# How far a rule may look back from the end of its anchor and on beyond it, in bytes. Half a
# window's overlap at most, so that what one window cannot see whole the next one can.
LOOK_BACK = 512
LOOK_ON = 8 << 10
LOOK_ON_MULTILINE = WINDOW_OVERLAP // 2


class Match(NamedTuple):
    """A rule's exact match: the value is `data[start:end]`, its line begins at `line_start`."""

    rule: Rule
    start: int
    end: int
    line_start: int


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

    def near(self, data: bytes, number: int, ends: Sequence[int]) -> Iterator[Match]:
        """Matches of rule `number` around the ascending anchor ends `ends` in `data`."""
        rule, expression, searched = self._rules[number], self._expression(number), 0
        for end in ends:
            if end <= searched:
                continue
            low, high, whole = _surroundings(data, end, rule.multiline)
            # What begins in the last half of a clipped stretch may have been cut: look again.
            searched = high if whole else high - (high - end) // 2
            for match in expression.finditer(data, low, high):
                searched = max(searched, match.end())
                yield _as_match(rule, data, match)

    def anywhere(self, data: bytes, number: int) -> Iterator[Match]:
        """Matches of rule `number` in all of `data`, for rules of the second stage."""
        for match in self._expression(number).finditer(data):
            yield _as_match(self._rules[number], data, match)


def _surroundings(data: bytes, end: int, multiline: bool) -> tuple[int, int, bool]:
    """Where to search for an anchor that ends at `end`, and whether that is all there is."""
    back = max(0, end - LOOK_BACK)
    low = max(back, data.rfind(b"\n", back, max(end - 1, back)) + 1)
    limit = min(len(data), end + (LOOK_ON_MULTILINE if multiline else LOOK_ON))
    newline = -1 if multiline else data.find(b"\n", end, limit)
    if newline >= 0:
        return low, newline, True
    return low, limit, limit == len(data)


def _as_match(rule: Rule, data: bytes, match: re.Match[bytes]) -> Match:
    start, end = match.span("secret")
    return Match(rule, start, end, data.rfind(b"\n", 0, start) + 1)


def line_around(data: bytes, match: Match, reach: int = 256) -> bytes:
    """The match's line, at most `reach` bytes either side of the value."""
    low = max(match.line_start, match.start - reach)
    high = data.find(b"\n", match.end, match.end + reach)
    return data[low : match.end + reach if high < 0 else high]
