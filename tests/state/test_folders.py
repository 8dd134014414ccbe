"""The XDG folders."""

import os
import stat
from pathlib import Path

import pytest

from kirosafe.state.folders import cache_folder, config_folder, make_private, state_folder

HOME = {"HOME": "/home/me"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "/home/me/.config/kirosafe"),
        ({"XDG_CONFIG_HOME": "/conf"}, "/conf/kirosafe"),
        ({"XDG_CONFIG_HOME": ""}, "/home/me/.config/kirosafe"),
        ({"XDG_CONFIG_HOME": "relative"}, "/home/me/.config/kirosafe"),
        ({"XDG_CONFIG_HOME": "./conf"}, "/home/me/.config/kirosafe"),
        ({"XDG_CONFIG_HOME": "~/conf"}, "/home/me/.config/kirosafe"),
        ({"HOME": ""}, None),
        ({"HOME": "me"}, None),
        ({"HOME": "", "XDG_CONFIG_HOME": "/conf"}, "/conf/kirosafe"),
    ],
)
def test_config_folder(more: dict[str, str], expected: str | None) -> None:
    assert config_folder(HOME | more) == expected


def test_each_folder_has_its_variable_and_its_default() -> None:
    assert state_folder(HOME) == "/home/me/.local/state/kirosafe"
    assert cache_folder(HOME) == "/home/me/.cache/kirosafe"
    assert state_folder({"XDG_STATE_HOME": "/s"}) == "/s/kirosafe"
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == "/c/kirosafe"
    assert [f({}) for f in (config_folder, state_folder, cache_folder)] == [None] * 3


def test_missing_folders_are_made_for_this_user_alone(tmp_path: Path) -> None:
    make_private(str(tmp_path / "a" / "b" / "c"))
    for folder in (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_existing_folder_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private(str(tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_folder_beneath_a_link_to_nothing_cannot_be_made(tmp_path: Path) -> None:
    os.symlink("nowhere", tmp_path / "link")
    with pytest.raises(FileNotFoundError):
        make_private(str(tmp_path / "link" / "a"))
