"""The use case behind `kirosafe scan`, with stand-ins for every adapter."""

from datetime import date

import pytest

from kirosafe.app.policy import merge
from kirosafe.app.scan import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_INCOMPLETE,
    Target,
    exit_status,
    scan,
)
from kirosafe.detection.engine import SourceResult
from kirosafe.errors import NothingScanned
from kirosafe.model.finding import Finding, IgnoreVerdict, Span
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.policy import DisabledRule, EffectivePolicy, ExcludedPath, Origin, ScanPolicy
from kirosafe.model.report import ScanReport, ScanStats
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.model.source import Depth, MemorySource
from tests.fakes.ports import Ignore, Scanner, SeveralShares, Tree, finding, ports

POLICY = EffectivePolicy()
HERE = (Target(".", POLICY),)


def _source(path: str, size: int = 10, depth: Depth = Depth.FULL) -> MemorySource:
    return MemorySource(path, b"x" * size, depth=depth)


def _scan(*findings: Finding, targets: tuple[Target, ...] = HERE, **others: object) -> ScanReport:
    """A scan in which just `findings` are found, in files of ten bytes each."""
    paths = dict.fromkeys(found.path for found in findings)
    tree = Tree(*map(_source, paths))
    return scan(targets, ports(tree, Scanner(*findings), **others), "1.2.3")


# --- the report --------------------------------------------------------------------------------


def test_what_a_report_says() -> None:
    tree = Tree(
        _source("b.txt", 5),
        _source("node_modules/a.js", 7, Depth.BULK),
        Skipped("pipe", SkipReason.NOT_A_FILE),
    )
    scanner = Scanner(finding("b.txt"))
    report = scan((Target("x/", POLICY),), ports(tree, scanner), "1.2.3")
    assert report == ScanReport(
        version="1.2.3",
        roots=("x/",),
        findings=(finding("b.txt"),),
        suppressed=(),
        skipped=(Skipped("pipe", SkipReason.NOT_A_FILE),),
        stats=ScanStats(files=2, bytes=12, seconds=2, bulk_files=1),
        notes=("ignore files were asked",),
        min_confidence=Confidence.MEDIUM,
        fail_on=Severity.MEDIUM,
    )
    assert tree.asked == [("x/",)]


def test_gaps_of_tree_and_scanner_come_in_order() -> None:
    gaps = [
        Skipped("a", SkipReason.VANISHED),
        Skipped("a", SkipReason.UNREADABLE),
        Skipped("b", SkipReason.TOO_DEEP, "x"),
    ]
    results = {
        "a": SourceResult((), (gaps[1],), 0),
        "b": SourceResult((), (Skipped("b", SkipReason.ARCHIVE_LIMIT),), 5),
    }
    tree = Tree(gaps[2], _source("b"), gaps[0], _source("a"))
    report = scan(HERE, ports(tree, Scanner(results=results)), "1")
    assert [(skip.path, skip.reason) for skip in report.skipped] == [
        ("a", SkipReason.UNREADABLE),
        ("a", SkipReason.VANISHED),
        ("b", SkipReason.ARCHIVE_LIMIT),
        ("b", SkipReason.TOO_DEEP),
    ]
    assert report.stats.files == 1  # what could not be opened is no file that was read


def test_an_empty_file_was_read() -> None:
    report = scan(HERE, ports(Tree(_source("a", 0)), Scanner()), "1")
    assert (report.stats.files, report.stats.bytes) == (1, 0)


def test_what_limits_dropped_is_counted() -> None:
    results = {name: SourceResult((), (), 1, limited) for name, limited in (("a", 3), ("b", 4))}
    report = scan(HERE, ports(Tree(_source("a"), _source("b")), Scanner(results=results)), "1")
    assert report.stats.limited == 7


def test_findings_come_in_reading_order() -> None:
    found = [
        finding("a", line=2),
        finding("a", line=10, column=1),
        finding("a", line=10, column=5, rule="b"),
        finding("a", line=10, column=5, rule="c"),
        finding("b", line=1),
    ]
    assert list(_scan(*reversed(found)).findings) == found


