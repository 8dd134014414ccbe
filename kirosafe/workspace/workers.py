"""Divides a scan among processes. Threads would not do: what costs is Python, not the engine.

Each process walks the tree and scans the share of it that its number names, so that nothing but
results has to be handed over, and those carry no secret.
"""

import os
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

Result = TypeVar("Result")

# Below this many files a second process costs more than it brings (docs/benchmarks.md).
MANY_FILES = 1000
# More processes than this only wait for the disk and for memory.
MOST_WORKERS = 8


def worth_dividing(roots: Sequence[str]) -> bool:
    """Whether there are many files beneath `roots`; looks no further than it must."""
    seen, waiting = 0, list(roots)
    while waiting and seen < MANY_FILES:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        seen += 1
        except OSError:
            seen += 1  # a file, or what the scan itself will report
    return seen >= MANY_FILES


def processors() -> int:
    """How many processors this process may use, and no more than are of use."""
    allowed = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    number = len(allowed(0)) if allowed else os.cpu_count() or 1
    return min(number, MOST_WORKERS)


class Workers:
    """Runs the shares of one piece of work, each in a process; this process takes the first."""

    def __init__(self, number: int) -> None:
        """`number` of processes in all, from 1."""
        self._number = number

    def shares(self, work: Callable[[int, int], Result]) -> list[Result]:
        """`work(share, shares)` for every share, in their order.

        A worker that dies (out of memory, killed) costs time and nothing else: its share is done
        again here. An exception in a worker shows itself the same way.
        """
        started = [_start(work, share, self._number) for share in range(1, self._number)]
        try:
            results = [work(0, self._number)]
            for share, (_pid, pipe) in enumerate(started, start=1):
                received: tuple[Result] | None = _received(pipe)
                results.append(received[0] if received else work(share, self._number))
        finally:
            for pid, pipe in started:
                _end(pid, pipe)
        return results


def _start(work: Callable[[int, int], Result], share: int, number: int) -> tuple[int, int]:
    """Fork a worker; its process id and the descriptor its result comes from."""
    receiving, sending = os.pipe()
    pid = os.fork()
    if pid:
        os.close(sending)
        return pid, receiving
    os.close(receiving)
    _serve(work, share, number, sending)


def _serve(work: Callable[[int, int], Result], share: int, number: int, sending: int) -> NoReturn:
    """In the worker: do the share, send the result, and leave without any clean-up of Python's,
    which would flush and close what belongs to the process that forked."""
    import pickle

    try:
        content = pickle.dumps((work(share, number),), pickle.HIGHEST_PROTOCOL)
        with open(sending, "wb") as pipe:
            pipe.write(content)
    finally:
        # Also after an exception: the process that asked does the share again and meets it there.
        os._exit(0)


def _received(pipe: int) -> tuple[Result] | None:
    """What a worker sent; None if it did not finish. It is our own process: pickle may be read."""
    import pickle

    with open(pipe, "rb", closefd=False) as stream:
        content = stream.read()
    try:
        received: tuple[Result] = pickle.loads(content)
    except (EOFError, pickle.UnpicklingError):
        return None
    return received


def _end(pid: int, pipe: int) -> None:
    """No worker outlives the scan, however that ends."""
    from signal import SIGKILL

    os.close(pipe)
    os.kill(pid, SIGKILL)  # to one that has ended already this does nothing
    os.waitpid(pid, 0)
