"""Opening things beneath a folder's descriptor, so that no swapped link leads out of it."""

import os
from collections.abc import Callable

from kirosafe.model.skipped import Skipped, SkipReason, Unreadable

# O_NOFOLLOW: a name that became a link since it was listed is an error, not a way out.
# O_NONBLOCK, O_NOCTTY: a name that became a FIFO or a terminal neither hangs us nor adopts us.
_COMMON = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
FILE_FLAGS = _COMMON
FOLDER_FLAGS = _COMMON | os.O_DIRECTORY

# Folder descriptors kept at a time: enough for every ancestor on an ordinary path, far below
# the usual limit of 1,024 per process (a path of `MAX_DEPTH` adds as many for a moment).
_KEPT = 128

_REGULAR = 0o100000
_TYPE = 0o170000


class Descriptor:
    """An open folder; closed when nobody holds it any more, so threads never see it reused."""

    __slots__ = ("fd",)

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        close(self.fd)  # a default, since at the interpreter's end `os` may be gone already


class Beneath:
    """A folder and what lies in it, reached component by component.

    Paths given to its methods are relative, with `/` between components and without `.` or `..`;
    "" is the folder itself. They may be longer than the system's limit for one path.
    """

    def __init__(self, folder: str) -> None:
        """Opens `folder`, an absolute path without symbolic links; `OSError` if that fails."""
        self.folder = folder
        self._top = Descriptor(os.open(folder, FOLDER_FLAGS))
        self._kept: dict[str, Descriptor] = {}

    def descriptor(self, path: str) -> Descriptor:
        """The open folder at `path`; hold on to it while using its `fd`. Raises `OSError`."""
        if not path:
            return self._top
        return self._kept.get(path) or self._open(path)

    def _open(self, path: str) -> Descriptor:
        """Opens `path` from its nearest ancestor that is open, keeping what lies between."""
        kept = self._kept
        if len(kept) >= _KEPT:
            # A new dict rather than evictions: one step, hence safe between threads.
            kept = self._kept = {}
        end = path.rfind("/")
        while end > 0 and path[:end] not in kept:
            end = path.rfind("/", 0, end)
        found = kept[path[:end]] if end > 0 else self._top
        while end < len(path):
            start, end = end + 1, path.find("/", end + 1)
            end = len(path) if end < 0 else end
            found = Descriptor(os.open(path[start:end], FOLDER_FLAGS, dir_fd=found.fd))
            kept[path[:end]] = found
        return found

    def read(self, folder: str, name: str, limit: int) -> bytes | None:
        """The bytes of a small regular file, or None: missing, a link, special, or over `limit`."""
        try:
            holder = self.descriptor(folder)
            return read_small(name, limit, holder.fd)
        except OSError:
            return None


def read_small(name: str, limit: int, dir_fd: int | None = None) -> bytes | None:
    """The bytes of the regular file `name`, None when it is special or holds over `limit` bytes.

    Follows no link in the last component. Raises `OSError` when it cannot be opened or read.
    """
    fd = os.open(name, FILE_FLAGS, dir_fd=dir_fd)
    try:
        status = os.fstat(fd)
        if not is_regular(status.st_mode) or status.st_size > limit:
            return None
        return os.read(fd, status.st_size + 1)
    finally:
        os.close(fd)


def is_regular(mode: int) -> bool:
    """Whether `st_mode` is that of a regular file."""
    return mode & _TYPE == _REGULAR


def skip_of(path: str, error: OSError) -> Skipped:
    """What to report when opening or reading `path` failed with `error`."""
    import errno  # only on failure

    reason = {
        errno.ENOENT: SkipReason.VANISHED,
        errno.ELOOP: SkipReason.CHANGED,  # became a link after it was listed
        errno.ENOTDIR: SkipReason.CHANGED,
        errno.EACCES: SkipReason.UNREADABLE,
        errno.EPERM: SkipReason.UNREADABLE,
        errno.ENXIO: SkipReason.NOT_A_FILE,  # a socket, or a device without a driver
    }.get(error.errno or 0, SkipReason.IO_ERROR)
    # strerror alone: the exception's own text would repeat the path, unescaped.
    return Skipped(path, reason, error.strerror or "")


def unreadable(path: str, error: OSError) -> Unreadable:
    """`skip_of` as the exception that sources raise."""
    return Unreadable(skip_of(path, error))
