"""Path patterns in the manner of gitignore, matched purely and in bounded time.

The meaning is stated in docs/policy.md; in short, for a path relative to the scanned folder:

- a pattern without a slash (a trailing one aside) matches at any depth, one with a slash is
  anchored at the scanned folder, and a leading slash anchors too;
- `*` is any run of characters within one name, `?` one character, `[a-z]` one of a class,
  `[!a-z]` or `[^a-z]` one outside it, and a backslash takes the next character literally;
- `**` as a whole name is any number of folders, none included; at the end, everything beneath;
- a pattern that matches a folder matches all that is in it; a trailing slash says folders only;
- letter case counts, and a leading dot is a character like any other.

Nothing here is turned into a regular expression: the pattern may come from a hostile repository,
and `*a*a*a*b` would make one backtrack for years. The greedy matcher returns only to the last
star, so the cost is at most the pattern's length times the path's.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

MAX_PATTERN = 512
"""Characters in a pattern, at most."""

T = TypeVar("T")
P = TypeVar("P")

Symbol = frozenset[tuple[str, str]]
"""Ranges of characters, ends included, of which one must hold the character."""

Token = tuple[bool, Symbol] | None
"""One character's worth of pattern: (wanted in the ranges or outside, ranges); None is a star."""

Part = tuple[Token, ...] | None
"""One path component's worth of pattern; None is `**`."""

_ANY_CHARACTER: Token = (False, frozenset())
_ANY_NAME: Part = (None,)


def glob_error(pattern: str) -> str:
    """What is wrong with `pattern` as a path pattern, as a clause for a message; "" if nothing."""
    try:
        _path_parts(pattern)
    except ValueError as error:
        return str(error)
    return ""


def path_matches(pattern: str, path: str) -> bool:
    """True if `pattern` covers `path`, a slash-separated path relative to the scanned folder.

    Raises ValueError for a pattern of which `glob_error` would complain.
    """
    return _greedy(_path_parts(pattern), path.split("/"), _name_matches)


def word_matches(pattern: str, word: str) -> bool:
    """True if `pattern` covers `word` (a rule's id) as a whole; here a star crosses slashes.

    Raises ValueError if the pattern is empty, too long or has an unfinished class or escape.
    """
    return _name_matches(_word_tokens(pattern), word)


def word_error(pattern: str) -> str:
    """What is wrong with `pattern` for `word_matches`, as a clause; "" if nothing."""
    try:
        _word_tokens(pattern)
    except ValueError as error:
        return str(error)
    return ""


@lru_cache(maxsize=1024)
def _word_tokens(pattern: str) -> tuple[Token, ...]:
    _check_size(pattern)
    return _tokens(pattern)


@lru_cache(maxsize=1024)
def _path_parts(pattern: str) -> tuple[Part, ...]:
    """The pattern as one matcher for each path component, anchors and tails written out."""
    _check_size(pattern)
    if pattern.startswith("!"):
        raise ValueError("a pattern cannot be negated with '!'; write '\\!' for a name with one")
    bare = pattern.removeprefix("/")
    folder_only = bare.endswith("/")
    names = bare.removesuffix("/").split("/")
    if any(name in ("", ".", "..") for name in names):
        raise ValueError("has an empty, '.' or '..' component; paths start at the scanned folder")
    parts: list[Part] = [None if name == "**" else _tokens(name) for name in names]
    if bare == pattern and len(names) == 1:
        parts.insert(0, None)
    parts += [_ANY_NAME] * ((names[-1] == "**") + folder_only)
    parts.append(None)
    return tuple(parts)


def _check_size(pattern: str) -> None:
    if not pattern.strip():
        raise ValueError("is empty")
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"is longer than {MAX_PATTERN} characters")


def _tokens(name: str) -> tuple[Token, ...]:
    """One component's pattern as tokens; consecutive stars are one."""
    tokens: list[Token] = []
    at = 0
    while at < len(name):
        character = name[at]
        if character == "[":
            token, at = _character_class(name, at + 1)
            tokens.append(token)
            continue
        if character == "*":
            if not tokens or tokens[-1] is not None:
                tokens.append(None)
        elif character == "?":
            tokens.append(_ANY_CHARACTER)
        else:
            character, at = _literal(name, at)
            tokens.append((True, frozenset({(character, character)})))
            continue
        at += 1
    return tuple(tokens)


def _literal(name: str, at: int) -> tuple[str, int]:
    """The character meant at `at`, a backslash taken away, and where to go on."""
    if name[at] != "\\":
        return name[at], at + 1
    if at + 1 == len(name):
        raise ValueError("ends in a backslash that escapes nothing")
    return name[at + 1], at + 2


def _character_class(name: str, at: int) -> tuple[Token, int]:
    """The class whose first character after the bracket is at `at`, and where to go on."""
    wanted = name[at : at + 1] not in ("!", "^")
    at += 0 if wanted else 1
    ranges: set[tuple[str, str]] = set()
    first = at
    while at < len(name) and (name[at] != "]" or at == first):
        if name.startswith("[:", at):
            raise ValueError("has a named class like [:alpha:]; write its characters, [a-zA-Z]")
        low, at = _literal(name, at)
        high = low
        if name[at : at + 1] == "-" and name[at + 1 : at + 2] not in ("", "]"):
            high, at = _literal(name, at + 1)
        if low > high:
            raise ValueError(f"has a class whose range '{low}-{high}' runs backwards")
        ranges.add((low, high))
    if at >= len(name):
        raise ValueError("has a '[' without its ']'; write '\\[' for the character")
    return (wanted, frozenset(ranges)), at + 1


def _name_matches(part: tuple[Token, ...], name: str) -> bool:
    return _greedy(part, name, _character_matches)


def _character_matches(token: tuple[bool, Symbol], character: str) -> bool:
    wanted, ranges = token
    return any(low <= character <= high for low, high in ranges) == wanted


def _greedy(pattern: Sequence[P | None], items: Sequence[T], one: Callable[[P, T], bool]) -> bool:
    """True if the items match, where None in the pattern stands for any number of items.

    Going back to the last star alone is enough, because everything else is exactly one item long.
    """
    at, star, resume = 0, -1, 0
    index = 0
    while index < len(items):
        token = pattern[at] if at < len(pattern) else None
        if at < len(pattern) and token is None:
            star, resume = at, index
            at += 1
        elif token is not None and one(token, items[index]):
            at += 1
            index += 1
        elif star >= 0:
            resume += 1
            at, index = star + 1, resume
        else:
            return False
    return all(token is None for token in pattern[at:])
