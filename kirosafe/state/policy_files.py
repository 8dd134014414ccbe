"""Policy files where they lie: the administrator's, the user's, a repository's.

The parser, and with it tomllib, is imported only once there is a file: most runs have none, and
both cost more than looking.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kirosafe.errors import PolicyError
from kirosafe.model.policy import Origin, ScanPolicy
from kirosafe.state.folders import config_folder

if TYPE_CHECKING:
    from datetime import date

ADMINISTRATOR_FILE = "/etc/kirosafe/policy.toml"
USER_FILE = "policy.toml"
REPOSITORY_FILE = ".kirosafe.toml"
MAX_BYTES = 256 * 1024
"""Bytes in a policy file; a repository's may be hostile."""

Layer = tuple[Origin, ScanPolicy]


def host_layers(environ: Mapping[str, str]) -> list[Layer]:
    """What the administrator and the user of this machine say; a missing file says nothing.

    Raises PolicyError for a file that is there and cannot be read, trusted or understood.
    """
    layers = []
    administrator = _layer(ADMINISTRATOR_FILE, Origin.ADMINISTRATOR)
    if administrator is not None:
        layers.append(administrator)
    folder = config_folder(environ)
    user = None if folder is None else _layer(os.path.join(folder, USER_FILE), Origin.USER)
    if user is not None:
        layers.append(user)
    return layers


def repository_layers(root: str) -> list[Layer]:
    """What the folder `root` says about itself: one layer, or none if it has no policy file.

    Raises PolicyError for a file that is there and cannot be read or understood.
    """
    layer = _layer(os.path.join(root, REPOSITORY_FILE), Origin.REPOSITORY)
    return [] if layer is None else [layer]


def today() -> date:
    """The day by this machine's clock and time zone, by which policy entries end."""
    # An entry with an end came through tomllib, which has imported datetime already.
    from datetime import date

    return date.today()


def _layer(path: str, origin: Origin) -> Layer | None:
    content = _read(path, origin)
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PolicyError(
            f"{path}:{line}: not UTF-8 text", "Save the file in UTF-8, as TOML asks for."
        ) from None
    from kirosafe.app.policy_text import parse_policy

    return origin, parse_policy(text, path, origin)


def _read(path: str, origin: Origin) -> bytes | None:
    """The file's bytes through one descriptor; None if there is no such file.

    A repository's file is not reached through a link: it could point at anything of the user's.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    if origin is Origin.REPOSITORY:
        flags |= os.O_NOFOLLOW
    try:
        file = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if origin is Origin.REPOSITORY and os.path.islink(path):
            raise PolicyError(
                f"{path}: is a symbolic link", "A repository's policy must be a file of its own."
            ) from None
        raise PolicyError(
            f"{path}: {error.strerror}", "Make the file readable, or take it away."
        ) from None
    try:
        status = os.fstat(file)
        _check(path, status, origin)
        content = os.read(file, MAX_BYTES + 1)
    finally:
        os.close(file)
    if len(content) > MAX_BYTES:
        raise PolicyError(
            f"{path}: is larger than {MAX_BYTES // 1024} KiB",
            "Use patterns in place of long lists.",
        )
    return content


def _check(path: str, status: os.stat_result, origin: Origin) -> None:
    """PolicyError if what was opened is not a file, or not one that root alone can write."""
    if not stat.S_ISREG(status.st_mode):
        raise PolicyError(f"{path}: is not a regular file", "A policy must be an ordinary file.")
    if origin is not Origin.ADMINISTRATOR:
        return
    if status.st_uid != 0:
        raise PolicyError(f"{path}: does not belong to root", f"sudo chown root:root {path}")
    by_group = status.st_mode & stat.S_IWGRP and status.st_gid != 0
    if by_group or status.st_mode & stat.S_IWOTH:
        raise PolicyError(f"{path}: others than root can write it", f"sudo chmod 644 {path}")
