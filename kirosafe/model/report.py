"""What one scan came to: the value that the use case hands over and the report room prints."""

from typing import NamedTuple

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.skipped import Skipped


class ScanStats(NamedTuple):
    """How much was looked at, in what time, and how much was left out of the findings.

    `files` counts sources read, `bytes` their content, `seconds` wall-clock time. `bulk_files` of
    those lie in dependency and build folders, where only the high-confidence rules run.
    `suppressed` counts the findings that somebody asked to be quiet about, `below_confidence`
    those less certain than the scan's `min_confidence`, `limited` those that a limit dropped.
    """

    files: int = 0
    bytes: int = 0
    seconds: float = 0.0
    bulk_files: int = 0
    suppressed: int = 0
    below_confidence: int = 0
    limited: int = 0


class ScanReport(NamedTuple):
    """Everything a report format may say about one scan; it carries no secret value.

    `version` is kirosafe's own. `roots` are the paths asked for, as the user typed them. `findings`
    are those to show and `suppressed` those that are only counted (each says why in its
    `suppressed`); neither needs an order. `skipped` is what was not looked at. `notes` are whole
    sentences about the scan itself, written by kirosafe ("git not found: ..."). `min_confidence`
    and `fail_on` are the thresholds in force: findings below the first are not in `findings`,
    findings at or above the second make the exit status 1.
    """

    version: str
    roots: tuple[str, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    stats: ScanStats
    notes: tuple[str, ...] = ()
    min_confidence: Confidence = Confidence.LOW
    fail_on: Severity = Severity.MEDIUM
