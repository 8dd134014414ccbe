"""Reads a plain, correct `kirosafe scan …` without click, whose import costs more than a scan of
a small tree (docs/decisions/0002-start-up.md).

It takes only what it is sure of and leaves everything else, above all mistakes and `--help`, to
click: a property test holds the two equal wherever this one answers.
"""

from collections.abc import Sequence

from kirosafe.cli.options import SCAN_OPTIONS, Option, ScanArguments, count

_BY_FLAG = {flag: option for option in SCAN_OPTIONS for flag in option.flags}


def read_scan(arguments: Sequence[str]) -> ScanArguments | None:
    """What `arguments` (without the program's name) say to `scan`; None to leave it to click."""
    if not arguments or arguments[0] != "scan":
        return None
    fields: dict[str, object] = {}
    paths: list[str] = []
    rest = list(arguments[:0:-1])
    while rest:
        word = rest.pop()
        if word == "--":
            paths += reversed(rest)
            break
        if not word.startswith("-") or word == "-":
            paths.append(word)
        elif not _take(word, rest, fields):
            return None
    if any(not path or path == "-" for path in paths):
        return None
    return ScanArguments(paths=tuple(paths), **fields)  # type: ignore[arg-type]


def _take(word: str, rest: list[str], fields: dict[str, object]) -> bool:
    """Put one option into `fields`; False when it is not plain enough."""
    flag, equals, value = word.partition("=")
    option = _BY_FLAG.get(flag)
    if option is None or (equals and not flag.startswith("--")):
        return False
    if option.kind == "flag":
        fields[option.field] = True
        return not equals
    if not equals:
        if not rest:
            return False
        value = rest.pop()
    return _store(option, value, fields)


def _store(option: Option, value: str, fields: dict[str, object]) -> bool:
    if value.startswith("-") or not value:
        return False
    if option.kind == "choice" and value not in option.choices:
        return False
    if option.kind == "count":
        number = count(value)
        if number is None:
            return False
        fields[option.field] = number
    elif option.repeated:
        earlier = fields.get(option.field, ())
        fields[option.field] = (*earlier, value)  # type: ignore[misc]
    else:
        fields[option.field] = value
    return True
