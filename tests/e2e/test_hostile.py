"""A hostile repository: nothing in it is run, and nothing in it changes the answer."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.keys import Keys
from tests.support.repository import Repository
from tests.support.script import Script


class Trap:
    """A program that leaves a mark when it is run, and a repository with a key in it."""

    def __init__(self, repository: Repository, script: Script, keys: Keys) -> None:
        self.repository = repository
        self.script = script
        self.canary = repository.path.parent / "canary"
        self.program = repository.path.parent / "trap.sh"
        self.program.write_text(f"#!/bin/sh\ntouch '{self.canary}'\ncat\n")
        self.program.chmod(0o755)
        script.folder = repository.path
        key = script.plant(keys.mixed(24))
        repository.write("key.txt", f'key = "sk_live_{key}"\n')
        repository.write("ignored.txt", f'key = "sk_live_{key}"\n')
        repository.write(".gitignore", "ignored.txt\n")
        repository.git("add", "key.txt")

    def config(self, key: str, value: str) -> None:
        self.repository.git("config", key, value)

    def springs_for_git(self, *arguments: str) -> bool:
        """Whether git itself runs the program, which shows that the trap is one."""
        subprocess.run(
            ["git", *arguments], cwd=self.repository.path, capture_output=True, check=False
        )
        sprung = self.canary.exists()
        self.canary.unlink(missing_ok=True)
        return sprung

    def scan(self) -> dict[str, bool | None]:
        """Scan in both formats; path to committable. Fails if anything was run."""
        text = self.script.run("scan")
        done = self.script.run("scan", "--format", "json")
        assert not self.canary.exists(), "the scan ran a program of the repository's"
        assert (text.status, done.status) == (1, 1)
        return {f["location"]["path"]: f["committable"] for f in done.report["findings"]}


@pytest.fixture
def trap(git_repo: Repository, script: Script, keys: Keys) -> Trap:
    return Trap(git_repo, script, keys)


WANTED = {"key.txt": True, "ignored.txt": False}

# For each kind of trap: settings ({} is the program), attributes, and what makes git spring it.
TRAPS: dict[str, tuple[dict[str, str], str, tuple[str, ...]]] = {
    "fsmonitor": ({"core.fsmonitor": "{}"}, "", ("status",)),
    "filter": ({"filter.x.clean": "{}"}, "* filter=x\n", ("add", "--renormalize", ".")),
    "textconv": ({"diff.x.textconv": "{}"}, "* diff=x\n", ("diff", "--cached", "--textconv")),
    "alias": ({"alias.ls-files": "!{}", "alias.x": "!{}"}, "", ("x",)),
}


@pytest.mark.parametrize("kind", TRAPS)
def test_nothing_that_its_configuration_names_is_run(kind: str, trap: Trap) -> None:
    settings, attributes, command = TRAPS[kind]
    for key, value in settings.items():
        trap.config(key, value.format(trap.program))
    trap.repository.write(".gitattributes", attributes)
    assert trap.springs_for_git(*command), "the trap is none"
    assert trap.scan() == WANTED


def test_no_hook_is_run(trap: Trap) -> None:
    hooks = trap.repository.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman"):
        (hooks / hook).write_text(trap.program.read_text())
        (hooks / hook).chmod(0o755)
    assert trap.springs_for_git("add", "key.txt", "--renormalize") or trap.springs_for_git(
        "update-index", "--force-write-index"
    )
    assert trap.scan() == WANTED


def test_a_work_tree_elsewhere_is_not_gone_to(trap: Trap, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "notes.txt").write_text("nothing to see here\n")
    trap.config("core.worktree", str(elsewhere))
    assert trap.scan() == WANTED


def test_an_include_is_not_followed(trap: Trap, tmp_path: Path) -> None:
    (tmp_path / "more").write_text(f"[core]\n\tfsmonitor = {trap.program}\n")
    trap.config("include.path", str(tmp_path / "more"))
    assert trap.springs_for_git("status")
    assert trap.scan() == WANTED


def test_alternates_are_not_followed(
    trap: Trap, make_repository: Callable[[str], Repository], keys: Keys
) -> None:
    other = make_repository("other")
    other.commit("Add", **{"theirs.txt": f'key = "sk_live_{trap.script.plant(keys.mixed(24))}"\n'})
    alternates = trap.repository.path / ".git" / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    alternates.write_text(f"{other.path}/.git/objects\n")
    assert trap.scan() == WANTED


def test_a_git_file_that_points_elsewhere(
    trap: Trap, make_repository: Callable[[str], Repository], tmp_path: Path
) -> None:
    """The other repository's traps do not spring either; what it says of ignoring counts."""
    other = make_repository("other")
    other.git("config", "core.fsmonitor", str(trap.program))
    (trap.repository.path / ".git").rename(tmp_path / "moved")
    (trap.repository.path / ".git").write_text(f"gitdir: {other.path}/.git\n")
    assert trap.springs_for_git("status")
    assert trap.scan() == WANTED


@pytest.mark.parametrize(
    "content", [b"", b"gitdir: /dev/zero\n", b"gitdir: .\n", b"gitdir: \xff\n", b"x" * 100_000]
)
def test_a_git_file_full_of_nonsense(content: bytes, trap: Trap, tmp_path: Path) -> None:
    (trap.repository.path / ".git").rename(tmp_path / "moved")
    (trap.repository.path / ".git").write_bytes(content)
    assert set(trap.scan()) >= set(WANTED)


def test_a_program_called_git_is_not_taken_for_git(
    trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = trap.repository.path / "git"
    own.write_text(trap.program.read_text())
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f".:{trap.repository.path}:{os.environ['PATH']}")
    assert trap.scan() == WANTED


def test_python_files_in_the_folder_are_not_imported(trap: Trap) -> None:
    for name in ("click", "hyperscan", "sitecustomize", "kirosafe", "json"):
        trap.repository.write(f"{name}.py", f"open({str(trap.canary)!r}, 'w')\n")
    assert trap.scan() == WANTED


def test_without_git_the_question_is_left_open(
    trap: Trap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    done = trap.script.run("scan", "--format", "json")
    assert done.status == 1
    assert any("git" in note for note in done.report["notes"])
