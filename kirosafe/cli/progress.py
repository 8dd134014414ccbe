"""A progress line on a terminal for whatever takes longer than a second."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TextIO

Watch = Callable[[int, int], None]

# Nothing is shown before this many seconds: a bar that flashes by is noise.
_PATIENCE = 1.0
# How many sources go by between two looks at the clock.
_EVERY = 32


@contextmanager
def watcher(stream: TextIO) -> Iterator[Watch]:
    """A function to call with files and bytes done so far; it draws on `stream` if that is a
    terminal, and only once a second has passed."""
    if not stream.isatty():
        yield _no_watch
        return
    line = _Line(stream)
    try:
        yield line.update
    finally:
        line.close()


def _no_watch(_files: int, _size: int) -> None:
    """Nobody is looking."""


class _Line:
    """The line itself; rich, which is slow to import, is loaded when there is something to show."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._start = monotonic()
        self._calls = 0
        self._draw: Callable[[int, int], None] | None = None
        self._stop: Callable[[], None] | None = None

    def update(self, files: int, size: int) -> None:
        self._calls += 1
        if self._draw is not None:
            self._draw(files, size)
        elif self._calls % _EVERY == 0 and monotonic() - self._start > _PATIENCE:
            self._open()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.filesize import decimal

        progress = Progress(
            SpinnerColumn(),
            TextColumn("scanning: {task.fields[files]:,} files, {task.fields[size]}"),
            TimeElapsedColumn(),
            console=Console(file=self._stream),
            transient=True,
        )
        progress.start()
        task = progress.add_task("", total=None, files=0, size="0 bytes")
        self._draw = lambda files, size: progress.update(task, files=files, size=decimal(size))
        self._stop = progress.stop

    def close(self) -> None:
        if self._stop is not None:
            self._stop()
