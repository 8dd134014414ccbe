"""The tools: how each is installed, called, and given a home of its own."""

import hashlib
import os
import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

from benchmarks.environments import install, make_environment, site_packages

ROOT = Path(__file__).resolve().parent.parent

_ROSTER = Path(__file__).with_name("peers.toml")

_SHIPPED = "LICENSE MANIFEST.in README.md containers kirosafe rules setup.cfg setup.py".split()
"""What of the work tree a wheel is built from."""


class Tool(NamedTuple):
    """A tool as peers.toml describes it.

    `form` names the form of its report; `program` is the path of its command once installed, and
    `binary` of what that starts, if it is known.
    """

    name: str
    form: str
    package: str
    version: str
    command: tuple[str, ...]
    exits: tuple[int, ...]
    big_file: tuple[str, ...]
    slow: bool
    inside: bool
    program: str
    binary: str

    def line(self, tree: str, report: str, more: tuple[str, ...] = ()) -> list[str]:
        """The command line for a tree (or file) and a report; `more` options before the tree."""
        named = {"{report}": report, "{tree}": tree}
        words = [named.get(word, word) for word in self.command[1:]]
        return [self.program, *words[:-1], *more, words[-1]]

    def shown(self, tree: str, more: tuple[str, ...] = ()) -> str:
        """The command line for people: no path of this machine in it."""
        words = self._replace(program=self.name).line(tree, "REPORT", more)
        place = f"cd {tree} && " if self.inside else ""
        return place + " ".join(words) + ("" if self.prints_no_report else " > REPORT")

    def bare(self) -> "Tool":
        """The same tool, started without its Python script."""
        return self._replace(name=f"{self.name}, bare binary", program=self.binary)

    @property
    def prints_no_report(self) -> bool:
        """Whether the report goes to the file that the command names, not to standard output."""
        return "{report}" in self.command


class Roster(NamedTuple):
    """What peers.toml says."""

    date: str
    tools: tuple[Tool, ...]


def read_roster(path: Path = _ROSTER) -> Roster:
    """The tools of peers.toml, or of another file of its form."""
    with path.open("rb") as file:
        data = tomllib.load(file)
    tools = tuple(
        Tool(
            table["name"],
            table["name"],
            table["package"],
            table["version"],
            tuple(table["command"]),
            tuple(table["exits"]),
            tuple(table.get("big_file", ())),
            table.get("slow", False),
            table.get("inside", False),
            table["command"][0],
            table.get("binary", ""),
        )
        for table in data["tool"]
    )
    return Roster(str(data["date"]), tools)


def install_tools(roster: Roster, cache: Path) -> tuple[Tool, ...]:
    """The tools with their programs: peers from PyPI in one environment, ours in another."""
    peers = [tool for tool in roster.tools if tool.version]
    pins = [f"{tool.package}=={tool.version}" for tool in peers]
    digest = hashlib.sha256(" ".join(pins).encode()).hexdigest()[:8]
    peer_python = make_environment(cache / "environments" / f"peers-{digest}", pins)
    our_python = make_environment(cache / "environments" / "kirosafe", [])
    _install_work_tree(our_python)
    installed = []
    for tool in roster.tools:
        python = peer_python if tool.version else our_python
        program = os.path.join(os.path.dirname(python), tool.command[0])
        binary = os.path.join(site_packages(python), tool.binary) if tool.binary else ""
        installed.append(tool._replace(program=program, binary=binary))
    return tuple(installed)


def _install_work_tree(python: str) -> None:
    """Build a wheel of the work tree and install it, as a user would have it.

    Not an editable install, whose import hook costs time in every start; and from a copy, because
    setuptools keeps a `build` folder from which files that are gone would find their way back.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in _SHIPPED:
            source, target = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target)
        install(python, [folder])


def surroundings(home: Path) -> dict[str, str]:
    """The environment a tool runs in: a home of its own, no colours, nothing of the user's."""
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "PATH": os.environ.get("PATH", os.defpath),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
    }
