"""The list of bulk folders, and what a wrong list is answered with."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.folders import parse_folders
from kirosafe.errors import RulesError
from kirosafe.model.folder import BulkFolder

RULES = Path(__file__).parents[2] / "rules" / "folders.toml"


def test_the_shipped_list_is_valid_and_each_entry_says_why() -> None:
    folders = parse_folders(RULES.read_text())
    assert {"node_modules", ".venv", "site-packages", "target", "vendor"} <= {
        folder.name for folder in folders
    }
    assert len({folder.name for folder in folders}) == len(folders)
    assert all(folder.why for folder in folders)


def test_folders_that_hold_first_party_secrets_are_not_on_it() -> None:
    names = {folder.name for folder in parse_folders(RULES.read_text())}
    assert not names & {"dist", "build", "out", ".terraform", ".aws-sam", ".kiro", ".vscode"}


def test_all_keys_are_read_in_order() -> None:
    text = (
        '[[folder]]\nname = "b"\nwhy = "one"\ninside = ["x"]\nbeside = ["y", "z"]\n'
        '[[folder]]\nname = "a"\nwhy = "two"\n'
    )
    assert parse_folders(text) == (
        BulkFolder("b", "one", ("x",), ("y", "z")),
        BulkFolder("a", "two"),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[folder]\n", "line 1"),
        ("surprise = 1\n", "'surprise'"),
        ("folder = 3\n", "list"),
        ("folder = [3]\n", "folder 1: not a table"),
        ('[[folder]]\nname = "a"\nwhy = "w"\nnme = "b"\n', "'nme'"),
        ('[[folder]]\nwhy = "w"\n', "'name'"),
        ('[[folder]]\nname = "a"\n', "'why'"),
        ('[[folder]]\nname = "a"\nwhy = "  "\n', "'why'"),
        ('[[folder]]\nname = "a/b"\nwhy = "w"\n', "one folder's name"),
        ('[[folder]]\nname = "a"\nwhy = "w"\ninside = "x"\n', "'inside'"),
        ('[[folder]]\nname = "a"\nwhy = "w"\nbeside = ["*.toml"]\n', "'beside'"),
    ],
)
def test_a_wrong_list_is_an_error_that_names_the_place(text: str, says: str) -> None:
    with pytest.raises(RulesError) as caught:
        parse_folders(text)
    assert says in caught.value.what
    assert caught.value.next_step


@given(st.text())
def test_any_text_is_a_list_or_a_rules_error(text: str) -> None:
    try:
        folders = parse_folders(text)
    except RulesError:
        return
    assert all(isinstance(folder, BulkFolder) for folder in folders)
