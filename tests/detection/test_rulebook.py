"""Rule files to a rulebook, the errors of people who write them, and the cache's bytes."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.rulebook import dump_rulebook, load_rulebook, parse_examples, parse_rules
from kirosafe.errors import RulesError
from kirosafe.model.grade import Confidence, Severity

RULE = """
[[rule]]
id = "a-key"
title = "A key"
severity = "high"
confidence = "medium"
anchor = 'key_[a-z]{8}'
pattern = '(?P<secret>key_[a-z]{8})'
remediation = "Delete the key."
reference = "https://example.com (2026-11-22)"
gates = ["entropy:2.5", "mixed"]
examples = ['{{key_|lower:8}}']
counter_examples = ['key_']
"""

FILE = """
[[file]]
id = "a-file"
title = "A file"
severity = "low"
confidence = "high"
names = ["*.key"]
remediation = "Move it."
reference = "https://example.com (2026-11-22)"
structure = "ini"
"""


def errors_of(text: str) -> list[str]:
    with pytest.raises(RulesError) as raised:
        parse_rules({"x.toml": text})
    assert raised.value.next_step
    return [line.strip() for line in raised.value.what.splitlines()[1:]]


def test_reads_rules_and_files_with_all_their_keys() -> None:
    text = RULE + 'plugin = "Jwt"\nmultiline = true\nencoded = ["key_"]\n' + FILE
    book = parse_rules({"fam.toml": text})
    (rule,), (kind,) = book.rules, book.files
    assert (rule.id, rule.family, rule.plugin, rule.multiline) == ("a-key", "fam", "Jwt", True)
    assert (rule.severity, rule.confidence) == (Severity.HIGH, Confidence.MEDIUM)
    assert rule.gates == ("entropy:2.5", "mixed")
    assert rule.encoded == ("key_",)
    assert (kind.id, kind.structure, kind.names) == ("a-file", "ini", ("*.key",))


def test_a_file_kind_is_opaque_unless_it_says_otherwise() -> None:
    book = parse_rules({"f.toml": FILE.replace('structure = "ini"\n', "")})
    assert book.files[0].structure == "opaque"


def test_order_is_file_name_then_position() -> None:
    second = RULE.replace("a-key", "b-key")
    third = RULE.replace("a-key", "c-key")
    book = parse_rules({"z.toml": RULE, "a.toml": third + second})
    assert [rule.id for rule in book.rules] == ["c-key", "b-key", "a-key"]


def test_second_stage_rules_may_name_rules_of_other_files() -> None:
    other = RULE.replace("a-key", "b-key") + 'requires = ["a-key"]\n'
    book = parse_rules({"a.toml": other, "b.toml": RULE})
    assert book.rules[0].requires == ("a-key",)


def test_examples_are_read_apart_and_skip_broken_files() -> None:
    found = parse_examples({"a.toml": RULE + FILE, "b.toml": "= broken"})
    assert [(e.rule, e.matching, e.other) for e in found] == [
        ("a-key", ("{{key_|lower:8}}",), ("key_",))
    ]


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ('id = "a-key"\n', "", "no 'id'", 2),
        ('title = "A key"\n', "", "no 'title'", 2),
        ("gates =", "gate =", "unknown key 'gate'", 11),
        ('id = "a-key"', 'id = "A_key"', "not lower-case words", 3),
        ('"high"', '"huge"', "not one of low, medium, high", 5),
        ('"high"', '"HIGH"', "lower case", 5),
        ("key_[a-z]{8}'\npattern", "key_[a-z'\npattern", "'anchor' is not a valid", 7),
        ("(?P<secret>key_[a-z]{8})", "(key_[a-z]{8})", "exactly one named group", 8),
        ("(?P<secret>key_", "(?P<a>x)(?P<secret>key_", "exactly one named group", 8),
        ('"mixed"', '"mixd"', "unknown gate: mixd", 11),
        ('"entropy:2.5"', '"entropy"', "unknown gate: entropy", 11),
        ('"Delete the key."', '" "', "must be a text that is not empty", 9),
        ('["entropy:2.5", "mixed"]', '"mixed"', "must be a list of texts", 11),
        ('["entropy:2.5", "mixed"]', "[1]", "must be a list of texts", 11),
        ('gates = ["entropy:2.5", "mixed"]', "multiline = 1", "must be a boolean", 11),
        ('gates = ["entropy:2.5", "mixed"]', 'encoded = ["abc"]', "shorter than four", 11),
        ('gates = ["entropy:2.5", "mixed"]', "encoded = 1", "must be a list of texts", 11),
        ('gates = ["entropy:2.5", "mixed"]', 'requires = ["b"]', "names no rule: b", 11),
    ],
)
def test_each_error_names_file_and_line(old: str, new: str, message: str, line: int) -> None:
    assert old in RULE
    found = errors_of(RULE.replace(old, new, 1))
    assert len(found) == 1
    assert found[0].startswith(f"x.toml:{line}: ")
    assert message in found[0]


def test_an_unknown_structure_is_an_error() -> None:
    (found,) = errors_of(FILE.replace('"ini"', '"csv"'))
    assert found.startswith("x.toml:10: a-file: unknown structure 'csv'")


def test_all_errors_of_all_files_come_at_once() -> None:
    with pytest.raises(RulesError) as raised:
        parse_rules({"a.toml": RULE.replace('"high"', '"x"'), "b.toml": "a = [", "c.toml": RULE})
    what = raised.value.what
    assert "3 errors" in what
    assert "a.toml:5: " in what
    assert "b.toml:1: not valid TOML" in what
    assert "c.toml:2: id 'a-key' is taken by a.toml:2" in what


def test_a_syntax_error_in_a_later_line_is_found_there() -> None:
    (found,) = errors_of(RULE + "\nbroken\n")
    assert re.match(r"x\.toml:1[0-9]: not valid TOML", found)


def test_what_stands_outside_tables_is_an_error() -> None:
    assert "unknown key 'rules'" in errors_of('rules = "x"\n')[0]
    assert "must be written as [[rule]] tables" in errors_of("rule = 1\n")[0]
    assert "must be written as [[file]] tables" in errors_of("file = [1]\n")[0]


def test_a_table_written_as_a_value_still_has_its_errors_named() -> None:
    assert any("no 'id'" in error for error in errors_of("rule = [{}]\n"))


def test_the_digest_is_of_exactly_these_files() -> None:
    digest = parse_rules({"a.toml": RULE}).digest
    assert re.fullmatch(r"[0-9a-f]{32}", digest)
    assert digest == parse_rules({"a.toml": RULE}).digest
    assert digest != parse_rules({"b.toml": RULE}).digest
    assert digest != parse_rules({"a.toml": RULE + "# x\n"}).digest


def test_no_rules_at_all_is_an_empty_book() -> None:
    book = parse_rules({})
    assert (book.rules, book.files) == ((), ())


def test_a_book_comes_back_from_its_bytes() -> None:
    book = parse_rules({"a.toml": RULE + FILE})
    again = load_rulebook(dump_rulebook(book))
    assert again == book
    assert again is not None
    assert isinstance(again.rules[0].severity, Severity)
    assert isinstance(again.files[0].confidence, Confidence)


@given(st.binary(max_size=200))
def test_foreign_bytes_are_no_book(content: bytes) -> None:
    assert load_rulebook(content) is None


@given(st.data())
def test_a_damaged_byte_is_noticed(data: st.DataObject) -> None:
    content = bytearray(dump_rulebook(parse_rules({"a.toml": RULE + FILE})))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    assert load_rulebook(bytes(content)) is None


@pytest.mark.parametrize("value", [1, (), ("d", (("short",),), ()), ("d", ((1,) * 14,), ())])
def test_well_formed_bytes_of_another_shape_are_no_book(value: Any) -> None:
    import marshal
    import zlib

    head = dump_rulebook(parse_rules({})).split(b"\n")[0] + b"\n"
    body = marshal.dumps(value)
    assert load_rulebook(head + zlib.crc32(body).to_bytes(4, "big") + body) is None
