"""The key of the fingerprints: made once for a user, and kept.

A fingerprint is keyed so that nobody can test guesses against a report that was handed round. The
key never leaves this machine; with another key the same values get other fingerprints.
"""

import contextlib
import os
import stat
from collections.abc import Mapping
from typing import NamedTuple

from kirosafe.errors import StateError
from kirosafe.state.folders import make_private, state_folder

KEY_BYTES = 32
_NAME = "fingerprint.key"
_NEXT_STEP = (
    "If it is not yours to keep, delete it and a new one is made: fingerprints in reports and"
    " baselines then change. As another user (sudo), set XDG_STATE_HOME to a folder of that user."
)


class FingerprintKey(NamedTuple):
    """The key; `durable` is False for one that is gone when this run ends."""

    key: bytes
    durable: bool

    def __repr__(self) -> str:
        """Everything but the key."""
        return f"FingerprintKey(durable={self.durable})"


def fingerprint_key(environ: Mapping[str, str]) -> FingerprintKey:
    """This user's key, made at the first call; of two processes at once both get the same.

    Where nothing can be kept (no home, read-only folder) it is a key for this run. Raises
    StateError if there is a key file that another user could have read or written.
    """
    folder = state_folder(environ)
    if folder is None:
        return FingerprintKey(os.urandom(KEY_BYTES), durable=False)
    path = os.path.join(folder, _NAME)
    key = _read(path)
    if key is None and _create(folder, path):
        key = _read(path)
    if key is None:
        return FingerprintKey(os.urandom(KEY_BYTES), durable=False)
    return FingerprintKey(key, durable=True)


def _read(path: str) -> bytes | None:
    """The key at `path`, None if there is no file; StateError if it cannot be trusted."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _refused(path, error.strerror or "cannot be opened") from None
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "is not a regular file")
        if status.st_uid != os.geteuid():
            raise _refused(path, "belongs to another user")
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _refused(path, "can be read or written by other users")
        key = os.read(file, KEY_BYTES + 1)
    finally:
        os.close(file)
    if len(key) != KEY_BYTES:
        raise _refused(path, f"is not {KEY_BYTES} bytes long")
    return key


def _refused(path: str, why: str) -> StateError:
    return StateError(f"the fingerprint key {path}: {why}", _NEXT_STEP)


def _create(folder: str, path: str) -> bool:
    """Make a key file unless there is one; False if it cannot be made.

    It gets its name by a link once it is whole: a link never replaces, so the first process wins,
    and nobody ever reads half a key.
    """
    temporary = f"{path}.{os.urandom(8).hex()}"
    try:
        make_private(folder)
        file = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except OSError:
        return False
    try:
        try:
            os.write(file, os.urandom(KEY_BYTES))
            os.fsync(file)
        finally:
            os.close(file)
        os.link(temporary, path)
    except FileExistsError:
        return True
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return True
