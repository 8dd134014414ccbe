"""Assignments, a line each."""

import base64

from kirosafe.detection.views.structure import Entry, entries


def pairs(structure: str, text: str) -> list[tuple[str, bytes]]:
    """Keys and values."""
    return [(entry.key, entry.value) for entry in entries(structure, text.encode())]


def test_dotenv_comments_and_quotes() -> None:
    text = 'A=b # c\nB=#x\nC= # none\nD="a # \\"b\\"\nc\\q" # d\n'
    text += "E='f\ng'\nG=h#i\n no line\n" + 'H="open\n'
    assert pairs("dotenv", text) == [
        ("A", b"b"),
        ("B", b"#x"),
        ("D", b'a # "b"\nc\\q'),
        ("E", b"f\ng"),
        ("G", b"h#i"),
        ("H", b'"open'),
    ]
    assert list(entries("dotenv", b"D='a'")) == [Entry("D", b"a", 1, 3, 4)]


def test_ini_separators_sections_and_continuations() -> None:
    text = (
        "top\na = b\n[s]\n  stray\n; no\n# no\n! no\nurl: http://h/?q=1\n"
        "//host/:token=x\nk:v\n  more\nq = 'quoted'\nempty =\n= none\n"
    )
    assert pairs("ini", text) == [
        ("a", b"b"),
        ("s.url", b"http://h/?q=1"),
        ("s.//host/:token", b"x"),
        ("s.k", b"v"),
        ("s.k", b"more"),
        ("s.q", b"quoted"),
        ("s.empty", b""),
        ("s.empty", b"= none"),
    ]


def test_npm_logins_are_given_decoded() -> None:
    login = base64.b64encode(b"user:pass").decode()
    assert list(entries("ini", f"//h/:_auth={login}\n_auth = no login".encode())) == [
        Entry("//h/:_auth", b"user:pass", 1, None, None),
        Entry("_auth", b"no login", 2, 32, 40),
    ]
