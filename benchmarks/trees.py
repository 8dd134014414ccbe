"""The trees that are scanned: fetched from PyPI by pip, unpacked, put together once and cached.

Recipes are in trees.toml. A cached tree's folder is named after a digest of its recipe, so that a
changed recipe makes a new one.
"""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path
from typing import NamedTuple

from benchmarks.environments import make_environment

_RECIPES = Path(__file__).with_name("trees.toml")

_TEXT_PROBE = 8192
"""Bytes of a file that are searched for a NUL, which text has none of."""

BIG_FILE_BYTES = 2 * 1024**3
"""The size of the one big text file."""

_BLOCK_BYTES = 64 * 1024**2


class Sdist(NamedTuple):
    """A pinned source distribution."""

    name: str
    version: str
    sha256: str


class Recipe(NamedTuple):
    """How a tree is made: from `parts` of distributions, or as `copies` of the tree `of`."""

    name: str
    title: str
    about: str
    plant: str
    parts: dict[str, list[str]]
    copies: int
    of: str


class Catalogue(NamedTuple):
    """What trees.toml says."""

    date: str
    backend: str
    sdists: tuple[Sdist, ...]
    recipes: dict[str, Recipe]


class Tree(NamedTuple):
    """A tree on disk: where it lies, and the folder in it for planted files."""

    recipe: Recipe
    path: Path
    plant: Path

    def size(self) -> tuple[int, int]:
        """How many files there are now, and their bytes."""
        sizes = [file.stat().st_size for file in self.path.rglob("*") if _is_plain(file)]
        return len(sizes), sum(sizes)


def read_catalogue(path: Path = _RECIPES) -> Catalogue:
    """The recipes of trees.toml, or of another file of its form."""
    with path.open("rb") as file:
        data = tomllib.load(file)
    recipes = {
        name: Recipe(
            name,
            table["title"],
            table["about"],
            table["plant"],
            table.get("parts", {}),
            table.get("copies", 0),
            table.get("of", ""),
        )
        for name, table in data["tree"].items()
    }
    sdists = tuple(Sdist(**table) for table in data["sdist"])
    return Catalogue(str(data["date"]), data["backend"], sdists, recipes)


