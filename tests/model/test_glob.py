"""Path patterns: a table of what they mean, and laws against an independent matcher."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.model.glob import MAX_PATTERN, glob_error, path_matches, word_error, word_matches

MEANING = [
    ("*.pem", "a.pem", True),
    ("*.pem", "deep/er/a.pem", True),
    ("*.pem", "a.pem.txt", False),
    ("*.pem", ".pem", True),
    ("fixtures", "tests/fixtures/a/b", True),
    ("fixtures", "tests/fixtures", True),
    ("fixtures/", "tests/fixtures", False),
    ("fixtures/", "tests/fixtures/a", True),
    ("/fixtures", "fixtures/a", True),
    ("/fixtures", "tests/fixtures/a", False),
    ("tests/fixtures", "tests/fixtures/a", True),
    ("tests/fixtures", "x/tests/fixtures/a", False),
    ("tests/fixtures/**", "tests/fixtures/a/b", True),
    ("tests/fixtures/**", "tests/fixtures", False),
    ("**/fixtures", "fixtures", True),
    ("**/fixtures", "a/b/fixtures/c", True),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True),
    ("a/**/b", "a/xb", False),
    ("a/*/b", "a/b", False),
    ("a/*/b", "a/x/b", True),
    ("a/*/b", "a/x/y/b", False),
    ("**", "anything/at/all", True),
    ("a**b", "axxb", True),
    ("a**b", "a/b", False),
    ("?.py", "a.py", True),
    ("?.py", "ab.py", False),
    ("[a-c]x", "bx", True),
    ("[a-c]x", "dx", False),
    ("[!a-c]x", "dx", True),
    ("[^a-c]x", "ax", False),
    ("[]]x", "]x", True),
    ("[a-]x", "-x", True),
    ("[\\]]x", "]x", True),
    ("\\*x", "*x", True),
    ("\\*x", "ax", False),
    ("\\!x", "!x", True),
    ("A", "a", False),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), MEANING)
def test_pattern_means_what_the_page_says(pattern: str, path: str, expected: bool) -> None:
    assert path_matches(pattern, path) is expected


def test_git_agrees_with_the_table(tmp_path: Path) -> None:
    """Git is asked the same questions and gives the same answers."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for pattern, path, expected in MEANING:
        (tmp_path / ".gitignore").write_text(pattern + "\n")
        asked = subprocess.run(
            ["git", "-C", str(tmp_path), "check-ignore", "-q", "--no-index", "--", path],
            check=False,
        )
        assert (asked.returncode == 0) is expected, (pattern, path)


WRONG = [
    ("", "is empty"),
    (" ", "is empty"),
    ("x" * (MAX_PATTERN + 1), "longer than"),
    ("!a", "cannot be negated"),
    ("/", "empty, '.' or '..'"),
    ("a//b", "empty, '.' or '..'"),
    ("../a", "empty, '.' or '..'"),
    ("./a", "empty, '.' or '..'"),
    ("[a", "without its ']'"),
    ("[", "without its ']'"),
    ("[z-a]", "runs backwards"),
    ("[[:alpha:]]", "named class"),
    ("a\\", "escapes nothing"),
]


@pytest.mark.parametrize(("pattern", "complaint"), WRONG)
def test_wrong_pattern_is_explained(pattern: str, complaint: str) -> None:
    assert complaint in glob_error(pattern)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        path_matches(pattern, "a")


def test_right_pattern_has_no_error() -> None:
    assert glob_error("a/**/[!b]*.py") == ""


@pytest.mark.parametrize(
    ("pattern", "word", "expected"),
    [
        ("aws", "aws", True),
        ("aws", "aws-key", False),
        ("aws-*", "aws-key", True),
        ("*/key", "aws/deep/key", True),
        ("*", "", True),
    ],
)
def test_word_pattern(pattern: str, word: str, expected: bool) -> None:
    assert word_matches(pattern, word) is expected


def test_word_error() -> None:
    assert word_error("aws-*") == ""
    assert "without its ']'" in word_error("[aws")


def _expression(pattern: str) -> str:
    """The same pattern as a regular expression, written down independently."""
    anchored = "/" in pattern.removesuffix("/")
    bare = pattern.removeprefix("/")
    body = bare.removesuffix("/")
    pieces = ["" if anchored else "(?:.*/)?"]
    names = body.split("/")
    for index, name in enumerate(names):
        last = index == len(names) - 1
        if name == "**":
            pieces.append(".+" if last else "(?:.*/)?")
            continue
        text = re.sub(r"\*+", "*", name)
        pieces.append("".join({"*": "[^/]*", "?": "[^/]"}.get(c, re.escape(c)) for c in text))
        if not last:
            pieces.append("/")
    tail = "/.+" if bare.endswith("/") else "(?:/.+)?"
    return "(?s:" + "".join(pieces) + tail + r")\Z"


_names = st.text(alphabet="ab.\n", min_size=1, max_size=4).filter(lambda n: n not in (".", ".."))
_paths = st.lists(_names, min_size=1, max_size=4).map("/".join)
_wild = st.one_of(
    st.just("**"), st.text("ab*?", min_size=1, max_size=5), _names.filter(lambda n: n.strip())
)
_patterns = st.builds(
    lambda lead, names, tail: lead + "/".join(names) + tail,
    st.sampled_from(["", "/"]),
    st.lists(_wild, min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)


@given(_patterns, _paths)
def test_matcher_equals_the_regular_expression(pattern: str, path: str) -> None:
    assert path_matches(pattern, path) == bool(re.match(_expression(pattern), path))


@given(_paths)
def test_escaped_path_matches_itself_and_what_is_beneath(path: str) -> None:
    pattern = "/" + "".join("\\" + c if c not in "/" else c for c in path)
    assert path_matches(pattern, path)
    assert path_matches(pattern, path + "/below")
    assert not path_matches(pattern, path + "x")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_either_explained_or_matched(pattern: str, path: str) -> None:
    if glob_error(pattern) == "":
        assert path_matches(pattern, path) in (True, False)


def test_hostile_pattern_takes_no_time() -> None:
    begin = time.perf_counter()
    assert not path_matches("*a" * 255 + "b", "a" * 4096)
    assert not path_matches("**/a/" * 100 + "b", "a/" * 2000 + "c")
    assert time.perf_counter() - begin < 5
