"""The verdicts of git's and Kiro's ignore files."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kirosafe.model.finding import IgnoreVerdict
from kirosafe.workspace import gitrun, ignore
from kirosafe.workspace.ignore import IgnoreFiles
from kirosafe.workspace.walk import WorkTree
from tests.support.repository import Repository


def ask(
    *roots: str, environ: Mapping[str, str] | None = None
) -> tuple[Mapping[str, IgnoreVerdict], list[str]]:
    """The verdicts on everything beneath `roots`, and the notes."""
    tree = WorkTree()
    paths = [item.path for item in tree.sources(roots or ["."])]
    rules = IgnoreFiles(tree, home=os.environ["HOME"], environ=environ or dict(os.environ))
    return rules.verdicts(paths), rules.notes


def lines(*roots: str, environ: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Path to deciding line; committable must agree with it."""
    verdicts, notes = ask(*roots, environ=environ)
    assert not notes
    for path, verdict in verdicts.items():
        in_git = ".git" in path.split("/")
        assert verdict.committable == (verdict.ignored_by is None and not in_git)
    return {path: verdict.ignored_by for path, verdict in verdicts.items()}


@pytest.fixture
def no_git(tmp_path: Path) -> dict[str, str]:
    """An environment in which git is not installed."""
    return {**os.environ, "PATH": str(tmp_path / "nowhere")}


def test_the_deciding_line_is_named_as_git_names_it(git_repo: Repository) -> None:
    git_repo.write(".gitignore", "# comment\n*.env\n/build/\n")
    git_repo.write("sub/.gitignore", "!keep.env\nlocal\n")
    for name in ("a.env", "sub/keep.env", "sub/local", "build/deep/x", "code.py"):
        git_repo.write(name, "x")
    git_repo.write(".git/info/exclude", "\n\ncode.py\n")
    os.chdir(git_repo.path)
    found = lines()
    assert found["a.env"] == ".gitignore:2: *.env"
    assert found["sub/keep.env"] is None
    assert found["sub/local"] == "sub/.gitignore:2: local"
    assert found["build/deep/x"] == ".gitignore:3: /build/"
    assert found["code.py"] == ".git/info/exclude:3: code.py"
    assert found[".gitignore"] is None
    assert found[".git/config"] is None


def test_git_never_takes_its_own_folder(git_repo: Repository) -> None:
    os.chdir(git_repo.path)
    assert ask()[0][".git/config"] == IgnoreVerdict(False)


def test_tracked_files_are_committable_whatever_the_rules_say(git_repo: Repository) -> None:
    git_repo.write("a.env", "x")
    git_repo.git("add", "a.env")
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("b.env", "x")
    os.chdir(git_repo.path)
    found = lines()
    assert found["a.env"] is None
    assert found["b.env"] == ".gitignore:1: *.env"


def test_a_root_within_a_repository_obeys_the_rules_above_it(git_repo: Repository) -> None:
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("sub/a.env", "x")
    git_repo.write("sub/b", "x")
    os.chdir(git_repo.path)
    top = os.path.realpath(git_repo.path)
    assert lines("sub") == {"sub/a.env": f"{top}/.gitignore:1: *.env", "sub/b": None}
    assert lines("sub/a.env") == {"sub/a.env": ".gitignore:1: *.env"}
    os.chdir("sub")
    assert lines("..")["../sub/a.env"] == ".gitignore:1: *.env"


def test_absolute_and_doubled_roots_are_understood(git_repo: Repository) -> None:
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("sub/a.env", "x")
    os.chdir(git_repo.path)
    path = str(git_repo.path)
    assert lines(path)[f"{path}/sub/a.env"] == ".gitignore:1: *.env"
    assert lines("sub", ".")["sub/a.env"] == ".gitignore:1: *.env"


def test_each_file_is_asked_in_its_innermost_repository(
    make_repository: Callable[[str], Repository],
) -> None:
    outer = make_repository("outer")
    inner = make_repository("outer/inner")
    library = make_repository("library")
    library.commit(**{".gitignore": "*.lib\n"})
    outer.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(library.path),
        "module",
    )
    outer.write(".gitignore", "*.out\n")
    inner.write(".gitignore", "*.in\n")
    for folder in ("", "inner/", "module/"):
        for suffix in ("out", "in", "lib"):
            outer.write(f"{folder}f.{suffix}", "x")
    outer.write("fake/.git", "gitdir: ../nowhere\n")
    outer.write("fake/f.out", "x")
    os.chdir(outer.path)
    ignored = {path: line for path, line in lines().items() if line}
    assert ignored == {
        "f.out": ".gitignore:1: *.out",
        "inner/f.in": "inner/.gitignore:1: *.in",
        "module/f.lib": "module/.gitignore:1: *.lib",
        "fake/f.out": ".gitignore:1: *.out",
    }


