"""The roster and the catalogue can be read, and command lines come out right."""

import pytest

from benchmarks.peers import read_roster
from benchmarks.reports import read_report
from benchmarks.trees import read_catalogue


def test_every_tool_is_pinned_asked_for_a_report_and_can_be_read() -> None:
    for tool in read_roster().tools:
        assert tool.version or tool.name == "kirosafe"
        assert tool.prints_no_report == ("/report" in tool.line("/tree", "/report"))
        assert "{" not in "".join(tool.line("/tree", "/report"))
        with pytest.raises(TypeError):  # not KeyError: the tool's form is known
            read_report(tool.form, "[]")


def test_options_come_before_the_tree() -> None:
    ours = next(tool for tool in read_roster().tools if tool.name == "kirosafe")
    line = ours.line("/tree", "/report", ("--min-confidence", "low"))
    assert line[-3:] == ["--min-confidence", "low", "/tree"]
    assert "/report" in line


def test_what_is_shown_to_people_is_where_it_goes() -> None:
    shown = {tool.name: tool.shown("TREE") for tool in read_roster().tools}
    assert shown["detect-secrets"] == "cd TREE && detect-secrets scan -n --all-files . > REPORT"
    assert shown["kirosafe"] == "kirosafe scan --format json -o REPORT TREE"


def test_every_tree_is_made_of_pinned_parts() -> None:
    catalogue = read_catalogue()
    pinned = {sdist.name for sdist in catalogue.sdists}
    for recipe in catalogue.recipes.values():
        assert set(recipe.parts) <= pinned
        assert bool(recipe.parts) != bool(recipe.copies)
        assert not recipe.of or recipe.of in catalogue.recipes
    assert all(len(sdist.sha256) == 64 for sdist in catalogue.sdists)


def test_a_bare_binary_does_the_same_work_and_is_read_alike() -> None:
    tool = next(tool for tool in read_roster().tools if tool.binary)
    assert tool.bare().line("/tree", "/report")[0] == tool.binary
    assert tool.bare().line("/tree", "/report")[1:] == tool.line("/tree", "/report")[1:]
    assert tool.bare().form == tool.form
    assert tool.bare().name != tool.name
