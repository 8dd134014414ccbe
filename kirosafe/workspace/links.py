"""Where a symbolic link leads, found out by reading links alone: nothing on the way is opened."""

import os

from kirosafe.model.skipped import SkipReason

# What Linux allows in one path, before it says ELOOP.
_MOST_LINKS = 40

# Components looked at per link; an honest one takes a few dozen.
_MOST_STEPS = 1000


def judge_link(root: str, folder: str, name: str) -> SkipReason | None:
    """Why the link `name` in `folder` (relative to `root`) leaves a gap in the scan.

    None when its target lies inside `root`, an absolute path without links, where it is scanned
    at its own place. A link that cannot be judged counts as leading outside.
    """
    inside = root.strip("/").split("/") if root != "/" else []
    resolved = inside + (folder.split("/") if folder else [])
    todo = [name]
    links = 0
    for _ in range(_MOST_STEPS):
        if not todo:
            break
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            del resolved[-1:]
            continue
        try:
            target = os.readlink("/" + "/".join((*resolved, part)))
        except FileNotFoundError:
            return SkipReason.SYMLINK_DANGLING
        except NotADirectoryError:
            return SkipReason.SYMLINK_DANGLING
        except OSError as error:
            if error.errno != 22:  # EINVAL: it is no link, but a step on the way
                return SkipReason.SYMLINK_OUTSIDE
            resolved.append(part)
            continue
        links += 1
        if links > _MOST_LINKS:
            return SkipReason.SYMLINK_LOOP
        if target.startswith("/"):
            resolved = []
        todo.extend(reversed(target.split("/")))
    else:
        return SkipReason.SYMLINK_LOOP
    return None if resolved[: len(inside)] == inside else SkipReason.SYMLINK_OUTSIDE
