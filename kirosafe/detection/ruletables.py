"""The tables of rule files as they stand, and everything that can be wrong with one of them.

`rulebook` turns them into values. Every error carries file and line.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from kirosafe.model.grade import Severity

STRUCTURES = frozenset(
    {"dotenv", "ini", "json", "yaml", "toml", "netrc", "pgpass", "text", "opaque"}
)
"""How values are found in a sensitive file (model/rule.py)."""

# What each key holds: "text" (a string that is not empty), "words" (strings), "flag".
_RULE_KEYS = {
    "id": "text",
    "title": "text",
    "severity": "text",
    "confidence": "text",
    "anchor": "text",
    "pattern": "text",
    "remediation": "text",
    "reference": "text",
    "gates": "words",
    "plugin": "text",
    "requires": "words",
    "multiline": "flag",
    "encoded": "words",
    "examples": "words",
    "counter_examples": "words",
}
_RULE_REQUIRED = tuple(_RULE_KEYS)[:8]
_FILE_KEYS = {
    "id": "text",
    "title": "text",
    "severity": "text",
    "confidence": "text",
    "names": "words",
    "remediation": "text",
    "reference": "text",
    "excluded_names": "words",
    "structure": "text",
    "content": "text",
}
_FILE_REQUIRED = tuple(_FILE_KEYS)[:7]
_KIND_WORDS = {"text": "a text that is not empty", "words": "a list of texts", "flag": "a boolean"}


class Table(NamedTuple):
    """One `[[rule]]` or `[[file]]` table as it stands: `line` is that of its header, from 1."""

    file: str
    kind: str
    line: int
    values: dict[str, object]
    lines: Mapping[str, int]

    def text(self, key: str) -> str:
        """The string under `key`, "" where it is absent."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def words(self, key: str) -> tuple[str, ...]:
        """The list of strings under `key`, empty where it is absent."""
        value = self.values.get(key)
        return tuple(value) if isinstance(value, list) else ()

    def line_of(self, key: str) -> int:
        """The line on which `key` is set, or that of the header."""
        return self.lines.get(key, self.line)


class Flaw(NamedTuple):
    """One error in a rule file."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """`aws.toml:12: what is wrong`, the form that editors can jump to."""
        return f"{self.file}:{self.line}: {self.text}"


def read_tables(texts: Mapping[str, str], flaws: list[Flaw]) -> Iterator[Table]:
    """Every `[[rule]]` and `[[file]]` table of `texts`, in order; errors are added to `flaws`."""
    import tomllib  # only when rules are read anew, which a cached book spares

    for name in sorted(texts):
        try:
            document = tomllib.loads(texts[name])
        except tomllib.TOMLDecodeError as error:
            flaws.append(Flaw(name, _toml_line(str(error)), f"not valid TOML: {error}"))
            continue
        headers = _headers(texts[name])
        for kind, entries in document.items():
            if kind not in ("rule", "file"):
                flaws.append(Flaw(name, 1, f"unknown key '{kind}' outside any table"))
            elif not _are_tables(entries):
                flaws.append(Flaw(name, 1, f"'{kind}' must be written as [[{kind}]] tables"))
            else:
                places = [header for header in headers if header[0] == kind]
                for number, values in enumerate(entries):
                    # Tables written as values (`rule = [{…}]`) have no header of their own.
                    _, line, lines = places[number] if number < len(places) else (kind, 1, {})
                    yield Table(name, kind, line, values, lines)


def _are_tables(entries: object) -> bool:
    return isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)


def _toml_line(message: str) -> int:
    """The line in tomllib's message, which ends in "(at line 3, column 5)" or names no line."""
    _, found, rest = message.partition("(at line ")
    digits = rest.split(",")[0]
    return int(digits) if found and digits.isdigit() else 1


