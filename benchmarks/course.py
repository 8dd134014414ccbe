"""What is measured, in order: each step runs tools over a tree and adds to the results."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.measure import Job, Options, Series, Track
from benchmarks.peers import Tool
from benchmarks.plant import Pair, appended, planted
from benchmarks.reports import planted_found, reports_pair
from benchmarks.tables import MEGABYTE, Check, Table, memory_check, ratio_check, spread
from benchmarks.trees import Forest

KIROSAFE, KINGFISHER, BETTERLEAKS = "kirosafe", "kingfisher", "betterleaks"

_MEMORY_LIMIT = 120.0
"""Megabytes, from issue 2."""

_NOISE = 10.0
"""Megabytes by which the peaks of equal scans may differ; `no more` memory leaves that room."""

_PEER_SECONDS = 240
"""The longest that a peer may take for the one big file."""

_HEADS = (
    "tool",
    "seconds: median (min-max)",
    "CPU s",
    "peak MB: largest process",
    "all processes",
    "files",
    "MB read",
    "findings",
    "planted",
)


class Course:
    """One session's track, trees and results."""

    def __init__(self, track: Track, forest: Forest, tools: Sequence[Tool], runs: int) -> None:
        self._track = track
        self._forest = forest
        self._tools = tuple(tools)
        self._swift = tuple(tool for tool in tools if not tool.slow)
        self._ours = tuple(tool for tool in tools if tool.name == KIROSAFE)
        self._runs = runs
        self._series: dict[str, dict[str, Series]] = {}
        self._missed = 0
        self.checks: list[Check] = []
        self.tables: list[Table] = []

    def run(self, steps: Sequence[str], say: Callable[[str], None]) -> None:
        """Run the named steps of `STEPS` in their order; `say` hears what is going on."""
        self._prime()
        for step in STEPS:
            if step.name in steps:
                say(f"{step.name}: {step.title}")
                step.action(self)
        measure = "trees in which kirosafe does not report the planted AWS pair"
        self.checks.append(Check(measure, self._missed, 0, ""))

    def _prime(self) -> None:
        """Let every tool fill its caches, so that no warm-up is also a first run."""
        tree = self._forest.tree("ten")
        self._track.race(self._tools, Job(tree.path, 0, {}))

    def ten(self) -> None:
        """Ten files: what it costs to start."""
        bare = tuple(tool.bare() for tool in self._tools if tool.binary)
        self._race("ten", self._tools + bare, self._runs)
        self._check_ratio("10-file tree, kirosafe / kingfisher", "ten", KINGFISHER, 0.30)
        self._check_ratio("10-file tree, kirosafe / betterleaks", "ten", BETTERLEAKS, 0.45)

    def first(self) -> None:
        """The first run ever: every home is empty."""
        tree = self._forest.tree("ten")
        with planted(tree.plant) as pair:
            job = Job(tree.path, self._runs, {})
            self._series["first"] = self._track.first_runs(self._swift, job)
            note = "On the 10-file tree, with an empty home before each run."
            self._add("First run ever", note, self._series["first"], pair, tree.recipe.plant)
        self._check_ratio("first run ever, kirosafe / kingfisher", "first", KINGFISHER, 0.50)

    def mid(self) -> None:
        """Some thousand files, for development."""
        self._race("mid", self._swift, self._runs)

    def large(self) -> None:
        """Eight thousand files: time against the peers, and memory."""
        self._race("large", self._swift, self._runs)
        self._check_ratio("8,000-file tree, kirosafe / kingfisher", "large", KINGFISHER, 0.35)
        self._check_ratio("8,000-file tree, kirosafe / betterleaks", "large", BETTERLEAKS, 0.35)
        peak = self._peak("large")
        self.checks.append(memory_check("8,000-file tree, peak memory", peak, _MEMORY_LIMIT))

    def low(self) -> None:
        """The same with every low-confidence finding listed."""
        tree = self._forest.tree("large")
        with planted(tree.plant) as pair:
            more: Options = {KIROSAFE: ("--min-confidence", "low")}
            series = self._track.race(self._ours, Job(tree.path, self._runs, more))
            title = f"{tree.recipe.title}, --min-confidence low"
            self._add(title, "", series, pair, tree.recipe.plant)

    def botocore(self) -> None:
        """JSON and code that speak of keys and secrets on every page."""
        self._race("botocore", self._swift, self._runs)
        self._check_ratio("botocore, kirosafe / kingfisher", "botocore", KINGFISHER, 0.50)

    def huge(self) -> None:
        """Ten times the files: time and memory against the smaller tree; the peers once."""
        peers = tuple(tool for tool in self._swift if tool.name != KIROSAFE)
        self._race("huge", self._ours, min(self._runs, 3), peers)
        ten_times = ratio_check(
            "ten times the files, time / time", self._walls("huge"), self._walls("large"), 11.0
        )
        peak, smaller = self._peak("huge"), self._peak("large")
        growth = None if peak is None or smaller is None else (peak - smaller) / MEGABYTE
        measure = "ten times the files, peak memory"
        self.checks += [
            ten_times,
            memory_check(measure, peak, _MEMORY_LIMIT),
            Check(f"{measure}, more than before", growth, _NOISE, "MB"),
        ]

    def big(self) -> None:
        """One text file of two gigabytes with the pair in its last lines; every tool once."""
        path = self._forest.big_file()
        with appended(path) as pair:
            more = {tool.name: tool.big_file for tool in self._swift}
            ours = self._track.race(self._ours, Job(path, 0, more))
            peers = tuple(tool for tool in self._swift if tool.name != KIROSAFE)
            theirs = self._track.race(peers, Job(path, 0, more, _PEER_SECONDS))
            note = f"One run each; peers were stopped after {_PEER_SECONDS} s."
            self._add("2 GB text file, the pair at its end", note, {**ours, **theirs}, pair, "")
        report = ours[KIROSAFE].report
        found = report is not None and reports_pair(report, pair)
        self.checks += [
            Check("2 GB text file, pairs at its end not reported", not found, 0, ""),
            memory_check(
                "2 GB text file, peak memory", ours[KIROSAFE].peak if found else None, _MEMORY_LIMIT
            ),
        ]

    def _race(
        self, name: str, tools: tuple[Tool, ...], runs: int, once: tuple[Tool, ...] = ()
    ) -> None:
        """Race `tools` over a planted tree, run the tools of `once` a single time, note all."""
        tree = self._forest.tree(name)
        with planted(tree.plant) as pair:
            series = self._track.race(tools, Job(tree.path, runs, {}))
            series |= self._track.race(once, Job(tree.path, 0, {}))
            self._series[name] = series
            files, size = tree.size()
            title = f"{tree.recipe.title}: {files:,} files, {size / MEGABYTE:.1f} MB"
            about = tree.recipe.about
            note = about[0].upper() + about[1:] + "."
            self._add(title, note, series, pair, tree.recipe.plant)

    def _add(
        self, title: str, note: str, series: dict[str, Series], pair: Pair, folder: str
    ) -> None:
        """Add a table of what every tool took and found; count what we missed."""
        ours = series.get(KIROSAFE)
        if ours and not (ours.report and reports_pair(ours.report, pair)):
            self._missed += 1
        rows = tuple(_row(one, pair, folder) for one in series.values())
        self.tables.append(Table(title, note, _HEADS, rows))

    def _check_ratio(self, measure: str, step: str, peer: str, limit: float) -> None:
        ours, theirs = self._walls(step), self._walls(step, peer)
        self.checks.append(ratio_check(measure, ours, theirs, limit))

    def _walls(self, step: str, tool: str = KIROSAFE) -> list[float]:
        """The seconds of a tool's runs in a step; none if the step or the tool did not run."""
        one = self._series.get(step, {}).get(tool)
        return [run.wall for run in one.runs] if one and one.report else []

    def _peak(self, step: str) -> int | None:
        """Our peak memory in a step, in bytes."""
        one = self._series.get(step, {}).get(KIROSAFE)
        return one.peak if one and one.report else None


