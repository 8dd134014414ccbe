"""Medians, ratios and verdicts are right, and tables are Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tables import (
    Check,
    Table,
    check_table,
    markdown,
    memory_check,
    ratio_check,
    spread,
)

_SECONDS = st.lists(st.floats(0.001, 1000), min_size=1, max_size=9)


def test_the_median_is_not_the_mean() -> None:
    assert str(spread([0.1, 9.0, 0.3])) == "0.30 (0.10-9.00)"
    assert str(spread([0.25])) == "0.25"


@given(_SECONDS)
def test_the_median_lies_between_the_ends(figures: list[float]) -> None:
    found = spread(figures)
    assert found.low <= found.median <= found.high


def test_a_ratio_is_of_medians_and_says_of_which() -> None:
    check = ratio_check("small tree", [0.2, 0.1, 0.9], [1.0, 0.8, 5.0], 0.3)
    assert check.figure == pytest.approx(0.2)
    assert check.verdict == "ok"
    assert check.detail == "0.200 s / 1.000 s"


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [(0.29, "ok"), (0.30, "ok"), (0.301, "missed"), (None, "not measured")],
)
def test_the_limit_itself_is_still_met(figure: float | None, verdict: str) -> None:
    assert Check("small tree", figure, 0.30, "x").verdict == verdict


@pytest.mark.parametrize(("ours", "theirs"), [([], [1.0]), ([1.0], []), ([], [])])
def test_without_runs_nothing_is_claimed(ours: list[float], theirs: list[float]) -> None:
    assert ratio_check("small tree", ours, theirs, 0.3).verdict == "not measured"


def test_memory_is_in_millions_of_bytes() -> None:
    assert memory_check("peak", 96_400_000, 120).figure == pytest.approx(96.4)
    assert memory_check("peak", 120_000_001, 120).verdict == "missed"
    assert memory_check("peak", None, 120).verdict == "not measured"


def test_quantities_are_as_exact_as_their_kind() -> None:
    checks = [Check("a", 0.284, 0.3, "x"), Check("b", 96.4, 120, "MB"), Check("c", 2, 0, "")]
    shown = [row[1:4] for row in check_table([*checks, Check("d", None, 0.5, "x")]).rows]
    assert shown == [
        ("0.28 x", "0.30 x", "ok"),
        ("96 MB", "120 MB", "ok"),
        ("2", "0", "missed"),
        ("-", "0.50 x", "not measured"),
    ]


def test_markdown_is_padded_and_bars_are_escaped() -> None:
    table = Table("Title", "A note.", ("tool", "s"), (("a|b", "1.00"),))
    assert markdown(table) == (
        "## Title\n\nA note.\n\n| tool | s    |\n|------|------|\n| a\\|b | 1.00 |\n"
    )
    assert "A note." not in markdown(table._replace(note=""))
