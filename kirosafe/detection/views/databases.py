"""Text in SQLite databases, read in memory by the standard library under the tightest rules.

The schema of a database is a program: views, triggers, generated columns, virtual tables. Only
plain tables are read, and of them only columns that are stored: SQLite computes generated columns
without asking the authorizer, and one function call there can cost more than a million counted
instructions (tried with 3.40, 2026-11-22). The authorizer refuses everything but SELECT, READ and
the list of columns (of functions only `substr`, for our own query; no ATTACH), instructions are
counted, and the lengths of values, statements and rows are bounded.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kirosafe.detection.views.streams import Damaged, Meter
from kirosafe.detection.views.view import Limits
from kirosafe.model.skipped import SkipReason

if TYPE_CHECKING:
    import sqlite3

MAGIC = b"SQLite format 3\0"
_STEP = 1000  # instructions between two looks at the count
# The text of a table's definition is not asked for: many may share one, each a copy in memory.
_TABLES = (
    "SELECT substr(name, 1, 256) FROM sqlite_master"
    " WHERE type = 'table' AND rootpage > 0 AND name IS NOT NULL"
)
_LONGEST_STATEMENT = 100_000  # bytes; holds for the definitions in the schema too
_LONGEST_VALUE = 8 << 20
_MOST_COLUMNS = 500
_HEAP = 3  # times the largest database that is read: itself, a copy, and what reading needs
_KEY_COLUMNS = (b"key", b"name", b"setting", b"option_name")
_VALUE_COLUMNS = (b"value", b"val", b"option_value", b"data")

_STORED = (0, 3)  # what `table_xinfo` calls a normal and a stored generated column; 2 is computed
_CAUSES = {
    "SQLITE_INTERRUPT": SkipReason.TIMEOUT,
    "SQLITE_TOOBIG": SkipReason.ARCHIVE_LIMIT,
}


class Table(NamedTuple):
    """One table's text; `failure` says why there is not more of it."""

    name: str
    text: bytes
    failure: SkipReason | None


def tables(data: bytes, limits: Limits, meter: Meter) -> Iterator[Table]:
    """Every plain table of the database, cells as lines `column = value`.

    A table that pairs names with values, as settings are kept, gives `name = value`. `Damaged`
    if it cannot be opened or its list of tables cannot be read.
    """
    import sqlite3

    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=0)
    try:
        try:
            _open(connection, data, limits)
            names = connection.execute(_TABLES)
            while row := names.fetchone():
                if not meter.member() or meter.take(len(row[0])) < len(row[0]):
                    yield Table("", b"", SkipReason.ARCHIVE_LIMIT)
                    return
                yield _read(connection, row[0], limits, meter)
        except (sqlite3.Error, MemoryError, OverflowError, UnicodeDecodeError) as error:
            # The last is how the module takes a message that quotes a name that is not UTF-8.
            raise Damaged("database") from error
    finally:
        connection.close()


def _open(connection: "sqlite3.Connection", data: bytes, limits: Limits) -> None:
    """Load `data` and lock the connection down."""
    import sqlite3

    connection.text_factory = bytes
    # SQLite parses every definition when it opens a database, before a statement of ours: without
    # a limit 400 tables of long defaults in 32 MB took a gigabyte (measured 2026-11-22).
    connection.execute(f"PRAGMA hard_heap_limit = {_HEAP * limits.container_bytes}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _LONGEST_STATEMENT)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(_LONGEST_VALUE, limits.member_bytes))
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, _MOST_COLUMNS)
    # A database in write-ahead mode wants a file beside it; the two version bytes say so.
    connection.deserialize(data[:18] + b"\1\1" + data[20:])
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")
    plain = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    connection.set_authorizer(
        lambda action, first, second, *_: (
            sqlite3.SQLITE_OK
            if action in plain
            or (action, first) == (sqlite3.SQLITE_PRAGMA, "table_xinfo")
            or (action, second) == (sqlite3.SQLITE_FUNCTION, "substr")
            else sqlite3.SQLITE_DENY
        )
    )
    steps = iter(range(limits.database_steps // _STEP))
    connection.set_progress_handler(lambda: next(steps, None) is None, _STEP)


def _read(connection: "sqlite3.Connection", raw_name: bytes, limits: Limits, meter: Meter) -> Table:
    """One table, as far as limits and damage let it be read."""
    import sqlite3

    name = raw_name.decode(errors="replace")
    lines: list[bytes] = []
    left = limits.member_bytes
    failure: SkipReason | None = None
    try:
        info = connection.execute(f"PRAGMA table_xinfo({_quoted(raw_name)})")
        columns = [row[1] for row in info if row[6] in _STORED]
        wanted = ", ".join(map(_quoted, columns))
        for row in connection.execute(f"SELECT {wanted} FROM {_quoted(raw_name)}"):
            line = _line(columns, row)
            size = sum(len(cell) for cell in row if isinstance(cell, bytes))
            if meter.take(size) < size or left < size:
                failure = SkipReason.ARCHIVE_LIMIT
                break
            left -= size
            lines.append(line)
    except (sqlite3.Error, MemoryError, UnicodeDecodeError) as error:
        cause = getattr(error, "sqlite_errorname", "")
        failure = _CAUSES.get(cause, SkipReason.ARCHIVE_DAMAGED)
    return Table(name, b"\n".join(lines), failure)


def _quoted(raw: bytes) -> str:
    """A name as SQL; one that is not UTF-8 will not be found, which counts as damage."""
    return '"' + raw.decode(errors="replace").replace('"', '""') + '"'


def _line(columns: list[bytes], row: tuple[object, ...]) -> bytes:
    """The row's texts (and blobs, which may hold text), one a line, led by their column; numbers
    say nothing."""
    cells = [
        (column, cell) for column, cell in zip(columns, row, strict=True) if isinstance(cell, bytes)
    ]
    lines = [column + b" = " + cell for column, cell in cells]
    keys = [cell for column, cell in cells if column.lower() in _KEY_COLUMNS]
    values = [cell for column, cell in cells if column.lower() in _VALUE_COLUMNS]
    if len(keys) == len(values) == 1:
        lines = [keys[0] + b" = " + values[0]]
    return b"\n".join(lines)
