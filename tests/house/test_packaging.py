"""The data ships: in the sdist, in the wheel made from it, in an editable install."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tests.support.sources import ROOT, tracked

_RULES = sorted(path.name for path in (ROOT / "rules").glob("*.toml"))
_BUILD = "import sys; from setuptools import build_meta as b; getattr(b, sys.argv[1])(sys.argv[2])"
_READ = """
import importlib.util, os
def listed(name):
    found = importlib.util.find_spec(name)
    return sorted(os.listdir(next(iter(found.submodule_search_locations))))
print(*[n for n in listed("kirosafe.data.rules") if n.endswith(".toml")])
print(*[n for n in listed("kirosafe.report") if n.endswith(".json")])
print(*[n for n in listed("kirosafe.data.containers") if n == "__init__.py"])
"""


def _run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _built(kind: str, tree: Path, into: Path) -> Path:
    """Build `kind` (sdist, wheel, editable) from `tree`, in this environment; what came out."""
    into.mkdir(exist_ok=True)
    _run(sys.executable, "-W", "ignore", "-c", _BUILD, f"build_{kind}", into, cwd=tree)
    (made,) = into.iterdir()
    return made


def _shipped(python: Path, cwd: Path) -> list[list[str]]:
    return [line.split() for line in _run(python, "-c", _READ, cwd=cwd).splitlines()]


@pytest.fixture(autouse=True, scope="module")
def modern_setuptools() -> None:
    """tox installs one that builds wheels by itself; elsewhere there may be an old one."""
    if int(metadata.version("setuptools").partition(".")[0]) < 75:
        pytest.skip("needs setuptools 75 or newer, as tox installs it")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy of the sources."""
    folder = tmp_path_factory.mktemp("sources")
    for path in tracked():
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return folder


@pytest.fixture(scope="module")
def sdist(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    return _built("sdist", tree, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in the source distribution."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        # Python 3.11.2 has no filters yet, and 3.12 warns where none is chosen.
        if hasattr(tarfile, "data_filter"):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(folder)
    (root,) = folder.iterdir()
    return root


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as a user's pip would."""
    return _built("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def venv(tmp_path: Path) -> tuple[Path, Path]:
    """An empty environment, without pip: its interpreter and its folder for packages."""
    _run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    return tmp_path / "venv" / "bin" / "python", packages


_EXPECTED = [_RULES, ["schema.json"], ["__init__.py"]]


def test_there_are_rules_to_ship() -> None:
    assert _RULES


def test_the_sdist_has_the_sources_and_the_tests(unpacked: Path) -> None:
    held = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    ours = {str(path.relative_to(ROOT)) for path in tracked()}
    assert ours - held <= {".gitignore"}


def test_the_wheel_has_the_data_and_nothing_foreign(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"kirosafe/data/rules/{name}" for name in _RULES} <= names
    assert {"kirosafe/report/schema.json", "kirosafe/py.typed"} <= names
    assert any(name.endswith("LICENSE") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert len(tops) == 2, tops
    assert all(top.startswith("kirosafe") for top in tops)


def test_an_installed_wheel_finds_its_data(wheel: Path, venv: tuple[Path, Path]) -> None:
    python, packages = venv
    # A pure wheel is a zip file of what is put into the folder: the step pip would take.
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    assert _shipped(python, packages.parent) == _EXPECTED


def test_an_editable_install_finds_its_data(
    tree: Path, venv: tuple[Path, Path], tmp_path: Path
) -> None:
    python, packages = venv
    editable = _built("editable", tree, tmp_path / "made")
    with zipfile.ZipFile(editable) as archive:
        archive.extractall(packages)
    assert _shipped(python, packages.parent) == _EXPECTED


def test_the_console_script_is_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "kirosafe = kirosafe.cli.entry:main" in archive.read(name).decode()
