"""The parts of a git repository, found by reading: what its files say is data, never obeyed."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from kirosafe.workspace.beneath import is_regular, read_small

# "gitdir: " and a path; git's own limit is the longest path.
_MOST_LINK = 8192

_MOST_CONFIG = 1 << 20


class Repository(NamedTuple):
    """Where a repository keeps what we read.

    `top` is the folder that holds `.git`; `own` is the git directory of this work tree (index,
    HEAD); `common` is the one that all its work trees share (objects, configuration, info/).
    All absolute.
    """

    top: str
    own: str
    common: str


def repository_at(top: str) -> Repository | None:
    """The repository whose `.git` lies in the folder `top`; None when that is not one.

    A `.git` file (linked work tree, submodule) is followed wherever it points: only its index,
    `info/exclude` and configuration are read there, each as a regular file and bounded.
    """
    dot_git = os.path.join(top, ".git")
    own = dot_git if os.path.isdir(dot_git) else _pointer(dot_git, b"gitdir: ", top)
    if own is None or not os.path.lexists(os.path.join(own, "HEAD")):
        return None
    common = own
    if os.path.lexists(os.path.join(own, "commondir")):
        shared = _pointer(os.path.join(own, "commondir"), b"", own)
        if shared is None:
            return None
        common = shared
    for folder in ("objects", "refs"):
        if not os.path.isdir(os.path.join(common, folder)):
            return None
    return Repository(top, own, common)


def scanned_folders(roots: Iterable[str]) -> tuple[str, ...]:
    """The folders that belong to what is scanned: the roots and the repositories around them.

    `roots` are absolute paths without links, and so are the answers. A repository counts with its
    whole work tree, also one around another: whoever wrote the inner part may have written it all.
    """
    found = dict.fromkeys(roots)
    for root in tuple(found):
        folder = root
        while folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
            if folder not in found and repository_at(folder) is not None:
                found[folder] = None
    return tuple(found)


def has_special_ignore_file(top: str, paths: Iterable[str]) -> bool:
    """Whether a `.gitignore` that counts for one of `paths` is there but no regular file.

    `paths` are relative to `top`. git opens whatever has the name, and waits for ever at a FIFO;
    git before 2.32 also follows links, so these count as what they lead to.
    """
    folders = {""}
    for path in paths:
        folder = os.path.dirname(path)
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
    for folder in folders:
        try:
            mode = os.stat(os.path.join(top, folder, ".gitignore")).st_mode
        except OSError:
            continue  # git cannot open it either
        if not is_regular(mode):
            return True
    return False


def _pointer(path: str, prefix: bytes, base: str) -> str | None:
    """The path that a small file holds after `prefix`, relative to `base`; None for nonsense."""
    data = read_or_none(path, _MOST_LINK)
    if data is None or not data.startswith(prefix):
        return None
    target = data[len(prefix) :].rstrip(b"\r\n")
    if not target or b"\n" in target or b"\0" in target:
        return None
    return os.path.normpath(os.path.join(base, os.fsdecode(target)))


def read_or_none(path: str, limit: int) -> bytes | None:
    """The bytes of a regular file; None when missing, unreadable, special, a link or too large."""
    try:
        return read_small(path, limit)
    except OSError:
        return None


def config_bytes(repository: Repository) -> bytes:
    """The repository's configuration as it stands, empty when there is none to be had."""
    return read_or_none(os.path.join(repository.common, "config"), _MOST_CONFIG) or b""
