"""Anchors betray encoded literals; the neighbourhood of a hit comes back decoded."""

import base64
import re
import textwrap
import time
from collections.abc import Callable

import hyperscan
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.views.encoded import (
    SHORTEST_ANCHOR,
    EncodedAnchor,
    decode_at,
    encoded_literals,
)
from kirosafe.detection.views.view import Limits
from tests.support.keys import Keys

LIMITS = Limits()
LITERAL = b"AKIA"
ANCHORS = [
    (anchor.encoding, re.compile(anchor.expression.encode()))
    for anchor in encoded_literals([LITERAL])
]


def first_view(data: bytes, limits: Limits = LIMITS) -> tuple[str, int, int, bytes]:
    """What comes of the first anchor that hits."""
    hits = ((enc, hit) for enc, pattern in ANCHORS if (hit := pattern.search(data)))
    encoding, hit = next(hits)
    found = decode_at(data, hit.end(), encoding, limits)
    assert found is not None
    return encoding, *found


def escaped(form: str) -> Callable[[bytes], bytes]:
    """An encoder that writes every byte as `form`."""
    return lambda raw: b"".join(form.format(byte).encode() for byte in raw)


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "base64": ("base64", base64.b64encode),
    "base64 URL": ("base64", base64.urlsafe_b64encode),
    "base64 without padding": ("base64", lambda raw: base64.b64encode(raw).rstrip(b"=")),
    "hex": ("hex", lambda raw: raw.hex().encode()),
    "HEX": ("hex", lambda raw: raw.hex().upper().encode()),
    "percent": ("percent", escaped("%{:02x}")),
    "PERCENT": ("percent", escaped("%{:02X}")),
    "\\u": ("escapes", escaped("\\u{:04x}")),
    "\\u in a string in a string": ("escapes", escaped("\\\\u{:04X}")),
    "\\u{}": ("escapes", escaped("\\u{{{:x}}}")),
    "\\x": ("escapes", escaped("\\x{:02x}")),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_each_value_encoded_alone_comes_back_with_its_label(name: str, keys: Keys) -> None:
    encoding, encode = ENCODERS[name]
    key_id, secret = keys.aws_id().encode(), keys.aws_secret().encode()
    data = b"first line\nid = '%s'\nplain = 1\nsecret = '%s'\nlast" % (
        encode(key_id),
        encode(secret),
    )
    used, start, stop, text = first_view(data)
    assert (used, start, stop) == (encoding, 0, len(data))
    assert text == b"\nid = '%s'\n\nsecret = '%s'\n" % (key_id, secret)


