"""Files that are sensitive by name, and what must be in them to count."""

import re
from collections.abc import Sequence

from kirosafe.model.glob import word_matches
from kirosafe.model.rule import SensitiveFile

# (name pattern, number of its kind)
_Named = tuple[str, int]
_Index = dict[str, list[_Named]]
_NONE: list[_Named] = []
_ANYWHERE = "*"


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
        self._content: dict[str, re.Pattern[bytes]] = {}
        for number, kind in enumerate(kinds):
            for name in kind.names:
                self._add(name.lower(), number)

    def _add(self, name: str, number: int) -> None:
        last = name.rpartition("/")[2]
        begin, star, rest = last.partition("*")
        end = rest.rpartition("*")[2]
        if not star:
            self._whole.setdefault(last, []).append((name, number))
        elif len(begin) >= 2:
            self._begins.setdefault(begin[:2], []).append((name, number))
        elif len(end) >= 2:
            self._ends.setdefault(end[-2:], []).append((name, number))
        else:
            parent = name.rpartition("/")[0].rpartition("/")[2]
            key = _ANYWHERE if not parent or "*" in parent else parent
            self._within.setdefault(key, []).append((name, number))

    def kinds_of(self, path: str) -> list[SensitiveFile]:
        """The kinds whose names fit `path`; upper and lower case are one."""
        path = path.lower()
        candidates = self._candidates(path)
        if not candidates:
            return []
        numbers = {number for name, number in candidates if _fits(name, path)}
        return [
            self._kinds[number]
            for number in sorted(numbers)
            if not any(_fits(name, path) for name in self._kinds[number].excluded_names)
        ]

    def _candidates(self, path: str) -> list[_Named]:
        folder, _, base = path.rpartition("/")
        found = self._whole.get(base, _NONE) + self._begins.get(base[:2], _NONE)
        found += self._ends.get(base[-2:], _NONE)
        found += self._within.get(folder.rpartition("/")[2], _NONE)
        return found + self._within.get(_ANYWHERE, _NONE)

    def fits(self, kind: SensitiveFile, head: bytes) -> bool:
        """Whether what the file begins with is what `kind` asks for; an empty file is nothing."""
        if not kind.content:
            return bool(head.strip())
        expression = self._content.get(kind.id)
        if expression is None:
            expression = self._content[kind.id] = re.compile(kind.content.encode())
        return expression.search(head) is not None


def _fits(name: str, path: str) -> bool:
    """Whether the pattern `name` covers as many last components of `path` as it has itself."""
    wanted, parts = name.split("/"), path.split("/")
    return len(wanted) <= len(parts) and all(
        word_matches(pattern, part)
        for pattern, part in zip(wanted, parts[-len(wanted) :], strict=True)
    )
