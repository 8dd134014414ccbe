"""The cache gives back what was put, and nothing that anybody else could have made of it."""

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.app.ports import Cache
from kirosafe.state import cache as module
from kirosafe.state.cache import HEAD, FileCache, frame, is_whole


def unframe(name: str, framed: bytes) -> bytes | None:
    """What a reader of these bytes takes them for."""
    content = framed[HEAD:]
    return content if is_whole(name, framed[:HEAD], content) else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "kirosafe"


@pytest.fixture
def cache(folder: Path) -> FileCache:
    return FileCache(str(folder))


def test_is_the_port(cache: FileCache) -> None:
    port: Cache = cache
    port.put("a", b"x")
    assert port.get("a") == b"x"


def _open_descriptors() -> int:
    """How many descriptors this process holds; asked of the kernel one by one."""
    return sum(_is_open(descriptor) for descriptor in range(256))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 4000])
def test_gives_back_what_was_put(cache: FileCache, folder: Path, content: bytes) -> None:
    assert cache.get("db-1.hs") is None
    cache.put("db-1.hs", content)
    cache.put("other", b"other")
    assert FileCache(str(folder)).get("db-1.hs") == content


def test_replaces(cache: FileCache, folder: Path) -> None:
    cache.put("a", b"one, and long")
    cache.put("a", b"two")
    assert cache.get("a") == b"two"
    assert os.listdir(folder) == ["a"]


def test_files_and_folders_are_private(cache: FileCache, folder: Path) -> None:
    cache.put("a", b"x")
    assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", ".a", "../a", "a/b", "A", "a b", "ä", "a\0", "a" * 101])
def test_name_outside_the_alphabet_is_refused(cache: FileCache, name: str) -> None:
    with pytest.raises(ValueError, match="no name for a cache file"):
        cache.get(name)
    with pytest.raises(ValueError, match="no name for a cache file"):
        cache.put(name, b"")


def test_without_a_home_nothing_is_cached() -> None:
    cache = FileCache(None)
    cache.put("a", b"x")
    assert cache.get("a") is None
    assert not cache.writable


# --- damage -------------------------------------------------------------------------------------


@given(st.binary(max_size=64))
def test_frame_round_trip(content: bytes) -> None:
    assert unframe("a", frame("a", content)) == content
    assert unframe("b", frame("a", content)) is None


@given(st.binary(max_size=40), st.data())
def test_any_mutation_of_the_frame_gives_nothing(content: bytes, data: st.DataObject) -> None:
    framed = frame("a", content)
    at = data.draw(st.integers(0, len(framed) - 1))
    flip = data.draw(st.integers(1, 255))
    extra = data.draw(st.binary(min_size=1, max_size=60))
    mutations = [
        framed[:at] + bytes([framed[at] ^ flip]) + framed[at + 1 :],
        framed[:at],
        framed + extra,
        extra + framed,
        framed[:at] + extra + framed[at:] if framed[at:] != extra + framed[at:] else b"",
    ]
    for mutated in mutations:
        assert mutated == framed or unframe("a", mutated) is None


