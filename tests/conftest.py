"""Guards for every test, and the fixtures that all rooms share."""

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# At the end, so that an installed kirosafe is the one that is tested and `tests` can be imported.
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from tests.support.guards import guard_environment, guard_network  # noqa: E402
from tests.support.keys import Keys  # noqa: E402
from tests.support.repository import Repository  # noqa: E402

pytest_plugins = ["pytester", "tests.support.engine"]

# The suite gives the same answer every time; `--hypothesis-profile=explore` looks further.
settings.register_profile(
    "suite", derandomize=True, deadline=None, max_examples=60, database=None, print_blob=True
)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("suite")

_numbers = itertools.count()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder beneath which every test finds a home of its own."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def guards(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    homes: Path,
) -> Iterator[None]:
    """No real home, no foreign environment, no network unless marked; the folder is restored."""
    guard_environment(monkeypatch, homes / str(next(_numbers)))
    if not request.node.get_closest_marker("engine"):
        marked = request.node.get_closest_marker("network")
        guard_network(monkeypatch, tmp_path_factory.getbasetemp() if marked else None)
    folder = os.getcwd()
    yield
    os.chdir(folder)


@pytest.fixture
def home() -> Path:
    """This test's home folder."""
    return Path(os.environ["HOME"])


@pytest.fixture
def keys() -> Keys:
    """A stream of secrets, the same in every run."""
    return Keys()


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[[str], Repository]:
    """Makes empty git repositories, by name, beneath the test's folder."""
    return lambda name: Repository(tmp_path / name)


@pytest.fixture
def git_repo(make_repository: Callable[[str], Repository]) -> Repository:
    """One empty git repository."""
    return make_repository("repo")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of kirosafe's own sources."""
    return ROOT
