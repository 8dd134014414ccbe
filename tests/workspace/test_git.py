"""Real git over repositories that try to run something: nothing of theirs ever runs."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kirosafe.workspace import git, gitrun
from kirosafe.workspace.git import global_excludes_file, index_files
from kirosafe.workspace.gitrun import GitFailed, Limits, PrivateFolder, find_git
from kirosafe.workspace.ignore import IgnoreFiles
from kirosafe.workspace.repository import Repository as Parts
from kirosafe.workspace.repository import repository_at
from kirosafe.workspace.walk import WorkTree
from tests.support.repository import Repository


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A program that leaves a mark when it is run."""
    program = tmp_path / "canary"
    program.write_text(f"#!/bin/sh\necho ran >> '{tmp_path}/ran'\ncat\n")
    program.chmod(0o755)
    return program


def verdicts(folder: Path) -> dict[str, bool]:
    """Everything the scan would ask about `folder`, asked; path to committable."""
    os.chdir(folder)
    tree = WorkTree()
    paths = [item.path for item in tree.sources(["."])]
    rules = IgnoreFiles(tree, home=os.environ["HOME"], environ=dict(os.environ))
    answers = rules.verdicts(paths)
    assert not rules.notes
    return {path: verdict.committable for path, verdict in answers.items()}


HOSTILE = {
    "core.fsmonitor": "{canary}",
    "core.fsmonitorHookVersion": "2",
    "core.untrackedCache": "true",
    "core.hooksPath": "{folder}",
    "core.sshCommand": "{canary}",
    "core.pager": "{canary}",
    "core.editor": "{canary}",
    "core.askPass": "{canary}",
    "core.alternateRefsCommand": "{canary}",
    "core.gitProxy": "{canary}",
    "pager.check-ignore": "{canary}",
    "pager.config": "{canary}",
    "alias.check-ignore": "!{canary}",
    "alias.config": "!{canary}",
    "diff.external": "{canary}",
    "diff.evil.textconv": "{canary}",
    "diff.evil.command": "{canary}",
    "filter.evil.clean": "{canary}",
    "filter.evil.smudge": "{canary}",
    "filter.evil.process": "{canary}",
    "filter.evil.required": "true",
    "merge.evil.driver": "{canary}",
    "credential.helper": "!{canary}",
    "gpg.program": "{canary}",
    "include.path": "../evil.config",
    "includeIf.gitdir:/.path": "../evil.config",
    "extensions.partialClone": "origin",
    "remote.origin.url": "ext::{canary}",
    "remote.origin.promisor": "true",
    "remote.origin.uploadpack": "{canary}",
    "protocol.ext.allow": "always",
    "trace2.normalTarget": "{folder}/traced",
    "core.worktree": "{folder}/elsewhere",
    "core.ignoreCase": "false",
}


