"""A command's cost is its own, whatever started it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_LAUNCH = Path(__file__).resolve().parents[2] / "benchmarks" / "launch.py"
_PROC = Path("/proc/self/smaps_rollup").exists()


def launch(folder: Path, code: str, *, seconds: int = 60, watch: bool = False) -> dict[str, Any]:
    """What the launcher says of a Python one-liner."""
    order = {
        "command": [sys.executable, "-I", "-S", "-c", code],
        "output": str(folder / "output"),
        "errors": str(folder / "errors"),
        "folder": str(folder),
        "seconds": seconds,
        "watch": watch,
    }
    command = [sys.executable, "-I", "-S", str(_LAUNCH), json.dumps(order)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_status_output_and_time_are_the_commands(tmp_path: Path) -> None:
    answer = launch(tmp_path, "import time; print('seen'); time.sleep(0.2); raise SystemExit(7)")
    assert answer["status"] == 7
    assert answer["wall"] >= 0.2
    assert answer["family"] is None
    assert (tmp_path / "output").read_text() == "seen\n"


def test_a_command_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    answer = launch(tmp_path, "import time; time.sleep(60)", seconds=1)
    assert answer["status"] is None
    assert answer["wall"] < 30


def test_memory_of_the_launchers_own_parent_does_not_count(tmp_path: Path) -> None:
    ballast = b"x" * 80_000_000
    assert launch(tmp_path, "pass")["process"] < 60_000_000 < len(ballast)


@pytest.mark.skipif(not _PROC, reason="needs /proc")
def test_a_watched_commands_processes_are_added_up(tmp_path: Path) -> None:
    hold = "b = bytearray(b'x') * 40_000_000; import time; time.sleep(0.5)"
    answer = launch(tmp_path, f"import os; os.fork(); {hold}", watch=True)
    assert answer["family"] > 70_000_000
    assert answer["process"] < answer["family"]
