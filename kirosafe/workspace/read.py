"""A file of the work tree as a source: bounded windows over bytes that may change meanwhile."""

import os
from collections.abc import Iterator

from kirosafe.model.skipped import Skipped, SkipReason, Unreadable
from kirosafe.model.source import WINDOW_OVERLAP, WINDOW_SIZE, Depth, Origin, Window
from kirosafe.workspace.beneath import FILE_FLAGS, Beneath, is_regular, unreadable

_STEP = WINDOW_SIZE - WINDOW_OVERLAP


class FileSource:
    """One regular file beneath a root; implements `kirosafe.model.source.Source`."""

    __slots__ = ("_beneath", "_folder", "_name", "_size", "depth", "path")

    def __init__(self, beneath: Beneath, folder: str, name: str, path: str, depth: Depth) -> None:
        """`folder` is relative to `beneath`; `path` is what reports show."""
        self._beneath = beneath
        self._folder = folder
        self._name = name
        self._size = -1
        self.path = path
        self.depth = depth

    def __repr__(self) -> str:
        return f"FileSource({self.path!r})"

    @property
    def origin(self) -> Origin:
        """Always the work tree."""
        return Origin.WORK_TREE

    @property
    def size(self) -> int:
        """Bytes, as of the last reading, or as of now; 0 when the file cannot be asked."""
        if self._size < 0:
            try:
                holder = self._beneath.descriptor(self._folder)
                status = os.stat(self._name, dir_fd=holder.fd, follow_symlinks=False)
            except OSError:
                return 0
            self._size = status.st_size
        return self._size

    def windows(self) -> Iterator[Window]:
        """The bytes in order; opens the file anew each time.

        Raises `Unreadable`: at once when the file cannot be opened or is no regular file, after
        the last window when it changed while it was read.
        """
        try:
            holder = self._beneath.descriptor(self._folder)
            fd = os.open(self._name, FILE_FLAGS, dir_fd=holder.fd)
        except OSError as error:
            raise unreadable(self.path, error) from None
        try:
            status = os.fstat(fd)
            if not is_regular(status.st_mode):
                raise Unreadable(Skipped(self.path, SkipReason.NOT_A_FILE))
            size = self._size = status.st_size
            if size > WINDOW_SIZE:
                yield from self._large(fd, status)
                return
            # One byte more than there should be, and no second fstat: one call sees one state of
            # the file, and a byte too few or too many shows that it is not the one we measured.
            data = os.read(fd, size + 1)
        except OSError as error:
            raise unreadable(self.path, error) from None
        finally:
            os.close(fd)
        yield Window(data)
        if len(data) != size:
            raise self._changed()

    def _large(self, fd: int, before: os.stat_result) -> Iterator[Window]:
        """Window by window up to the size at opening; never more, or a growing log is endless."""
        tail = b""
        position, line = 0, 1
        while position < before.st_size:
            chunk = os.read(fd, min(_STEP if tail else WINDOW_SIZE, before.st_size - position))
            position += len(chunk)
            data = tail + chunk
            last = not chunk or position >= before.st_size
            yield Window(data, position - len(data), line, len(tail), last)
            if not chunk:
                break  # truncated
            tail = data[-WINDOW_OVERLAP:]
            line += data.count(b"\n", 0, len(data) - len(tail))
        after = os.fstat(fd)
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if not same or position != before.st_size:
            raise self._changed()

    def _changed(self) -> Unreadable:
        """The exception for bytes that are not those of one state of the file."""
        return Unreadable(Skipped(self.path, SkipReason.CHANGED))


def home_source(home: str, name: str) -> FileSource | None:
    """The user's own file `name` ("~/.aws/config") in the folder `home`; None if there is none."""
    folder, _, base = name.removeprefix("~/").rpartition("/")
    try:
        beneath = Beneath(os.path.realpath(os.path.join(home, folder))) if home else None
    except OSError:
        return None
    return FileSource(beneath, "", base, name, Depth.FULL) if beneath else None