def hostile(repository: Repository, canary: Path) -> None:
    """Everything by which a repository can make git run something."""
    (canary.parent / "elsewhere").mkdir()
    repository.commit(**{"code.txt": "x", ".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    repository.write(".git/info/attributes", "* filter=evil diff=evil merge=evil\n")
    for hook in ("fsmonitor-watchman", "post-index-change", "post-checkout", "pre-commit"):
        path = repository.write(f".git/hooks/{hook}", f"#!/bin/sh\nexec '{canary}'\n")
        path.chmod(0o755)
    repository.write(".git/objects/info/alternates", f"{canary.parent}/elsewhere\n")
    repository.write("evil.config", f"[core]\n\tfsmonitor = {canary}\n")
    lines = []
    for key, value in HOSTILE.items():
        section, _, name = key.rpartition(".")
        section, _, sub = section.partition(".")
        head = f'[{section} "{sub}"]' if sub else f"[{section}]"
        text = value.format(canary=canary, folder=canary.parent)
        lines.append(f'{head}\n\t{name} = "{text}"\n')
    with (repository.path / ".git/config").open("a") as config:
        config.writelines(lines)
    repository.write(".gitignore", "*.env\n")
    repository.write("a.env", "x")
    repository.write("sub/b.env", "x")


def test_a_hostile_repository_runs_nothing(git_repo: Repository, canary: Path) -> None:
    hostile(git_repo, canary)
    answers = verdicts(git_repo.path)
    assert not answers["a.env"]
    assert not answers["sub/b.env"]
    assert answers["code.txt"]
    assert not (canary.parent / "ran").exists()
    assert not (canary.parent / "traced").exists()


def test_the_canary_sings_under_plain_git(git_repo: Repository, canary: Path) -> None:
    """Proof that the test above could fail: git itself runs the repository's program."""
    git_repo.commit(**{"code.txt": "x"})
    git_repo.git("config", "core.fsmonitor", str(canary))
    git_repo.git("status")
    assert (canary.parent / "ran").exists()


def test_a_git_file_that_points_at_a_hostile_repository_runs_nothing(
    git_repo: Repository, canary: Path, tmp_path: Path
) -> None:
    hostile(git_repo, canary)
    scanned = tmp_path / "scanned"
    scanned.mkdir()
    (scanned / ".git").write_text(f"gitdir: {git_repo.path}/.git\n")
    (scanned / ".gitignore").write_text("*.env\n")
    (scanned / "a.env").write_text("x")
    assert not verdicts(scanned)["a.env"]
    assert not (tmp_path / "ran").exists()


def test_the_callers_git_variables_do_not_leak_in(
    git_repo: Repository, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("a.env", "x")
    monkeypatch.setenv("GIT_DIR", str(canary.parent))
    monkeypatch.setenv("GIT_INDEX_FILE", str(canary))
    monkeypatch.setenv("GIT_TRACE", str(canary.parent / "traced"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(canary))
    assert not verdicts(git_repo.path)["a.env"]
    assert not (canary.parent / "traced").exists()
    assert not (canary.parent / "ran").exists()


def test_asking_changes_nothing_in_the_repository(git_repo: Repository) -> None:
    git_repo.commit(**{"code.txt": "x"})
    git_repo.git("update-index", "--split-index")
    git_repo.write("a.env", "x")

    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
            for path in (git_repo.path / ".git").rglob("*")
        }

    before = state()
    verdicts(git_repo.path)
    assert state() == before


def test_a_program_of_the_repositorys_is_never_taken_for_git(
    git_repo: Repository, canary: Path, tmp_path: Path
) -> None:
    canary.rename(git_repo.path / "git")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git_repo.path / "git")
    os.chdir(git_repo.path)
    search = os.pathsep.join(["", ".", str(git_repo.path), str(tmp_path / "bin")])
    with pytest.raises(GitFailed, match="not installed"):
        find_git({"PATH": search}, [str(git_repo.path)])
    real = find_git({"PATH": search + os.pathsep + os.environ["PATH"]}, [str(git_repo.path)])
    assert os.path.basename(real) == "git"
    assert find_git({"PATH": str(git_repo.path)}, []) == str(git_repo.path / "git")


@pytest.mark.parametrize("root", [".", "packages", "packages/inner", "packages/inner/a.env"])
@pytest.mark.parametrize("through_link", [False, True])
def test_no_git_of_a_tree_around_a_repository_is_run(
    make_repository: Callable[[str], Repository],
    canary: Path,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    root: str,
    through_link: bool,
) -> None:
    outer = make_repository("outer")
    inner = make_repository("outer/packages/inner")
    inner.write(".gitignore", "*.env\n")
    inner.write("a.env", "x")
    planted = outer.write("venv/bin/git", canary.read_text())
    planted.chmod(0o755)
    (tmp_path / "link").symlink_to(outer.path / "venv")
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/own\n")
    folder = tmp_path / "link/bin" if through_link else planted.parent
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), os.environ["PATH"]]))
    os.chdir(outer.path)
    tree = WorkTree()
    paths = [item.path for item in tree.sources([root])]
    rules = IgnoreFiles(tree, home=str(home), environ=dict(os.environ))
    answers = rules.verdicts(paths)
    assert not rules.notes
    assert [path for path in paths if path.endswith("a.env") and not answers[path].committable]
    assert not (tmp_path / "ran").exists()


def test_a_link_in_the_tree_to_an_honest_git_is_avoided_too(tmp_path: Path) -> None:
    honest = find_git(os.environ, [])
    (tmp_path / "tree/bin").mkdir(parents=True)
    (tmp_path / "tree/bin/git").symlink_to(honest)
    (tmp_path / "link").symlink_to(tmp_path / "tree/bin")
    for folder in ("tree/bin", "link"):
        with pytest.raises(GitFailed, match="not installed"):
            find_git({"PATH": str(tmp_path / folder)}, [str(tmp_path / "tree")])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"gitdir: ",
        b"gitdir:x",
        b"nonsense",
        b"gitdir: /nonexistent\n",
        b"gitdir: a\nb\n",
        b"gitdir: a\0b\n",
        b"gitdir: /dev\n",
        b"gitdir: " + b"x" * 10000,
    ],
)
def test_a_nonsense_git_file_is_no_repository(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".git").write_bytes(content)
    assert repository_at(str(tmp_path)) is None


def test_a_nonsense_git_folder_is_no_repository(git_repo: Repository) -> None:
    assert repository_at(str(git_repo.path)) is not None
    git_repo.write(".git/commondir", "../nowhere\n")
    assert repository_at(str(git_repo.path)) is None
    git_repo.write(".git/commondir", "")
    assert repository_at(str(git_repo.path)) is None
    os.mkfifo(git_repo.path / "fifo")
    assert repository_at(str(git_repo.path / "fifo")) is None


