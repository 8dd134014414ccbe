"""What was not looked at, and why: a scan with skips is never called clean."""

from enum import Enum
from typing import NamedTuple


class SkipReason(Enum):
    """Why something was not looked at. The value is what reports print."""

    UNREADABLE = "permission denied"
    VANISHED = "vanished while scanning"
    CHANGED = "changed while it was read"
    NOT_A_FILE = "not a regular file (FIFO, socket or device)"
    SYMLINK_OUTSIDE = "symbolic link to outside the scanned folder"
    SYMLINK_LOOP = "symbolic link loop"
    SYMLINK_DANGLING = "symbolic link to nothing"
    TOO_DEEP = "folders nested too deeply"
    IO_ERROR = "read error"
    TIMEOUT = "took too long"
    ARCHIVE_TOO_LARGE = "archive larger than the limit"
    ARCHIVE_LIMIT = "archive limit reached (members, depth or ratio)"
    ARCHIVE_ENCRYPTED = "archive is encrypted"
    ARCHIVE_DAMAGED = "archive is damaged or of an unknown kind"
    FINDINGS_LIMIT = "more findings than are kept"
    DECODE_LIMIT = "more encoded text than is decoded"


class Skipped(NamedTuple):
    """One thing that was not looked at. `detail` must never carry content."""

    path: str
    reason: SkipReason
    detail: str = ""


class Unreadable(Exception):
    """A source's bytes cannot be had; carries the `Skipped` that says so."""

    def __init__(self, skipped: Skipped) -> None:
        super().__init__(skipped.reason.value)
        self.skipped = skipped
