"""Figures into tables. Pure: values in, values and Markdown out."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

MEGABYTE = 1_000_000


class Spread(NamedTuple):
    """The middle and the ends of some figures."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """Two decimals: `1.20 (1.10-1.31)`, or the middle alone where there is only one figure."""
        if self.low == self.high:
            return f"{self.median:.2f}"
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


def spread(figures: Sequence[float]) -> Spread:
    """The spread of at least one figure."""
    return Spread(median(figures), min(figures), max(figures))


class Check(NamedTuple):
    """A figure against the most it may be; None where it could not be measured.

    `unit` follows the number: `x` for a ratio, `MB`, nothing for a count. `detail` is what the
    figure was made from.
    """

    measure: str
    figure: float | None
    limit: float
    unit: str
    detail: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `missed`, or `not measured`."""
        if self.figure is None:
            return "not measured"
        return "ok" if self.figure <= self.limit else "missed"


def ratio_check(
    measure: str, ours: Sequence[float], theirs: Sequence[float], limit: float
) -> Check:
    """The ratio of the medians of two lots of seconds; not measured where one is empty."""
    if not ours or not theirs:
        return Check(measure, None, limit, "x")
    over, under = spread(ours), spread(theirs)
    detail = f"{over.median:.3f} s / {under.median:.3f} s"
    return Check(measure, over.median / under.median, limit, "x", detail)


def memory_check(measure: str, peak: int | None, limit: float) -> Check:
    """A peak in bytes against `limit` megabytes."""
    return Check(measure, None if peak is None else peak / MEGABYTE, limit, "MB")


class Table(NamedTuple):
    """A table of words with a title and, perhaps, a sentence about it."""

    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def check_table(checks: Sequence[Check]) -> Table:
    """The table that the issue's limits are read from."""
    rows = []
    for check in checks:
        figure = "-" if check.figure is None else _quantity(check.figure, check.unit)
        limit = _quantity(check.limit, check.unit)
        rows.append((check.measure, figure, limit, check.verdict, check.detail))
    heads = ("measure", "kirosafe", "at most", "", "medians")
    return Table("Against the limits", "", heads, tuple(rows))


def _quantity(figure: float, unit: str) -> str:
    """A number as exact as its kind deserves, with its unit: `0.28 x`, `96 MB`, `2`."""
    digits = 2 if unit == "x" else 0
    return f"{figure:.{digits}f} {unit}".rstrip()


def markdown(table: Table) -> str:
    """A Markdown table beneath its title; columns are padded, so that it reads well unrendered."""
    cells = [tuple(cell.replace("|", "\\|") for cell in row) for row in (table.heads, *table.rows)]
    widths = [max(map(len, column), default=0) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    note = [table.note, ""] if table.note else []
    return "\n".join([f"## {table.title}", "", *note, *lines, ""])
