"""Whether rules keep what docs/rules.md asks of them, shown by their own examples.

Pure but for what the caller hands in: `scan` is the engine, `clock` tells processor time.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from kirosafe.detection.examples import expand
from kirosafe.detection.rulebook import parse_rules
from kirosafe.detection.ruletables import Table, read_tables
from kirosafe.errors import RulesError
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rule

SEEDS = (1, 2, 3)
"""Each example is expanded with each of these; one lucky draw proves nothing."""

ANCHOR_LIMIT = 300
"""The most bytes an anchor may span: well inside the 512 that the matcher looks back."""

LITERAL_LIMIT = 3
"""The fewest bytes of an anchor that must be fixed text, for the prefilter's speed."""

LONG_ANCHOR = 30
"""An anchor that takes at least this many bytes may do with two fixed ones."""

TIME_LIMIT = 0.5
"""Seconds of processor time an expression may take on 20 kB of the texts it finds hardest."""

Scan = Callable[[str, bytes], Sequence[str]]
"""The rules (ids) that match these bytes under this path."""

_DATE = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
_HARD_TEXTS = (b"a", b"aB3/", b'"', b" ", b"\n", b"://a:", b"a.", b"a-", b"token = ")
_HARD_SIZES = (32, 400, 20_000)
_EXAMPLE_PATH = "example.txt"


class Problem(NamedTuple):
    """Something wrong with one rule, and where it stands; `line` is 0 when no line is to blame."""

    file: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        """`aws.toml:12: aws-key-pair: what is wrong`."""
        return f"{self.file}:{self.line}: {self.rule}: {self.text}" if self.line else self.text


def check(texts: Mapping[str, str], scan: Scan, clock: Callable[[], float]) -> list[Problem]:
    """Everything wrong with the rules in `texts` (file name to TOML), in the order of the files.

    Rules that cannot be read at all are one problem, which lists all errors. `scan` must run all
    rules, whatever their confidence, and keep all that match; `clock` gives processor time in
    seconds.
    """
    try:
        rules = {rule.id: rule for rule in parse_rules(texts).rules}
    except RulesError as error:
        return [Problem("", 0, "", error.what)]
    problems: list[Problem] = []
    for table in read_tables(texts, []):
        problems.extend(_problem(table, key, text) for key, text in _description(table))
        if table.kind == "rule":
            rule = rules[table.text("id")]
            for key, text in (
                *_requirements(rule, rules),
                *_anchor(rule),
                *_speed(rule, clock),
                *_examples(table, rule, scan),
            ):
                problems.append(_problem(table, key, text))
    return problems


_Found = Iterator[tuple[str, str]]


def _problem(table: Table, key: str, text: str) -> Problem:
    return Problem(table.file, table.line_of(key), table.text("id"), text)


def _description(table: Table) -> _Found:
    """What people read: a source with its date, and what to do."""
    if not _DATE.search(table.text("reference")):
        yield "reference", "the reference carries no date (2026-11-22)"
    if len(table.text("remediation").split()) < 3:
        yield "remediation", "the remediation says too little"


def _requirements(rule: Rule, rules: Mapping[str, Rule]) -> _Found:
    """A rule is looked at only from its confidence on; the rules it waits for must be there."""
    for needed in rule.requires:
        if rules[needed].confidence < rule.confidence:
            yield "requires", f"{needed} has less confidence, so it may be off when this is on"
        if rules[needed].requires:
            yield "requires", f"{needed} is itself of the second stage"


def _anchor(rule: Rule) -> _Found:
    """Bounded, with fixed text in it, and of the kind that Vectorscan knows."""
    if re.search(r"\(\?(?:[=!]|<[=!]|P|[A-Za-z]+[:)])|\\[1-9]", rule.anchor.removeprefix("(?i)")):
        yield "anchor", "an anchor knows no lookaround, group names, inner flags or references"
        return
    tree = _parser.parse(rule.anchor.encode())
    width = int(tree.getwidth()[1])
    if width > ANCHOR_LIMIT:
        yield "anchor", f"the anchor can span {width} bytes; at most {ANCHOR_LIMIT} are allowed"
    if not rule.requires and rule.confidence > Confidence.LOW and not _is_selective(tree):
        yield "anchor", f"the anchor has no fixed text of {LITERAL_LIMIT} bytes"


def _is_selective(tree: Any) -> bool:
    """Whether an anchor is rare enough in any text for the prefilter to stay fast.

    Rules of low confidence are asked for one by one and may be slow.
    """
    fixed = fixed_text(tree)
    return fixed >= LITERAL_LIMIT or (fixed >= 2 and int(tree.getwidth()[0]) >= LONG_ANCHOR)


def fixed_text(tree: Any) -> int:
    """How many bytes of fixed text every match of a parsed expression has."""
    total = 0
    for operator, argument in tree:
        if operator is _constants.LITERAL:
            total += 1
        elif operator is _constants.SUBPATTERN:
            total += fixed_text(argument[3])
        elif operator is _constants.BRANCH:
            total += min(fixed_text(branch) for branch in argument[1])
        elif operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            total += argument[0] * fixed_text(argument[2])
    return total


def _speed(rule: Rule, clock: Callable[[], float]) -> _Found:
    """The exact expression is bounded, and quick on texts that lead it astray.

    Sizes grow, so that an expression which takes exponential time is caught while it is small.
    """
    expression = re.compile(rule.pattern.encode())
    for text in _HARD_TEXTS:
        for size in _HARD_SIZES:
            data = (text * size)[:size]
            before = clock()
            list(expression.finditer(data))
            if clock() - before > TIME_LIMIT:
                yield "pattern", f"the pattern is slow on {size} bytes of {text.decode()!r}"
                return


def _examples(table: Table, rule: Rule, scan: Scan) -> _Found:
    """Enough of both kinds, each with the right answer for every seed."""
    for key, wanted in (("examples", True), ("counter_examples", False)):
        templates = table.words(key)
        if len(templates) < 2:
            yield key, f"fewer than two {key.replace('_', '-')}"
        for template in templates:
            text = _example(template, wanted, rule, scan)
            if text:
                yield key, text


def _example(template: str, wanted: bool, rule: Rule, scan: Scan) -> str:
    """What is wrong with one example, or "". Names the template, which holds no secret."""
    for seed in SEEDS:
        try:
            data = expand(template, Random(seed)).encode()
        except ValueError as error:
            return str(error)
        if (rule.id in scan(_EXAMPLE_PATH, data)) is not wanted:
            return f"{'no match' if wanted else 'a match'} for {template!r} with seed {seed}"
        if wanted and not re.search(rule.anchor.encode(), data):
            return f"the anchor does not hit {template!r} with seed {seed}"
    return ""
