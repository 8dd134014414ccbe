"""The text report says what matters, in the width there is, and never more than was seen."""

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.report import ScanReport
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.report.layout import Style, columns
from kirosafe.report.text import render
from tests.report import samples
from tests.report.samples import STATS, found, scan

_TEXT = st.text(st.characters(exclude_categories=()), max_size=80) | st.text(
    st.sampled_from("ab /\n\x1b\u202e\udcff密"), max_size=300
)
_FINDING = st.builds(
    Finding,
    rule=st.sampled_from(["a", "b"]),
    title=_TEXT,
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    path=_TEXT,
    line=st.integers(1, 10**9),
    column=st.integers(1, 10**9),
    preview=_TEXT,
    fingerprint=st.sampled_from(["", "aa", "bb"]),
    remediation=_TEXT,
    via=st.lists(_TEXT, max_size=2).map(tuple),
    note=_TEXT,
    suppressed=_TEXT,
    committable=st.sampled_from([None, True, False]),
    ignored_by=st.none() | _TEXT,
    kiro_ignored_by=st.none() | _TEXT,
    visible_on_host=st.booleans(),
)
_REPORT = st.builds(
    ScanReport,
    version=st.just("1"),
    roots=st.lists(_TEXT, min_size=1, max_size=4).map(tuple),
    findings=st.lists(_FINDING, max_size=8).map(tuple),
    suppressed=st.lists(_FINDING, max_size=2).map(tuple),
    skipped=st.lists(st.builds(Skipped, _TEXT, st.sampled_from(SkipReason), _TEXT), max_size=4),
    stats=st.just(STATS._replace(suppressed=2, bulk_files=10**6)),
    notes=st.lists(_TEXT, max_size=2).map(tuple),
)


def _plain(report: ScanReport, width: int = 80) -> str:
    return render(report, Style(width=width))


def _last(report: ScanReport) -> str:
    return _plain(report, 0).splitlines()[-1]


@given(_REPORT, st.integers(40, 200))
def test_every_line_fits_and_is_harmless(report: ScanReport, width: int) -> None:
    text = render(report, Style(width=width))
    assert text.endswith("\n")
    for line in text.split("\n"):
        assert columns(line) <= width
        assert {unicodedata.category(char) for char in line}.isdisjoint({"Cc", "Cf", "Cs", "Zl"})


@given(_REPORT)
def test_colour_adds_colour_and_nothing_else(report: ScanReport) -> None:
    painted = render(report, Style(colour=True, width=80))
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == _plain(report)


@pytest.mark.parametrize("width", [0, 40, 57, 80, 133, 200])
@pytest.mark.parametrize("report", [samples.mixed(), samples.hostile(), samples.many(400)])
def test_line_numbers_are_kept_at_every_width(report: ScanReport, width: int) -> None:
    text = _plain(report, width)
    for finding in report.findings:
        if finding.severity == Severity.HIGH and finding.span is not None:
            mark = finding.severity.name
            place = f"{finding.line}:{finding.column}"
            assert re.search(rf"^  {mark} +{place}  ", text, re.MULTILINE)


def test_nothing_found_is_said_plainly() -> None:
    assert _plain(scan()) == (
        "No findings in this folder. Kiro can still read all of it.\n"
        "0 findings; 6,918 files, 45.4 MB in 0.52 s\n"
    )


def test_nothing_scanned_is_not_nothing_found() -> None:
    text = _plain(samples.empty(), 0)
    assert text.startswith("Nothing was scanned in this folder")
    assert "indings" not in text


def test_a_scan_with_skips_is_never_clean() -> None:
    text = _plain(samples.clean_with_skips())
    assert "No findings in what was looked at in this folder; 8 things were not." in text
    assert "6 permission denied: private/a.key, private/b.key, private/c.key and 3 more" in text
    assert _last(samples.clean_with_skips()).endswith("; 8 not looked at")
    one = scan()._replace(skipped=(Skipped("a", SkipReason.TIMEOUT),), roots=("a", "b"))
    assert "No findings in what was looked at in a, b; 1 thing was not." in _plain(one)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        ("suppressed", "Quieted: 2 findings; --no-suppressions shows them"),
        ("below_confidence", "2 findings below --min-confidence high not shown."),
        ("limited", "2 findings beyond the limit dropped; the files hold more."),
    ],
)
def test_what_is_left_out_is_counted(count: str, words: str) -> None:
    report = scan(stats=STATS._replace(**{count: 2}))._replace(min_confidence=Confidence.HIGH)
    text = _plain(report)
    assert words in text
    assert "No findings left to show in this folder; 2 not shown, as said above." in text


