"""The account in a key id, and what belongs together."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.aws import account_of, correlate, is_key_id
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from tests.support.keys import Keys

# From the public write-ups that aws.py names; written backwards, so that scanners stay quiet.
PUBLISHED = [("LMW7QJ65YQIKGZNQAISA"[::-1], "029608264753")]


def _finding(rule: str, line: int, via: tuple[str, ...] = (), note: str = "") -> Finding:
    return Finding(
        rule, rule, Severity.LOW, Confidence.MEDIUM, "a", line, 1, "", "", "", via=via, note=note
    )


@pytest.mark.parametrize(("key_id", "account"), PUBLISHED)
def test_published_accounts(key_id: str, account: str) -> None:
    assert account_of(key_id.encode()) == account


def _encoded(account: int, rest: int = 0) -> bytes:
    """A key id for `account`: the opposite of what is tested."""
    number = 1 << 79 | account << 39 | rest
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return b"AKIA" + bytes(ord(letters[number >> shift & 31]) for shift in range(75, -1, -5))


@given(st.integers(0, 10**12 - 1), st.integers(0, (1 << 39) - 1))
def test_account_comes_back(account: int, rest: int) -> None:
    assert account_of(_encoded(account, rest)) == f"{account:012d}"


@pytest.mark.parametrize(
    "key_id",
    [
        b"",
        b"AKIA",
        b"AKIA" + b"I" + b"A" * 15,  # issued before accounts were in them
        b"AKIA" + b"J" + b"A" * 15,
        b"AKIA" + b"Q" + b"0" * 15,  # not base 32
        b"AKIA" + b"Q" * 15,
        _encoded((1 << 40) - 1),  # no account has 13 digits
    ],
)
def test_ids_without_an_account(key_id: bytes) -> None:
    assert account_of(key_id) == ""


def test_rules_that_find_ids() -> None:
    assert is_key_id("aws-access-key-id")
    assert is_key_id("aws-access-key-id-old")
    assert not is_key_id("aws-secret-access-key")


@pytest.mark.parametrize("lines", [(1, 1), (1, 14), (1, 10**6), (5000, 2)])
def test_a_pair_at_any_distance(lines: tuple[int, int]) -> None:
    key_id = _finding("aws-access-key-id", lines[0], note="AWS account 1")
    key_id, secret = correlate([key_id, _finding("aws-secret-access-key", lines[1])])
    assert key_id.note == f"AWS account 1; belongs to the secret key on line {lines[1]}"
    assert secret.note == f"belongs to the key id on line {lines[0]}"
    for finding in (key_id, secret):
        assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)


def test_the_nearest_partner_is_named() -> None:
    ids = [_finding("aws-access-key-id", line) for line in (1, 10, 100)]
    found = correlate([*ids, _finding("aws-key-pair", 12), _finding("aws-session-token", 90)])
    notes = [finding.note.rpartition(" ")[2] for finding in found]
    assert notes == ["12", "12", "12", "10", "100"]


def test_a_partner_in_the_same_view_is_nearer() -> None:
    member = ("zip:a",)
    key_id = _finding("aws-access-key-id", 5, member)
    found = correlate(
        [key_id, _finding("aws-secret-access-key", 5), _finding("aws-secret-access-key", 9, member)]
    )
    assert found[0].note.endswith("line 9")
    assert found[1].note.endswith("line 5")  # where it is the only one, in whatever view


def test_a_token_is_a_partner_where_there_is_no_secret() -> None:
    found = correlate([_finding("aws-access-key-id", 1), _finding("aws-session-token", 3)])
    assert found[0].note == "belongs to the session token on line 3"


@pytest.mark.parametrize(
    "rule", ["aws-access-key-id", "aws-secret-access-key", "aws-session-token"]
)
def test_alone_it_stays_what_it_is(rule: str) -> None:
    alone = [_finding(rule, 1), _finding(rule, 2), _finding("github-token", 3)]
    assert correlate(alone) == alone
    assert correlate([]) == []


def test_what_is_not_of_aws_is_left_alone() -> None:
    other = _finding("github-token", 2)
    found = correlate([_finding("aws-access-key-id", 1), other, _finding("aws-key-pair", 3)])
    assert found[1] == other


def test_thousands_are_related_quickly(keys: Keys) -> None:
    rules = ("aws-access-key-id", "aws-secret-access-key", "aws-session-token")
    findings = [_finding(rules[number % 3], keys.random.randrange(10**6)) for number in range(9000)]
    begin = time.process_time()
    assert all(finding.note for finding in correlate(findings))
    assert time.process_time() - begin < 2
