"""Text is fitted into a width without cutting notations or widening lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.report.escape import printable
from kirosafe.report.layout import BOLD, Style, clip, columns, fit, flow, pad, wrap

_ANY = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("ab \n\udcff密"))


@pytest.mark.parametrize(("width", "limit"), [(40, 40), (200, 200), (1, 40)])
def test_a_width_is_a_limit_of_at_least_40(width: int, limit: int) -> None:
    assert Style(width=width).limit == limit


def test_no_width_is_no_limit() -> None:
    assert fit("x" * 10_000, Style().limit) == "x" * 10_000


def test_colour_only_where_it_is_allowed() -> None:
    assert Style().paint(BOLD, "a") == "a"
    assert Style(colour=True).paint(BOLD, "a") == "\x1b[1ma\x1b[0m"
    assert Style(colour=True).paint(BOLD, "") == ""


def test_columns_are_those_of_a_terminal() -> None:
    assert [columns(text) for text in ("abc", "é", "目录", "…")] == [3, 1, 4, 1]
    assert pad("目", 4) == "目  "


@pytest.mark.parametrize(
    ("text", "limit", "fitted"),
    [
        ("src/main.py", 11, "src/main.py"),
        ("src/package/main.py", 11, "src/…ain.py"),
        ("a\n" * 9, 10, r"a\n…a\na\n"),
        ("密" * 9, 8, "密…密密"),
        ("abc", 1, "…"),
    ],
)
def test_long_text_loses_its_middle(text: str, limit: int, fitted: str) -> None:
    assert fit(text, limit) == fitted


@given(_ANY, st.integers(1, 60))
def test_fitted_text_fits(text: str, limit: int) -> None:
    fitted = fit(text, limit)
    assert columns(fitted) <= limit
    assert fitted == printable(text) or "…" in fitted


def test_clipped_text_keeps_its_ends() -> None:
    assert clip("x" * 160) == "x" * 160
    clipped = clip("a" * 500 + "b" * 500)
    assert (len(clipped), clipped[:79], clipped[-79:]) == (159, "a" * 79, "b" * 79)


@given(_ANY, st.integers(20, 60), st.sampled_from(["", "  ", "    - "]))
def test_wrapped_lines_fit_and_lose_nothing(text: str, limit: int, first: str) -> None:
    rest = " " * len(first)
    lines = wrap(text, limit, first, rest)
    assert all(columns(line) <= limit for line in lines)
    assert lines[0].startswith(first)
    bodies = [line[len(first) :] for line in lines]
    assert "".join(bodies).replace(" ", "") == printable(text).replace(" ", "")


def test_words_stay_whole_where_they_can() -> None:
    assert wrap("one two three", 20, "1. ", "   ") == ["1. one two three"]
    assert wrap("one two three four", 14, "1. ", "   ") == ["1. one two", "   three four"]
    assert wrap("", 20, "  ", "  ") == ["  "]


def test_chunks_stay_whole_where_they_can() -> None:
    assert flow(["12 findings", "in 0.52 s"], 16) == ["12 findings", "in 0.52 s"]
    assert flow(["x" * 25], 20) == ["x" * 20, "x" * 5]
