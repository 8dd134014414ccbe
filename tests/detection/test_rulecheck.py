"""What is wrong with a rule is said, each kind of fault by itself."""

import re
from collections.abc import Sequence
from itertools import count

import pytest

from kirosafe.detection.rulebook import parse_rules
from kirosafe.detection.rulecheck import check

GOOD = """# A family.
[[rule]]
id = "a-key"
title = "A key"
severity = "high"
confidence = "medium"
anchor = 'key_[a-z]{8}'
pattern = '(?P<secret>key_[a-z]{8})'
remediation = "Delete the key there."
reference = "https://example.com (2026-11-22)"
examples = ['{{key_|lower:8}}', 'x {{key_|lower:8}}']
counter_examples = ['key_', 'key_ABCDEFGH']
"""


def problems_of(text: str, fast: bool = True) -> list[str]:
    """The problems with the rules in `text`, with an engine that only knows expressions."""

    def scan(_path: str, data: bytes) -> Sequence[str]:
        rules = parse_rules({"x.toml": text}).rules
        return [rule.id for rule in rules if re.search(rule.pattern.encode(), data)]

    ticks = count()
    return [str(p) for p in check({"x.toml": text}, scan, lambda: 0.0 if fast else next(ticks))]


def test_a_good_rule_has_no_problem() -> None:
    assert problems_of(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (" (2026-11-22)", "", "x.toml:10: a-key: the reference carries no date"),
        ("Delete the key there.", "Delete.", "x.toml:9: a-key: the remediation says too little"),
        ("'key_[a-z]{8}'", "'[a-z]{8}'", "x.toml:7: a-key: the anchor has no fixed text"),
        ("'key_[a-z]{8}'", "'(?:key_|a)[a-z]{8}'", "the anchor has no fixed text"),
        ("'key_[a-z]{8}'", "'(?:key_)?[a-z]{8}'", "the anchor has no fixed text"),
        ("'key_[a-z]{8}'", "'[kK][a-z]y_[a-z]{8}'", "the anchor has no fixed text"),
        ("'key_[a-z]{8}'", "'key_[a-z]{8,}'", "the anchor can span"),
        ("'key_[a-z]{8}'", "'key_[a-z]{8,300}'", "the anchor can span 304 bytes"),
        ("'key_[a-z]{8}'", "'(?=k)key_[a-z]{8}'", "an anchor knows no lookaround"),
        ("'key_[a-z]{8}'", "'key_(?i:[a-z]{8})'", "an anchor knows no lookaround"),
        ("'key_[a-z]{8}'", "' key_[a-z]{8}'", "the anchor does not hit '{{key_|lower:8}}'"),
        ("'{{key_|lower:8}}', ", "", "x.toml:11: a-key: fewer than two examples"),
        ("'key_', ", "", "x.toml:12: a-key: fewer than two counter-examples"),
        ("'{{key_|lower:8}}', ", "'{{key_|lower:7}}', ", "no match for '{{key_|lower:7}}'"),
        ("'key_ABCDEFGH'", "'{{key_|lower:8}}'", "a match for '{{key_|lower:8}}' with seed 1"),
        ("'{{key_|lower:8}}', ", "'{{lower:x}}', ", "'lower:x' needs a length"),
    ],
)
def test_each_fault_is_said_once_and_where(old: str, new: str, message: str) -> None:
    assert old in GOOD
    found = problems_of(GOOD.replace(old, new, 1))
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    "anchor",
    [
        "(?i)key_[a-z]{8}",
        "(key)_[a-z]{8}",
        "k(?:ey_|EY_)[a-z]{8}",
        "[k]e(?:y){1}_[a-z]{8}",
        "ke[xy]_[a-z]{8}",
    ],
)
def test_these_anchors_have_fixed_text(anchor: str) -> None:
    assert problems_of(GOOD.replace("anchor = 'key_[a-z]{8}'", f"anchor = '{anchor}'")) == []


def test_a_long_anchor_may_do_with_two_fixed_bytes() -> None:
    text = GOOD.replace("key_[a-z]{8}", "k_[a-z]{30}").replace("key_|lower:8", "k_|lower:30")
    assert problems_of(text) == []


def test_low_confidence_may_be_slow() -> None:
    text = GOOD.replace("anchor = 'key_", "anchor = '[kK][eE][yY]_").replace('"medium"', '"low"')
    assert problems_of(text) == []


def test_a_second_stage_rule_waits_for_rules_that_are_on() -> None:
    second = GOOD.replace("a-key", "b-key").replace("anchor = 'key_", "anchor = '[kK][eE][yY]_")
    assert problems_of(GOOD + second + 'requires = ["a-key"]\n') == []
    low = GOOD.replace('"medium"', '"low"') + second + 'requires = ["a-key"]\n'
    assert ["may be off" in problem for problem in problems_of(low)] == [True]
    third = second.replace("b-key", "c-key") + 'requires = ["b-key"]\n'
    chained = problems_of(GOOD + second + 'requires = ["a-key"]\n' + third)
    assert ["of the second stage" in problem for problem in chained] == [True]


def test_a_slow_pattern_is_said() -> None:
    (found,) = problems_of(GOOD, fast=False)
    assert found.startswith("x.toml:8: a-key: the pattern is slow on 32 bytes")


def test_file_kinds_are_checked_for_what_people_read() -> None:
    text = """
[[file]]
id = "a-file"
title = "A file"
severity = "low"
confidence = "high"
names = ["*.key"]
remediation = "Move it."
reference = "https://example.com"
"""
    assert len(problems_of(text)) == 2


def test_rules_that_cannot_be_read_are_one_problem_with_all_errors() -> None:
    (found,) = check({"x.toml": "[[rule]]\n"}, lambda _path, _data: [], lambda: 0.0)
    assert str(found).startswith("The rules cannot be used: 8 errors.")
