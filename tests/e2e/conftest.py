"""Fixtures for the tests of the whole program."""

from pathlib import Path

import pytest

from tests.support.keys import Keys
from tests.support.script import Script


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that all these tests share: to compile the rules anew takes a second."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def warm(shared_cache: Path, guards: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test here but those that speak of the cache itself uses the shared one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """The console script, to be run in an empty folder."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return Script(folder)


@pytest.fixture
def leaky(script: Script, keys: Keys) -> Script:
    """The same in a folder with a key pair in `app.env` and a harmless `notes.txt`."""
    pair = script.plant(keys.aws_id()), script.plant(keys.aws_secret())
    text = "AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n".format(*pair)
    (script.folder / "app.env").write_text(text)
    (script.folder / "notes.txt").write_text("nothing to see here\n")
    return script
