"""Look at trees and judge what was found: the use case behind `kirosafe scan`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from kirosafe.app.mask import NameMask
from kirosafe.app.own_keys import mark_own
from kirosafe.app.policy import policy_suppression
from kirosafe.app.ports import IgnoreRules, SourceScanner, Tree, Workers
from kirosafe.errors import NothingScanned
from kirosafe.model.finding import Finding
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
    workers: Workers
    own_keys: Callable[[], Mapping[str, str]]
    clock: Callable[[], float]
    watch: Callable[[int, int], None]


class _Share(NamedTuple):
    """What one share of the sources came to."""

    files: int
    bytes: int
    bulk_files: int
    below_confidence: int
    limited: int
    findings: list[Finding]
    skipped: list[Skipped]


def scan(targets: Sequence[Target], ports: Ports, version: str) -> ScanReport:
    """Scan `targets` and report. Raises `NothingScanned` when there was not one file to read."""
    start = ports.clock()
    shares = ports.workers.shares(lambda share, of: _scan_share(targets, ports, share, of))
    skipped = sorted(
        (skip for share in shares for skip in share.skipped),
        key=lambda skip: (skip.path, skip.reason.value),
    )
    files = sum(share.files for share in shares)
    if not files and not skipped:
        raise NothingScanned(
            f"nothing was scanned: no file in {', '.join(target.root for target in targets)}",
            "Check the path.",
        )
    found = sorted((f for share in shares for f in share.findings), key=_reading_order)
    mask = NameMask(ports.scanner)
    findings = mask.findings(mark_own(_judged(found, ports.ignore), ports.own_keys))
    shown = tuple(finding for finding in findings if not finding.suppressed)
    quiet = tuple(finding for finding in findings if finding.suppressed)
    return ScanReport(
        version=version,
        roots=tuple(target.root for target in targets),
        findings=shown,
        suppressed=quiet,
        skipped=tuple(mask.skipped(skipped)),
        stats=ScanStats(
            files=files,
            bytes=sum(share.bytes for share in shares),
            seconds=ports.clock() - start,
            bulk_files=sum(share.bulk_files for share in shares),
            suppressed=len(quiet),
            below_confidence=sum(share.below_confidence for share in shares),
            limited=sum(share.limited for share in shares),
        ),
        notes=_notes(targets, ports.ignore, mask),
        min_confidence=min(target.policy.min_confidence for target in targets),
        fail_on=min(target.policy.fail_on for target in targets),
    )


def _scan_share(targets: Sequence[Target], ports: Ports, share: int, of: int) -> _Share:
    """Scan those sources whose path falls to `share`: by its check sum, so that it does not
    matter whether two processes see the tree in the same state."""
    from zlib import crc32

    files = size = bulk_files = below = limited = 0
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    if share == 0:
        ports.watch(0, 0)
    for source in ports.tree.sources([target.root for target in targets]):
        if of > 1 and crc32(source.path.encode("utf-8", "surrogateescape")) % of != share:
            continue
        if isinstance(source, Skipped):
            skipped.append(source)
            continue
        result = ports.scanner.scan(source)
        sure = _sure_enough(result.findings, targets)
        findings += sure
        below += len(result.findings) - len(sure)
        skipped += result.skipped
        files += bool(result.bytes or not result.skipped)  # not one that could not be opened
        size += result.bytes
        bulk_files += source.depth is Depth.BULK
        limited += result.limited
        if share == 0:  # the others run where nobody sees them, about as fast
            ports.watch(files * of, size * of)
    return _Share(files, size, bulk_files, below, limited, findings, skipped)


def _reading_order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.path, finding.line, finding.column, finding.rule


def exit_status(report: ScanReport, require_coverage: bool) -> int:
    """0 clean, 1 findings at or above the threshold or more of them than are kept, 4 something was
    not looked at although `require_coverage` asks for everything. Raises `NothingScanned` if no
    file was read."""
    if not report.stats.files:
        raise NothingScanned(
            "nothing was scanned: not one file could be read",
            "The report says why for each; change what stands in the way and scan again.",
        )
    severe = any(finding.severity >= report.fail_on for finding in report.findings)
    if severe or report.stats.limited:  # of what was dropped nobody knows how bad it is
        return EXIT_FINDINGS
    return EXIT_INCOMPLETE if require_coverage and report.skipped else EXIT_CLEAN


def _sure_enough(findings: Sequence[Finding], targets: Sequence[Target]) -> list[Finding]:
    """Those `findings` of one source that are to be reported, with who wants which to be quiet."""
    if not findings:
        return []
    target, path = _responsible(findings[0].path, targets)
    minimum = target.policy.min_confidence
    return [_quieted(f, target.policy, path) for f in findings if f.confidence >= minimum]


def _quieted(finding: Finding, policy: EffectivePolicy, path: str) -> Finding:
    """`finding` with the reason why reports are to be quiet about it, if there is one."""
    marker = finding.suppressed if policy.inline_markers else ""
    return finding._replace(suppressed=marker or policy_suppression(finding, policy, path))


def _responsible(path: str, targets: Sequence[Target]) -> tuple[Target, str]:
    """The target beneath which `path`, as the tree reported it, was found, and the path from
    there; the innermost, because the tree walks no folder twice."""
    found, longest = targets[0], -1
    for target in targets:
        prefix = _as_shown(target.root)
        if len(prefix) > longest and f"{path}/".startswith(prefix):
            found, longest = target, len(prefix)
    return found, path.removeprefix(_as_shown(found.root))


def _as_shown(root: str) -> str:
    """What the path of everything beneath `root` begins with; "" for the current folder."""
    prefix = root.rstrip("/") + "/"
    while prefix.startswith("./"):
        prefix = prefix[2:].lstrip("/")
    return prefix


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


def _notes(targets: Sequence[Target], ignore: IgnoreRules, mask: NameMask) -> tuple[str, ...]:
    notes = dict.fromkeys(note for target in targets for note in target.policy.notes)
    if mask.masked:
        notes["Some names hold what looks like a secret; they are masked in this report."] = None
    return (*notes, *ignore.notes)
