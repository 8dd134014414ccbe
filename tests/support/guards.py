"""What no test may reach by accident: the person's home, keys, git settings and the network."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

_FOREIGN_PREFIXES = ("AWS_", "GIT_", "KIRO", "XDG_", "CLICOLOR")
_FOREIGN_NAMES = ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TTY_COMPATIBLE")

_GIT_SETTINGS = """\
[init]
\tdefaultBranch = main
[commit]
\tgpgSign = false
[core]
\tautocrlf = false
[gc]
\tauto = 0
"""


def neutral_environment(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """`environ` less what could change an outcome, with home, git and locale set to `home`'s."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name not in _FOREIGN_NAMES
    }
    return kept | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_RUNTIME_DIR": str(home / ".run"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "A. Author",
        "GIT_AUTHOR_EMAIL": "author@example.com",
        "GIT_COMMITTER_NAME": "C. Committer",
        "GIT_COMMITTER_EMAIL": "committer@example.com",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def guard_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Give this process, and so every child, the neutral environment with `home` made for it."""
    home.mkdir(mode=0o700)
    (home / ".gitconfig").write_text(_GIT_SETTINGS)
    neutral = neutral_environment(os.environ, home)
    for name in set(os.environ) - set(neutral):
        monkeypatch.delenv(name)
    for name, value in neutral.items():
        if os.environ.get(name) != value:
            monkeypatch.setenv(name, value)


class NetworkRefused(AssertionError):
    """A test without the marker `network` or `engine` tried to talk to something."""


def _is_own(address: object, folder: Path) -> bool:
    """True for loopback and for a Unix socket beneath `folder`."""
    if isinstance(address, str):
        return Path(address).is_relative_to(folder)
    host = address[0] if isinstance(address, tuple) else None
    return isinstance(host, str) and (host in ("localhost", "::1") or host.startswith("127."))


def guard_network(monkeypatch: pytest.MonkeyPatch, own: Path | None) -> None:
    """Refuse every connection, bound address and name lookup.

    With `own`, a folder, those on loopback and on Unix sockets beneath it pass. A Unix socket may
    always be bound, because a scanner must be shown one.
    """

    def guard(call: str) -> None:
        original = getattr(socket.socket, call)

        def guarded(self: socket.socket, *arguments: Any) -> Any:
            if call == "bind" and self.family == socket.AF_UNIX:
                return original(self, *arguments)
            if own and _is_own(arguments[-1], own):
                return original(self, *arguments)
            raise NetworkRefused(f"socket.{call}({arguments!r}): mark the test `network`")

        monkeypatch.setattr(socket.socket, call, guarded)

    for call in ("connect", "connect_ex", "sendto", "bind"):
        guard(call)

    lookup = socket.getaddrinfo

    def guarded_lookup(host: Any, *arguments: Any, **named: Any) -> Any:
        if own and _is_own((host,), own):
            return lookup(host, *arguments, **named)
        raise NetworkRefused(f"socket.getaddrinfo({host!r}): mark the test `network`")

    monkeypatch.setattr(socket, "getaddrinfo", guarded_lookup)
