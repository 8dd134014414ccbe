"""The fast reader and click never disagree."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.cli import click_app
from kirosafe.cli.fast import read_scan
from kirosafe.cli.options import MOST, SCAN_OPTIONS, Option, ScanArguments, count
from kirosafe.errors import UsageError


def read_by_click(arguments: Sequence[str]) -> ScanArguments:
    """What click makes of the same words."""
    seen: list[ScanArguments] = []

    def take(read: ScanArguments) -> int:
        seen.append(read)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(click_app, "_scan", take)
        assert click_app.run_click(arguments) == 0
    return seen[0]


_ODD = ("", "-", "--", "-x", "--format", "text", "a b", "é", "\udcff", "=", "a=b", "-o", "*")
_NUMBERS = ("1", "4", "007", "999", "1000", "0", "-1", "+2", "٣", "²", "1_0", " 1", "0000010000")


def _values(option: Option) -> st.SearchStrategy[str]:
    likely = {"choice": option.choices, "count": _NUMBERS}.get(option.kind, ("x", "a/b.txt"))
    return st.one_of(st.sampled_from(likely), st.sampled_from(likely), st.sampled_from(_ODD))


def _spoken(option: Option) -> st.SearchStrategy[list[str]]:
    """One option in all its spellings, right and wrong."""
    flag, value = st.sampled_from(option.flags), _values(option)
    return st.one_of(
        st.tuples(flag, value).map(list),
        st.tuples(flag, value).map(lambda said: ["=".join(said)]),
        st.tuples(flag, value).map(lambda said: ["".join(said)]),
        flag.map(lambda flag: [flag]),
        flag.map(lambda flag: [flag[:-1]]),
    )


_WORDS = st.lists(
    st.one_of(
        st.sampled_from(SCAN_OPTIONS).flatmap(_spoken),
        st.sampled_from(_ODD).map(lambda word: [word]),
        st.sampled_from((".", "src", "./-odd", "--help", "-h", "-jo")).map(lambda word: [word]),
        st.text(max_size=4).map(lambda word: [word]),
    ),
    max_size=5,
).map(lambda lists: [word for words in lists for word in words])


@given(_WORDS)
def test_what_the_fast_reader_takes_click_reads_alike(words: list[str]) -> None:
    read = read_scan(["scan", *words])
    if read is not None:
        assert read == read_by_click(["scan", *words])


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("scan", ScanArguments()),
        ("scan a b", ScanArguments(("a", "b"))),
        ("scan a -- -b --", ScanArguments(("a", "-b", "--"))),
        ("scan --format json --jobs 4", ScanArguments(format="json", jobs=4)),
        ("scan --format=json a -o x", ScanArguments(("a",), format="json", output="x")),
        ("scan --exclude a --exclude=b", ScanArguments(exclude=("a", "b"))),
        ("scan --fail-on low --fail-on high", ScanArguments(fail_on="high")),
        (
            "scan --require-coverage --no-suppressions --rules r --min-confidence low",
            ScanArguments(
                require_coverage=True, no_suppressions=True, rules="r", min_confidence="low"
            ),
        ),
    ],
)
def test_plain_commands_do_without_click(line: str, wanted: ScanArguments) -> None:
    assert read_scan(line.split()) == wanted
    assert read_by_click(line.split()) == wanted


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["rules", "list"],
        ["--help"],
        ["scan", "--help"],
        ["scan", ""],
        ["scan", "-"],
        ["scan", "--", ""],
        ["scan", "-ox"],
        ["scan", "-o=x"],
        ["scan", "-o"],
        ["scan", "-o", "-x"],
        ["scan", "--output="],
        ["scan", "--outp", "x"],
        ["scan", "--format", "xml"],
        ["scan", "--jobs", "0"],
        ["scan", "--require-coverage=yes"],
    ],
)
def test_what_is_not_plain_is_left_to_click(words: list[str]) -> None:
    assert read_scan(words) is None


def test_click_reads_what_the_fast_reader_leaves() -> None:
    assert read_by_click(["scan", "-ox", "-j4", "-"]) == ScanArguments(("-",), output="x", jobs=4)
    assert read_by_click(["scan", "-o", "-x"]) == ScanArguments(output="-x")


@pytest.mark.parametrize("words", [["--output", ""], ["--rules="], ["--exclude", ""], [""]])
def test_an_empty_value_is_a_mistake(words: list[str]) -> None:
    """It is a shell variable that was not set; to do without it would be to do something else."""
    with pytest.raises(UsageError, match="it is empty"):
        read_by_click(["scan", *words])


@pytest.mark.parametrize(("word", "number"), [("1", 1), ("007", 7), (str(MOST), MOST)])
def test_a_count_is_a_number_from_one(word: str, number: int) -> None:
    assert count(word) == number


@pytest.mark.parametrize("word", ["", "0", "000", str(MOST + 1), "-1", "²", "٣", "1 "])
def test_anything_else_is_no_count(word: str) -> None:
    assert count(word) is None
