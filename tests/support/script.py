"""The installed console script as a process of its own, and proof that it gave no secret away."""

import contextlib
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from fcntl import ioctl
from itertools import pairwise
from json import loads
from pathlib import Path
from typing import Any, NamedTuple

SCRIPT = str(Path(sys.executable).parent / "kirosafe")
SECONDS = 120


class Done(NamedTuple):
    """How the process ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The output as a JSON report."""
        report = loads(self.out)
        assert isinstance(report, dict)
        return report

    @property
    def found(self) -> set[tuple[str, str]]:
        """Rule and path of everything in the JSON report."""
        return {(f["rule"], f["location"]["path"]) for f in self.report["findings"]}

    @property
    def skips(self) -> dict[str, str]:
        """Path to reason of what the JSON report says was not looked at."""
        return {item["path"]: item["reason"] for item in self.report["skipped"]}


class Script:
    """Runs `kirosafe` in a folder; every run is searched for the values that were planted."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where it runs."""
        self.folder = folder
        self.planted: set[str] = set()

    def plant(self, value: str) -> str:
        """`value`, which from now on must turn up nowhere but where the test puts it."""
        self.planted.add(value)
        return value

    def run(
        self,
        *arguments: str | bytes | Path,
        environ: Mapping[str, str] | None = None,
        prefix: tuple[str, ...] = (),
    ) -> Done:
        """Run it to its end. `prefix` is a command that runs it."""
        done = subprocess.run(
            [*prefix, SCRIPT, *arguments],
            cwd=self.folder,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return self.checked(done.returncode, done.stdout, done.stderr, arguments)

    def shell(self, line: str) -> Done:
        """Run a line of bash in which `$K` is the script."""
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={**os.environ, "K": SCRIPT},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return self.checked(done.returncode, done.stdout, done.stderr, ())

    def checked(
        self, status: int, out: bytes, err: bytes, arguments: tuple[str | bytes | Path, ...]
    ) -> Done:
        """The outcome, once it is sure that it gave nothing away and did not break down."""
        assert b"Traceback" not in err, err.decode("utf-8", "replace")
        assert not self.leaks(out), "standard output"
        assert not self.leaks(err), "standard error"
        for path in (*kept_files(), *self._reports(arguments)):
            assert not self.leaks(path.read_bytes()), path
        return Done(status, out.decode("utf-8"), err.decode("utf-8"))

    def leaks(self, content: bytes) -> int:
        """How many planted values are in `content`; a number, since a failure prints it."""
        return sum(value.encode() in content for value in self.planted)

    def _reports(self, arguments: tuple[str | bytes | Path, ...]) -> list[Path]:
        names = [
            self.folder / os.fsdecode(after)
            for before, after in pairwise(arguments)
            if before in ("-o", "--output")
        ]
        return [path for path in names if path.is_file()]


def kept_files() -> list[Path]:
    """Every file that kirosafe keeps for itself: cache, key, logs, what it leaves in /tmp."""
    places = (os.environ["HOME"], os.environ["XDG_CACHE_HOME"], os.environ.get("TMPDIR", "/tmp"))
    return [
        path
        for place in places
        for folder in _folders(Path(place))
        for path in folder.rglob("*")
        if path.is_file()
    ]


def _folders(place: Path) -> list[Path]:
    names = ("kirosafe", "kirosafe-*", ".local/state/kirosafe", ".config/kirosafe")
    return [folder for name in names for folder in place.glob(name)]


def on_terminal(
    *command: str | Path, columns: int = 80, environ: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run `command` with a terminal of that width as its three streams; status and screen."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", **(environ or {})},
        start_new_session=True,
    )
    os.close(slave)
    screen = b""
    try:
        with contextlib.suppress(OSError):  # Linux says EIO where the other end is closed
            while chunk := os.read(master, 1 << 16):
                screen += chunk
        return process.wait(SECONDS), screen.decode().replace("\r\n", "\n")
    finally:
        os.close(master)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()


_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def plain(screen: str) -> str:
    """`screen` without colours and movements."""
    return _ESCAPES.sub("", screen)
