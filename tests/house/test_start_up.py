"""The hot path imports next to nothing (docs/decisions/0002-start-up.md)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_DEAR = (
    "argparse",
    "asyncio",
    "click",
    "concurrent.futures",
    "dataclasses",
    "detect_secrets",
    "importlib.metadata",
    "importlib.resources",
    "inspect",
    "json",
    "logging",
    "multiprocessing",
    "pathlib",
    "pathspec",
    "requests",
    "rich",
    "shutil",
    "sqlite3",
    "subprocess",
    "tempfile",
    "tomllib",
    "urllib",
    "yaml",
    "zipfile",
)

_SCAN = """
import sys
sys.path[:0] = {path!r}
before = set(sys.modules)
sys.argv = ["kirosafe", "scan", {folder!r}]
from kirosafe.cli.entry import main
try:
    main()
except SystemExit as ended:
    status = ended.code
print("status", status, file=sys.stderr)
print("modules", *sorted(set(sys.modules) - before), file=sys.stderr)
"""


def _interpreter() -> tuple[list[str], list[str]]:
    """Arguments for the child, and what to put on its path.

    An installed wheel is looked at without `site`, because coverage's .pth file imports half of
    the list. An editable install is itself a .pth file: there, what that imports is not seen.
    """
    import kirosafe

    places = [path for path in sys.path if path.endswith("site-packages")]
    if Path(kirosafe.__file__).parents[1].name == "site-packages":
        return [sys.executable, "-S"], places
    return [sys.executable], []


def _scan(folder: Path) -> tuple[str, set[str]]:
    """Scan `folder` in a child as the console script would; exit status and modules imported."""
    clean = {name: os.environ[name] for name in os.environ if not name.startswith("COV")}
    command, path = _interpreter()
    done = subprocess.run(
        [*command, "-c", _SCAN.format(path=path, folder=str(folder))],
        env=clean,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = {line.partition(" ")[0]: line.partition(" ")[2] for line in done.stderr.splitlines()}
    assert "modules" in said, done.stderr
    return said["status"], set(said["modules"].split())


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What a second scan (its caches are warm) of an empty folder and of one plain file import."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("start-up-home")
        patch.setenv("HOME", str(home))
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        empty, plain = tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("plain")
        (plain / "notes.txt").write_text("nothing to see here\n")
        _scan(plain)
        status, modules = _scan(plain)
        assert status == "0"
        return {"empty": _scan(empty)[1], "plain": modules}


@pytest.mark.parametrize("folder", ["empty", "plain"])
@pytest.mark.parametrize("module", _DEAR)
def test_a_quiet_scan_does_not_import(
    module: str, folder: str, imported: dict[str, set[str]]
) -> None:
    found = {name for name in imported[folder] if name == module or name.startswith(module + ".")}
    assert not found


def test_the_modules_are_really_listed(imported: dict[str, set[str]]) -> None:
    assert "kirosafe.cli.entry" in imported["plain"]
    assert "kirosafe.detection.engine" in imported["plain"]
