"""Starts git: which program, with what environment, for how long, in which private folder."""

import os
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

# For all of a scan's git calls together. git answers for 7,000 paths in 0.05 s; what takes this
# long hangs on something.
GIT_SECONDS = 20.0

_MOST_OUTPUT = 1 << 28


class GitFailed(Exception):
    """git is missing, refused or took too long; the text says which, and is fit to be shown."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Limits:
    """What all git calls of one scan share: where no program is taken from, and their time.

    `avoid` are folders, absolute and without links; `seconds` is what is left to wait for git.
    """

    def __init__(self, avoid: Iterable[str] = ()) -> None:
        """Starts with the whole time."""
        self.avoid = tuple(avoid)
        self.seconds = GIT_SECONDS

    def check(self) -> None:
        """Raises `GitFailed` when no time is left."""
        if self.seconds <= 0:
            raise GitFailed(f"git took longer than {GIT_SECONDS:.0f} seconds")


def find_git(environ: Mapping[str, str], avoid: Iterable[str]) -> str:
    """The git program on the user's PATH; `GitFailed` when there is none.

    Leaves out entries that are not absolute and, since nothing scanned is ever run, whatever lies
    in one of the folders `avoid` (absolute, without links), by its name or by where links lead.
    """
    fences = tuple(folder.rstrip("/") + "/" for folder in avoid)
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(folder, "git")
        if not folder.startswith("/") or not os.access(program, os.X_OK):
            continue
        # The folder too: a link in the scanned tree may lead to an honest program, until it is run.
        places = (program, os.path.realpath(folder) + "/", os.path.realpath(program))
        if not any(place.startswith(fences) for place in places):
            return program
    raise GitFailed("git is not installed")


def run_git(
    program: str, arguments: Sequence[str], environ: Mapping[str, str], stdin: int, limits: Limits
) -> tuple[int, bytes]:
    """Runs git with exactly `environ`, reading from the descriptor `stdin`; status and output.

    Not `subprocess`: importing it takes 8 ms, more than git itself. Raises `GitFailed` when it
    cannot be started or takes longer than `limits` has time left, after killing it.
    """
    limits.check()
    reading, writing = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, stdin, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        child = os.posix_spawn(program, ["git", *arguments], environ, file_actions=actions)
    except OSError as error:
        os.close(reading)
        raise GitFailed(f"git cannot be started: {error.strerror}") from None
    finally:
        os.close(writing)
    try:
        output = _drain(reading, limits)
    except BaseException:
        os.kill(child, 9)
        os.waitpid(child, 0)
        raise
    finally:
        os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output


def _drain(fd: int, limits: Limits) -> bytes:
    """Everything until the other end closes; `GitFailed` when the time is up or it is too much."""
    import select
    import time

    start = time.monotonic()
    allowed = limits.seconds
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    chunks: list[bytes] = []
    size = 0
    while waiting.poll(max(0.0, limits.seconds) * 1000):
        chunk = os.read(fd, 1 << 16)
        limits.seconds = allowed - (time.monotonic() - start)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
        size += len(chunk)
        if size > _MOST_OUTPUT:
            raise GitFailed("git printed too much")
    limits.seconds = 0.0
    raise GitFailed(f"git took longer than {GIT_SECONDS:.0f} seconds")


def clean_environment(home: str) -> dict[str, str]:
    """The whole environment of a git that obeys nobody's configuration; none of the caller's."""
    return {
        "PATH": os.defpath,
        "HOME": home,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat",
    }


class PrivateFolder:
    """A temporary folder, 0700, gone with everything in it at the end of the `with` block."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Made in the user's `TMPDIR` or `/tmp`. Not `tempfile`, whose import takes 10 ms."""
        above = environ.get("TMPDIR", "")
        if not (above.startswith("/") and os.path.isdir(above)):
            above = "/tmp"
        self.path = os.path.join(above, f"kirosafe-{os.urandom(12).hex()}")

    def __enter__(self) -> Self:
        os.mkdir(self.path, 0o700)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _remove(self.path)

    def write(self, name: str, content: bytes) -> str:
        """Writes one private file; its path."""
        path = os.path.join(self.path, name)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(content)
        return path


def _remove(folder: str) -> None:
    """Removes a folder of ours, following no link."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _remove(entry.path)
            else:
                os.unlink(entry.path)
    os.rmdir(folder)
