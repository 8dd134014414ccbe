"""Where something stands, in a source and in views of one."""

from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.piece import Locator, Piece, Place
from kirosafe.model.finding import Span

DATA = b"one\ntwo three\n\nfour"


@given(st.lists(st.integers(0, len(DATA) - 1), max_size=12))
def test_place_in_any_order(starts: list[int]) -> None:
    locator = Locator(Piece(DATA, "a", offset=100))
    for start in starts:
        line = DATA.count(b"\n", 0, start) + 1
        column = start - DATA.rfind(b"\n", 0, start)
        assert locator.place(start, start + 1) == Place(
            line, column, Span(100 + start, 101 + start)
        )


def test_a_window_begins_within_a_line() -> None:
    locator = Locator(Piece(DATA, "a", line=7, column=50, offset=0))
    assert locator.place(1, 2) == Place(7, 51, Span(1, 2))
    assert locator.place(4, 7) == Place(8, 1, Span(4, 7))
    assert locator.place(8, 9) == Place(8, 5, Span(8, 9))


def test_a_member_has_lines_and_no_span() -> None:
    assert Locator(Piece(DATA, "a", ("zip:a",))).place(8, 13) == Place(2, 5, None)


def test_a_decoded_view_has_lines_and_no_columns() -> None:
    locator = Locator(Piece(DATA, "a", ("hex",), line=3, decoded=True))
    assert locator.place(8, 13) == Place(4, 1, None)


def test_a_derived_view_has_one_line() -> None:
    locator = Locator(Piece(DATA, "a", ("hex",), line=3, decoded=True, derived=True))
    assert locator.place(8, 13) == locator.place(0, 1) == Place(3, 1, None)


def test_a_view_of_entries_has_their_places() -> None:
    places = tuple(Place(10 + row, 2, Span(row, row + 1)) for row in range(4))
    locator = Locator(Piece(DATA, "a", ("json",), places=places))
    assert locator.place(8, 9) == places[1]
    assert locator.place(len(DATA) - 1, len(DATA)) == places[3]
