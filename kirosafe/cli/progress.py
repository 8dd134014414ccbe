"""A progress line on a terminal for whatever takes longer than a second."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from threading import Event, Thread

Watch = Callable[[int, int], None]

PATIENCE = 1.0
"""Seconds before anything is shown: a line that flashes by is noise."""

_BETWEEN = 0.1


@contextmanager
def watcher(stream: TextIO) -> Iterator[Watch]:
    """A function to call with files and bytes done so far; if `stream` is a terminal, it sees to
    it that a line is drawn there from `PATIENCE` seconds on."""
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
    """The line itself, drawn by a thread: a single huge file must not make it stand still.

    The thread starts at the first update, not before: the scan forks its workers earlier than
    that, and a process with threads should not fork. In a worker nothing is drawn.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._start = monotonic()
        self._owner = os.getpid()
        self._done = (0, 0)
        self._drawing: tuple[Thread, Event] | None = None

    def update(self, files: int, size: int) -> None:
        """Take note of how far the scan is."""
        self._done = files, size
        if self._drawing is None and os.getpid() == self._owner:
            from threading import Event, Thread

            stop = Event()
            thread = Thread(target=self._draw, args=(stop,), daemon=True)
            self._drawing = thread, stop
            thread.start()

    def close(self) -> None:
        """Wipe the line away."""
        if self._drawing is not None and os.getpid() == self._owner:
            thread, stop = self._drawing
            stop.set()
            thread.join()

    def _draw(self, stop: "Event") -> None:
        if stop.wait(max(0.0, self._start + PATIENCE - monotonic())):
            return
        # Slow to import, hence only when there is something to show.
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn

        columns = SpinnerColumn(), TextColumn("{task.description}")
        with Progress(*columns, console=Console(file=self._stream), transient=True) as progress:
            task = progress.add_task(self._said(), total=None)
            while not stop.wait(_BETWEEN):
                progress.update(task, description=self._said())

    def _said(self) -> str:
        from rich.filesize import decimal

        files, size = self._done
        return f"scanning: {files:,} files, {decimal(size)}, {monotonic() - self._start:.0f} s"
