"""Which encoding, or binary, by the first bytes."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.views.text import HEAD, as_text, is_binary, transcode
from tests.support.keys import Keys

CODECS = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_text_is_recognised_and_comes_back(codec: str, mark: str, keys: Keys) -> None:
    text = f"key = {keys.aws_id()}\r\nGrüße = {keys.aws_secret()}\r\n"
    data = (mark + text).encode(codec)
    assert as_text(data[:HEAD]) == codec
    assert transcode(data, codec) == text.encode()


@pytest.mark.parametrize("codec", CODECS)
def test_an_odd_tail_is_replaced(codec: str) -> None:
    assert transcode("abc".encode(codec) + b"\xff", codec) == "abc\ufffd".encode()


@given(st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1))
def test_ascii_is_scanned_as_it_is(text: str) -> None:
    assert as_text(text.encode()) is None


@pytest.mark.parametrize("data", [b"", b"a\0", b"\0" * 64, bytes(range(256)) * 4])
def test_what_is_no_wide_text(data: bytes) -> None:
    assert as_text(data) is None


def test_numbers_of_two_bytes_are_no_text() -> None:
    assert as_text(b"".join(n.to_bytes(2, "little") for n in range(1, 200))) is None


@given(st.binary(max_size=300))
def test_judging_never_fails(data: bytes) -> None:
    codec = as_text(data)
    assert codec is None or transcode(data, codec).decode() is not None
    assert is_binary(data) in (True, False)


def test_one_nul_does_not_make_a_log_binary(keys: Keys) -> None:
    log = b"2026-11-22 ok\n" * 20 + b"\0" + keys.aws_id().encode() + b"\n\x1b[31mred\x1b[0m\n"
    assert not is_binary(log)


def test_lists_separated_by_nul_are_text() -> None:
    assert not is_binary(b"PATH=/usr/bin\0HOME=/home/someone\0" * 50)


@pytest.mark.parametrize("text", ["", "Grüße\n", "ID3 tags are read by this program\n", "日本\n"])
def test_text_is_not_binary(text: str) -> None:
    assert not is_binary(text.encode())


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"\x7fELF", b"%PDF-1.7", b"PK\x03\x04"])
def test_magic_makes_binary(magic: bytes) -> None:
    assert is_binary(magic + b"\x93" + b"text " * 100)
    assert not is_binary(magic.replace(b"\x89", b"") + b"text " * 100)  # says so, but is text


def test_noise_and_programs_are_binary() -> None:
    assert is_binary(Random(1).randbytes(4096))
    assert is_binary(b"\0\0\0\x01text" * 100)
