"""Where output goes: the standard output, or the file that --output names."""

import os
import stat
import sys
from typing import TextIO

from kirosafe.errors import OutputError

_NAME_A_FILE = "Name a file that can be written, or leave out --output."


def emit(text: str) -> None:
    """Write `text` to the standard output, as UTF-8 whatever the locale says: a report must not
    fail on a file's name. Raises `OutputError`, or `BrokenPipeError` when the reader has left."""
    rest = memoryview(text.encode("utf-8", "backslashreplace"))
    try:
        sys.stdout.flush()
        while rest:  # under PYTHONUNBUFFERED a write may take only a part
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise given_up(error) from None


def given_up(error: OSError) -> OutputError:
    """Give up on the standard output, which takes nothing more; what to say about it."""
    abandon(sys.stdout)
    return OutputError(
        f"the standard output could not be written: {error.strerror}",
        "Make room where it goes, or name a file with --output.",
    )


def abandon(stream: TextIO) -> None:
    """Let what is still buffered for a standard stream vanish: at exit Python would try to write
    it once more, complain, and end with another status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def check_file(path: str) -> None:
    """Raise `OutputError` if `path` cannot become a file: better now than after a long scan."""
    if os.path.isdir(path):
        raise OutputError(f"the report cannot be written to {path}: it is a folder", _NAME_A_FILE)
    if os.path.islink(path) and not path.startswith("/dev/"):
        # It may come from the scanned tree and lead to any file of the user's.
        raise OutputError(
            f"the report cannot be written to {path}: it is a symbolic link", _NAME_A_FILE
        )
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise OutputError(
            f"the report cannot be written to {path}: there is no folder {folder}", _NAME_A_FILE
        )


def write_file(path: str, text: str) -> None:
    """Write `text` to the file `path` as UTF-8. Raises `OutputError`.

    An ordinary file is replaced as a whole, so that nobody reads half a report and a report in the
    scanned folder never changes under the scan. A FIFO or device is written through, a link is not,
    unless it is one of the system's in /dev.
    """
    content = text.encode("utf-8", "backslashreplace")
    try:
        if not (_is_replaceable(path) and _replace(path, content)):
            with open(path, "wb", opener=_unlinked) as file:
                file.write(content)
    except OSError as error:
        raise OutputError(
            f"the report could not be written to {path}: {error.strerror}", _NAME_A_FILE
        ) from None


def _unlinked(path: str, flags: int) -> int:
    return os.open(path, flags | (0 if path.startswith("/dev/") else os.O_NOFOLLOW), 0o666)


def _is_replaceable(path: str) -> bool:
    """Whether a new file may take the place of `path` without anybody noticing."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return True
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and os.access(path, os.W_OK)


def _replace(path: str, content: bytes) -> bool:
    """Write beside `path`, then rename; False where no second file can be made there."""
    temporary = f"{path}.{os.urandom(6).hex()}"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError:
        return False
    try:
        with open(fd, "wb") as file:
            file.write(content)
            if os.path.exists(path):
                os.fchmod(fd, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
    return True
