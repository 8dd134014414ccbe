"""What `kirosafe rules` says."""

import pytest

from kirosafe.app.rules import all_kinds, explained, listed
from kirosafe.errors import UsageError
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.rule import Rulebook
from tests.support.detection import kind, rule

PLAIN = rule("one-token", "tok_[a-z]{4}", remediation="Rotate.", reference="docs")
FULL = rule(
    "second",
    "[a-z]{9}",
    gates=("mixed", "entropy:3"),
    plugin="KeywordDetector",
    requires=("one-token",),
    encoded=("tok_",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
)
OPAQUE = kind("file-store", "*.kdbx", "*.jks")
STRUCTURED = kind("file-env", ".env", excluded_names=(".env.example",), structure="dotenv")
TELLING = kind("file-pem", "*.pem", content="BEGIN", structure="dotenv")
BOOK = Rulebook((PLAIN, FULL), (OPAQUE, STRUCTURED, TELLING), (), "digest")
KINDS = all_kinds(BOOK)


def test_all_kinds_in_the_rulebooks_order() -> None:
    assert KINDS == (PLAIN, FULL, OPAQUE, STRUCTURED, TELLING)


def test_listed_in_columns() -> None:
    assert list(listed(KINDS[:3])) == [
        "one-token   high    high    one-token",
        "second      low     medium  second",
        "file-store  high    high    file-store",
    ]
    assert list(listed(())) == []


def test_a_plain_rule() -> None:
    assert explained(KINDS, "one-token").splitlines() == [
        "one-token: one-token",
        "severity high, confidence high",
        "",
        "Looks for: (?P<secret>tok_[a-z]{4})",
        "",
        "What to do: Rotate.",
        "Source: docs",
    ]


def test_everything_a_rule_can_have() -> None:
    text = explained(KINDS, "second")
    for line in (
        "severity low, confidence medium",
        "Must pass: mixed, entropy:3",
        "detect-secrets must agree: KeywordDetector",
        "Only in a file with a finding of: one-token",
        "Also recognised inside base64, hex, percent-encoded and escaped text.",
    ):
        assert line in text.splitlines()


def test_file_kinds() -> None:
    assert "File names: *.kdbx, *.jks" in explained(KINDS, "file-store").splitlines()
    structured = explained(KINDS, "file-env").splitlines()
    assert "But not: .env.example" in structured
    assert "Counts when a value in it looks live." in structured
    telling = explained(KINDS, "file-pem").splitlines()
    assert "Content: BEGIN" in telling
    assert "Counts when a value in it looks live." not in telling


@pytest.mark.parametrize(
    ("wanted", "next_step"),
    [
        ("one-tokn", "Did you mean one-token?"),
        ("file-stores", "Did you mean file-store"),
        ("zzz", "See kirosafe rules list."),
    ],
)
def test_no_such_rule(wanted: str, next_step: str) -> None:
    with pytest.raises(UsageError) as raised:
        explained(KINDS, wanted)
    assert raised.value.what == f"there is no rule '{wanted}'."
    assert raised.value.next_step.startswith(next_step)
