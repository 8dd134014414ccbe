"""Run one command and print what it cost as one line of JSON.

This runs as a process of its own, with nothing imported that it does not need, because Linux hands
the memory peak of the process that starts a command on to the command: started from a harness that
has just read a large report, a small tool would look large.

    python -I -S launch.py '{"command": [...], "output": FILE, "errors": FILE, "folder": DIR,
                             "seconds": 60, "watch": false}'

Answers `wall` and `cpu` in seconds, `process` (the peak of the largest process, in bytes), `family`
(the peak of all processes together, in bytes; null unless watched) and `status` (null if it was
stopped after `seconds`).
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

_PAUSE = 0.02
"""Seconds between two looks at the memory of a watched command."""

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Run what the first argument says; the answer goes to standard output."""
    order = json.loads(sys.argv[1])
    family = None
    with open(order["output"], "wb") as output, open(order["errors"], "wb") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            cwd=order["folder"],
            start_new_session=True,
        )
        stopped: list[int] = []

        def stop(*_: object) -> None:
            stopped.append(1)
            os.killpg(process.pid, signal.SIGKILL)

        signal.signal(signal.SIGALRM, stop)
        signal.alarm(order["seconds"])
        if order["watch"]:
            family = _watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        signal.alarm(0)
        process.returncode = os.waitstatus_to_exitcode(status)
    answer = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "process": usage.ru_maxrss * _MAXRSS_UNIT,
        "family": family,
        "status": None if stopped else process.returncode,
    }
    print(json.dumps(answer))


def _watch(leader: int) -> int | None:
    """The most memory that the session of `leader` held at one time, in bytes, until it ends.

    Proportional set size: what processes share is counted once. None where there is no /proc.
    """
    if not os.path.exists("/proc/self/smaps_rollup"):
        return None
    peak = 0
    # WNOWAIT: the process stays to be waited for, with what it used.
    while os.waitid(os.P_PID, leader, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        pids = [entry for entry in os.listdir("/proc") if entry.isdigit()]
        peak = max(peak, sum(_share(pid) for pid in pids if _session(pid) == leader))
        time.sleep(_PAUSE)
    return peak


def _session(pid: str) -> int:
    """The session that a process belongs to; -1 if it is gone."""
    with suppress(OSError, ProcessLookupError):
        return os.getsid(int(pid))
    return -1


def _share(pid: str) -> int:
    """The proportional set size of one process, in bytes; 0 if it is gone."""
    with suppress(OSError), open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
        for line in rollup:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