def test_what_is_less_sure_than_wanted_is_counted_and_left_out() -> None:
    sure, unsure = finding(confidence=Confidence.MEDIUM), finding(confidence=Confidence.LOW)
    report = _scan(sure, unsure)
    assert report.findings == (sure,)
    assert report.stats.below_confidence == 1


def test_a_secret_in_a_name_is_masked_and_said() -> None:
    # The name itself is scanned as a source called "name"; the stand-in finds its first byte.
    inner = SourceResult((finding("name", span=Span(0, 2)),), (), 1)
    scanner = Scanner(finding("ab.txt"), results={"name": inner})
    report = scan(HERE, ports(Tree(_source("ab.txt")), scanner), "1")
    assert report.findings[0].path == "********.txt"
    assert "masked" in report.notes[0]


def test_watch_is_told_of_every_source() -> None:
    told: list[tuple[int, int]] = []
    tree = Tree(_source("a", 3), Skipped("b", SkipReason.VANISHED), _source("c", 4))
    scan(HERE, ports(tree, Scanner(), watch=lambda files, size: told.append((files, size))), "1")
    assert told == [(0, 0), (1, 3), (2, 7)]


# --- several processes -------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 3, 8])
def test_shares_come_to_the_same_report(number: int) -> None:
    found = [finding(f"{name}\udcff", mark=name) for name in "abcdefghijk"]
    gaps = [Skipped(name, SkipReason.VANISHED) for name in "xyz"]
    tree = Tree(*(_source(f.path) for f in found), *gaps)
    scanner = Scanner(*found)
    alone = scan(HERE, ports(tree, scanner), "1")
    scanned = len([path for path in scanner.scanned if path != "name"])
    divided = scan(HERE, ports(tree, scanner, workers=SeveralShares(number)), "1")
    assert divided == alone
    assert len([path for path in scanner.scanned if path != "name"]) == 2 * scanned


def test_only_one_share_tells_of_progress() -> None:
    told: list[int] = []
    tree = Tree(*(_source(str(number)) for number in range(40)))
    workers = SeveralShares(4)
    scan(
        HERE,
        ports(tree, Scanner(), workers=workers, watch=lambda files, size: told.append(files)),
        "1",
    )
    assert told == list(range(0, 4 * len(told), 4))
    assert 2 < len(told) < 25


# --- ignore files ------------------------------------------------------------------------------


def test_verdicts_are_put_to_their_findings() -> None:
    verdicts = {
        "git": IgnoreVerdict(False, ".gitignore:1: *", None),
        "kiro": IgnoreVerdict(True, None, ".kiroignore:2: kiro"),
        "both": IgnoreVerdict(False, ".gitignore:1: *", ".kiroignore:2: both"),
    }
    ignore = Ignore(verdicts)
    report = _scan(*map(finding, ("git", "kiro", "both", "unknown")), ignore=ignore)
    said = {f.path: (f.committable, f.ignored_by, f.kiro_ignored_by) for f in report.findings}
    assert said == {
        "git": (False, ".gitignore:1: *", None),
        "kiro": (True, ".kiroignore:2: kiro", ".kiroignore:2: kiro"),
        "both": (False, ".gitignore:1: *", ".kiroignore:2: both"),
        "unknown": (None, None, None),
    }
    assert sorted(ignore.asked) == ["both", "git", "kiro", "unknown"]


def test_each_path_is_asked_about_once() -> None:
    ignore = Ignore()
    _scan(finding("a", line=1), finding("a", line=2), ignore=ignore)
    assert ignore.asked == ["a"]


def test_without_findings_nobody_is_asked() -> None:
    ignore = Ignore()
    report = scan(HERE, ports(Tree(_source("a")), Scanner(), ignore=ignore), "1")
    assert ignore.asked == []
    assert report.notes == ()


# --- policies ----------------------------------------------------------------------------------

EXCLUDED = ExcludedPath("fixtures/", "made up", origin=Origin.REPOSITORY)
DISABLED = DisabledRule("tok*", "too many", origin=Origin.USER)


