"""Nothing from a scanned tree reaches a terminal as more than visible text."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kirosafe.report.escape import atom, printable

# Hypothesis leaves surrogates out unless it is asked for them; names have them.
_ANY = st.text(st.characters(exclude_categories=()))
_SPECIAL = st.text(
    st.sampled_from("\\x8u0nabcdef \n\x1b\x7f\x80\xff\u202e\u200b\udc80\udcff\ud800")
)


def _original(text: str) -> str:
    """The inverse of `printable`, written from its docstring and not from its code."""

    def back(found: re.Match[str]) -> str:
        notation = found[0][1:]
        if notation in "\\nrt":
            return {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}[notation]
        code = int(notation[1:], 16)
        return chr(code + 0xDC00 if notation[0] == "x" and code >= 0x80 else code)

    return re.sub(r"\\(?:[\\nrt]|x..|u.{4}|U.{8})", back, text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("src/café/目录 1.py", "src/café/目录 1.py"),
        ("a\nb\r\t", r"a\nb\r\t"),
        ("\x1b[2J\x07\x00\x7f", r"\x1b[2J\x07\x00\x7f"),
        ("\udc80\udcff", r"\x80\xff"),
        ("\x80\x9b\xa0\xad", r"\u0080\u009b\u00a0\u00ad"),
        ("\u202e\u2066\u200b\ufeff\u2028", r"\u202e\u2066\u200b\ufeff\u2028"),
        ("\u3164\ufe0f\u034f\u2800\U000e0100", r"\u3164\ufe0f\u034f\u2800\U000e0100"),
        ("\U000e0041\ud800", r"\U000e0041\ud800"),
        (r"C:\x1b", r"C:\\x1b"),
    ],
)
def test_what_cannot_be_seen_gets_a_notation(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(_ANY | _SPECIAL)
def test_the_result_has_no_character_that_acts_on_a_terminal(text: str) -> None:
    categories = {unicodedata.category(char) for char in printable(text)}
    assert not categories & {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


@given(_ANY | _SPECIAL)
@example("\\x1b")
@example("\\\n\udc80\x80")
def test_the_text_can_be_had_back(text: str) -> None:
    assert _original(printable(text)) == text


def test_no_two_characters_share_a_notation() -> None:
    codes = [*range(0x11000), *range(0xE0000, 0xE0200), 0x10FFFF]
    assert len({atom(chr(code)) for code in codes}) == len(codes)