@pytest.mark.parametrize("name", ENCODERS)
@given(before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_a_pair_encoded_as_a_whole_comes_back(name: str, before: bytes, after: bytes) -> None:
    keys = Keys(7)
    pair = f"id={keys.aws_id()}\nsecret={keys.aws_secret()}\n".encode()
    _, encode = ENCODERS[name]
    text = first_view(b"x: " + encode(before + pair + after))[3]
    assert pair in text


@pytest.mark.parametrize("prefix", ["", "/a/", "/ab/", "/abc/", "name_", "https://host/p-"])
def test_what_stands_before_base64_does_not_shift_it(prefix: str, keys: Keys) -> None:
    key_id = keys.aws_id().encode()
    assert key_id in first_view(prefix.encode() + base64.b64encode(key_id + b" is the key"))[3]


@pytest.mark.parametrize("width", [20, 60, 64, 76])
@pytest.mark.parametrize("indent", ["", "    "])
@pytest.mark.parametrize("pad", [0, 1, 2])
def test_wrapped_base64_is_one_value(width: int, indent: str, pad: int, keys: Keys) -> None:
    pair = f"{' ' * pad}id = {keys.aws_id()}\nsecret = {keys.aws_secret()}\n".encode()
    encoded = base64.b64encode(b"." * 30 + pair).decode()
    wrapped = textwrap.indent("\n".join(textwrap.wrap(encoded, width)), indent)
    data = f"some words before\nvalue: |\n{wrapped}\nother: thing\n".encode()
    text = first_view(data)[3]
    assert pair in text
    assert text.count(b"\n") == data.count(b"\n") + pair.count(b"\n")


def test_escaped_line_breaks_do_not_end_base64(keys: Keys) -> None:
    pair = b"." * 30 + keys.aws_id().encode() + b"." * 40
    encoded = "\\n".join(textwrap.wrap(base64.b64encode(pair).decode(), 64))
    assert pair in first_view(f'{{"value": "{encoded}\\n"}}'.encode())[3]


def test_neighbours_that_are_no_text_stay_as_they_are(keys: Keys) -> None:
    encoded = base64.b64encode(keys.aws_id().encode())
    name = b"AbstractSingletonProxyFactoryBean"
    assert first_view(name + b"='" + encoded + b"'")[3].startswith(name + b"='AKIA")
    digest = b"ff" * 20
    data = b"sha1 " + digest + b" key " + keys.aws_id().encode().hex().encode()
    assert digest in first_view(data)[3]


def test_a_stray_digit_before_hex_is_passed_over(keys: Keys) -> None:
    key_id = keys.aws_id().encode()
    assert key_id in first_view(b"a" + key_id.hex().encode())[3]


@pytest.mark.parametrize("joint", ['" + "', '"\n    "', '" \\\n    "', '" + \\\n  "', "' .\n '"])
@pytest.mark.parametrize("cut", [1, 2, 3, 4, 9, 19])
def test_strings_in_pieces_are_joined(joint: str, cut: int, keys: Keys) -> None:
    key_id, secret = keys.aws_id(), keys.aws_secret()
    halves = f'id = "{key_id[:cut]}{joint}{key_id[cut:]}"\ns = "{secret[:20]}{joint}{secret[20:]}"'
    data = f'a = ""\n{halves}\n'
    encoding, *_, text = first_view(data.encode())
    assert encoding == "concat"
    assert f'id = "{key_id}"'.encode() in text
    assert secret.encode() in text
    assert text.count(b"\n") == data.count("\n")


def test_surrogates_and_numbers_beyond_unicode_become_question_marks() -> None:
    text = "\\ud800 \\u{110000} \\u00e9 " + escaped("\\u{:04x}")(LITERAL * 2).decode()
    assert first_view(text.encode())[3] == "? ? é AKIAAKIA".encode()


def test_the_reach_bounds_the_neighbourhood(keys: Keys) -> None:
    encoded = base64.b64encode(keys.aws_id().encode() * 400)
    limits = Limits(encoded_reach=256)
    _, start, stop, text = first_view(b"-" * 1000 + encoded + b"\n" + b"-" * 1000, limits)
    assert (stop - start <= 512, LITERAL in text) == (True, True)
    lines = b"short line\n" * 100
    _, start, stop, text = first_view(lines + encoded[:60] + b"\n" + lines, limits)
    assert lines[start - 1 : start] == b"\n"
    assert text.strip().startswith(LITERAL)
    assert stop < len(lines) * 2


def test_nothing_to_decode_is_none() -> None:
    assert decode_at(b"QUtJQ is too short", 5, "base64", LIMITS) is None


def test_short_literals_and_unstable_alignments_have_no_anchor() -> None:
    assert encoded_literals([b"sk-"]) == ()
    for encoding, expression in encoded_literals([b"abcd"]):
        if encoding == "base64":
            assert len(expression) >= SHORTEST_ANCHOR
    assert len(encoded_literals([LITERAL, LITERAL])) == len(encoded_literals([LITERAL]))


@given(st.binary(min_size=4, max_size=12), st.binary(max_size=9), st.binary(max_size=9))
def test_anchors_hit_whatever_surrounds_the_literal(
    literal: bytes, before: bytes, after: bytes
) -> None:
    anchors = encoded_literals([literal])
    raw = before + literal + after
    for encoded in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
        assert any(
            re.search(a.expression.encode(), encoded) for a in anchors if a.encoding == "base64"
        )


def test_vectorscan_takes_every_anchor() -> None:
    anchors = encoded_literals([LITERAL, b"gh+/_-[.", b"x{1}("])
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.expression.encode() for anchor in anchors],
        ids=list(range(len(anchors))),
        elements=len(anchors),
        flags=[0] * len(anchors),
    )
    hits: list[EncodedAnchor] = []
    database.scan(
        base64.b64encode(LITERAL), match_event_handler=lambda i, *_: hits.append(anchors[i])
    )
    assert [hit.encoding for hit in hits] == ["base64"]


@given(st.binary(max_size=400), st.integers(0, 400), st.sampled_from(sorted(dict(ANCHORS))))
def test_decoding_never_fails(data: bytes, end: int, encoding: str) -> None:
    found = decode_at(data, min(end, len(data)), encoding, LIMITS)
    assert found is None or found[0] <= min(end, len(data)) <= found[1]


@given(st.text('QUtJA41%\\ux"+ \n', max_size=200), st.sampled_from(sorted(dict(ANCHORS))))
def test_decoding_what_looks_encoded_never_fails(text: str, encoding: str) -> None:
    data = text.encode()
    found = decode_at(data, len(data), encoding, LIMITS)
    assert found is None or found[1] <= len(data)


@pytest.mark.parametrize("unit", ["A" * 15 + " ", "A" * 17 + "\n", '"', '" ', "%4", "\\u", "a\n"])
@pytest.mark.parametrize("encoding", sorted(dict(ANCHORS)))
def test_hostile_neighbourhoods_take_bounded_time(unit: str, encoding: str) -> None:
    data = (unit * 1_000_000)[:1_000_000].encode()
    started = time.process_time()
    decode_at(data, 500_000, encoding, LIMITS)
    assert time.process_time() - started < 2
