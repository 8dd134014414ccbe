"""Reads `rules/folders.toml`: which folders hold dependencies, build results and caches."""

from kirosafe.errors import RulesError
from kirosafe.model.folder import BulkFolder

_KEYS = frozenset(BulkFolder._fields)
_NEXT = "Correct rules/folders.toml; docs/rules.md describes its keys."


def parse_folders(text: str) -> tuple[BulkFolder, ...]:
    """The folder kinds in the TOML `text`, in its order; `RulesError` says what is wrong where."""
    import tomllib  # 6 ms, and a scan that finds its compiled rules in the cache needs no TOML

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"folders.toml is not valid TOML: {error}", _NEXT) from None
    folders = tables.pop("folder", [])
    if tables:
        raise RulesError(f"folders.toml has an unknown key '{min(tables)}'", _NEXT)
    if not isinstance(folders, list):
        raise RulesError("folders.toml: 'folder' must be a list of [[folder]] tables", _NEXT)
    return tuple(_folder(number, table) for number, table in enumerate(folders, 1))


def _folder(number: int, table: object) -> BulkFolder:
    """One table as a value; `number` names it in the error, counted from 1."""
    where = f"folders.toml, folder {number}"
    if not isinstance(table, dict):
        raise RulesError(f"{where}: not a table", _NEXT)
    unknown = table.keys() - _KEYS
    if unknown:
        raise RulesError(f"{where}: unknown key '{min(unknown)}'", _NEXT)
    for key in ("name", "why"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise RulesError(f"{where}: '{key}' must be a text that is not empty", _NEXT)
    if not _is_name(table["name"]):
        raise RulesError(f"{where}: 'name' must be one folder's name", _NEXT)
    return BulkFolder(
        table["name"],
        table["why"],
        _markers(where, "inside", table.get("inside", [])),
        _markers(where, "beside", table.get("beside", [])),
    )


def _markers(where: str, key: str, names: object) -> tuple[str, ...]:
    """The marker names as a tuple; anything but a list of plain names is an error."""
    if not isinstance(names, list) or not all(_is_name(name) for name in names):
        raise RulesError(f"{where}: '{key}' must be a list of file names", _NEXT)
    return tuple(names)


def _is_name(name: object) -> bool:
    """Whether `name` is one path component: no slash, no shell pattern, nothing relative."""
    return isinstance(name, str) and name not in ("", ".", "..") and not set(name) & set("/*?[\0")
