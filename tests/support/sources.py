"""The project's own files, as git tracks them (or as they lie, where there is no git)."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What an unpacked source distribution holds once somebody has worked in it.
_MADE = {".tox", ".venv", "__pycache__", "build", "kirosafe.egg-info", ".mypy_cache", ".ruff_cache"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks or would take, beneath `ROOT`, that is there."""
    listed = subprocess.run(
        # The clone may be somebody else's where CI runs as root.
        [
            "git",
            "-C",
            str(ROOT),
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode("utf-8", "surrogateescape").split("\0")
        paths = (ROOT / name for name in names if name)
    else:
        paths = (path for path in ROOT.rglob("*") if not _MADE & set(path.relative_to(ROOT).parts))
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files(*folders: str) -> list[Path]:
    """The tracked Python files beneath `folders`, or everywhere."""
    beneath = [ROOT / folder for folder in folders] or [ROOT]
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in beneath)
    ]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every module named by an import anywhere in `tree`, with the line; `from os import path` is
    `os.path` and `from os import stat` is `os.stat`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