def test_excluded_paths_are_counted_and_not_shown() -> None:
    target = Target(".", POLICY._replace(excluded_paths=(EXCLUDED,)))
    report = _scan(finding("fixtures/a"), finding("src/b"), targets=(target,))
    assert [f.path for f in report.findings] == ["src/b"]
    assert [f.path for f in report.suppressed] == ["fixtures/a"]
    assert report.suppressed[0].suppressed == "excluded path fixtures/ (repository: made up)"
    assert report.stats.suppressed == 1


def test_disabled_rules_are_counted_and_not_shown() -> None:
    target = Target(".", POLICY._replace(disabled_rules=(DISABLED,)))
    report = _scan(finding("a", "token"), finding("b", "other"), targets=(target,))
    assert [f.rule for f in report.findings] == ["other"]
    assert report.suppressed[0].suppressed == "disabled rule tok* (user: too many)"


def test_inline_markers_are_counted_and_not_shown() -> None:
    marked = finding(suppressed="gitleaks:allow")
    target = Target(".", POLICY._replace(disabled_rules=(DISABLED,)))
    report = _scan(marked, targets=(target,))
    assert report.findings == ()
    assert report.suppressed == (marked,)  # the file's own word comes before the policy's


def test_no_suppressions_lifts_all_of_them() -> None:
    quiet = POLICY._replace(excluded_paths=(EXCLUDED,), disabled_rules=(DISABLED,))
    found = (
        finding("fixtures/a", "other"),
        finding("b", "token"),
        finding("c", "other", suppressed="kirosafe:allow"),
    )
    assert len(_scan(*found, targets=(Target(".", quiet),)).suppressed) == 3
    lifted = _scan(*found, targets=(Target(".", quiet.without_suppressions()),))
    assert [f.suppressed for f in lifted.findings] == ["", "", ""]
    assert (lifted.suppressed, lifted.stats.suppressed) == ((), 0)


def test_notes_are_said_once() -> None:
    noted = POLICY._replace(notes=("one", "two"))
    targets = (Target("a", noted), Target("b", noted._replace(notes=("two", "three"))))
    report = _scan(finding("a/x"), targets=targets)
    assert report.notes == ("one", "two", "three", "ignore files were asked")


def test_an_expired_entry_is_without_effect_and_noted() -> None:
    entry = EXCLUDED._replace(expires=date(2026, 1, 1))
    layer = Origin.REPOSITORY, ScanPolicy(excluded_paths=(entry,))
    report = _scan(
        finding("fixtures/a"), targets=(Target(".", merge([layer], lambda: date(2026, 1, 1))),)
    )
    assert len(report.findings) == 1
    assert "expired" in report.notes[0]


@pytest.mark.parametrize(
    ("root", "path"),
    [
        (".", "a/b"),
        ("./", "a/b"),
        ("x", "x/a/b"),
        ("x/", "x/a/b"),
        ("./x", "x/a/b"),
        (".//x", "x/a/b"),
        ("././x//", "x/a/b"),
        ("..", "../a/b"),
        ("../x", "../x/a/b"),
        ("/", "/a/b"),
        ("/srv/x", "/srv/x/a/b"),
        ("/srv/x/", "/srv/x/a/b"),
        ("a/b", "a/b"),  # a file as the root: its path from where the user stands
    ],
)
def test_patterns_are_held_against_the_path_within_the_root(root: str, path: str) -> None:
    policy = POLICY._replace(excluded_paths=(ExcludedPath("/a/b", "why"),))
    assert len(_scan(finding(path), targets=(Target(root, policy),)).suppressed) == 1


def test_a_name_that_only_begins_alike_is_not_within_the_root() -> None:
    policy = POLICY._replace(excluded_paths=(ExcludedPath("/yz", "why"),))
    targets = (Target("x", policy), Target("xy", POLICY))
    assert len(_scan(finding("xy/yz"), targets=targets).findings) == 1