def _headers(text: str) -> list[tuple[str, int, dict[str, int]]]:
    """Kind, line and key lines of each table, as they are written.

    Looks at the text and not at the syntax: a `[[rule]]` inside a multi-line string would shift
    the line numbers of what follows, and nothing else.
    """
    import re

    found: list[tuple[str, int, dict[str, int]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[\s*(rule|file)\s*\]\]", line)
        if header:
            found.append((header[1], number, {}))
            continue
        key = re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line)
        if key and found:
            found[-1][2].setdefault(key[1], number)
    return found


def table_flaws(table: Table) -> Iterator[Flaw]:
    """What is wrong with one table, seen alone."""
    keys, required = (
        (_RULE_KEYS, _RULE_REQUIRED) if table.kind == "rule" else (_FILE_KEYS, _FILE_REQUIRED)
    )
    for key in required:
        if key not in table.values:
            yield Flaw(table.file, table.line, f"{table.text('id') or table.kind}: no '{key}'")
    for key, value in table.values.items():
        problem = _value_problem(key, value, keys.get(key))
        if problem:
            name = table.text("id") or table.kind
            yield Flaw(table.file, table.line_of(key), f"{name}: {problem}")


def _value_problem(key: str, value: object, kind: str | None) -> str:
    """What is wrong with one key's value, or "" when nothing is."""
    if kind is None:
        return f"unknown key '{key}'"
    if not _holds(value, kind):
        return f"'{key}' must be {_KIND_WORDS[kind]}"
    check = _CHECKS.get(key)
    return check(value) if check else ""


def _holds(value: object, kind: str) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


def _id_problem(value: object) -> str:
    import re

    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(value)):
        return ""
    return f"the id '{value}' is not lower-case words joined by '-'"


def _grade_problem(value: object) -> str:
    try:
        Severity.parse(str(value))
    except ValueError as error:
        return str(error)
    return "" if str(value).islower() else f"'{value}' must be written in lower case"


def _expression_problem(key: str) -> Callable[[object], str]:
    """A check that the value compiles over bytes; a `pattern` also names one group."""

    def check(value: object) -> str:
        import re

        try:
            compiled = re.compile(str(value).encode())
        except (re.error, OverflowError, RecursionError) as error:
            return f"'{key}' is not a valid expression: {error}"
        if key == "pattern" and tuple(compiled.groupindex) != ("secret",):
            return "'pattern' must have exactly one named group, 'secret'"
        return ""

    return check


def _gates_problem(value: object) -> str:
    from kirosafe.detection.gates import known_gate  # needed by no scan with a cached book

    unknown = [gate for gate in _as_words(value) if not known_gate(gate)]
    return f"unknown gate: {', '.join(unknown)}" if unknown else ""


def _structure_problem(value: object) -> str:
    if value in STRUCTURES:
        return ""
    return f"unknown structure '{value}'; known are {', '.join(sorted(STRUCTURES))}"


def _encoded_problem(value: object) -> str:
    short = [word for word in _as_words(value) if len(word.encode()) < 4]
    return f"'encoded' literals shorter than four bytes: {', '.join(short)}" if short else ""


def _as_words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


_CHECKS: Mapping[str, Callable[[object], str]] = {
    "id": _id_problem,
    "severity": _grade_problem,
    "confidence": _grade_problem,
    "anchor": _expression_problem("anchor"),
    "pattern": _expression_problem("pattern"),
    "content": _expression_problem("content"),
    "gates": _gates_problem,
    "structure": _structure_problem,
    "encoded": _encoded_problem,
}


def cross_flaws(tables: list[Table]) -> Iterator[Flaw]:
    """What is wrong between tables: an id used twice, a `requires` that names no rule."""
    first: dict[str, Table] = {}
    for table in tables:
        earlier = first.setdefault(table.text("id"), table)
        if earlier is not table and table.text("id"):
            where = f"{earlier.file}:{earlier.line}"
            yield Flaw(table.file, table.line, f"id '{table.text('id')}' is taken by {where}")
    rules = {table.text("id") for table in tables if table.kind == "rule"}
    for table in tables:
        for needed in table.words("requires"):
            if needed not in rules:
                text = f"{table.text('id')}: 'requires' names no rule: {needed}"
                yield Flaw(table.file, table.line_of("requires"), text)