@given(st.binary(max_size=200))
def test_any_bytes_give_nothing(framed: bytes) -> None:
    assert unframe("a", framed) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:-1],
        lambda b: b"",
        lambda b: b[:10] + b"?" + b[11:],
        lambda b: b[:-1] + bytes([b[-1] ^ 1]),
        lambda b: b + b"\n",
        lambda b: os.urandom(len(b)),
    ],
)
def test_damaged_file_is_nothing(
    cache: FileCache, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    cache.put("a", b"content")
    file = folder / "a"
    file.write_bytes(damage(file.read_bytes()))
    assert cache.get("a") is None
    cache.put("a", b"again")
    assert cache.get("a") == b"again"


def test_file_under_another_name_is_nothing(cache: FileCache, folder: Path) -> None:
    cache.put("a", b"content")
    os.rename(folder / "a", folder / "b")
    assert cache.get("b") is None


# --- poison -------------------------------------------------------------------------------------


def _of_another_user(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make what is at `path` look like another user's, whoever runs the tests."""
    inode, real = path.stat().st_ino, os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        if status.st_ino != inode:
            return status
        fields = list(status)
        fields[stat.ST_UID] = os.geteuid() + 1
        return os.stat_result(fields)

    monkeypatch.setattr(os, "fstat", fstat)


def test_file_of_another_user_is_nothing(
    cache: FileCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("a", b"x")
    _of_another_user(folder / "a", monkeypatch)
    assert cache.get("a") is None


def test_folder_of_another_user_is_no_cache(
    cache: FileCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("a", b"x")
    _of_another_user(folder, monkeypatch)
    assert cache.get("a") is None
    assert not cache.writable
    cache.put("b", b"x")
    assert os.listdir(folder) == ["a"]


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_file_that_others_can_write_is_nothing(cache: FileCache, folder: Path, mode: int) -> None:
    cache.put("a", b"x")
    (folder / "a").chmod(mode)
    assert cache.get("a") is None
    (folder / "a").chmod(0o644)
    assert cache.get("a") == b"x"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_folder_that_others_can_write_is_no_cache(
    cache: FileCache, folder: Path, mode: int
) -> None:
    cache.put("a", b"x")
    folder.chmod(mode)
    assert cache.get("a") is None
    assert not cache.writable


def test_symbolic_link_is_not_followed(cache: FileCache, folder: Path, tmp_path: Path) -> None:
    cache.put("a", b"x")
    os.rename(folder / "a", tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", folder / "a")
    assert cache.get("a") is None
    cache.put("a", b"new")
    assert not (folder / "a").is_symlink()
    assert unframe("a", (tmp_path / "elsewhere").read_bytes()) == b"x"


def test_linked_folder_is_no_cache(cache: FileCache, folder: Path, tmp_path: Path) -> None:
    cache.put("a", b"x")
    os.symlink(folder, tmp_path / "link")
    linked = FileCache(str(tmp_path / "link"))
    assert linked.get("a") is None
    assert not linked.writable


def test_file_with_a_second_name_is_nothing(cache: FileCache, folder: Path) -> None:
    cache.put("a", b"x")
    os.link(folder / "a", folder / "b")
    assert cache.get("a") is None


def test_fifo_and_folder_are_nothing_and_do_not_block(cache: FileCache, folder: Path) -> None:
    cache.put("x", b"x")
    os.mkfifo(folder / "a", 0o600)
    (folder / "b").mkdir(mode=0o700)
    assert cache.get("a") is None
    assert cache.get("b") is None
    cache.put("a", b"x")
    assert cache.get("a") == b"x"
    cache.put("b", b"x")
    assert sorted(os.listdir(folder)) == ["a", "b", "x"]


def test_too_large_file_is_nothing(
    cache: FileCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("a", b"x" * 100)
    monkeypatch.setattr(module, "MAX_TOTAL", 100)
    assert cache.get("a") is None


# --- writing ------------------------------------------------------------------------------------


def test_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = FileCache(str(tmp_path / "file" / "kirosafe"))
    cache.put("a", b"x")
    assert cache.get("a") is None
    assert not cache.writable


def test_folder_that_cannot_be_written_is_no_error(
    cache: FileCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("a", b"x")

    def refused(*_: object, **__: object) -> int:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", refused)
        cache.put("b", b"x")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    assert os.listdir(folder) == ["a"]
    assert not cache.writable
    assert cache.get("a") == b"x"


def test_oldest_files_make_room(
    cache: FileCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = len(frame("a", b"x" * 1000))
    monkeypatch.setattr(module, "MAX_TOTAL", 3 * one)
    (folder / "sub").mkdir(parents=True)
    for age, name in enumerate("cab"):
        cache.put(name, b"x" * 1000)
        os.utime(folder / name, (1000 + age, 1000 + age))
    cache.put("d", b"x" * 1000)
    assert sorted(os.listdir(folder)) == ["a", "b", "d", "sub"]
    cache.put("e", b"x" * 5000)
    assert cache.get("e") is None
    assert sorted(os.listdir(folder)) == ["a", "b", "d", "sub"]


def test_reader_never_sees_half_a_file(cache: FileCache) -> None:
    contents = [bytes([n]) * 300_000 for n in (1, 2)]
    cache.put("a", contents[0])
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for content in contents:
                cache.put("a", content)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert all(cache.get("a") in contents for _ in range(200))
    finally:
        stop.set()
        writer.join()


def test_get_is_quick(cache: FileCache) -> None:
    cache.put("a", b"x" * 100_000)
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        cache.get("a")
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.002


def test_no_descriptor_is_left_open(cache: FileCache, folder: Path) -> None:
    cache.put("a", b"x")
    before = _open_descriptors()
    for _ in range(5):
        cache.put("a", b"x")
        cache.get("a")
        cache.get("missing")
        assert cache.writable
    folder.chmod(0o777)
    assert cache.get("a") is None
    assert _open_descriptors() == before