class Forest:
    """Makes trees in a cache folder and hands them out."""

    def __init__(self, cache: Path, catalogue: Catalogue) -> None:
        self._cache = cache
        self._catalogue = catalogue

    def tree(self, name: str) -> Tree:
        """The tree of that name, made if it is not there yet (the first time needs pip's index)."""
        recipe = self._catalogue.recipes[name]
        path = self._cache / "trees" / f"{name}-{self._digest(recipe)}"
        if not path.is_dir():
            partial = path.with_name(path.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            if recipe.copies:
                _copy_often(self.tree(recipe.of).path, partial, recipe.copies)
            else:
                for sdist, parts in recipe.parts.items():
                    _copy_parts(self._unpacked(sdist), partial / sdist, parts)
            partial.rename(path)
        return Tree(recipe, path, path / recipe.plant)

    def big_file(self) -> Path:
        """One text file of `BIG_FILE_BYTES` in a folder of its own."""
        path = self._cache / "big" / "service.log"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name("service.partial")
            with partial.open("wb") as file:
                block = _log_block()
                for number in range(BIG_FILE_BYTES // _BLOCK_BYTES):
                    file.write(block.replace(b"host-00", b"host-%02d" % number))
            partial.rename(path)
        return path

    def _digest(self, recipe: Recipe) -> str:
        """Eight hex digits that change when the tree would."""
        below = self._digest(self._catalogue.recipes[recipe.of]) if recipe.of else ""
        pins = [sdist for sdist in self._catalogue.sdists if sdist.name in recipe.parts]
        made_from = json.dumps([recipe.parts, recipe.copies, pins, below])
        return hashlib.sha256(made_from.encode()).hexdigest()[:8]

    def _unpacked(self, name: str) -> Path:
        """The folder that holds a distribution's files."""
        sdist = next(sdist for sdist in self._catalogue.sdists if sdist.name == name)
        path = self._cache / "unpacked" / f"{name}-{sdist.version}"
        if not path.is_dir():
            archive = self._archive(sdist)
            partial = path.with_name(path.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            with tarfile.open(archive) as packed:
                packed.extractall(partial, filter="data")
            (only,) = partial.iterdir()
            only.rename(path)
            partial.rmdir()
        return path

    def _archive(self, sdist: Sdist) -> Path:
        """The distribution's file, fetched if need be; its digest is always checked."""
        folder = self._cache / "sdists" / f"{sdist.name}-{sdist.version}"
        if not folder.is_dir():
            self._fetch(sdist, folder)
        (archive,) = folder.iterdir()
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sdist.sha256:
            raise SystemExit(f"{archive.name}: sha256 is {found}, trees.toml says {sdist.sha256}")
        return archive

    def _fetch(self, sdist: Sdist, folder: Path) -> None:
        """Have pip download a distribution into `folder`.

        pip checks the digest before it opens the archive, and then builds its metadata; with the
        backend there already, that takes seconds.
        """
        python = self._backend()
        partial = folder.with_name(folder.name + ".partial")
        partial.mkdir(parents=True, exist_ok=True)
        wanted = partial.with_suffix(".txt")
        wanted.write_text(f"{sdist.name}=={sdist.version} --hash=sha256:{sdist.sha256}\n")
        flags = "--quiet --no-deps --no-build-isolation --no-binary :all: --require-hashes".split()
        command = [python, "-m", "pip", "download", *flags, "-d", str(partial), "-r", str(wanted)]
        subprocess.run(command, check=True)
        wanted.unlink()
        partial.rename(folder)

    def _backend(self) -> str:
        """A Python whose environment holds the build backend and nothing else."""
        name = self._catalogue.backend.replace("==", "-")
        return make_environment(self._cache / "environments" / name, [self._catalogue.backend])


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _copy_parts(source: Path, target: Path, parts: list[str]) -> None:
    """Copy files and whole folders of a distribution, keeping their places."""
    for part in parts:
        place = target / part
        place.parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, place, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(source / part, place)


def _copy_often(source: Path, target: Path, copies: int) -> None:
    """Copy a tree several times; each text file gets a last line that no other copy has."""
    for number in range(copies):
        copy = target / f"copy-{number}"
        shutil.copytree(source, copy, symlinks=True)
        for path in copy.rglob("*"):
            if _is_plain(path) and is_text(path):
                with path.open("ab") as file:
                    file.write(b"\n# copy %d\n" % number)


def is_text(path: Path) -> bool:
    """Whether the file is not empty and has no NUL near its start."""
    with path.open("rb") as file:
        start = file.read(_TEXT_PROBE)
    return bool(start) and b"\0" not in start


def _log_block() -> bytes:
    """`_BLOCK_BYTES` of a service's log, every line different, the same in every call."""
    verbs = "accepted closed opened parsed queued refused resumed retried sent stored".split()
    things = "batch client cursor frame job message order page record session upload".split()
    lines: list[bytes] = []
    size = number = 0
    while True:
        number += 1
        mixed = number * 2654435761 % 2**32
        line = (
            f"2026-11-{mixed % 28 + 1:02}T{mixed % 24:02}:{mixed % 60:02}:00Z host-00"
            f" worker[{number}] {verbs[mixed % 10]} {things[mixed % 11]} {mixed:010}"
            f" in {mixed % 977} ms, {mixed % 65521} bytes left\n"
        ).encode()
        if size + len(line) >= _BLOCK_BYTES:
            break
        lines.append(line)
        size += len(line)
    return b"".join(lines) + b"." * (_BLOCK_BYTES - size - 1) + b"\n"
