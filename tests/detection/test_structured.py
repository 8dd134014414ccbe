"""Configuration as names and values: every entry says where in the file its value lies."""

import json
import time
from base64 import b64encode

import pytest

from kirosafe.detection.engine import Engine
from kirosafe.detection.piece import Piece
from kirosafe.detection.redact import fingerprint
from kirosafe.detection.structured import LARGEST, structured_piece
from kirosafe.model.finding import Span
from kirosafe.model.source import MemorySource
from tests.support.detection import KEY
from tests.support.keys import Keys


def _view(path: str, data: bytes, structure: str = "") -> Piece:
    view = structured_piece(Piece(data, path, offset=0), structure)
    assert view is not None
    return view


@pytest.mark.parametrize(
    ("path", "data", "lines"),
    [
        (
            ".env",
            b"# a\nUSER=bob\nexport PASS='x y'\n\nEMPTY=\n",
            [(b'USER = "bob"', b"bob", 2), (b'PASS = "x y"', b"x y", 3)],
        ),
        (
            "a.ini",
            b"[db]\npass = one\n; no\npass2: two\n",
            [(b'pass = "one"', b"one", 2), (b'pass2 = "two"', b"two", 4)],
        ),
        (
            "a.json",
            b'{"db": {"pass": "a\\nb",\n "n": "it\'s"}, "q": "say \\"x\\""}',
            [
                (b'pass = "a\\nb"', b"a\\nb", 1),
                (b'n = "it\'s"', b"it's", 2),
                (b"q = 'say \"x\"'", b'say \\"x\\"', 2),
            ],
        ),
        (
            "a.yaml",
            b"db:\n  pass: 'one'\n  list:\n  - two\n",
            [(b'pass = "one"', b"one", 2), (b'0 = "two"', b"two", 4)],
        ),
        ("a.toml", b'[a]\nb = "one"\n', [(b'b = "one"', b"one", 2)]),
        ("a.tfvars", b'pass = "one"\n', [(b'pass = "one"', b"one", 1)]),
    ],
)
def test_spans_point_at_the_value(
    path: str, data: bytes, lines: list[tuple[bytes, bytes, int]]
) -> None:
    view = _view(path, data)
    assert view.data.split(b"\n") == [line for line, _, _ in lines]
    for place, (_, raw, line) in zip(view.places, lines, strict=True):
        assert place.span is not None
        assert data[place.span.start : place.span.end] == raw
        assert place.line == line
        assert place.column == place.span.start - data.rfind(b"\n", 0, place.span.start)


def test_the_name_is_taken_where_no_structure_is_told() -> None:
    assert _view("a.json", b'{"a": "b"}').via == ("json",)
    assert _view("a.unknown", b"A=b\n", "dotenv").via == ("dotenv",)
    assert _view("inner.json", b'{"a": "b"}').path == "inner.json"


def test_a_packed_file_has_no_spans() -> None:
    view = structured_piece(Piece(b"A=b\n", ".env", ("zip:.env",)))
    assert view is not None
    assert view.via == ("zip:.env", "dotenv")
    assert [place.span for place in view.places] == [None]


def test_a_byte_order_mark_moves_the_spans() -> None:
    view = _view(".env", b"\xef\xbb\xbfA=b\n")
    assert view.places[0].span == Span(5, 6)


@pytest.mark.parametrize(
    ("path", "data"),
    [("a.py", b"A=b\n"), ("a.json", b"{}"), (".env", b"A=\n"), (".env", b""), ("a.json", b"\xff")],
)
def test_nothing_to_see(path: str, data: bytes) -> None:
    assert structured_piece(Piece(data, path, offset=0)) is None


def test_large_files_are_text_alone() -> None:
    line = b"A=b\n"
    filled = b"# a remark\n" * (LARGEST // 11 - 1)
    whole = filled + line + b"\n" * (LARGEST - len(filled) - len(line))
    assert structured_piece(Piece(whole, ".env", offset=0)) is not None
    assert structured_piece(Piece(whole + b"\n", ".env", offset=0)) is None


# What the raw lines do not show: name and value apart, quotes missing, values encoded.
APART = [
    ("a.json", '{{"name": "DB_PASSWORD",\n "value": "{}"}}'),
    ("a.yaml", "- name: DB_PASSWORD\n  value: {}\n"),
    ("a.yaml", "password: >-\n    {}\n"),
]


@pytest.mark.parametrize(("path", "text"), APART)
def test_name_and_value_apart(path: str, text: str, engine: Engine, keys: Keys) -> None:
    value = keys.mixed(24)
    data = text.format(value).encode()
    found = {
        finding.fingerprint: finding for finding in engine.scan(MemorySource(path, data)).findings
    }
    finding = found[fingerprint(KEY, value.encode())]
    assert finding.span is not None
    assert data[finding.span.start : finding.span.end].strip() == value.encode()
    assert finding.line == 2


def test_a_kubernetes_value_has_a_line_and_no_span(engine: Engine, keys: Keys) -> None:
    value = keys.mixed(24)
    text = f"kind: Secret\ndata:\n  DB_PASSWORD: {b64encode(value.encode()).decode()}\n"
    found = engine.scan(MemorySource("a.yaml", text.encode())).findings
    marks = {finding.fingerprint: finding for finding in found}
    finding = marks[fingerprint(KEY, value.encode())]
    assert (finding.line, finding.span, finding.via) == (3, None, ("yaml",))


def test_many_entries_on_one_line_take_no_time(engine: Engine) -> None:
    text = json.dumps({"name": "password", "value": "x", **{f"k{n}": "v" for n in range(20_000)}})
    begin = time.process_time()
    engine.scan(MemorySource("a.json", text.encode()))
    assert time.process_time() - begin < 10