def test_bulk_folders_are_named() -> None:
    text = _plain(scan(stats=STATS._replace(bulk_files=1234)))
    assert "- 1,234 files in dependency and build folders: high-confidence rules only." in text


def test_reasons_for_quiet_are_counted_and_bounded() -> None:
    quiet = [found("url-password", "a", 1)._replace(suppressed=f"r{n}") for n in range(7)]
    report = scan(stats=STATS._replace(suppressed=8))
    text = _plain(report._replace(suppressed=(*quiet, quiet[3])))
    assert "  2 r3\n  1 r0\n" in text
    assert "  and 2 more reasons" in text


def test_the_last_line_sums_up() -> None:
    assert _last(samples.mixed()) == (
        "12 findings (4 high, 4 medium, 4 low) in 9 files; "
        "6,918 files, 45.4 MB in 0.52 s; 2 not looked at"
    )
    assert _last(scan(found("url-password", "a", 1))).startswith("1 finding (1 medium) in 1 file;")


def test_kiro_reads_what_it_is_said_to_read() -> None:
    seen = found("url-password", "a", 1)
    unseen = found("url-password", "b", 1)._replace(visible_on_host=False)
    assert "Kiro started on this host can read this file." in _plain(scan(seen))
    assert "can read 1 of these 2 files." in _plain(scan(seen, unseen))
    assert "can read all of these files." in _plain(samples.mixed())


def test_unknown_to_git_is_said_once() -> None:
    unknown = [found("url-password", name, 1)._replace(committable=None) for name in "abc"]
    text = _plain(scan(*unknown), 0)
    assert text.count("it is not known whether git would take the file") == 1
    assert "would be committed" not in text


def test_files_come_worst_first() -> None:
    text = _plain(samples.mixed(), 0)
    places = [text.index(f"\n{name}") for name in ("certs/", "deploy/", "infra/", "dist/", "k8s/")]
    assert all(before < after for before, after in pairwise(places))


def test_one_rule_does_not_fill_the_page() -> None:
    same = [found("url-password", "a.py", line) for line in range(1, 31)]
    text = _plain(scan(*same), 0)
    assert text.count("Password in a URL") == 3
    assert "and 27 more like it: lines 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 and 15 more" in text
    assert _plain(scan(*same[:4]), 0).count("Password in a URL") == 4


def test_low_findings_take_one_line_a_file_and_are_bounded() -> None:
    low = [found("hex-entropy", f"f{n:02d}.txt", n + 1) for n in range(45)]
    text = _plain(scan(*low, found("hex-entropy", "f00.txt", 9)), 0)
    assert "Low severity only: 46 findings in 45 files" in text
    assert "  f00.txt:1, 9  Random-looking hex (2)\n" in text
    assert "  f01.txt:2  Random-looking hex  hex**************02\n" in text
    assert "  and 5 more files; --format json lists all\n" in text
    assert "f44.txt" not in text


def test_a_low_file_as_a_whole_has_no_line() -> None:
    whole = found("hex-entropy", "dump.bin", 1)._replace(span=None, preview="")
    assert "\n  dump.bin  Random-looking hex\n" in _plain(scan(whole))


def test_the_same_value_is_pointed_out() -> None:
    first = found("url-password", "a.py", 3)
    text = _plain(scan(first, first._replace(path="b.py", line=7)), 0)
    assert text.count("same value as a.py:3") == 1
    blank = first._replace(fingerprint="")
    assert "same value" not in _plain(scan(blank, blank._replace(path="b.py")), 0)


def test_long_titles_and_previews_get_lines_of_their_own() -> None:
    finding = found("url-password", "a.py", 3, "p" * 60)._replace(title="word " * 30)
    lines = _plain(scan(finding), 60).splitlines()
    assert lines[1].startswith("  MEDIUM  3:5  word word")
    assert any(re.fullmatch(r" +p+…p+", line) for line in lines)
    bare = _plain(scan(finding._replace(preview="")), 60)
    assert "ppp" not in bare
    assert "word word" in bare


def test_a_preview_gives_way_before_the_line_does() -> None:
    finding = found("private-key", "a.py", 3, "p" * 70)
    line = _plain(scan(finding)).splitlines()[1]
    assert re.fullmatch(r"  HIGH    3:5  Private key, not encrypted  p+…p+", line)


def test_a_very_long_place_takes_a_line() -> None:
    report = scan(found("url-password", "a.js", 12_345_678, "p" * 8, 12_345_678))
    lines = _plain(report).splitlines()
    assert lines[1] == "  MEDIUM  12345678:12345678"
    assert lines[2].startswith("          Password in a URL (medium confidence)  pppp")
