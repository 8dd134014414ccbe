"""Errors and their exit codes: unique, in range, documented."""

import inspect
import re

import pytest

from kirosafe import errors
from tests.support.sources import ROOT

# Design §7. A range is what the codes of one kind of trouble are taken from.
_RANGES = {
    "UsageError": range(2, 3),
    "NothingScanned": range(3, 4),
    "CoverageIncomplete": range(4, 5),
    "input": range(20, 30),
    "engine": range(30, 40),
    "credentials": range(40, 50),
}
_ERRORS = sorted(
    (
        value
        for value in vars(errors).values()
        if inspect.isclass(value)
        and issubclass(value, errors.KirosafeError)
        and value is not errors.KirosafeError
    ),
    key=lambda error: error.exit_code,
)
_BUG = 70


def documented() -> dict[int, str]:
    """Code to error class, from the table rows `| 20 | `PolicyError` | …` of the docs."""
    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", text, re.MULTILINE)
    assert len({code for code, _ in rows}) == len(rows)
    return {int(code): name for code, name in rows}


def test_there_are_errors_to_look_at() -> None:
    assert len(_ERRORS) >= 5


def test_codes_are_unique() -> None:
    codes = [error.exit_code for error in _ERRORS]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", _ERRORS, ids=lambda error: error.__name__)
def test_a_code_is_in_its_range(error: type[errors.KirosafeError]) -> None:
    own = _RANGES.get(error.__name__)
    if own is not None:
        assert error.exit_code in own
    else:
        assert any(error.exit_code in _RANGES[kind] for kind in ("input", "engine", "credentials"))


@pytest.mark.parametrize("error", _ERRORS, ids=lambda error: error.__name__)
def test_an_error_says_its_code_itself(error: type[errors.KirosafeError]) -> None:
    assert "exit_code" in vars(error), "an inherited code is somebody else's"
    assert (error.__doc__ or "").strip()


def test_a_bug_has_the_code_of_the_base() -> None:
    assert errors.KirosafeError.exit_code == _BUG


def test_the_docs_name_exactly_these() -> None:
    assert documented() == {
        **{error.exit_code: error.__name__ for error in _ERRORS},
        _BUG: "KirosafeError",
    }
