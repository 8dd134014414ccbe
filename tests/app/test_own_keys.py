"""Findings that are the user's own keys."""

import pytest

from kirosafe.app.own_keys import mark_own, own_keys
from kirosafe.detection.engine import SourceResult
from kirosafe.model.grade import Severity
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.model.source import MemorySource
from tests.fakes.ports import Scanner, finding

CREDENTIALS = MemorySource("~/.aws/credentials", b"x")
CONFIG = MemorySource("~/.aws/config", b"x")


def test_places_of_aws_values() -> None:
    scanner = Scanner(
        finding(CREDENTIALS.path, "aws-secret-access-key", "s", line=3),
        finding(CREDENTIALS.path, "aws-access-key-id", "i", line=2),
        finding(CREDENTIALS.path, "file-aws-credentials", "f"),
        finding(CONFIG.path, "aws-secret-access-key", "s", line=9),
    )
    assert own_keys(scanner, [CREDENTIALS, CONFIG]) == {
        "s": "~/.aws/credentials, line 3",  # the first place stays
        "i": "~/.aws/credentials, line 2",
    }
    assert own_keys(scanner, []) == {}


def test_files_that_cannot_be_read_say_nothing() -> None:
    gone = SourceResult((), (Skipped(CONFIG.path, SkipReason.UNREADABLE),), 0)
    assert own_keys(Scanner(results={CONFIG.path: gone}), [CONFIG]) == {}


def test_own_keys_become_severe() -> None:
    mine = finding("a", "aws-access-key-id", "i", severity=Severity.LOW, note="AWS account 1")
    bare = finding("a", "aws-secret-access-key", "s", line=2)
    other = finding("a", "aws-access-key-id", "x", severity=Severity.LOW)
    known = {"i": "~/.aws/credentials, line 2", "s": "~/.aws/credentials, line 3"}
    marked = mark_own([mine, bare, other], lambda: known)
    assert marked[0].severity is Severity.HIGH
    assert marked[0].note == (
        "AWS account 1; the same value as in ~/.aws/credentials, line 2: this is a key of yours"
    )
    assert (
        marked[1].note == "the same value as in ~/.aws/credentials, line 3: this is a key of yours"
    )
    assert marked[2] == other


def test_a_key_is_not_compared_with_itself() -> None:
    at_home = finding(CREDENTIALS.path, "aws-access-key-id", "i")
    assert mark_own([at_home], lambda: {"i": f"{CREDENTIALS.path}, line 2"}) == [at_home]


@pytest.mark.parametrize("rules", [[], ["github-token", "file-dotenv"]])
def test_the_users_files_are_left_alone_unless_there_is_reason(rules: list[str]) -> None:
    def asked() -> dict[str, str]:
        raise AssertionError("nobody asked for them")

    found = [finding(rule=rule) for rule in rules]
    assert mark_own(iter(found), asked) == found
