"""What can be said on the command line: declared once, read by click and by the fast path."""

from typing import NamedTuple

from kirosafe.report import FORMATS

GRADES = ("low", "medium", "high")


class Option(NamedTuple):
    """One option. `flags`: its spellings, the long one first. `field`: where its value goes.

    `kind` is "flag" (no value), "choice" (one of `choices`), "count" (see `count`) or a text that
    is not empty: "text", or "file" and "folder", which differ only in how a shell completes them.
    A `repeated` option may be given several times.
    """

    flags: tuple[str, ...]
    field: str
    help: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    metavar: str = ""
    repeated: bool = False


class ScanArguments(NamedTuple):
    """What the user said to `kirosafe scan`; None and "" mean that nothing was said."""

    paths: tuple[str, ...] = ()
    format: str = "text"
    output: str = ""
    fail_on: str = ""
    min_confidence: str = ""
    require_coverage: bool = False
    no_suppressions: bool = False
    exclude: tuple[str, ...] = ()
    rules: str = ""
    jobs: int = 0


MOST = 999
"""The highest number that a "count" may be."""


def count(word: str) -> int | None:
    """The number from 1 to `MOST` that `word` is; None for anything else."""
    if not (word.isascii() and word.isdecimal() and len(word) <= len(str(MOST))):
        return None
    return int(word) or None


SCAN_OPTIONS = (
    Option(("--format",), "format", "How to report (default: text).", "choice", FORMATS),
    Option(
        ("--output", "-o"),
        "output",
        "Write the report to FILE, replacing it.",
        "file",
        metavar="FILE",
    ),
    Option(
        ("--fail-on",),
        "fail_on",
        "Exit with 1 if a finding is at least this severe (default: medium).",
        "choice",
        GRADES,
    ),
    Option(
        ("--min-confidence",),
        "min_confidence",
        "Report findings that are at least this sure (default: medium).",
        "choice",
        GRADES,
    ),
    Option(
        ("--require-coverage",),
        "require_coverage",
        "Exit with 4 if something was not looked at.",
        "flag",
    ),
    Option(
        ("--no-suppressions",),
        "no_suppressions",
        "Show what markers, policies and --exclude keep quiet.",
        "flag",
    ),
    Option(
        ("--exclude",),
        "exclude",
        "Keep quiet about findings beneath these paths; counted all the same. Repeatable.",
        metavar="PATTERN",
        repeated=True,
    ),
    Option(
        ("--rules",),
        "rules",
        "Add the rules in the TOML files of DIR.",
        "folder",
        metavar="DIR",
    ),
    Option(
        ("--jobs", "-j"),
        "jobs",
        "Scan with N processes (default: as many as pay off).",
        "count",
        metavar="N",
    ),
)