def test_two_roots_have_two_policies() -> None:
    quiet = POLICY._replace(excluded_paths=(ExcludedPath("x", "why"),), fail_on=Severity.HIGH)
    loud = POLICY._replace(min_confidence=Confidence.LOW)
    report = _scan(
        finding("a/x"),
        finding("b/x"),
        finding("a/y", confidence=Confidence.LOW),
        finding("b/y", confidence=Confidence.LOW),
        targets=(Target("a", quiet), Target("./b/", loud)),
    )
    assert [f.path for f in report.findings] == ["b/x", "b/y"]
    assert [f.path for f in report.suppressed] == ["a/x"]
    assert report.stats.below_confidence == 1
    assert (report.min_confidence, report.fail_on) == (Confidence.LOW, Severity.MEDIUM)
    assert report.roots == ("a", "./b/")


@pytest.mark.parametrize("roots", [(".", "a"), ("a", ".")])
def test_the_innermost_root_is_responsible(roots: tuple[str, str]) -> None:
    policies = {".": POLICY._replace(excluded_paths=(EXCLUDED,)), "a": POLICY}
    tree = Tree(_source("a/fixtures/x"), _source("fixtures/y"))
    scanner = Scanner(finding("a/fixtures/x"), finding("fixtures/y"))
    report = scan(tuple(Target(r, policies[r]) for r in roots), ports(tree, scanner), "1")
    assert [f.path for f in report.findings] == ["a/fixtures/x"]
    assert [f.path for f in report.suppressed] == ["fixtures/y"]
    assert tree.asked == [roots]  # in one walk, which knows what lies within what


# --- own keys ----------------------------------------------------------------------------------


def test_own_keys_are_marked() -> None:
    found = finding("a", "aws-access-key-id", mark="mine", severity=Severity.LOW)
    report = _scan(found, own_keys=lambda: {"mine": "~/.aws/credentials, line 2"})
    assert report.findings[0].severity is Severity.HIGH
    assert "a key of yours" in report.findings[0].note


# --- exit status -------------------------------------------------------------------------------


def _report(*severities: Severity, skipped: int = 0, files: int = 1) -> ScanReport:
    return ScanReport(
        "1",
        (".",),
        tuple(finding(severity=severity) for severity in severities),
        (finding(suppressed="quiet"),),
        (Skipped("a", SkipReason.VANISHED),) * skipped,
        ScanStats(files=files),
        fail_on=Severity.MEDIUM,
    )


@pytest.mark.parametrize(
    ("report", "require_coverage", "status"),
    [
        (_report(), False, EXIT_CLEAN),
        (_report(), True, EXIT_CLEAN),
        (_report(Severity.LOW), True, EXIT_CLEAN),
        (_report(Severity.MEDIUM), False, EXIT_FINDINGS),
        (_report(Severity.LOW, Severity.HIGH), False, EXIT_FINDINGS),
        (_report(skipped=1), False, EXIT_CLEAN),
        (_report(skipped=1), True, EXIT_INCOMPLETE),
        (_report(Severity.LOW, skipped=1), True, EXIT_INCOMPLETE),
        (_report(Severity.HIGH, skipped=1), True, EXIT_FINDINGS),
        (_report(Severity.HIGH)._replace(fail_on=Severity.HIGH), False, EXIT_FINDINGS),
        (_report(Severity.MEDIUM)._replace(fail_on=Severity.HIGH), False, EXIT_CLEAN),
        (_report(Severity.LOW)._replace(fail_on=Severity.LOW), False, EXIT_FINDINGS),
        (_report(Severity.LOW)._replace(stats=ScanStats(1, 1, limited=1)), False, EXIT_FINDINGS),
    ],
)
def test_exit_status(report: ScanReport, require_coverage: bool, status: int) -> None:
    assert exit_status(report, require_coverage) == status


def test_nothing_read_is_never_clean() -> None:
    with pytest.raises(NothingScanned):
        exit_status(_report(skipped=1, files=0), False)


def test_nothing_there_is_never_clean() -> None:
    with pytest.raises(NothingScanned, match="no file in a, b"):
        scan((Target("a", POLICY), Target("b", POLICY)), ports(Tree(), Scanner()), "1")


def test_gaps_alone_make_a_report_and_no_clean_one() -> None:
    gap = Skipped("a", SkipReason.UNREADABLE)
    report = scan(HERE, ports(Tree(gap), Scanner()), "1")
    assert report.skipped == (gap,)
    with pytest.raises(NothingScanned):
        exit_status(report, False)
