"""Inline markers: which count, where, and that detect-secrets agrees on its own."""

import random
import time

import pytest
from detect_secrets.filters.allowlist import is_line_allowlisted
from detect_secrets.util.code_snippet import CodeSnippet
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.suppress import MAX_LINE, inline_marker

VALUE = b"value = '" + random.Random(7).randbytes(12).hex().encode() + b"'"

ON_THE_LINE = [
    ("# kirosafe:allow", "kirosafe:allow"),
    ("// kirosafe:allow made up for the test", "kirosafe:allow"),
    ("/* kirosafe:allow: see the page */", "kirosafe:allow"),
    ("<!--kirosafe:allow-->", ""),
    ("<!-- kirosafe:allow -->", "kirosafe:allow"),
    ("#gitleaks:allow", "gitleaks:allow"),
    ("gitleaks:allow", "gitleaks:allow"),
    ("// betterleaks:allow", "betterleaks:allow"),
    ("-- trufflehog:ignore (not real)", "trufflehog:ignore"),
    ("# kingfisher:ignore", "kingfisher:ignore"),
    ("# Kingfisher:IGNORE", "kingfisher:ignore"),
    ("# ggignore", "ggignore"),
    ("// secretlint-disable-line", "secretlint-disable-line"),
    ("# pragma: allowlist secret", "pragma: allowlist secret"),
    ("#pragma: allowlist secret", "pragma: allowlist secret"),
    ("// pragma:whitelist-secret", "pragma: whitelist secret"),
    ("<!-- pragma: allowlist secret -->", "pragma: allowlist secret"),
    # What does not count, or not there.
    ("", ""),
    ("# nosec", ""),
    ("# noqa: S105", ""),
    ("# KIROSAFE:ALLOW", ""),
    ("# kirosafe:allowed", ""),
    ("# notkirosafe:allow", ""),
    ("# x-gitleaks:allow", ""),
    ("# kirosafe:allow-next-line", ""),
    ("# pragma: allowlist nextline secret", ""),
    ("x pragma: allowlist secret", ""),
    ("// secretlint-disable", ""),
    ("# ggignore-start", ""),
    ("# .ggignored", ""),
]


@pytest.mark.parametrize(("comment", "name"), ON_THE_LINE)
def test_marker_on_the_line(comment: str, name: str) -> None:
    assert inline_marker(VALUE + b"  " + comment.encode()) == name
    assert inline_marker(VALUE + b"  " + comment.encode() + b"\r\n", b"x\r\n") == name


ON_THE_LINE_BEFORE = [
    ("# kirosafe:allow-next-line made up", "kirosafe:allow-next-line"),
    ("x = 1 // kirosafe:allow-next-line", "kirosafe:allow-next-line"),
    ("// secretlint-disable-next-line", "secretlint-disable-next-line"),
    ("# pragma: allowlist nextline secret", "pragma: allowlist nextline secret"),
    ("  // pragma: allowlist-nextline-secret", "pragma: allowlist nextline secret"),
    # What does not count, or not there.
    ("x = 1 # pragma: allowlist nextline secret", ""),
    ("# pragma: whitelist nextline secret", ""),
    ("# kirosafe:allow", ""),
    ("# gitleaks:allow", ""),
    ("# pragma: allowlist secret", ""),
]


@pytest.mark.parametrize(("previous", "name"), ON_THE_LINE_BEFORE)
def test_marker_on_the_line_before(previous: str, name: str) -> None:
    assert inline_marker(VALUE, previous.encode() + b"\n") == name


def test_detect_secrets_agrees_on_its_own_markers() -> None:
    comments = [text for text, _ in ON_THE_LINE if "pragma" in text]
    lines = [(VALUE.decode() + "  " + text, "") for text in comments]
    lines += [(VALUE.decode(), text) for text, _ in ON_THE_LINE_BEFORE if "pragma" in text]
    for line, previous in lines:
        snippet = CodeSnippet([previous, line], 0, 1)
        theirs = is_line_allowlisted("a.txt", line, snippet)
        assert bool(inline_marker(line.encode(), previous.encode())) == theirs, (line, previous)


def test_line_wins_over_the_line_before() -> None:
    assert inline_marker(b"# ggignore", b"# kirosafe:allow-next-line") == "ggignore"


def test_long_line_is_not_quieted() -> None:
    marker = b" # kirosafe:allow"
    assert inline_marker(b"x" * (MAX_LINE - len(marker)) + marker) == "kirosafe:allow"
    assert inline_marker(b"x" * MAX_LINE + marker) == ""
    assert inline_marker(b"x", b"#" * MAX_LINE + b" kirosafe:allow-next-line") == ""


_names = {name for _, name in ON_THE_LINE + ON_THE_LINE_BEFORE}
_pieces = st.sampled_from([text.encode() for text, _ in ON_THE_LINE]) | st.binary(max_size=8)


@given(st.lists(_pieces, max_size=6).map(b"".join), st.lists(_pieces, max_size=6).map(b"".join))
def test_nothing_but_a_name_ever_comes_out(line: bytes, previous: bytes) -> None:
    assert inline_marker(line, previous) in _names


def test_hostile_line_takes_no_time() -> None:
    begin = time.perf_counter()
    for unit in (b"#", b"<!--", b"# \t", b"kirosafe:", b"'pragma:"):
        assert inline_marker(unit * (MAX_LINE // len(unit)), b" " * MAX_LINE) == ""
    assert time.perf_counter() - begin < 2
