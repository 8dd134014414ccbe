"""What is found in a work tree, in which order, and what is said of the rest."""

import gc
import os
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from kirosafe.errors import UsageError
from kirosafe.model.folder import BulkFolder
from kirosafe.model.skipped import Skipped, SkipReason, Unreadable
from kirosafe.model.source import Depth
from kirosafe.workspace.beneath import Beneath, Descriptor
from kirosafe.workspace.read import FileSource
from kirosafe.workspace.walk import MAX_DEPTH, WorkTree
from tests.support.repository import Repository

KINDS = (
    BulkFolder("node_modules", "by name"),
    BulkFolder("venv", "by what is inside", inside=("pyvenv.cfg",)),
    BulkFolder("target", "either", inside=("CACHEDIR.TAG",), beside=("Cargo.toml",)),
)


def put(root: Path, *names: str) -> None:
    """Write files whose content is their own name."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def split(
    roots: Sequence[str], tree: WorkTree | None = None
) -> tuple[list[FileSource], list[Skipped]]:
    """The files and the gaps beneath `roots`."""
    files: list[FileSource] = []
    gaps: list[Skipped] = []
    for item in (tree or WorkTree(KINDS)).sources(roots):
        if isinstance(item, Skipped):
            gaps.append(item)
        else:
            files.append(item)
    return files, gaps


def paths(*roots: str) -> list[str]:
    """The paths of the files beneath `roots`."""
    return [source.path for source in split(roots)[0]]


def gaps_in(root: Path) -> dict[str, SkipReason]:
    """What was skipped beneath `root`, by relative path."""
    return {gap.path.removeprefix(f"{root}/"): gap.reason for gap in split([str(root)])[1]}


def content(source: FileSource) -> bytes:
    """All of a small file."""
    return b"".join(window.data for window in source.windows())


def test_files_come_before_folders_and_both_by_name(tmp_path: Path) -> None:
    put(tmp_path, "b/2", "b/1", "b/a/0", "z", "a", "c/x", ".env")
    os.chdir(tmp_path)
    assert paths(".") == [".env", "a", "z", "b/1", "b/2", "b/a/0", "c/x"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (".", "d/f"),
        ("./", "d/f"),
        ("d", "d/f"),
        ("./d/", "d/f"),
        (".//d", "d/f"),
        ("d/f", "d/f"),
        ("./d/f", "d/f"),
        ("../top/d", "../top/d/f"),
    ],
)
def test_paths_begin_with_the_root_as_typed(tmp_path: Path, typed: str, shown: str) -> None:
    put(tmp_path / "top", "d/f")
    os.chdir(tmp_path / "top")
    assert paths(typed) == [shown]


def test_an_absolute_root_gives_absolute_paths(tmp_path: Path) -> None:
    put(tmp_path, "d/f")
    assert paths(f"{tmp_path}/") == [f"{tmp_path}/d/f"]


def test_no_file_comes_twice_from_overlapping_roots(tmp_path: Path) -> None:
    put(tmp_path, "d/f", "g", "dd/h")
    os.chdir(tmp_path)
    assert paths("d", "g", "d/f", "g", "dd") == ["d/f", "g", "dd/h"]
    assert paths(".", "d", "g") == ["g", "d/f", "dd/h"]


@pytest.mark.parametrize("typed", ["missing", "", "f/below", "nul\0byte"])
def test_a_root_that_does_not_exist_is_a_usage_error(tmp_path: Path, typed: str) -> None:
    put(tmp_path, "f")
    os.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        paths("f", typed)
    assert "no file or folder" in caught.value.what
    assert caught.value.next_step


def test_an_error_does_not_carry_terminal_escapes(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        paths("\x1b[31mred\udcff\n")
    assert caught.value.what.isprintable()


def test_ignored_files_are_found_too(git_repo: Repository) -> None:
    git_repo.commit(**{".gitignore": ".env\n"})
    git_repo.write(".env", "x")
    os.chdir(git_repo.path)
    assert ".env" in paths(".")


def test_of_git_itself_only_configurations_are_found(git_repo: Repository) -> None:
    git_repo.commit(code="x")
    git_repo.git("init", "--quiet", "--bare", "bare.git")
    put(git_repo.path, ".git/modules/lib/deep/config", ".git/modules/lib/deep/HEAD")
    put(git_repo.path, ".git/modules/lib/deep/objects/config", ".git/modules/lib/deep/refs/config")
    os.chdir(git_repo.path)
    found = paths(".")
    assert [path for path in found if path.startswith(".git/")] == [
        ".git/config",
        ".git/modules/lib/deep/config",
    ]
    assert "bare.git/config" in found
    assert not [path for path in found if "/objects/" in path]


def test_a_folder_that_is_only_called_git_hides_nothing(tmp_path: Path) -> None:
    put(tmp_path, ".git/notes", ".git/sub/key")
    os.chdir(tmp_path)
    assert paths(".") == [".git/notes", ".git/sub/key"]


@pytest.mark.parametrize(
    "names",
    [
        ["src/HEAD", "src/refs", "src/objects/.env"],
        ["src/HEAD", "src/refs/heads/main", "src/objects/.env"],
        ["src/HEAD", "src/refs/heads/main", "src/objects/pack/p", "src/objects/.env"],
        ["src/HEAD", "src/refs/heads/main", "src/objects/ab"],
        ["src/HEAD/file", "src/refs/heads/main", "src/objects/ab/key"],
        ["src/HEAD", "src/refs", "src/objects/ab/key"],
        ["HEAD", "refs/heads/main", "objects/.env"],
        [".git/HEAD", ".git/refs", ".git/objects/.env"],
    ],
)
def test_a_folder_that_only_looks_like_gits_hides_nothing(tmp_path: Path, names: list[str]) -> None:
    put(tmp_path, *names)
    os.chdir(tmp_path)
    assert sorted(paths(".")) == sorted(names)


def test_objects_that_cannot_be_listed_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "HEAD", "refs/x", "objects/ab/x")
    honest = Beneath.descriptor

    def refuse(self: Beneath, path: str) -> Descriptor:
        if path == "objects":
            raise PermissionError(13, "no")
        return honest(self, path)

    monkeypatch.setattr(Beneath, "descriptor", refuse)
    assert "objects" in gaps_in(tmp_path)


def test_gits_own_folder_can_be_asked_for_by_name(git_repo: Repository) -> None:
    git_repo.commit(code="x")
    os.chdir(git_repo.path)
    assert ".git/hooks/pre-commit.sample" in paths(".", ".git/hooks")


def test_folders_with_git_in_them_are_remembered(tmp_path: Path) -> None:
    put(tmp_path, "top/.git/HEAD", "top/sub/.git", "top/plain/f")
    os.chdir(tmp_path)
    tree = WorkTree()
    assert ".git" in {os.path.basename(source.path) for source in split(["top"], tree)[0]}
    assert tree.repositories == {"top", "top/sub"}
    os.chdir(tmp_path / "top")
    tree = WorkTree()
    split(["."], tree)
    assert tree.repositories == {"", "sub"}


def test_bulk_folders_are_walked_and_marked(tmp_path: Path) -> None:
    put(
        tmp_path,
        "node_modules/a/b.js",
        "venv/pyvenv.cfg",
        "venv/lib/x.py",
        "other/venv/x.py",
        "rust/Cargo.toml",
        "rust/target/debug/x",
        "java/target/CACHEDIR.TAG",
        "shop/target/customers.csv",
    )
    os.chdir(tmp_path)
    tree = WorkTree(KINDS)
    files = split(["."], tree)[0]
    bulk = {source.path for source in files if source.depth is Depth.BULK}
    assert bulk == {
        "node_modules/a/b.js",
        "venv/pyvenv.cfg",
        "venv/lib/x.py",
        "rust/target/debug/x",
        "java/target/CACHEDIR.TAG",
    }
    assert (tree.files, tree.bulk_files) == (8, 5)


def test_a_link_within_the_root_is_silent_and_one_that_leaves_is_not(tmp_path: Path) -> None:
    put(tmp_path, "outside/key", "root/d/f", "rootless/f")
    root = tmp_path / "root"
    for name, target in {
        "inside": "d/f",
        "inside_folder": "d",
        "inside_absolute": str(root / "d"),
        "d/up": "../d/../d/f",
        "chain": "inside",
        "through": "inside_folder/f",
        "outside": "../outside/key",
        "outside_folder": "../outside",
        "absolute": str(tmp_path / "outside"),
        "prefix": "../rootless/f",
        "d/escape": "../../outside/key",
        "via": "outside_folder/key",
        "nothing": "d/missing",
        "below_file": "d/f/x",
        "loop": "loop",
        "ping": "pong",
        "pong": "ping",
        "deep": "a/../" * 600 + "d",
        "long": "x" * 300,
    }.items():
        (root / name).symlink_to(target)
    (root / "a").mkdir()
    assert gaps_in(root) == {
        "outside": SkipReason.SYMLINK_OUTSIDE,
        "outside_folder": SkipReason.SYMLINK_OUTSIDE,
        "absolute": SkipReason.SYMLINK_OUTSIDE,
        "prefix": SkipReason.SYMLINK_OUTSIDE,
        "d/escape": SkipReason.SYMLINK_OUTSIDE,
        "via": SkipReason.SYMLINK_OUTSIDE,
        "nothing": SkipReason.SYMLINK_DANGLING,
        "below_file": SkipReason.SYMLINK_DANGLING,
        "loop": SkipReason.SYMLINK_LOOP,
        "ping": SkipReason.SYMLINK_LOOP,
        "pong": SkipReason.SYMLINK_LOOP,
        "deep": SkipReason.SYMLINK_LOOP,
        "long": SkipReason.SYMLINK_OUTSIDE,
    }
    assert paths(str(root)) == [f"{root}/d/f"]


def test_a_link_typed_as_root_is_followed(tmp_path: Path) -> None:
    put(tmp_path, "real/f", "lone")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").symlink_to("lone")
    os.chdir(tmp_path)
    assert paths("link", "file") == ["link/f", "file"]
    assert [content(source) for source in split(["link", "file"])[0]] == [b"real/f", b"lone"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [("missing", SkipReason.SYMLINK_DANGLING), ("link", SkipReason.SYMLINK_LOOP)],
)
def test_a_root_that_is_a_broken_link_is_skipped(
    tmp_path: Path, target: str, reason: SkipReason
) -> None:
    (tmp_path / "link").symlink_to(target)
    os.chdir(tmp_path)
    assert split(["link"]) == ([], [Skipped("link", reason)])


def test_what_is_no_file_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chdir(tmp_path)
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    opened: list[str] = []
    real = os.open

    def spy(path: str, *arguments: int, **names: int) -> int:
        opened.append(path)
        return real(path, *arguments, **names)

    monkeypatch.setattr(os, "open", spy)
    expected = {"fifo": SkipReason.NOT_A_FILE, "socket": SkipReason.NOT_A_FILE}
    assert gaps_in(tmp_path) == expected
    assert split(["fifo", "socket", "/dev/null"]) == (
        [],
        [Skipped(name, SkipReason.NOT_A_FILE) for name in ("fifo", "socket", "/dev/null")],
    )
    assert opened == [str(tmp_path)]


def test_nesting_beyond_the_limit_is_said(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    for _ in range(MAX_DEPTH + 2):
        os.mkdir("d")
        os.chdir("d")
        Path("f").write_text("x")
    os.chdir(tmp_path)
    files, gaps = split(["."])
    assert len(files) == MAX_DEPTH
    assert gaps == [Skipped("/".join(["d"] * (MAX_DEPTH + 1)), SkipReason.TOO_DEEP)]


def test_paths_longer_than_the_system_allows_are_read(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    for _ in range(30):
        os.mkdir("n" * 250)
        os.chdir("n" * 250)
    Path("f" * 255).write_text("deep")
    os.chdir(tmp_path)
    (found,) = split(["."])[0]
    assert len(found.path) == 30 * 251 + 255
    assert content(found) == b"deep"
    assert found.size == 4


def test_odd_names_are_kept_as_they_are(tmp_path: Path) -> None:
    names = [b"new\nline", b"\x1b[31mred", b"caf\xe9", b" ", b"-rf", b"a\\b", b"\xf0\x9f\x94\x91"]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(name)
    os.chdir(tmp_path)
    files = split(["."])[0]
    assert {os.fsencode(source.path): content(source) for source in files} == {
        name: name for name in names
    }


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (13, SkipReason.UNREADABLE),
        (1, SkipReason.UNREADABLE),
        (2, SkipReason.VANISHED),
        (20, SkipReason.CHANGED),
        (40, SkipReason.CHANGED),
        (5, SkipReason.IO_ERROR),
    ],
)
def test_a_folder_that_cannot_be_opened_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: SkipReason
) -> None:
    put(tmp_path, "closed/f", "open/f")
    real = os.open

    def refuse(path: str, *arguments: int, **names: int) -> int:
        if path == "closed":
            raise OSError(code, os.strerror(code), path)
        return real(path, *arguments, **names)

    monkeypatch.setattr(os, "open", refuse)
    os.chdir(tmp_path)
    files, gaps = split(["."])
    assert [source.path for source in files] == ["open/f"]
    assert gaps == [Skipped("closed", reason, os.strerror(code))]


def test_roots_that_cannot_be_opened_are_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "d/f")
    os.chdir(tmp_path)

    def refuse(path: str, *arguments: int, **names: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    denied = (SkipReason.UNREADABLE, "Permission denied")
    assert split([".", "d", "d/f"])[1] == [Skipped(".", *denied)]
    assert split(["d/f"])[1] == [Skipped("d/f", *denied)]


def test_a_folder_swapped_for_a_link_leads_nowhere(tmp_path: Path) -> None:
    put(tmp_path, "root/a", "root/d/f", "outside/f")
    os.chdir(tmp_path / "root")
    walking = WorkTree().sources(["."])
    assert next(walking).path == "a"
    os.rename("d", "moved")
    os.symlink("../outside", "d")
    (gap,) = walking
    assert isinstance(gap, Skipped)
    assert (gap.path, gap.reason) == ("d", SkipReason.CHANGED)


def test_a_file_swapped_for_a_link_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "root/f", "outside")
    os.chdir(tmp_path / "root")
    (source,) = split(["."])[0]
    os.remove("f")
    os.symlink("../outside", "f")
    with pytest.raises(Unreadable) as caught:
        content(source)
    assert caught.value.skipped.reason is SkipReason.CHANGED


def test_many_folders_do_not_use_up_descriptors(tmp_path: Path) -> None:
    put(tmp_path, *(f"d{number}/e/f" for number in range(300)))
    gc.collect()  # what earlier tests left open
    before = len(os.listdir("/proc/self/fd"))
    files = split([str(tmp_path)])[0]
    assert len(os.listdir("/proc/self/fd")) - before <= 130
    assert all(source.path.endswith(content(source).decode()) for source in files)
    del files
    assert len(os.listdir("/proc/self/fd")) == before
