"""Values leave as previews and fingerprints, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.redact import fingerprint, preview

_values = st.binary(min_size=1, max_size=200)


def _slices(value: bytes, size: int) -> set[str]:
    text = value.decode("latin-1")
    return {text[at : at + size] for at in range(len(text) - size + 1)}


@given(st.text("abcdefXYZ0123456789+/=-_*() ", min_size=5, max_size=100))
def test_no_five_bytes_of_a_value_are_shown(text: str) -> None:
    shown = preview(text.encode())
    masked = shown.replace("********", "\0").replace(f" ({len(text)} characters)", "\0")
    assert not any(part in masked for part in _slices(text.encode(), 5))
    assert not any(part in masked for part in _slices(text.encode()[4:], 3) if len(text) < 20)


@given(_values)
def test_a_preview_is_short_and_plain(value: bytes) -> None:
    shown = preview(value)
    assert shown.isprintable()
    assert shown.isascii()
    assert len(shown) < 40


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"", "********"),
        (b"x" * 19, "********"),
        (b"abcd" + b"x" * 16, "abcd******** (20 characters)"),
        (b"\x1b[0m\xff" + b"x" * 20, "?[0m******** (25 characters)"),
        (b"a b\n" + b"x" * 20, "a?b?******** (24 characters)"),
    ],
)
def test_preview(value: bytes, shown: str) -> None:
    assert preview(value) == shown


@given(_values, _values, st.binary(min_size=1, max_size=64), st.binary(min_size=1, max_size=64))
def test_fingerprints_are_equal_for_equal_values_under_one_key(
    one: bytes, other: bytes, key: bytes, another_key: bytes
) -> None:
    mark = fingerprint(key, one)
    assert (fingerprint(key, other) == mark) == (one == other)
    if key.rstrip(b"\0") != another_key.rstrip(b"\0"):  # the key is filled up with zeros
        assert fingerprint(another_key, one) != mark
    assert len(mark) == 32
    assert int(mark, 16) >= 0
