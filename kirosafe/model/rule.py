"""Detection rules and sensitive file names as values."""

from typing import NamedTuple

from kirosafe.model.folder import BulkFolder
from kirosafe.model.grade import Confidence, Severity


class Rule(NamedTuple):
    """One kind of secret, as read from one table of `rules/*.toml` (docs/rules.md).

    `anchor` is what the one-pass prefilter looks for: bounded in length, with a literal in it.
    `pattern` is the exact expression, over bytes, with a group named `secret`; it is searched on
    the anchor's line, or, for a `multiline` rule, across lines.
    `gates` are the checks a match must pass (detection/gates.py), by name and argument.
    `plugin` names the detect-secrets plugin that must agree; "" for none.
    `requires` makes it a second-stage rule: it runs only in a source in which one of these rules
    matched. `encoded` are literals by which the rule is recognised inside encoded text.
    """

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    anchor: str
    pattern: str
    gates: tuple[str, ...] = ()
    plugin: str = ""
    requires: tuple[str, ...] = ()
    multiline: bool = False
    encoded: tuple[str, ...] = ()
    family: str = ""
    remediation: str = ""
    reference: str = ""


class RuleExamples(NamedTuple):
    """The proof that comes with a rule: templates that must match and that must not."""

    rule: str
    matching: tuple[str, ...]
    other: tuple[str, ...]


class SensitiveFile(NamedTuple):
    """A kind of file that is sensitive by name and, where `content` is given, by what it starts
    with. `names` are patterns on the base name or, with a slash, on the end of the path; a star
    stands for anything but a slash, every other character for itself, whatever its case.

    `structure` is how values are found in it: "dotenv", "ini", "json", "yaml", "toml", "netrc",
    "text", or "opaque" when the file is a secret as a whole. With a structure, the file counts as
    sensitive only if a live-looking value is in it; `content` is an expression over its head.
    """

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    names: tuple[str, ...]
    excluded_names: tuple[str, ...] = ()
    structure: str = "opaque"
    content: str = ""
    remediation: str = ""
    reference: str = ""


class Rulebook(NamedTuple):
    """All rules, file kinds and bulk folders, in a fixed order; `digest` names the data that they
    came from."""

    rules: tuple[Rule, ...]
    files: tuple[SensitiveFile, ...]
    folders: tuple[BulkFolder, ...]
    digest: str
