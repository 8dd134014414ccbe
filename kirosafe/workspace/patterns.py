"""Ignore files evaluated with pathspec: for `.kiroignore`, and where git cannot be asked.

pathspec turns one glob into one expression; everything around it is done here as git does it
(gitignore(5) and git 2.39's dir.c, read 2026-11): line by line, since pathspec 1.1.1 raises on some
patterns and its matching of whole files differs from git's on 6.6 % of random sets; ancestors as
folders, since a file beneath an excluded folder cannot come back; bytes, as git compares bytes.
What cannot be evaluated counts in the direction that says "not ignored".
"""

import re
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

# Ways to match grow with this power of the name's length; 3 keeps one match below a second.
_MOST_FREEDOM = 3

# For all matching of one chain; ordinary chains need milliseconds.
_SECONDS = 5.0

# Where [..] means something else to Python than to git, or makes it warn.
_ODD_BRACKET = re.compile(r"\[[!^]?\]?[^/\]]*(?:\[|\\|&&|\|\||~~|--)")
_CLASS = re.compile(r"\[([!^]?[\w.]*)\[:(\w+):\]([\w.]*)\]", re.ASCII)
_CLASSES = {
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "alpha": "A-Za-z",
    "alnum": "A-Za-z0-9",
    "xdigit": "0-9A-Fa-f",
}

Matcher = Callable[[str], object]
"""Whether a path, in latin-1, is one that a pattern means; truthy or not."""


class Line(NamedTuple):
    """One pattern. `matches` is None when it cannot be evaluated."""

    number: int
    text: str
    negated: bool
    folders_only: bool
    names_only: bool
    matches: Matcher | None


class Deciding(NamedTuple):
    """The line that decided: the file it stands in, its number from 1, its text."""

    source: str
    number: int
    text: str
    negated: bool


class IgnoreFile(NamedTuple):
    """The patterns of one file, in reverse: the last one that matches decides."""

    source: str
    lines: tuple[Line, ...]


def parse_ignore_file(source: str, data: bytes) -> IgnoreFile:
    """The patterns in the bytes of an ignore file; `source` is what reports call it."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    lines = []
    for number, raw in enumerate(text.split("\n"), 1):
        entry = raw.split("\0", 1)[0]
        if entry.startswith("#"):
            continue
        line = _line(number, _trimmed(entry.removesuffix("\r")))
        if line is not None:
            lines.append(line)
    return IgnoreFile(source, tuple(reversed(lines)))


def _trimmed(entry: str) -> str:
    """Without the blanks at its end, except one that a backslash keeps."""
    if not entry.endswith(" "):
        return entry
    blanks = -1
    at = 0
    while at < len(entry):
        if entry[at] == " ":
            blanks = at if blanks < 0 else blanks
        else:
            blanks = -1
            at += entry[at] == "\\"
        at += 1
    return entry[:blanks] if blanks >= 0 else entry


def _line(number: int, text: str) -> Line | None:
    """One pattern, or None for a line that never matches anything."""
    negated = text.startswith("!")
    glob = text[negated:]
    folders_only = glob.endswith("/")
    glob = glob[: len(glob) - folders_only]
    if not glob or "//" in glob or glob.endswith("/"):
        return None
    while glob.startswith("**/") and "/" not in glob[3:]:
        glob = glob[3:]  # the same, said without a slash
    names_only = "/" not in glob
    try:
        matches = _matcher(glob)
    except (ValueError, re.error, RecursionError):
        # GitIgnorePatternError is a ValueError; a lone backslash at the end never matches.
        matches = None
    shown = text.encode("latin-1").decode("utf-8", "surrogateescape")
    return Line(number, shown, negated, folders_only, names_only, matches)


def _matcher(glob: str) -> Matcher | None:
    """The test for one glob, without `!` and trailing slash; None when it cannot be evaluated."""
    segments = ["**" if set(part) == {"*"} and len(part) > 1 else part for part in glob.split("/")]
    if "/" not in glob:
        segments = ["*" if segments == ["**"] else re.sub(r"\*+", "*", glob)]
    else:
        segments = [
            part
            for at, part in enumerate(segments)
            if part != "**" or segments[at - 1 : at] != ["**"]
        ]
        if segments[-1] == "**":
            segments.append("*")
    glob = "/".join(segments)
    glob = _CLASS.sub(_spelled_out, glob)
    if glob in ("*", "/**/*", "**/*"):
        return bool
    deep = segments.count("**")
    freedom = deep + sum(max(0, part.count("*") - 1) for part in segments if part != "**")
    negated_bracket = "[!" in glob or "[^" in glob
    if freedom > _MOST_FREEDOM or _ODD_BRACKET.search(glob) or (negated_bracket and deep):
        return None
    return _full_match(glob, negated_bracket)


def _spelled_out(found: "re.Match[str]") -> str:
    """`[[:digit:]]` as `[0-9]`, which is all that pathspec knows; rare classes stay."""
    members = _CLASSES.get(found[2])
    return f"[{found[1]}{members}{found[3]}]" if members else found[0]


def _full_match(glob: str, negated_bracket: bool) -> Matcher | None:
    """pathspec's expression for `glob`, held to the whole path."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # 60 ms

    if glob[-1].isspace():  # is meant, or it would have been trimmed; pathspec would drop it
        before = glob[:-1]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2
        glob = f"{before[: len(before) - escaped]}[{glob[-1]}]"
    kept = "\\" + glob if glob.startswith(("#", "!")) else glob
    expression = GitIgnoreSpecPattern(kept).regex
    if expression is None:
        return None
    full = expression.fullmatch
    if not negated_bracket:
        return full
    # Python's [^a] would match a slash, git's does not.
    slashes = glob.lstrip("/").count("/")
    return lambda path: path.count("/") == slashes and full(path)


