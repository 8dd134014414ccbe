"""From the text of a policy file to one policy layer, or to every error in it with its line.

Pure, but it imports tomllib: import it only where there is a file. The text may come from a
hostile repository: the reader bounds its size, and this module what tomllib would choke on.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from kirosafe.app.policy_lines import KeyPath, line_of, lines_of
from kirosafe.errors import PolicyError
from kirosafe.model.glob import glob_error, word_error
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.policy import DisabledRule, ExcludedPath, Origin, ScanPolicy

VERSION = 1
MAX_ENTRIES = 200
"""Entries in one list; every finding is held against each, and the list may be a hostile one."""
MAX_LINE = 1000
"""Characters in one line; tomllib takes time with the square of a dotted key's length."""
MAX_REASON = 200
"""Characters in a reason."""
MAX_ERRORS = 20
"""Errors shown; the rest is counted."""

_TOP_KEYS = ("version", "scan")
_SCAN_KEYS = ("fail_on", "min_confidence", "require_coverage", "excluded_paths", "disabled_rules")

_WHY = {
    "path": "; it says what the entry is about",
    "rule": "; it says what the entry is about",
    "reason": "; whoever reads the report must learn why this is quiet",
}

AnyGrade = TypeVar("AnyGrade", Severity, Confidence)


class _Entry(NamedTuple):
    """What excluded paths and disabled rules have in common."""

    pattern: str
    reason: str
    expires: date | None
    place: str


class _Errors:
    """Collects errors, each with its line, so that a person sees them all at once."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = lines_of(text)
        self.found: list[tuple[int, str]] = []

    def add(self, path: KeyPath, problem: str) -> None:
        """Note that what stands at `path` has `problem`."""
        self.found.append((line_of(self.lines, path), problem))

    def place(self, path: KeyPath) -> str:
        """`file:line` of what stands at `path`."""
        return f"{self.name}:{line_of(self.lines, path)}"

    def raise_any(self) -> None:
        """PolicyError with all that was added, in the file's order; nothing if there is none."""
        if not self.found:
            return
        shown = [f"{self.name}:{line}: {problem}" for line, problem in sorted(self.found)]
        rest = len(shown) - MAX_ERRORS
        if rest > 0:
            shown[MAX_ERRORS:] = [f"and {rest} more"]
        raise PolicyError(
            "\n".join(shown), "Correct these lines; docs/policy.md lists every key and value."
        )


def parse_policy(text: str, name: str, origin: Origin) -> ScanPolicy:
    """The layer that `text` states; `name` is the file as messages call it.

    Raises PolicyError naming every problem with file and line. No value is repeated in a message,
    only keys and patterns: a policy is as good a place to paste a secret into as any other.
    """
    table = _load(text, name)
    errors = _Errors(name, text)
    _check_version(table, errors)
    errors.raise_any()
    _check_keys(table, _TOP_KEYS, (), errors)
    scan = table.get("scan", {})
    if not isinstance(scan, dict):
        errors.add(("scan",), "scan must be a table: [scan]")
        scan = {}
    policy = _scan_policy(scan, origin, errors)
    errors.raise_any()
    return policy


