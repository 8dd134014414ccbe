"""Reading files that stay the same, and files that do not."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kirosafe.model.skipped import SkipReason, Unreadable
from kirosafe.model.source import WINDOW_OVERLAP, WINDOW_SIZE, Depth, Origin, Window
from kirosafe.workspace.beneath import Beneath
from kirosafe.workspace.read import FileSource


def source_of(path: Path) -> FileSource:
    """A source for one file."""
    return FileSource(Beneath(str(path.parent)), "", path.name, path.name, Depth.FULL)


def until_refused(windows: Iterator[Window], seen: list[Window]) -> SkipReason:
    """Read to the end, which must be a refusal; its reason."""
    with pytest.raises(Unreadable) as caught:
        seen.extend(windows)
    return caught.value.skipped.reason


@pytest.mark.parametrize("size", [0, 1, 4096, WINDOW_SIZE - 1, WINDOW_SIZE])
def test_a_small_file_is_one_window(tmp_path: Path, size: int) -> None:
    data = Random(size).randbytes(size)
    path = tmp_path / "f"
    path.write_bytes(data)
    source = source_of(path)
    assert source.size == size
    assert list(source.windows()) == [Window(data)]
    assert list(source.windows()) == [Window(data)]
    assert (source.origin, repr(source)) == (Origin.WORK_TREE, "FileSource('f')")


@pytest.mark.parametrize(
    "size",
    [
        WINDOW_SIZE + 1,
        2 * WINDOW_SIZE - WINDOW_OVERLAP,
        2 * WINDOW_SIZE - WINDOW_OVERLAP + 1,
        3 * WINDOW_SIZE + 12345,
    ],
)
def test_windows_of_a_large_file_overlap_and_count_lines(tmp_path: Path, size: int) -> None:
    data = Random(size).randbytes(size)
    path = tmp_path / "f"
    path.write_bytes(data)
    windows = list(source_of(path).windows())
    assert b"".join(window.data[window.overlap :] for window in windows) == data
    for window in windows:
        end = window.offset + len(window.data)
        assert window.data == data[window.offset : end]
        assert window.line == 1 + data.count(b"\n", 0, window.offset)
        assert len(window.data) <= WINDOW_SIZE
        assert window.last == (end == size)
    assert [window.overlap for window in windows] == [0] + [WINDOW_OVERLAP] * (len(windows) - 1)


def test_a_huge_file_takes_the_memory_of_a_few_windows(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(256 * WINDOW_SIZE)
        file.seek(256 * WINDOW_SIZE - 4)
        file.write(b"\nend")
    tracemalloc.start()
    for window in source_of(path).windows():  # noqa: B007
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert window.data.endswith(b"\nend")
    assert peak < 6 * WINDOW_SIZE


def test_size_of_a_file_that_is_gone_is_nothing(tmp_path: Path) -> None:
    assert source_of(tmp_path / "gone").size == 0


def test_a_vanished_file_is_said_so(tmp_path: Path) -> None:
    assert until_refused(source_of(tmp_path / "gone").windows(), []) is SkipReason.VANISHED


def test_what_became_a_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f")
    assert until_refused(source_of(tmp_path / "f").windows(), []) is SkipReason.NOT_A_FILE


def test_what_became_a_socket_or_folder_is_no_file(tmp_path: Path) -> None:
    import socket

    os.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
    (tmp_path / "d").mkdir()
    assert until_refused(source_of(tmp_path / "s").windows(), []) is SkipReason.NOT_A_FILE
    assert until_refused(source_of(tmp_path / "d").windows(), []) is SkipReason.NOT_A_FILE


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    os.truncate(path, WINDOW_SIZE)


def rewrite(path: Path) -> None:
    os.utime(path, ns=(0, 0))


@pytest.mark.parametrize("change", [grow, shrink, rewrite])
def test_a_large_file_that_changes_gives_what_was_read_and_then_says_so(
    tmp_path: Path, change: object
) -> None:
    assert callable(change)
    path = tmp_path / "f"
    path.write_bytes(b"x" * (3 * WINDOW_SIZE))
    windows = source_of(path).windows()
    seen = [next(windows)]
    change(path)
    assert until_refused(windows, seen) is SkipReason.CHANGED
    assert len(seen) >= 2
    assert seen[-1].last


def test_a_replaced_file_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * (2 * WINDOW_SIZE))
    windows = source_of(path).windows()
    seen = [next(windows)]
    (tmp_path / "new").write_bytes(b"y")
    os.replace(tmp_path / "new", path)
    seen.extend(windows)
    assert sum(len(window.data) - window.overlap for window in seen) == 2 * WINDOW_SIZE


@pytest.mark.parametrize("returned", [b"", b"longer than it was"])
def test_a_small_file_of_another_size_than_told_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, returned: bytes
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"four")
    monkeypatch.setattr(os, "read", lambda fd, count: returned)
    seen: list[Window] = []
    assert until_refused(source_of(path).windows(), seen) is SkipReason.CHANGED
    assert seen == [Window(returned)]


@pytest.mark.parametrize("size", [4, WINDOW_SIZE + 4])
def test_a_read_error_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * size)

    def fail(fd: int, count: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "read", fail)
    source = source_of(path)
    before = len(os.listdir("/proc/self/fd"))
    assert until_refused(source.windows(), []) is SkipReason.IO_ERROR
    assert len(os.listdir("/proc/self/fd")) == before


def test_an_unreadable_file_is_said_so_to_a_user_without_privileges(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x")
    path.chmod(0)
    source = source_of(path)
    child = os.fork()
    if not child:
        status = 1
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            try:
                list(source.windows())
            except Unreadable as refusal:
                status = 0 if refusal.skipped.reason is SkipReason.UNREADABLE else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
