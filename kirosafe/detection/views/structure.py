"""Structured text as (key path, value, line, span), whatever the format.

The grammars are forgiving readers, not validators: they never raise, use no recursion, take time
linear in the input, and give what they could make out.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

DEEPEST = 32  # parts of a key path that are kept; hostile nesting would make paths quadratic
LONGEST_KEY = 128  # bytes of one part that are kept, for the same reason


class Entry(NamedTuple):
    """One value with its place.

    `key` is the path of names, joined by dots; list items count from 0. `value` is the value as
    the program would see it (escapes resolved). `line` counts from 1. `data[start:end]` is the
    value as written, without quotes; both are None where there is no such piece of the source,
    because the value was base64 in it.
    """

    key: str
    value: bytes
    line: int
    start: int | None
    end: int | None


class LineCounter:
    """Line numbers of rising positions, each newline counted once."""

    def __init__(self, data: bytes, position: int = 0, line: int = 1) -> None:
        self._data = data
        self._position = position
        self._line = line

    def at(self, position: int) -> int:
        """The line of `position`, which is not before that of the call before."""
        self._line += self._data.count(b"\n", self._position, position)
        self._position = max(position, self._position)
        return self._line


def key_part(raw: bytes) -> str:
    """One part of a key path, cut to what is kept."""
    return raw[:LONGEST_KEY].decode("utf-8", "replace")


def entries(structure: str, data: bytes) -> Iterator[Entry]:
    """All values in `data`, in order; `ValueError` for a `structure` that `structure_for` does
    not give out. Arbitrary bytes are no error."""
    grammar = _grammar(structure)
    if data.startswith(b"\xef\xbb\xbf"):
        for entry in grammar(data[3:]):
            if entry.start is None or entry.end is None:
                yield entry
            else:
                yield entry._replace(start=entry.start + 3, end=entry.end + 3)
        return
    yield from grammar(data)


def _grammar(structure: str) -> Callable[[bytes], Iterator[Entry]]:
    """The reader of one structure; its file is imported only when it is needed."""
    match structure:
        case "dotenv" | "ini":
            from kirosafe.detection.views import lines

            return lines.dotenv_entries if structure == "dotenv" else lines.ini_entries
        case "netrc" | "pgpass":
            from kirosafe.detection.views import logins

            return logins.netrc_entries if structure == "netrc" else logins.pgpass_entries
        case "json":
            from kirosafe.detection.views.braces import json_entries

            return json_entries
        case "yaml":
            from kirosafe.detection.views.yaml import yaml_entries

            return yaml_entries
        case "toml":
            from kirosafe.detection.views.toml import toml_entries

            return toml_entries
    raise ValueError(f"no structure is called '{structure}'")


_NAMES = {
    ".netrc": "netrc",
    "_netrc": "netrc",
    ".pgpass": "pgpass",
    "pgpass.conf": "pgpass",
    "credentials": "ini",
    ".npmrc": "ini",
    "npmrc": "ini",
    ".pypirc": "ini",
    ".gitconfig": "ini",
    ".s3cfg": "ini",
    ".boto": "ini",
    ".passwd-s3fs": "ini",
    ".my.cnf": "ini",
    ".envrc": "dotenv",
    ".flaskenv": "dotenv",
    "kubeconfig": "yaml",
    ".yarnrc.yml": "yaml",
    ".dockercfg": "json",
    "pipfile": "toml",
}
_TAILS = {
    ".aws/config": "ini",
    ".git/config": "ini",
    ".kube/config": "yaml",
}
_SUFFIXES = {
    "env": "dotenv",
    "ini": "ini",
    "cfg": "ini",
    "cnf": "ini",
    "conf": "ini",
    "properties": "ini",
    "npmrc": "ini",
    "json": "json",
    "jsonc": "json",
    "json5": "json",
    "code-workspace": "json",
    "tfstate": "json",
    "har": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "kubeconfig": "yaml",
    "toml": "toml",
    "tfvars": "toml",
}


def structure_for(path: str) -> str | None:
    """The structure that a file of this name has ("dotenv", "ini", "json", "yaml", "toml",
    "netrc", "pgpass"), or None.

    Terraform variables read as TOML: both are assignments of quoted strings, lists and maps.
    """
    lowered = path.replace("\\", "/").lower()
    name = lowered.rpartition("/")[2]
    if name in _NAMES:
        return _NAMES[name]
    for tail, structure in _TAILS.items():
        if lowered.endswith("/" + tail) or lowered == tail:
            return structure
    if name.startswith(".env.") or name == ".env":
        return "dotenv"
    stem, _, suffix = name.rpartition(".")
    if suffix == "backup":
        suffix = stem.rpartition(".")[2]
    return _SUFFIXES.get(suffix)