def test_a_config_that_is_no_plain_file_is_not_read(git_repo: Repository) -> None:
    git_repo.write(".gitignore", "*.ENV\n")
    git_repo.write("a.env", "x")
    git_repo.git("config", "core.ignoreCase", "true")
    config = git_repo.path / ".git/config"
    assert not verdicts(git_repo.path)["a.env"]
    config.rename(git_repo.path / "moved")
    config.symlink_to("../moved")
    assert verdicts(git_repo.path)["a.env"]
    config.unlink()
    os.mkfifo(config)
    assert verdicts(git_repo.path)["a.env"]


def test_a_broken_config_settles_nothing(git_repo: Repository) -> None:
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("a.env", "x")
    git_repo.write(".git/config", "[core\nignoreCase = true\n")
    assert not verdicts(git_repo.path)["a.env"]


def test_git_that_cannot_be_started_or_prints_too_much_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "git"
    broken.write_text("no program\n")
    broken.chmod(0o755)
    with pytest.raises(GitFailed, match="cannot be started"):
        gitrun.run_git(str(broken), [], {}, 0, Limits())
    monkeypatch.setattr(gitrun, "_MOST_OUTPUT", 10)
    with open(os.devnull) as nothing, pytest.raises(GitFailed, match="too much"):
        gitrun.run_git(find_git(os.environ, []), ["help", "-a"], {}, nothing.fileno(), Limits())


def test_a_temporary_folder_that_is_none_is_not_used(tmp_path: Path) -> None:
    for setting in ("relative", str(tmp_path / "missing"), ""):
        with PrivateFolder({"TMPDIR": setting}) as private:
            assert private.path.startswith("/tmp/kirosafe-")
        assert not os.path.exists(private.path)


def test_the_users_excludes_file_is_found_as_git_finds_it(home: Path) -> None:
    environ = {"PATH": os.environ["PATH"]}
    default = str(home / ".config/git/ignore")
    assert global_excludes_file(str(home), environ, Limits()) == default
    assert (
        global_excludes_file(str(home), {**environ, "XDG_CONFIG_HOME": "/x"}, Limits())
        == "/x/git/ignore"
    )
    (home / "more").write_text("[core]\n\texcludesFile = ~/included\n")
    (home / ".gitconfig").write_text("[include]\n\tpath = ~/more\n")
    assert global_excludes_file(str(home), environ, Limits()) == str(home / "included")
    assert global_excludes_file(str(home), {"PATH": ""}, Limits()) == default
    (home / ".gitconfig").write_text("[include]\n\tpath = ~/nothing\n")
    assert global_excludes_file(str(home), environ, Limits()) == default


def test_a_git_directory_that_cannot_be_listed_is_said(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(GitFailed, match="cannot be read"):
        index_files(Parts(missing, missing, missing))


def test_of_the_shared_parts_only_the_one_built_on_is_read(git_repo: Repository) -> None:
    git_repo.commit(**{"code.txt": "x"})
    git_repo.git("update-index", "--split-index")
    folder = git_repo.path / ".git"
    (used,) = (path.name for path in folder.glob("sharedindex.*"))
    for number in range(3):
        (folder / f"sharedindex.{number:040x}").write_bytes(b"DIRC")
    parts = repository_at(str(git_repo.path))
    assert parts is not None
    assert set(index_files(parts)) == {"index", used}
    # Where the hash is hard to find, it is the newest.
    plain = (folder / "index").read_bytes()
    (folder / "index").write_bytes(plain + b"link" * 5000)
    os.utime(folder / f"sharedindex.{1:040x}", (1 << 32, 1 << 32))
    assert set(index_files(parts)) == {"index", f"sharedindex.{1:040x}"}
    # And none where the index is not split.
    (folder / "index").write_bytes(b"DIRC")
    assert set(index_files(parts)) == {"index"}
    (folder / "index").unlink()
    assert index_files(parts) == {}


def test_the_index_and_its_shared_part_are_limited_together(
    git_repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_repo.commit(**{"code.txt": "x"})
    git_repo.git("update-index", "--split-index")
    parts = repository_at(str(git_repo.path))
    assert parts is not None
    size = sum(len(content) for content in index_files(parts).values())
    monkeypatch.setattr(git, "_MOST_INDEX", size)
    assert len(index_files(parts)) == 2
    monkeypatch.setattr(git, "_MOST_INDEX", size - 1)
    with pytest.raises(GitFailed, match="bearable size"):
        index_files(parts)


def test_a_shared_part_that_vanished_is_not_the_newest(tmp_path: Path) -> None:
    kept = "sharedindex.kept"
    (tmp_path / kept).write_bytes(b"")
    names = {kept, "sharedindex.gone"}
    assert git._shared_part(b"link" * 5000, names, str(tmp_path)) == kept
