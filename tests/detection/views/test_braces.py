"""JSON in the forms in which it is met."""

from kirosafe.detection.views.structure import Entry, entries


def pairs(text: str) -> list[tuple[str, bytes]]:
    """Keys and values."""
    return [(entry.key, entry.value) for entry in entries("json", text.encode())]


def test_scalars_of_every_kind() -> None:
    assert pairs("""{"a": 1, b : true, 'c': 'it''s', "d": [null, [], {}, "x"]}""") == [
        ("a", b"1"),
        ("b", b"true"),
        ("c", b"it"),
        ("d.0", b"null"),
        ("d.3", b"x"),
    ]


def test_spans_leave_the_quotes() -> None:
    assert list(entries("json", b'{\n "a": "b\\"c"}')) == [Entry("a", b'b"c', 2, 9, 13)]


def test_escapes_and_halves_of_pairs() -> None:
    text = r'{"a": "\/\n\u00e9\ud83d\ude00\x41\ud800!\udc00\0"}'
    assert pairs(text) == [("a", "/\né😀A?!?\0".encode())]


def test_documents_after_each_other_and_one_brace_too_many() -> None:
    assert pairs('{"a": "b"}}\n{"c": "d"}') == [("a", b"b"), ("c", b"d")]


def test_strings_that_do_not_end() -> None:
    assert pairs('{"a": "b\n"c": "d') == [("a", b"b"), ("c", b"d")]
