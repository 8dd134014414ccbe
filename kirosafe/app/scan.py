"""Look at trees and judge what was found: the use case behind `kirosafe scan`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from kirosafe.app.own_keys import mark_own
from kirosafe.app.policy import policy_suppression
from kirosafe.app.ports import IgnoreRules, SourceScanner, Tree
from kirosafe.errors import NothingScanned
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.policy import EffectivePolicy
from kirosafe.model.report import ScanReport, ScanStats
from kirosafe.model.skipped import Skipped
from kirosafe.model.source import Depth

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_INCOMPLETE = 4


class Target(NamedTuple):
    """One root to scan, as the user typed it, and the policy that holds there."""

    root: str
    policy: EffectivePolicy


class Ports(NamedTuple):
    """What the scan works with. `own_keys` gives fingerprint to place of the user's own AWS
    values; `clock` gives seconds; `watch` is told of every source: files and bytes so far."""

    tree: Tree
    ignore: IgnoreRules
    scanner: SourceScanner
    own_keys: Callable[[], Mapping[str, str]]
    clock: Callable[[], float]
    watch: Callable[[int, int], None]


class _Tally:
    """What is counted while sources go by."""

    def __init__(self, watch: Callable[[int, int], None]) -> None:
        self.files = self.bytes = self.bulk_files = 0
        self.findings: list[Finding] = []
        self.skipped: list[Skipped] = []
        self._watch = watch

    def take(self, target: Target, ports: Ports) -> None:
        """Scan everything beneath one target."""
        for source in ports.tree.sources((target.root,)):
            if isinstance(source, Skipped):
                self.skipped.append(source)
                continue
            result = ports.scanner.scan(source)
            self.skipped += result.skipped
            self.files += 1
            self.bytes += result.bytes
            self.bulk_files += source.depth is Depth.BULK
            self.findings += (
                _suppressed(finding, target) for finding in result.findings
            )
            self._watch(self.files, self.bytes)


def scan(targets: Sequence[Target], ports: Ports, version: str) -> ScanReport:
    """Scan `targets` and report. Raises `NothingScanned` when there was not one file to read."""
    start = ports.clock()
    tally = _Tally(ports.watch)
    for target in targets:
        tally.take(target, ports)
    if not tally.files and not tally.skipped:
        raise NothingScanned(
            f"nothing was scanned: no file in {', '.join(target.root for target in targets)}",
            "Check the path.",
        )
    findings = mark_own(_judged(tally.findings, ports.ignore), ports.own_keys)
    shown = tuple(finding for finding in findings if not finding.suppressed)
    quiet = tuple(finding for finding in findings if finding.suppressed)
    return ScanReport(
        version=version,
        roots=tuple(target.root for target in targets),
        findings=shown,
        suppressed=quiet,
        skipped=tuple(tally.skipped),
        stats=ScanStats(
            files=tally.files,
            bytes=tally.bytes,
            seconds=ports.clock() - start,
            bulk_files=tally.bulk_files,
            suppressed=len(quiet),
        ),
        notes=_notes(targets, ports.ignore),
        min_confidence=min(target.policy.min_confidence for target in targets),
        fail_on=min(target.policy.fail_on for target in targets),
    )


def exit_status(report: ScanReport, require_coverage: bool) -> int:
    """0 clean, 1 findings at or above the threshold, 4 something was not looked at although
    `require_coverage` asks for everything. Raises `NothingScanned` if no file was read."""
    if not report.stats.files:
        raise NothingScanned(
            "nothing was scanned: not one file could be read",
            "The report says why for each; change what stands in the way and scan again.",
        )
    if any(finding.severity >= report.fail_on for finding in report.findings):
        return EXIT_FINDINGS
    return EXIT_INCOMPLETE if require_coverage and report.skipped else EXIT_CLEAN


def _suppressed(finding: Finding, target: Target) -> Finding:
    """`finding` with the reason why reports are to be quiet about it, if there is one."""
    if finding.suppressed:
        return finding
    reason = policy_suppression(finding, target.policy, _relative(finding.path, target.root))
    return finding._replace(suppressed=reason) if reason else finding


def _relative(path: str, root: str) -> str:
    """`path`, as the tree reported it beneath `root`, as seen from `root`."""
    prefix = root.rstrip("/") + "/"
    while prefix.startswith("./"):
        prefix = prefix[2:]
    return path.removeprefix(prefix)


def _judged(findings: Iterable[Finding], ignore: IgnoreRules) -> list[Finding]:
    """`findings` with what the ignore files say of their paths."""
    found = list(findings)
    paths = dict.fromkeys(finding.path for finding in found)
    verdicts = ignore.verdicts(paths) if paths else {}
    judged = []
    for finding in found:
        verdict = verdicts.get(finding.path)
        if verdict is not None:
            finding = finding._replace(
                committable=verdict.committable,
                ignored_by=verdict.ignored_by or verdict.kiro_ignored_by,
                kiro_ignored_by=verdict.kiro_ignored_by,
            )
        judged.append(finding)
    return judged


def _notes(targets: Sequence[Target], ignore: IgnoreRules) -> tuple[str, ...]:
    notes = dict.fromkeys(note for target in targets for note in target.policy.notes)
    return (*notes, *ignore.notes)
