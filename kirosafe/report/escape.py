"""Text from a scanned tree, made safe to look at.

A file name may hold anything but a slash and a zero byte: a newline that forges a line of the
report, an escape sequence that repaints the terminal, a bidirectional control that turns a name
around (CVE-2021-42574), characters that nobody can see.
"""

_NAMED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Letters, marks and symbols that `str.isprintable` lets through although terminals draw nothing
# for them: the Default_Ignorable_Code_Point property less what is category Cf already (Unicode 15,
# DerivedCoreProperties.txt, read 2026-11), and two blanks that are symbols.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U00016fe4\U0001d159"
) | {chr(code) for block in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for code in range(*block)}

_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF


def atom(char: str) -> str:
    r"""What stands for one character: itself where it is visible and safe, else an escape.

    `\\`, `\n`, `\r` and `\t` have their names; `\x1b` is a control character of ASCII; `\x80` to
    `\xff` are bytes that are no UTF-8 (kept by Python as U+DC80 to U+DCFF); everything else is
    `\u202e` or `\U000e0041`. No two characters share a notation.
    """
    if char in _NAMED:
        return _NAMED[char]
    if char.isprintable() and char not in _INVISIBLE:
        return char
    code = ord(char)
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def printable(text: str) -> str:
    """`text` without control, format or invisible characters, in a reversible notation.

    Different texts give different results, so two names never look alike by escaping.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(map(atom, text))