def test_linked_work_trees_use_the_shared_exclude_file(
    git_repo: Repository, tmp_path: Path
) -> None:
    git_repo.commit(tracked="x")
    git_repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    git_repo.write(".git/info/exclude", "tracked\nsecret\n")
    (tmp_path / "linked" / "secret").write_text("x")
    os.chdir(tmp_path / "linked")
    found = lines()
    assert found["tracked"] is None
    assert found["secret"] == f"{os.path.realpath(git_repo.path)}/.git/info/exclude:2: secret"


@pytest.mark.parametrize(
    "arguments",
    [
        ("update-index", "--split-index"),
        ("update-index", "--index-version", "4"),
        ("sparse-checkout", "set", "--sparse-index", "kept"),
    ],
)
def test_unusual_indexes_are_understood(git_repo: Repository, arguments: tuple[str, ...]) -> None:
    git_repo.commit(**{"kept/a.env": "x", "other/b.env": "x", "c.env": "x"})
    git_repo.git(*arguments)
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("kept/new.env", "x")
    os.chdir(git_repo.path)
    found = lines()
    assert found["kept/a.env"] is None
    assert found["c.env"] is None
    assert found["kept/new.env"] == ".gitignore:1: *.env"


def test_repositories_of_the_other_hash_are_understood(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repo")
    (tmp_path / "repo" / ".git").rename(tmp_path / "old")
    repository.git("init", "--quiet", "--object-format=sha256")
    repository.commit(**{"a.env": "x"})
    repository.write(".gitignore", "*.env\n")
    repository.write("b.env", "x")
    os.chdir(repository.path)
    assert lines() == {
        ".git/config": None,
        ".gitignore": None,
        "a.env": None,
        "b.env": ".gitignore:1: *.env",
    }


def test_case_counts_as_the_repository_says(git_repo: Repository) -> None:
    git_repo.write(".gitignore", "*.ENV\n")
    git_repo.write("a.env", "x")
    os.chdir(git_repo.path)
    git_repo.git("config", "core.ignoreCase", "false")
    assert lines()["a.env"] is None
    git_repo.git("config", "core.ignoreCase", "true")
    assert lines()["a.env"] == ".gitignore:1: *.ENV"


def test_the_users_own_excludes_count(git_repo: Repository, home: Path, tmp_path: Path) -> None:
    git_repo.write("a.swp", "x")
    git_repo.write("b.tmp", "x")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.swp").write_text("x")
    default = home / ".config" / "git" / "ignore"
    default.parent.mkdir(parents=True, exist_ok=True)
    default.write_text("*.swp\n")
    environ = {"PATH": os.environ["PATH"]}
    for folder in (git_repo.path, tmp_path / "plain"):
        os.chdir(folder)
        assert lines(environ=environ)["a.swp"] == "~/.config/git/ignore:1: *.swp"
    (home / "named").write_text("\n*.tmp\n")
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/named\n")
    os.chdir(git_repo.path)
    found = lines(environ=environ)
    assert found["b.tmp"] == "~/named:2: *.tmp"
    assert found["a.swp"] is None


def test_an_excludes_file_named_by_the_repository_shows_no_text(
    git_repo: Repository, home: Path
) -> None:
    git_repo.write("a.env", "x")
    (home / "private").write_text("first\n*\n")
    git_repo.git("config", "core.excludesFile", "~/private")
    os.chdir(git_repo.path)
    assert lines()["a.env"] == "~/private:2"
    (home / "private").unlink()
    os.mkfifo(home / "private")
    assert lines()["a.env"] is None


def test_outside_git_the_chain_begins_at_the_root(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    for name, content in {
        ".gitignore": "*.env\nout/\n",
        "sub/.gitignore": "!b.env\n",
        "out/.gitignore": "!*\n",
        "a.env": "x",
        "sub/b.env": "x",
        "out/c": "x",
        "fake/.git/x": "x",
    }.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content)
    found = lines()
    assert found["a.env"] == ".gitignore:1: *.env"
    assert found["sub/b.env"] is None
    assert found["out/c"] == ".gitignore:2: out/"
    assert lines("sub/b.env", "a.env") == {"sub/b.env": None, "a.env": ".gitignore:1: *.env"}
    assert not ask()[0]["fake/.git/x"].committable


@pytest.mark.parametrize("with_git", [True, False])
def test_the_kiroignore_chain_is_told_apart(tmp_path: Path, home: Path, with_git: bool) -> None:
    repository = Repository(tmp_path / "repo")
    if not with_git:
        (repository.path / ".git").rename(tmp_path / "gone")
    repository.write(".kiroignore", "\n\n*.pem\nsecrets/\n")
    repository.write("sub/.kiroignore", "!ok.pem\n")
    for name in ("a.pem", "sub/ok.pem", "secrets/x", "global.key", "plain"):
        repository.write(name, "x")
    own = home / ".kiro" / "settings" / "kiroignore"
    own.parent.mkdir(parents=True)
    own.write_text("*.key\n")
    os.chdir(repository.path)
    verdicts, notes = ask()
    assert not notes
    assert {path: verdict.kiro_ignored_by for path, verdict in verdicts.items()} == {
        **({".git/config": None} if with_git else {}),
        ".kiroignore": None,
        "a.pem": ".kiroignore:3: *.pem",
        "global.key": "~/.kiro/settings/kiroignore:1: *.key",
        "plain": None,
        "secrets/x": ".kiroignore:4: secrets/",
        "sub/.kiroignore": None,
        "sub/ok.pem": None,
    }
    assert all(verdict.ignored_by is None for verdict in verdicts.values())


def test_without_git_the_files_are_evaluated_and_it_is_said(
    git_repo: Repository, no_git: dict[str, str]
) -> None:
    git_repo.write("tracked.env", "x")
    git_repo.git("add", ".")
    git_repo.write(".gitignore", "*.env\n!keep.env\n")
    git_repo.write(".git/info/exclude", "excluded\n")
    for name in ("a.env", "keep.env", "excluded", "plain"):
        git_repo.write(name, "x")
    os.chdir(git_repo.path)
    verdicts, notes = ask(environ=no_git)
    assert {path: verdict.committable for path, verdict in verdicts.items()} == {
        ".git/config": False,
        ".gitignore": True,
        "a.env": False,
        "excluded": False,
        "keep.env": True,
        "plain": True,
        "tracked.env": True,
    }
    assert verdicts["a.env"].ignored_by == ".gitignore:1: *.env"
    assert verdicts["excluded"].ignored_by == ".git/info/exclude:1: excluded"
    (note,) = notes
    assert "git is not installed" in note


def test_an_index_that_shortens_names_may_hold_any(
    git_repo: Repository, no_git: dict[str, str]
) -> None:
    git_repo.commit(**{"x": "x"})
    git_repo.git("update-index", "--index-version", "4")
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("a.env", "x")
    os.chdir(git_repo.path)
    assert ask(environ=no_git)[0]["a.env"].committable
    (git_repo.path / ".git/index").unlink()
    os.mkfifo(git_repo.path / ".git/index")
    verdicts, notes = ask()
    assert verdicts["a.env"] == IgnoreVerdict(True, ".gitignore:1: *.env")
    assert "not a readable plain file" in notes[0]


@pytest.fixture
def slow_git(tmp_path: Path) -> dict[str, str]:
    """An environment with a git that never answers, and writes down that it was started."""
    program = tmp_path / "slow" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho >> '{tmp_path}/started'\nexec sleep 60\n")
    program.chmod(0o755)
    return {**os.environ, "PATH": str(program.parent)}


def test_all_calls_of_git_share_one_deadline(
    make_repository: Callable[[str], Repository],
    slow_git: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gitrun, "GIT_SECONDS", 0.5)
    for number in range(3):
        repository = make_repository(f"all/{number}")
        repository.write(".gitignore", "*.env\n")
        repository.write("a.env", "x")
    os.chdir(tmp_path / "all")
    verdicts, notes = ask(environ=slow_git)
    assert [verdicts[f"{number}/a.env"].committable for number in range(3)] == [False] * 3
    assert notes
    assert all("longer than" in note for note in notes)
    assert (tmp_path / "started").read_text() == "\n"
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("folder", ["", "sub/deep/"])
@pytest.mark.parametrize("linked", [False, True])
def test_an_ignore_file_that_is_a_fifo_does_not_reach_git(
    git_repo: Repository, slow_git: dict[str, str], tmp_path: Path, folder: str, linked: bool
) -> None:
    git_repo.write(".git/info/exclude", "*.env\n")
    git_repo.write("sub/deep/er/a.env", "x")
    name = git_repo.path / folder / ".gitignore"
    os.mkfifo(tmp_path / "fifo" if linked else name)
    if linked:
        name.symlink_to(tmp_path / "fifo")
    os.chdir(git_repo.path)
    verdicts, notes = ask(environ=slow_git)
    assert not verdicts["sub/deep/er/a.env"].committable
    assert "no regular file" in notes[0]
    assert not (tmp_path / "started").exists()


def test_git_that_hangs_is_killed(
    git_repo: Repository, slow_git: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gitrun, "GIT_SECONDS", 0.3)
    git_repo.write("a.env", "x")
    os.chdir(git_repo.path)
    verdicts, notes = ask(environ=slow_git)
    assert verdicts["a.env"].committable
    assert "longer than" in notes[0]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_paths_that_git_refuses_do_not_cost_the_others_their_answer(git_repo: Repository) -> None:
    commit = git_repo.commit(x="x")
    git_repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    git_repo.write(".gitignore", "*.env\n")
    for name in ("a.env", "module/m.env", "z.env"):
        git_repo.write(name, "x")
    os.chdir(git_repo.path)
    verdicts, notes = ask()
    assert not notes
    assert [verdicts[name].ignored_by for name in ("a.env", "module/m.env", "z.env")] == [
        ".gitignore:1: *.env"
    ] * 3


def test_when_git_refuses_too_often_the_rest_is_evaluated(
    git_repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ignore, "_MOST_REFUSALS", 2)
    commit = git_repo.commit(x="x")
    git_repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    git_repo.write(".gitignore", "*.env\n")
    for name in ("module/1.env", "module/2.env", "module/3.env"):
        git_repo.write(name, "x")
    os.chdir(git_repo.path)
    verdicts, notes = ask()
    assert verdicts["module/3.env"].ignored_by == ".gitignore:1: *.env"
    assert "refused" in notes[0]


def test_odd_names_keep_their_verdicts(git_repo: Repository) -> None:
    names = [b"a\nb.env", b"caf\xe9.env", b":(top)x.env", b"-v.env", b" .env"]
    for name in names:
        Path(os.fsdecode(os.fsencode(git_repo.path) + b"/" + name)).write_bytes(b"x")
    git_repo.write(".gitignore", "*.env\n")
    os.chdir(git_repo.path)
    found = lines()
    assert {os.fsencode(path) for path, line in found.items() if line} == set(names)


def test_paths_that_the_tree_never_reported_have_no_verdict(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    Path("a").write_text("x")
    tree = WorkTree()
    list(tree.sources(["a"]))
    rules = IgnoreFiles(tree, home="/nonexistent", environ={})
    assert list(rules.verdicts(["b", "a", "a"])) == ["a"]


def test_slow_patterns_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kirosafe.workspace import patterns

    monkeypatch.setattr(patterns, "_SECONDS", 0.0)
    os.chdir(tmp_path)
    Path(".gitignore").write_text("a\n")
    Path("a").write_text("x")
    verdicts, notes = ask()
    assert verdicts["a"].committable
    assert "too long" in notes[0]


def test_the_private_folder_is_private_and_goes_away(git_repo: Repository, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    modes: list[int] = []
    real = os.posix_spawn

    def spy(*arguments: object, **names: object) -> int:
        modes.extend(path.stat().st_mode & 0o777 for path in temporary.iterdir())
        return real(*arguments, **names)  # type: ignore[arg-type]

    git_repo.write("f", "x")
    os.posix_spawn = spy
    try:
        os.chdir(git_repo.path)
        ask(environ={**os.environ, "TMPDIR": str(temporary)})
    finally:
        os.posix_spawn = real
    assert modes == [0o700]
    assert not list(temporary.iterdir())


def test_a_verdict_does_not_load_what_is_slow_to_load(git_repo: Repository) -> None:
    import sys

    program = (
        "import sys, os\n"
        "from kirosafe.workspace.walk import WorkTree\n"
        "from kirosafe.workspace.ignore import IgnoreFiles\n"
        "tree = WorkTree()\n"
        "paths = [item.path for item in tree.sources(['.'])]\n"
        "IgnoreFiles(tree, home='/nonexistent', environ=os.environ).verdicts(paths)\n"
        "print(*sorted(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=git_repo.path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"subprocess", "tempfile", "pathspec", "pathlib", "dataclasses", "inspect"}


def test_many_paths_have_the_answers_of_few(
    git_repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_repo.commit(**{"a.env": "x", "sub/b.env": "x", "code": "x"})
    git_repo.write(".gitignore", "*.env\n!keep.env\n")
    for name in ("c.env", "sub/keep.env", "sub/caf\u00e9.env", ":x.env"):
        git_repo.write(name, "x")
    os.chdir(git_repo.path)
    few = lines()
    monkeypatch.setattr("kirosafe.workspace.git._FEW", -1)
    assert lines() == few
    assert few["sub/caf\u00e9.env"] == ".gitignore:1: *.env"


@pytest.mark.parametrize("few", [0, 1000])
def test_a_git_that_fails_is_replaced_and_it_is_said(
    git_repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    git_repo.commit(tracked="x")
    git_repo.write(".gitignore", "*.env\n")
    git_repo.write("a.env", "x")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setattr("kirosafe.workspace.git._FEW", few)
    os.chdir(git_repo.path)
    verdicts, notes = ask(environ={**os.environ, "PATH": str(fake.parent)})
    assert verdicts["a.env"] == IgnoreVerdict(False, ".gitignore:1: *.env")
    assert "failed with status 3" in notes[0]


def test_a_git_that_refuses_everything_is_said(git_repo: Repository, tmp_path: Path) -> None:
    git_repo.write("a", "x")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 128\n")
    fake.chmod(0o755)
    os.chdir(git_repo.path)
    assert "refused" in ask(environ={"PATH": str(fake.parent)})[1][0]


def test_a_root_that_vanished_has_verdicts_still(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    (folder / "a").write_text("x")
    os.chdir(tmp_path)
    tree = WorkTree()
    paths = [item.path for item in tree.sources(["gone"])]
    (folder / "a").unlink()
    folder.rmdir()
    rules = IgnoreFiles(tree, home="/nonexistent", environ={})
    assert rules.verdicts(paths) == {"gone/a": IgnoreVerdict(True)}


def test_folders_nested_in_roots_of_their_own_are_told_apart(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    for name in ("one/a", "two/a", "two/one"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x")
    Path("two/.gitignore").write_text("a\n")
    assert lines("one", "two") == {
        "one/a": None,
        "two/.gitignore": None,
        "two/a": ".gitignore:1: a",
        "two/one": None,
    }


@pytest.mark.parametrize("home", ["", "."])
def test_without_a_home_nothing_of_the_trees_is_taken_for_the_users(
    git_repo: Repository, home: str
) -> None:
    git_repo.write(".kiro/settings/kiroignore", "*\n")
    git_repo.write(".config/git/ignore", "*\n")
    git_repo.write(".gitconfig", "[core]\n\texcludesFile = everything\n")
    git_repo.write("everything", "*\n")
    os.chdir(git_repo.path)
    tree = WorkTree()
    paths = [item.path for item in tree.sources(["."])]
    environ = {"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": ".config"}
    verdicts = IgnoreFiles(tree, home=home, environ=environ).verdicts(paths)
    assert verdicts["everything"] == IgnoreVerdict(True)


def test_a_home_behind_a_link_is_abbreviated_too(
    git_repo: Repository, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(home)
    (home / "private").write_text("*\n")
    git_repo.write("a", "x")
    git_repo.git("config", "core.excludesFile", str(home / "private"))
    os.chdir(git_repo.path)
    tree = WorkTree()
    paths = [item.path for item in tree.sources(["."])]
    rules = IgnoreFiles(tree, home=str(tmp_path / "link"), environ=dict(os.environ))
    assert rules.verdicts(paths)["a"].ignored_by == "~/private:1"
