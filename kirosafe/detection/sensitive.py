"""Files that are sensitive by name, and what must be in them to count."""

import re
from collections.abc import Sequence

from kirosafe.model.rule import SensitiveFile

# A name pattern: for each path component, from the last one on, the pieces between its stars.
_Pattern = tuple[tuple[str, ...], ...]
# A pattern and the number of its kind.
_Named = tuple[_Pattern, int]
_Index = dict[str, list[_Named]]
_NONE: list[_Named] = []
_ANYWHERE = "*"
# So many last components are remembered with what fits them: trees repeat their names.
_KNOWN = 5000


class SensitiveNames:
    """Answers "which kind of sensitive file is this?" for every file of a tree, so it is quick:
    a name is looked up whole, by its first two and its last two characters and by its folder, and
    what is found that way is compared. Nothing is compiled: most runs see only a few files."""

    def __init__(self, kinds: Sequence[SensitiveFile]) -> None:
        """`kinds` as in the rulebook, whose order is the order of the answers."""
        self._kinds = tuple(kinds)
        self._whole: _Index = {}
        self._begins: _Index = {}
        self._ends: _Index = {}
        self._within: _Index = {}
        self._excluded = [[_pattern(name.lower()) for name in k.excluded_names] for k in kinds]
        self._known: _Index = {}
        self._content: dict[str, re.Pattern[bytes]] = {}
        for number, kind in enumerate(kinds):
            for name in kind.names:
                self._add(name.lower(), number)

    def _add(self, name: str, number: int) -> None:
        named = _pattern(name), number
        last = name.rpartition("/")[2]
        begin, star, rest = last.partition("*")
        end = rest.rpartition("*")[2]
        if not star:
            self._whole.setdefault(last, []).append(named)
        elif len(begin) >= 2:
            self._begins.setdefault(begin[:2], []).append(named)
        elif len(end) >= 2:
            self._ends.setdefault(end[-2:], []).append(named)
        else:
            parent = name.rpartition("/")[0].rpartition("/")[2]
            key = _ANYWHERE if not parent or "*" in parent else parent
            self._within.setdefault(key, []).append(named)

    def kinds_of(self, path: str) -> list[SensitiveFile]:
        """The kinds whose names fit `path`; upper and lower case are one."""
        path = path.lower()
        folder, _, base = path.rpartition("/")
        candidates = self._known.get(base)
        if candidates is None:
            candidates = self._candidates(base)
            if len(self._known) < _KNOWN:
                self._known[base] = candidates
        candidates = candidates + self._within.get(folder.rpartition("/")[2], _NONE)
        candidates += self._within.get(_ANYWHERE, _NONE)
        if not candidates:
            return []
        parts = path.split("/")[::-1]
        numbers = {number for pattern, number in candidates if _fits(pattern, parts)}
        return [
            self._kinds[number]
            for number in sorted(numbers)
            if not any(_fits(pattern, parts) for pattern in self._excluded[number])
        ]

    def _candidates(self, base: str) -> list[_Named]:
        """What fits the last component, wherever it lies."""
        found = self._whole.get(base, _NONE) + self._begins.get(base[:2], _NONE)
        found += self._ends.get(base[-2:], _NONE)
        return [named for named in found if _covers(named[0][0], base)]

    def fits(self, kind: SensitiveFile, head: bytes) -> bool:
        """Whether what the file begins with is what `kind` asks for; an empty file is nothing."""
        if not kind.content:
            return bool(head.strip())
        expression = self._content.get(kind.id)
        if expression is None:
            expression = self._content[kind.id] = re.compile(kind.content.encode())
        return expression.search(head) is not None


def _pattern(name: str) -> _Pattern:
    return tuple(tuple(part.split("*")) for part in reversed(name.split("/")))


def _fits(pattern: _Pattern, parts: Sequence[str]) -> bool:
    """Whether `pattern` covers as many last components of a path as it has itself; `parts` are
    those of the path, the last one first."""
    return len(pattern) <= len(parts) and all(map(_covers, pattern, parts))


def _covers(pieces: tuple[str, ...], text: str) -> bool:
    """Whether `text` is `pieces` with anything where the stars were; in time linear in `text`."""
    if len(pieces) == 1:
        return text == pieces[0]
    begin, end = pieces[0], pieces[-1]
    at, stop = len(begin), len(text) - len(end)
    if at > stop or not text.startswith(begin) or not text.endswith(end):
        return False
    for piece in pieces[1:-1]:
        at = text.find(piece, at, stop)
        if at < 0:
            return False
        at += len(piece)
    return True
