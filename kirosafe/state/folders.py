"""Where kirosafe keeps things: the folders of the XDG Base Directory specification 0.8.

Plain functions of an environment, so that a test or another user's environment can be asked about.
A relative value is ignored, as the specification says, and an empty one counts as absent.
"""

import contextlib
import os
from collections.abc import Mapping

_OURS = "kirosafe"


def config_folder(environ: Mapping[str, str]) -> str | None:
    """The folder of the user's policy; None if the environment gives no absolute home."""
    return _folder(environ, "XDG_CONFIG_HOME", ".config")


def state_folder(environ: Mapping[str, str]) -> str | None:
    """The folder of what must outlive a run (keys, later sessions); None without a home."""
    return _folder(environ, "XDG_STATE_HOME", os.path.join(".local", "state"))


def cache_folder(environ: Mapping[str, str]) -> str | None:
    """The folder of what may be deleted at any time; None without a home."""
    return _folder(environ, "XDG_CACHE_HOME", ".cache")


def make_private(folder: str) -> None:
    """Create `folder` and what is missing above it, for this user alone (0700).

    What exists is left as it is. Raises OSError where that cannot be.
    """
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        # The second try fails for good where the missing folder is a link to nothing.
        make_private(os.path.dirname(folder))
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)


def _folder(environ: Mapping[str, str], variable: str, default: str) -> str | None:
    base = environ.get(variable, "")
    if not os.path.isabs(base):
        home = environ.get("HOME", "")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, default)
    return os.path.join(base, _OURS)