class Step(NamedTuple):
    """A step of the course, by the name that --only takes."""

    name: str
    title: str
    action: Callable[[Course], None]


STEPS = (
    Step("ten", "10 files", Course.ten),
    Step("first", "first run ever", Course.first),
    Step("mid", "a tree of some thousand files", Course.mid),
    Step("large", "8,000 files", Course.large),
    Step("low", "8,000 files, low confidence too", Course.low),
    Step("botocore", "botocore", Course.botocore),
    Step("huge", "80,000 files", Course.huge),
    Step("big", "one file of 2 GB", Course.big),
)

QUICK = ("ten", "mid")
FULL = tuple(step.name for step in STEPS if step.name != "mid")


def _row(series: Series, pair: Pair, folder: str) -> tuple[str, ...]:
    """One tool's line of a table."""
    report = series.report
    if report is None:
        return (series.tool, series.trouble, *[""] * (len(_HEADS) - 2))
    family = "" if series.family is None else f"{series.family / MEGABYTE:.0f}"
    return (
        series.tool,
        str(spread([run.wall for run in series.runs])),
        f"{spread([run.cpu for run in series.runs]).median:.2f}",
        f"{series.process / MEGABYTE:.0f}",
        family,
        "" if report.files is None else f"{report.files:,}",
        "" if report.bytes is None else f"{report.bytes / MEGABYTE:.1f}",
        f"{len(report.findings):,}",
        _found(series, pair, folder),
    )


def _found(series: Series, pair: Pair, folder: str) -> str:
    """How many planted secrets a tool reports, and a word where the AWS pair is not among them."""
    report = series.report
    if report is None:
        return ""
    pair_found = reports_pair(report, pair)
    if not folder:
        return "pair found" if pair_found else "pair missed"
    count = f"{planted_found(report, pair, folder)} of 3"
    return count if pair_found else f"{count}, AWS pair missed"
