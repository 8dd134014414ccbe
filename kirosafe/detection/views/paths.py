"""Key paths that grow and shrink with nesting, and what a value means by its path: pairs of name
and value, and base64 where a format prescribes it."""

from collections.abc import Iterator

from kirosafe.detection.views.structure import DEEPEST, Entry

# Kubernetes, ECS and Docker: name and value; AWS tags: Key; CloudFormation: ParameterKey.
_NAMES = frozenset(("name", "key", "parameterkey"))
_VALUES = frozenset(("value", "parametervalue"))


class Level:
    """One open map or list on the way from the top.

    `part` is its own name in the path; `key` the key that waits for its value; `index` the next
    item's; `name` and `value` the two halves of a pair that were seen in this map.
    """

    __slots__ = ("indent", "index", "is_map", "key", "name", "part", "value")

    def __init__(self, part: str, is_map: bool, indent: int = -1) -> None:
        self.part = part
        self.is_map = is_map
        self.indent = indent
        self.key: str | None = None
        self.index = 0
        self.name = ""
        self.value: Entry | None = None


def join(parts: list[str]) -> str:
    """The path; what lies too deep is left out of its middle."""
    if len(parts) > DEEPEST:
        parts = [*parts[: DEEPEST - 1], parts[-1]]
    return ".".join(parts)


def readings(entry: Entry, parts: list[str], level: Level, is_secret: bool) -> Iterator[Entry]:
    """What `entry`, at the end of `parts` in `level`, says: itself or what it is the base64 of;
    and the pair that it completes. `is_secret`: the document is a Kubernetes Secret."""
    inner = None
    if parts[-1] == "auth" or parts[-1].endswith("_auth"):
        inner = login_in(entry.value)
    elif is_secret and parts[-2:-1] == ["data"]:
        inner = text_in(entry.value)
    if inner is None:
        yield entry
    else:
        yield from _decoded(entry, inner)
    name = parts[-1].lower()
    if name in _NAMES:
        level.name = entry.value[:128].decode("utf-8", "replace")
    elif name in _VALUES:
        level.value = entry
    if level.name and level.value:
        above = parts[:-2] if parts[-2:-1] and parts[-2].isdigit() else parts[:-1]
        yield level.value._replace(key=join([*above, level.name]))
        level.name, level.value = "", None


def _decoded(entry: Entry, text: bytes) -> Iterator[Entry]:
    """The text behind `entry`; a JSON document in it (`.dockerconfigjson`) value by value."""
    from kirosafe.detection.views.braces import json_entries

    yield Entry(entry.key, text, entry.line, None, None)
    if text.startswith(b"{"):
        for inner in json_entries(text):
            yield Entry(f"{entry.key}.{inner.key}", inner.value, entry.line, None, None)


def text_in(value: bytes) -> bytes | None:
    """What `value` is the base64 of, if it is, and of text; else None."""
    from binascii import Error, a2b_base64

    try:
        text = a2b_base64(b"".join(value.split()), strict_mode=True)
        text.decode()
    except (Error, UnicodeDecodeError):
        return None
    return text if text and b"\0" not in text else None


def login_in(value: bytes) -> bytes | None:
    """Like `text_in`, for `user:password` alone."""
    text = text_in(value)
    return text if text and b":" in text else None
