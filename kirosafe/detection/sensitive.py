"""Files that are sensitive by name, and what must be in them to count."""

import re
from collections.abc import Sequence

from kirosafe.model.rule import SensitiveFile

_WILDCARD = re.compile(r"[*?\[]")
_Candidate = tuple[re.Pattern[str], int]


class SensitiveNames:
    """Answers "which kind of sensitive file is this?" for every file of a tree, so it is quick:
    names are looked up by their whole last component or its ending, and only what has neither
    is tried as a pattern."""

    def __init__(self, kinds: Sequence[SensitiveFile]) -> None:
        """`kinds` as in the rulebook, whose order is the order of the answers."""
        self._kinds = tuple(kinds)
        self._by_name: dict[str, list[_Candidate]] = {}
        self._by_ending: dict[str, list[_Candidate]] = {}
        self._others: list[_Candidate] = []
        self._excluded = [_any_of(kind.excluded_names) for kind in kinds]
        self._content: dict[str, re.Pattern[bytes]] = {}
        for number, kind in enumerate(kinds):
            for name in kind.names:
                self._add(name.lower(), number)
        self._any_other = re.compile("|".join(e.pattern for e, _ in self._others) or r"(?!)")

    def _add(self, name: str, number: int) -> None:
        candidate = _expression(name), number
        last = name.rpartition("/")[2]
        if not _WILDCARD.search(last):
            self._by_name.setdefault(last, []).append(candidate)
        elif last.startswith("*") and "." in last and not _WILDCARD.search(last[1:]):
            self._by_ending.setdefault(last.rpartition(".")[2], []).append(candidate)
        else:
            self._others.append(candidate)

    def kinds_of(self, path: str) -> list[SensitiveFile]:
        """The kinds whose names fit `path`; upper and lower case are one."""
        path = path.lower()
        base = path.rpartition("/")[2]
        candidates = self._by_name.get(base, [])
        dot = base.rfind(".")
        if dot >= 0:
            candidates = candidates + self._by_ending.get(base[dot + 1 :], [])
        if self._any_other.search(path):
            candidates = candidates + self._others
        if not candidates:
            return []
        numbers = {number for expression, number in candidates if expression.search(path)}
        return [
            self._kinds[number]
            for number in sorted(numbers)
            if not self._excluded[number].search(path)
        ]

    def fits(self, kind: SensitiveFile, head: bytes) -> bool:
        """Whether what the file begins with is what `kind` asks for; an empty file is nothing."""
        if not kind.content:
            return bool(head.strip())
        expression = self._content.get(kind.id)
        if expression is None:
            expression = self._content[kind.id] = re.compile(kind.content.encode())
        return expression.search(head) is not None


def _any_of(names: Sequence[str]) -> re.Pattern[str]:
    if not names:
        return re.compile(r"(?!)")
    return re.compile("|".join(_expression(name.lower()).pattern for name in names))


def _expression(name: str) -> re.Pattern[str]:
    """A shell pattern as an expression anchored at the end of the path and at a folder border."""
    parts = []
    for piece in re.split(r"(\*|\?|\[[^\]/]*\])", name):
        if piece == "*":
            parts.append("[^/]*")
        elif piece == "?":
            parts.append("[^/]")
        elif piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
            parts.append("[" + piece[1:-1].replace("!", "^", 1).replace("\\", "\\\\") + "]")
        else:
            parts.append(re.escape(piece))
    return re.compile(r"(?:^|/)" + "".join(parts) + r"\Z")
