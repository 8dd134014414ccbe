"""Runs tools in turn and keeps what each run cost."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers import Tool, surroundings
from benchmarks.reports import Report, read_report

_LAUNCH = Path(__file__).with_name("launch.py")


class Run(NamedTuple):
    """One run: seconds, bytes of memory (largest process; all processes together), exit status.

    `family` is None unless the run was watched, `status` is None where the time was up.
    """

    wall: float
    cpu: float
    process: int
    family: int | None
    status: int | None


class Series(NamedTuple):
    """All runs of one tool over one tree, and the report of its warm-up.

    `process` and `family` are the highest that any run showed. `trouble` says why there is no
    report; the figures then stand for nothing.
    """

    tool: str
    runs: tuple[Run, ...]
    report: Report | None
    process: int
    family: int | None
    trouble: str

    @property
    def peak(self) -> int:
        """The peak in bytes, counted in the way that shows more."""
        return max(self.process, self.family or 0)


Options = dict[str, tuple[str, ...]]
"""Further options, by the name of the tool that gets them."""


class Job(NamedTuple):
    """What every tool is to do.

    `path` is the tree or file; `runs` are made after the warm-up (0: the warm-up is the
    measurement); each run takes at most `seconds`.
    """

    path: Path
    runs: int
    more: Options
    seconds: int = 600


class Track:
    """A folder in which tools run: homes, reports and messages lie there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def race(self, tools: tuple[Tool, ...], job: Job) -> dict[str, Series]:
        """Every tool once to warm up, its memory watched; then `job.runs` rounds, A B C A B C.

        The warm-up's report is read. Homes are kept, so that what a tool caches is there.
        """
        warm = {tool.name: self._once(tool, job, watch=True) for tool in tools}
        reports = {tool.name: self._read(tool, warm[tool.name]) for tool in tools}
        able = [tool for tool in tools if reports[tool.name][0]]
        runs: dict[str, list[Run]] = {tool.name: [] for tool in tools}
        for _ in range(job.runs):
            for tool in able:
                runs[tool.name].append(self._once(tool, job))
        return {
            name: _series(name, runs[name] or [run], [run, *runs[name]], reports[name])
            for name, run in warm.items()
        }

    def first_runs(self, tools: tuple[Tool, ...], job: Job) -> dict[str, Series]:
        """Like `race`, but every run starts with an empty home; there is no warm-up."""
        runs: dict[str, list[Run]] = {tool.name: [] for tool in tools}
        reports: dict[str, tuple[Report | None, str]] = {}
        for _ in range(job.runs):
            for tool in tools:
                shutil.rmtree(self._home(tool), ignore_errors=True)
                runs[tool.name].append(self._once(tool, job))
                reports[tool.name] = self._read(tool, runs[tool.name][-1])
        return {name: _series(name, own, own, reports[name]) for name, own in runs.items()}

    def _home(self, tool: Tool) -> Path:
        return self._folder / f"home-{tool.form}"

    def _report(self, tool: Tool) -> Path:
        return self._folder / f"{tool.name}.json"

    def _once(self, tool: Tool, job: Job, watch: bool = False) -> Run:
        self._home(tool).mkdir(exist_ok=True)
        report = self._report(tool)
        report.unlink(missing_ok=True)
        output = self._folder / "output" if tool.prints_no_report else report
        order = {
            "command": tool.line(str(job.path), str(report), job.more.get(tool.name, ())),
            "output": str(output),
            "errors": str(self._folder / f"{tool.name}.errors"),
            "folder": str(job.path if tool.inside else self._folder),
            "seconds": job.seconds,
            "watch": watch,
        }
        answer = subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCH), json.dumps(order)],
            env=surroundings(self._home(tool)),
            stdout=subprocess.PIPE,
            check=True,
        )
        fields: dict[str, Any] = json.loads(answer.stdout)
        return Run(**fields)

    def _read(self, tool: Tool, run: Run) -> tuple[Report | None, str]:
        """The report that a run left behind, or why there is none."""
        if run.status is None:
            return None, "time was up"
        if run.status not in tool.exits:
            return None, f"status {run.status}"
        try:
            return read_report(tool.form, self._report(tool).read_text(encoding="utf-8")), ""
        except (OSError, ValueError, KeyError, TypeError) as reason:
            # Not its text: it may quote the report.
            return None, f"no readable report ({type(reason).__name__})"


def _series(
    name: str, runs: list[Run], all_runs: list[Run], outcome: tuple[Report | None, str]
) -> Series:
    """The runs that count, with the peaks of all."""
    process = max(run.process for run in all_runs)
    families = [run.family for run in all_runs if run.family is not None]
    return Series(name, tuple(runs), outcome[0], process, max(families, default=None), outcome[1])
