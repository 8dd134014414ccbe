"""What a scan came to, as text. Pure: a report goes in, a string comes out.

What lives here: `text` (for people) on `listing`, `advice`, `words`, `layout` and `escape`;
`json_report` and `schema.json` (for programs, docs/report-format.md).

May import: `kirosafe.model`, `kirosafe.errors` and the standard library, no third party. To add a
format: one file with a `render`, its name in `FORMATS` and its import in `renderer`.
"""

from collections.abc import Callable

from kirosafe.errors import UsageError
from kirosafe.model.report import ScanReport
from kirosafe.report.layout import Style

__all__ = ["FORMATS", "Style", "renderer"]

FORMATS = ("text", "json")


def renderer(name: str) -> Callable[[ScanReport, Style], str]:
    """The function that turns a report into the format `name`, one of `FORMATS`.

    Its result ends with a newline. Raises `UsageError` for any other name.
    """
    # Imported when asked for: json alone costs ten milliseconds, which text need not pay.
    if name == "text":
        from kirosafe.report.text import render as text

        return text
    if name == "json":
        from kirosafe.report.json_report import render as json

        return lambda report, _style: json(report)
    raise UsageError(f"There is no report format '{name}'.", f"Choose from {', '.join(FORMATS)}.")
