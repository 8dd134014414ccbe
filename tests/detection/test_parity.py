"""Configuration as quoted lines, without a parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.parity import BLANK, quoted_piece
from kirosafe.detection.piece import Piece


def lines_of(path: str, text: str, offset: int = 0) -> list[str]:
    piece = quoted_piece(Piece(text.encode(), path, offset=offset))
    return piece.data.decode().split("\n") if piece else []


def spans_of(path: str, text: str, offset: int = 0) -> list[str]:
    """What stands in `text` where each line is said to come from."""
    piece = quoted_piece(Piece(text.encode(), path, offset=offset))
    spans = [place.span for place in piece.places] if piece else []
    data = text.encode()
    return [data[s.start - offset : s.end - offset].decode() for s in spans if s]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A=b\n", ['A = "b"']),
        ("a : b\n", ['a = "b"']),
        ("[s]\na = b = c\n", ['a = "b = c"']),
        ("a='b'\n", ['a = "b"']),
        ("a='b\n", ['a = "\'b"']),
        ('a=b"c\n', ['a = "b\\"c"']),
        ("# c\n; d\na=b\n", ['a = "b"']),
        ("a=\n", []),
        ("a =\n  b\n\n  c\nd=e\n", ['a = "b"', 'a = "c"', 'd = "e"']),
        ("a =\n  'b'\n", ['a = "b"']),
        ("a=b\n[s]\n  =c\n  d\n", ['a = "b"']),
        ("A=b\r\nC=d\rE=f\n", ['A = "b"', 'C = "d"', 'E = "f"']),
        ("\ufeffA=b\n", ['\ufeffA = "b"']),
    ],
)
def test_ini_and_environment_files(text: str, lines: list[str]) -> None:
    assert lines_of("a.env", text) == lines


@pytest.mark.parametrize(
    "text",
    ["", "\n", "# a=b\n", "words alone\na=b\n", "a=b\nwords alone\nc=d\n", "{\n 'a': 1\n}\n"],
)
def test_text_that_no_ini_parser_takes_has_no_quoted_lines(text: str) -> None:
    assert lines_of("a.txt", text) == []


def test_a_window_may_begin_and_end_inside_a_line() -> None:
    assert lines_of("a.env", "le of it\nA=b\nC", offset=99) == ['A = "b"']


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: b\n", ['a: "b"']),
        ("a: b # c\n", ['a: "b" # c']),
        ("a: 'it''s' # c\n", ['a: "it\'s" # c']),
        ('a: "b\\"c\\\\d"\n', ['a: "b\\"c\\d"']),
        ("a: 'b\n", ['a: "b"']),
        ("'a b': c\n", ['a b: "c"']),
        ('"a"\n', []),
        ("- a: b\n- c\n- d: e\n", ['a: "b"', 'd: "e"']),
        ("? a: b\n", ['a: "b"']),
        ("a: &x !!str b\n", ['a: "b"']),
        ("a:\tb\n", ['a: "b"']),
        ("a: b\n   c\nd: e\n", ['a: "b c"', 'd: "e"']),
        ("a:\n  b\n", ['a: "b"']),
        ("a:\n- b\n", []),
        ("a:\n  # c\n  b: c\n", ['b: "c"']),
        ("a: |\n  b: c\n\n  d\ne: f\n", ['a: "b: cBLANKd"', 'e: "f"']),
        ("a: >-  # note\n  b\n  c\n", ['a: "b c"  # note']),
        ("a: !!binary |\n  b\n  c\n", ['a: "bc"']),
        ("a: |\nb: c\n", ['b: "c"']),
        ("a: {b: c, d: 'e'}\n", ["a: \"{b: c, d: 'e'}\"", 'b: "c"', 'd: "e"']),
        ("a: {\n  b: c,\n  'd': e }\n", ['a: "{"', 'b: "c,"', 'b: "c"', 'd: "e }"', 'd: "e"']),
        ("words\n", []),
        ("[s]\na = b\nc: d\n", ['a = "b"', 'c = "d"', 'c: "d"']),
    ],
)
def test_yaml(text: str, lines: list[str]) -> None:
    expected = [line.replace("BLANK", BLANK.decode()) for line in lines]
    assert sorted(lines_of("a.yaml", text)) == sorted(expected)
    assert sorted(lines_of("b.yml", text)) == sorted(expected)


def test_each_line_knows_where_its_value_stands() -> None:
    assert spans_of("a.env", "a = 'b' \nc=\n  d\n  e\n", offset=50) == ["'b'", "d", "e"]
    text = "a: b # c\nd: |\n  e\n  f\ng: {h: i}\n"
    assert spans_of("a.yaml", text, offset=50) == ["b # c", "e\n  f", "{h: i}", "i"]


def test_lines_and_columns_count_from_the_window() -> None:
    piece = quoted_piece(Piece(b"a: b\n\nc:\n  d\n", "a.yaml", line=10, offset=100))
    assert piece is not None
    assert [(p.line, p.column) for p in piece.places] == [(10, 4), (13, 3)]


def test_a_value_of_very_many_lines_is_cut() -> None:
    text = "a: |\n" + "  b\n" * 1000
    assert len(lines_of("a.yaml", text)[0]) < 1000


def test_views_and_transcoded_text_are_left_alone() -> None:
    assert quoted_piece(Piece(b"A=b\n", "a.env")) is None
    assert quoted_piece(Piece(b"A=b\n", "a.env", via=("gzip",), offset=0)) is None


@given(
    text=st.text(alphabet="ab01 \t\n\r:=-#'\"|>{}[],&!?é\f\\", max_size=80),
    path=st.sampled_from(["a.yaml", "a.env"]),
    offset=st.integers(0, 5),
)
def test_any_text_gives_a_place_for_each_line_inside_the_source(
    text: str, path: str, offset: int
) -> None:
    data = text.encode()
    piece = quoted_piece(Piece(data, path, offset=offset))
    if piece is None:
        return
    assert piece.via == ("quoted",)
    assert len(piece.places) == piece.data.count(b"\n") + 1
    for place in piece.places:
        assert place.span is not None
        assert offset <= place.span.start < place.span.end <= offset + len(data)
        assert place.line == 1 + data.count(b"\n", 0, place.span.start - offset)