def _load(text: str, name: str) -> dict[str, Any]:
    """The text as TOML; PolicyError with a line where there is one to give."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            raise PolicyError(
                f"{name}:{number}: the line is longer than {MAX_LINE} characters",
                "Write the list as one [[table]] for each entry.",
            )
    try:
        return tomllib.loads(text)
    except RecursionError:
        problem = f"{name}:1: nested too deeply"
    except ValueError as error:
        problem = _located(str(error), name, text)
    raise PolicyError(problem, "Correct the file; docs/policy.md has an example of a whole one.")


def _located(message: str, name: str, text: str) -> str:
    """tomllib's message with its line moved to the front.

    tomllib ends messages in "(at line 1, column 2)" or "(at end of document)" (CPython 3.11); an
    integer of more than 4300 digits comes as a ValueError with neither.
    """
    head, _, tail = message.partition(" (at ")
    line = tail.removeprefix("line ").partition(",")[0]
    if not line.isdigit():
        line = str(text.count("\n") + 1) if tail.startswith("end") else "1"
    return f"{name}:{line}: not valid TOML: {_shown(head, 120)}"


def _check_version(table: Mapping[str, Any], errors: _Errors) -> None:
    version = table.get("version")
    if version is None:
        errors.add((), "version is missing; put 'version = 1' in the first line")
    elif type(version) is not int or version < 1:
        errors.add(("version",), "version must be the number 1")
    elif version > VERSION:
        errors.add(("version",), "this is a newer kind of policy; this kirosafe reads version 1")


def _check_keys(
    table: Mapping[str, Any], known: tuple[str, ...], path: KeyPath, errors: _Errors
) -> None:
    """Every key of `table` that is not `known` is an error, with a guess at what was meant."""
    for key in table:
        if key not in known:
            errors.add((*path, key), f"unknown key '{_shown(key, 40)}'{_guess(key, known, path)}")


def _guess(key: str, known: tuple[str, ...], path: KeyPath) -> str:
    if not path and key in _SCAN_KEYS:
        return "; it belongs beneath [scan]"
    # Rare: only a person with a mistake to correct pays for difflib.
    from difflib import get_close_matches

    close = get_close_matches(key[:40], known, 1)
    return f"; did you mean '{close[0]}'?" if close else f"; known here: {', '.join(known)}"


def _scan_policy(scan: Mapping[str, Any], origin: Origin, errors: _Errors) -> ScanPolicy:
    _check_keys(scan, _SCAN_KEYS, ("scan",), errors)
    paths = _entries(scan, "excluded_paths", "path", errors)
    rules = _entries(scan, "disabled_rules", "rule", errors)
    return ScanPolicy(
        _grade(scan, "fail_on", Severity, errors),
        _grade(scan, "min_confidence", Confidence, errors),
        _yes_or_no(scan, "require_coverage", errors),
        None
        if paths is None
        else tuple(ExcludedPath(e.pattern, e.reason, e.expires, origin, e.place) for e in paths),
        None
        if rules is None
        else tuple(DisabledRule(e.pattern, e.reason, e.expires, origin, e.place) for e in rules),
    )


def _grade(
    scan: Mapping[str, Any], key: str, kind: type[AnyGrade], errors: _Errors
) -> AnyGrade | None:
    """The grade at `key`, or None if there is none or it is wrong."""
    word = scan.get(key)
    if word is None:
        return None
    words = [grade.label for grade in kind]
    if word not in words:
        errors.add(("scan", key), f"{key} must be one of {', '.join(words)}, in quotes")
        return None
    return kind.parse(word)


def _yes_or_no(scan: Mapping[str, Any], key: str, errors: _Errors) -> bool | None:
    """The truth value at `key`, or None if there is none or it is wrong."""
    value = scan.get(key)
    if value is None or isinstance(value, bool):
        return value
    errors.add(("scan", key), f"{key} must be true or false, without quotes")
    return None


def _entries(
    scan: Mapping[str, Any], key: str, subject: str, errors: _Errors
) -> tuple[_Entry, ...] | None:
    """The list at `key`; None if the file has none, () if it has an empty one."""
    listed = scan.get(key)
    if listed is None:
        return None
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        errors.add(("scan", key), f"{key} must be a list of tables: [[scan.{key}]], or [] for none")
        return None
    if len(listed) > MAX_ENTRIES:
        errors.add(("scan", key), f"{key} has more than {MAX_ENTRIES} entries; use patterns")
        return None
    return tuple(
        _entry(entry, ("scan", key, index), subject, errors) for index, entry in enumerate(listed)
    )


def _entry(entry: Mapping[str, Any], path: KeyPath, subject: str, errors: _Errors) -> _Entry:
    """One thing to be quiet about; what is wrong with it goes to `errors`."""
    _check_keys(entry, (subject, "reason", "expires"), path, errors)
    pattern = _text(entry, subject, path, errors)
    problem = (glob_error if subject == "path" else word_error)(pattern) if pattern else ""
    if problem:
        errors.add((*path, subject), f"the {subject}'s pattern {problem}")
    reason = _text(entry, "reason", path, errors)
    if len(reason) > MAX_REASON:
        errors.add((*path, "reason"), f"the reason is longer than {MAX_REASON} characters")
    expires = entry.get("expires")
    if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
        errors.add((*path, "expires"), "expires must be a day without quotes: 2027-01-31")
        expires = None
    return _Entry(pattern, reason, expires, errors.place(path))


def _text(entry: Mapping[str, Any], key: str, path: KeyPath, errors: _Errors) -> str:
    """The one-line text at `key`; "" where it is missing or wrong."""
    value = entry.get(key)
    if value is None:
        errors.add(path, f"{key} is missing{_WHY[key]}")
    elif not isinstance(value, str) or not value.strip():
        errors.add((*path, key), f"{key} must be a text in quotes, and not an empty one")
    elif not value.isprintable():
        errors.add((*path, key), f"{key} holds a line break or another unprintable character")
    else:
        return value
    return ""


def _shown(text: str, width: int) -> str:
    """A piece of the file fit for a terminal: escapes written out, and cut."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return safe if len(safe) <= width else safe[:width] + "..."