class Chain:
    """The ignore files of one name from a folder downwards, nearer ones winning."""

    def __init__(
        self, read: Callable[[str], IgnoreFile | None], further: Sequence[IgnoreFile] = ()
    ) -> None:
        """`read` gives the ignore file in a folder (relative, "" for the top), or None.

        `further` are files that count for the whole tree and yield to all others, strongest first.
        """
        self._read = read
        self._further = further
        self._files: dict[str, IgnoreFile | None] = {}
        self._decided: dict[str, Deciding | None] = {}
        self._left = _SECONDS
        self.exhausted = False

    def deciding(self, path: str) -> Deciding | None:
        """The line that decides on the file at `path` (relative), None when none matches.

        A folder above that is excluded decides for everything in it.
        """
        end = path.find("/")
        while end >= 0:
            folder = path[:end]
            if folder not in self._decided:
                self._decided[folder] = self._at(folder, True)
            decided = self._decided[folder]
            if decided is not None and not decided.negated:
                return decided
            end = path.find("/", end + 1)
        return self._at(path, False)

    def _at(self, path: str, is_folder: bool) -> Deciding | None:
        """The line that decides on this very path, without regard to what lies above."""
        start = time.monotonic()
        if self._left <= 0:
            self.exhausted = True
            return None
        encoded = path.encode("utf-8", "surrogateescape").decode("latin-1")
        found = self._search(path, encoded, is_folder, start + self._left)
        self._left -= time.monotonic() - start
        return found

    def _search(self, path: str, encoded: str, is_folder: bool, deadline: float) -> Deciding | None:
        """From the nearest ignore file upwards, then the further ones; None after `deadline`."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder not in self._files:
                self._files[folder] = self._read(folder)
            file = self._files[folder]
            if file is not None:
                beneath = folder.encode("utf-8", "surrogateescape").decode("latin-1")
                relative = encoded[len(beneath) + 1 :] if folder else encoded
                found = _last_match(file, relative, is_folder, deadline)
                if found is not None:
                    return found
        for file in self._further:
            found = _last_match(file, encoded, is_folder, deadline)
            if found is not None:
                return found
        return None


def _last_match(file: IgnoreFile, path: str, is_folder: bool, deadline: float) -> Deciding | None:
    """The last line of `file` that means `path`; None after `deadline`, which counts as ignored
    by nothing."""
    name = path.rpartition("/")[2]
    for line in file.lines:
        if time.monotonic() > deadline:
            return None
        if line.folders_only and not is_folder:
            continue
        if line.matches is None:
            hit: object = line.negated
        else:
            hit = line.matches(name if line.names_only else path)
        if hit:
            return Deciding(file.source, line.number, line.text, line.negated)
    return None
