"""Bytes kept between runs, one file a name, in a folder that only this user can write.

A poisoned cache is an attack: what is kept here (the compiled pattern database) is parsed by native
code. So a file counts only if it lies in a folder of ours, is an ordinary file of ours with one
name, closed to other users, and is whole: magic, length and a digest over its name and content.
The digest guards against damage and mix-ups; against other users the owner and mode do.
"""

import contextlib
import os
import stat
from hashlib import blake2b

from kirosafe.state.folders import make_private

MAX_TOTAL = 64 * 1024 * 1024
"""Bytes that the cache may hold; the oldest files make room for a new one."""

_MAGIC = b"kirosafe-cache-1"
_LENGTH = 8
_DIGEST = 32
HEAD = len(_MAGIC) + _LENGTH + _DIGEST
"""Bytes before the content."""
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
_LONGEST_NAME = 100
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class FileCache:
    """The port `Cache` as files in `folder` (state/folders.py); None as folder caches nothing.

    Names are of `a-z 0-9 . _ -`, begin with no dot and have at most 100 characters; ValueError
    otherwise, since a name is always the program's own.
    """

    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    @property
    def writable(self) -> bool:
        """True if what is put has a chance to be kept; makes the folder to find out."""
        folder = self._open_folder(create=True)
        if folder is None:
            return False
        try:
            return os.access(".", os.W_OK | os.X_OK, dir_fd=folder)
        finally:
            os.close(folder)

    def get(self, name: str) -> bytes | None:
        """What was stored under `name`; None if that is absent, damaged or not ours alone."""
        _check_name(name)
        folder = self._open_folder(create=False)
        if folder is None:
            return None
        try:
            found = _read_own(name, folder)
        except OSError:
            return None
        finally:
            os.close(folder)
        return found[1] if found is not None and is_whole(name, *found) else None

    def put(self, name: str, content: bytes) -> None:
        """Store under `name`, replacing what was there; does nothing where that cannot be."""
        _check_name(name)
        framed = frame(name, content)
        if len(framed) > MAX_TOTAL:
            return
        folder = self._open_folder(create=True)
        if folder is None:
            return
        try:
            # A cache that cannot be written is no error: the port says so.
            with contextlib.suppress(OSError):
                _make_room(folder, len(framed))
                _write_whole(name, framed, folder)
        finally:
            os.close(folder)

    def _open_folder(self, create: bool) -> int | None:
        """A descriptor of the folder, or None if it is absent, a link or open to others."""
        if self._folder is None:
            return None
        try:
            if create:
                make_private(self._folder)
            folder = os.open(
                self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            )
        except OSError:
            return None
        if _is_ours(os.fstat(folder)):
            return folder
        os.close(folder)
        return None


def frame(name: str, content: bytes) -> bytes:
    """`content` with what is needed to tell whether it is whole and stored under `name`."""
    head = _MAGIC + len(content).to_bytes(_LENGTH, "big")
    return head + _digest(name, content) + content


def is_whole(name: str, head: bytes, content: bytes) -> bool:
    """True if `head + content` is what `frame` made of this name and content, to the last byte."""
    length = len(content).to_bytes(_LENGTH, "big")
    # The digest comes last: it is what costs.
    return head[:-_DIGEST] == _MAGIC + length and head[-_DIGEST:] == _digest(name, content)


def _digest(name: str, content: bytes) -> bytes:
    digest = blake2b(name.encode() + b"\0", digest_size=_DIGEST)
    digest.update(content)
    return digest.digest()


def _check_name(name: str) -> None:
    if not 0 < len(name) <= _LONGEST_NAME or name[0] == "." or not _ALPHABET.issuperset(name):
        raise ValueError(f"{name!r} is no name for a cache file")


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & _WRITABLE_BY_OTHERS


def _read_own(name: str, folder: int) -> tuple[bytes, bytes] | None:
    """Head and content of the file, None if it is no ordinary file of ours; raises OSError.

    A second name (a hard link) may be of somebody else's making: such a file is not taken. One
    with no name left is: it was replaced just now.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    file = os.open(name, flags, dir_fd=folder)
    try:
        status = os.fstat(file)
        ordinary = stat.S_ISREG(status.st_mode) and status.st_nlink <= 1
        if not ordinary or not _is_ours(status) or status.st_size > MAX_TOTAL:
            return None
        # Two reads, because cutting the content out of one would copy it. A read gets less than
        # asked only where the file shrank, or beyond 2 GiB.
        return os.read(file, HEAD), os.read(file, status.st_size)
    finally:
        os.close(file)


def _write_whole(name: str, framed: bytes, folder: int) -> None:
    """Write under a name of no meaning, then rename; raises OSError and leaves nothing behind."""
    temporary = f".{name}.{os.urandom(8).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(temporary, flags, 0o600, dir_fd=folder)
    try:
        try:
            rest = memoryview(framed)
            while rest:
                rest = rest[os.write(file, rest) :]
        finally:
            os.close(file)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        os.unlink(temporary, dir_fd=folder)
        raise


def _make_room(folder: int, size: int) -> None:
    """Delete the oldest files until `size` bytes more stay within the limit; raises OSError."""
    kept = []
    with os.scandir(folder) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            if not entry.is_dir(follow_symlinks=False):
                kept.append((status.st_mtime_ns, entry.name, status.st_size))
    total = sum(length for _, _, length in kept)
    for _, name, length in sorted(kept):
        if total + size <= MAX_TOTAL:
            return
        os.unlink(name, dir_fd=folder)
        total -= length
