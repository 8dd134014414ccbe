"""The words of a report."""

import pytest

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.report import words
from tests.report.samples import found


def test_counts_have_a_plural() -> None:
    assert [words.count(number, "file") for number in (0, 1, 2000)] == [
        "0 files",
        "1 file",
        "2,000 files",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (45_400_000, "45.4 MB"),
        (2_000_000_000, "2.0 GB"),
        (5 * 10**15, "5,000.0 TB"),
    ],
)
def test_sizes_have_decimal_units(number: int, text: str) -> None:
    assert words.size(number) == text


def test_durations_have_the_digits_that_matter() -> None:
    assert [words.duration(seconds) for seconds in (0.5234, 83.4, 4000)] == [
        "0.52 s",
        "83 s",
        "4,000 s",
    ]


def test_lists_are_cut_only_where_that_saves_something() -> None:
    assert words.listed(["a", "b", "c"], 2) == "a, b, c"
    assert words.listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_the_worst_comes_first() -> None:
    low = found("hex-entropy", "a", 1)
    order = [
        found("aws-access-key", "b", 1),
        found("aws-access-key", "b", 2),
        found("aws-access-key", "c", 1),
        low._replace(severity=Severity.HIGH),
        found("url-password", "a", 1),
        low._replace(confidence=Confidence.MEDIUM),
        low,
    ]
    assert words.worst_first(reversed(order)) == order


def test_confidence_is_said_where_it_matters() -> None:
    sure, unsure = found("aws-access-key", "a", 1), found("assignment", "a", 1)
    assert words.title(sure) == sure.title
    assert words.title(unsure) == f"{unsure.title} (low confidence)"
    assert words.title(unsure._replace(severity=Severity.LOW)) == unsure.title


def test_a_whole_file_has_no_line() -> None:
    finding = found("private-key", "id_rsa", 7)
    whole, wrapped = finding._replace(span=None), finding._replace(span=None, via=("base64",))
    assert [words.place(each) for each in (finding, whole, wrapped)] == ["7:5", "file", "7:5"]
    assert [words.spot(each) for each in (finding, whole)] == ["id_rsa:7", "id_rsa"]


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        ({}, "would be committed"),
        ({"ignored_by": ".gitignore:2: !a"}, "would be committed (see .gitignore:2: !a)"),
        ({"committable": None}, ""),
        ({"committable": False}, "would not be committed; Kiro reads it all the same"),
        (
            {"committable": False, "ignored_by": ".gitignore:1: a"},
            "ignored by .gitignore:1: a; Kiro reads it all the same",
        ),
        (
            {"kiro_ignored_by": ".kiroignore:3: a"},
            "would be committed; hidden from Kiro's file tools by .kiroignore:3: a, "
            "but not from its shell",
        ),
        (
            {"committable": None, "kiro_ignored_by": ".kiroignore:3: a"},
            "hidden from Kiro's file tools by .kiroignore:3: a, but not from its shell",
        ),
        (
            {"committable": False, "visible_on_host": False},
            "would not be committed; Kiro cannot read it",
        ),
    ],
)
def test_verdicts_are_said_in_words(finding: dict[str, object], text: str) -> None:
    values = found("url-password", "a", 1)._asdict() | finding
    assert words.verdict(Finding(**values)) == text
