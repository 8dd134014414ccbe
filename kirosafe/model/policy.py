"""What was asked for and by whom: thresholds, and what is to be quiet in reports.

A `ScanPolicy` is one layer, as one file or command line states it; `app/policy.py` reads and merges
layers into the one `EffectivePolicy` that a scan obeys. In a layer None is "no opinion"; an empty
tuple is "nothing", which is an opinion. Later sections of the file (run, network, aws) become
values of their own beside `ScanPolicy`.

`datetime` is only named here, not imported: it costs 2.5 ms (CPython 3.11, measured 2026-11), and
dates come into being only where a policy file has been read. Nor are all annotations postponed:
`NamedTuple` compiles every one that is a string.
"""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from kirosafe.model.glob import path_matches, word_matches
from kirosafe.model.grade import Confidence, Severity

if TYPE_CHECKING:
    from datetime import date


class Origin(Enum):
    """Who says so, from the first layer to the last. The value is what reports print."""

    DEFAULT = "default"
    ADMINISTRATOR = "administrator"
    USER = "user"
    COMMAND_LINE = "command line"
    REPOSITORY = "repository"


class ExcludedPath(NamedTuple):
    """Findings beneath these paths are quiet: still looked for, still counted.

    `pattern` is relative to the scanned folder (kirosafe/model/glob.py). `expires` is the first
    day on which the entry no longer holds; None for no end. `place` is "file:line", for messages.
    """

    pattern: str
    reason: str
    expires: "date | None" = None
    origin: Origin = Origin.DEFAULT
    place: str = ""

    def covers(self, path: str) -> bool:
        """True if `path`, relative to the scanned folder, is meant."""
        return path_matches(self.pattern, path)


class DisabledRule(NamedTuple):
    """Findings of these rules are quiet: still looked for, still counted.

    `pattern` is a rule's id, or a pattern over ids in which a star stands for anything.
    """

    pattern: str
    reason: str
    expires: "date | None" = None
    origin: Origin = Origin.DEFAULT
    place: str = ""

    def covers(self, rule: str) -> bool:
        """True if the rule with the id `rule` is meant."""
        return word_matches(self.pattern, rule)


class ScanPolicy(NamedTuple):
    """One layer's opinions on scanning; None where it has none.

    `fail_on`: the least severe finding that makes the exit status 1.
    `min_confidence`: the least sure finding that is reported.
    `require_coverage`: something not looked at makes the exit status 4.
    """

    fail_on: Severity | None = None
    min_confidence: Confidence | None = None
    require_coverage: bool | None = None
    excluded_paths: tuple[ExcludedPath, ...] | None = None
    disabled_rules: tuple[DisabledRule, ...] | None = None


class EffectivePolicy(NamedTuple):
    """What a scan obeys once all layers are merged; the default values are the built-in policy.

    `notes` are sentences for the report: what was ignored, held back or has expired.
    `inline_markers`: a comment beside a finding may quiet it (detection/suppress.py).
    """

    fail_on: Severity = Severity.MEDIUM
    min_confidence: Confidence = Confidence.MEDIUM
    require_coverage: bool = False
    excluded_paths: tuple[ExcludedPath, ...] = ()
    disabled_rules: tuple[DisabledRule, ...] = ()
    notes: tuple[str, ...] = ()
    inline_markers: bool = True

    def without_suppressions(self) -> "EffectivePolicy":
        """The same thresholds with nothing quiet: what `--no-suppressions` asks for."""
        return self._replace(excluded_paths=(), disabled_rules=(), inline_markers=False)
