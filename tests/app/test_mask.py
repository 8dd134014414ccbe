"""A secret that stands in a name is masked wherever the name is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.app.mask import NameMask
from kirosafe.detection.engine import Engine
from kirosafe.detection.toolkit import Toolkit
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.rule import Rule, Rulebook
from kirosafe.model.skipped import Skipped, SkipReason
from tests.support.keys import Keys

RULE = Rule(
    "token",
    "Token",
    Severity.HIGH,
    Confidence.HIGH,
    "tok_[a-z0-9]{8}",
    "(?P<secret>tok_[a-z0-9]{8})",
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Toolkit(Rulebook((RULE,), (), (), "digest"), b"key"))


def _token(seed: int = 1) -> str:
    return "tok_" + Keys(seed).text(8, "abcdefgh01234567")


def _finding(path: str, ignored_by: str | None = None) -> Finding:
    return Finding(
        rule="r",
        title="t",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        path=path,
        line=1,
        column=1,
        preview="",
        fingerprint="",
        remediation="",
        via=(f"zip:{path}",),
        ignored_by=ignored_by,
        kiro_ignored_by=ignored_by,
    )


def test_names_and_ignore_lines_are_masked(engine: Engine) -> None:
    token, mask = _token(), NameMask(engine)
    found = mask.findings([_finding(f"a/{token}.txt", f".gitignore:1: {token}*")])[0]
    skipped = mask.skipped([Skipped(f"{token}/x", SkipReason.UNREADABLE, f"zip:{token}")])[0]
    assert found.path == "a/********.txt"
    assert found.ignored_by == found.kiro_ignored_by == ".gitignore:1: *********"
    assert found.via == ("zip:a/********.txt",)
    assert (skipped.path, skipped.detail) == ("********/x", "zip:********")
    assert mask.masked == 5


def test_two_secrets_in_one_name_are_both_masked(engine: Engine) -> None:
    mask = NameMask(engine)
    found = mask.findings([_finding(f"{_token(1)}-{_token(2)}")])[0]
    assert found.path == "********-********"


@given(st.text(max_size=40))
def test_other_names_stay_as_they_are(engine: Engine, name: str) -> None:
    name = name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    mask = NameMask(engine)
    assert mask.findings([_finding(name)])[0].path == name
    assert mask.masked == 0
