"""A session of measuring: reads the command line, runs the course, prints and writes the page."""

import argparse
import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.course import FULL, QUICK, STEPS, Course
from benchmarks.measure import Track
from benchmarks.peers import ROOT, Roster, Tool, install_tools, read_roster
from benchmarks.tables import Table, check_table, markdown
from benchmarks.trees import Catalogue, Forest, read_catalogue

_PAGE = ROOT / "docs" / "benchmarks.md"

_RUNS = 5
_QUICK_RUNS = 3

_BUSY = 0.5
"""A load average above this is worth a remark."""

_METHOD = """\
## Method

- Each tool runs once to warm up, its memory watched; then the tools take turns, A B C A B C. Caches
  are warm except in *First run ever*. What counts is the median. Seconds are those of the whole
  process, from its start to its end, by the console command that pip installed. For kingfisher
  and betterleaks that is a Python script which starts a binary, as it is for whoever installs them.
- Same work: no tool checks a secret against a server or reads history; every tool writes a JSON
  report to a file. Archives are unpacked by default and counted by each tool in its own way.
- Every tool has a home folder of its own and nothing of the user's environment.
- Into every tree go an AWS pair, a GitHub token and a private key, made anew in each session. A
  tool whose report lacks the AWS pair is marked so; kirosafe then misses a limit of its own.
- *Largest process* is the kernel's `ru_maxrss`. *All processes* is the highest sum, every 20 ms, of
  the proportional set sizes of the tool's processes in the warm-up; pages of a mapped file count.
  A limit is held against the larger of the two.
- Files and bytes are what the tool says it looked at; where it does not say, nothing stands there.
"""


def main() -> int:
    """Run a session; 0 when all limits measured are met, 1 when not, 2 when there is no session."""
    options = _options()
    try:
        return _session(options)
    except subprocess.CalledProcessError as failed:
        # pip or the launcher, which have said why on standard error.
        _say(f"gave up: {' '.join(map(str, failed.cmd[:4]))} ... ended with {failed.returncode}")
        return 2


def _session(options: argparse.Namespace) -> int:
    """Install, measure, print, and write the page if asked to."""
    cache = options.cache.expanduser().resolve()
    roster, catalogue = read_roster(), read_catalogue()
    _say("installing")
    tools = install_tools(roster, cache)
    steps = options.only or (QUICK if options.quick else FULL)
    runs = options.runs or (_QUICK_RUNS if options.quick else _RUNS)
    load = os.getloadavg()[0]
    for tool in tools:
        _say(" ".join(tool.line("TREE", "REPORT")))
    course = Course(Track(cache / "track"), Forest(cache, catalogue), tools, runs)
    course.run(steps, _say)
    page = _page(course, roster, catalogue, tools, runs, load)
    print(page)
    if options.write:
        _PAGE.write_text(page, encoding="utf-8")
    return int(any(check.verdict != "ok" for check in course.checks))


def _options() -> argparse.Namespace:
    """The command line; `cache` is a Path, `only` a list of step names."""
    parser = argparse.ArgumentParser(description="Measure kirosafe beside its peers.")
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    default = Path(base, "kirosafe-bench")
    say = parser.add_argument
    say("--quick", action="store_true", help="two trees, three runs: for development")
    say("--only", nargs="+", choices=[step.name for step in STEPS], help="these steps alone")
    say("--runs", type=int, help=f"runs of each tool after its warm-up (default {_RUNS})")
    say("--write", action="store_true", help="write docs/benchmarks.md")
    say("--cache", type=Path, default=default, help="folder for tools and trees, about 5 GB")
    options = parser.parse_args()
    if options.write and (options.quick or options.only):
        parser.error("--write wants the whole course, without --quick and --only")
    return options


def _say(sentence: str) -> None:
    """Tell whoever waits what is going on."""
    print(f"bench: {sentence}", file=sys.stderr, flush=True)


def _page(
    course: Course,
    roster: Roster,
    catalogue: Catalogue,
    tools: tuple[Tool, ...],
    runs: int,
    load: float,
) -> str:
    """The page in Markdown: limits first, then every table, the command lines, the method."""
    pins = [f"{sdist.name} {sdist.version}" for sdist in catalogue.sdists]
    peers = [f"{tool.name} {tool.version}" for tool in roster.tools if tool.version]
    busy = f" The machine was busy: load average {load:.1f} at the start." if load > _BUSY else ""
    head = (
        f"# Benchmarks\n\nMeasured on {datetime.date.today()} by `tox -e bench -- --write`;"
        f" {runs} runs of each tool after a warm-up.{busy}\n\n"
        f"- Machine: {_machine()}\n"
        f"- Peers, from PyPI, chosen on {roster.date}: {', '.join(peers)}\n"
        f"- Trees, source distributions from PyPI, chosen on {catalogue.date}: {', '.join(pins)}\n"
    )
    limits = [check_table(course.checks)] if course.checks else []
    tables = [markdown(table) for table in [*limits, *course.tables, _commands(tools)]]
    return "\n".join([head, *tables, _METHOD])


def _commands(tools: tuple[Tool, ...]) -> Table:
    rows = tuple((tool.name, f"`{tool.shown('TREE')}`") for tool in tools)
    note = "For the 2 GB file, kingfisher also gets `--max-file-size 0`."
    return Table("Command lines", note, ("tool", "command"), rows)


def _machine() -> str:
    """Cores, processor, memory, system and Python, in a few words."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = named[0] if named else model
    python = platform.python_version()
    system = platform.system()
    return f"{os.cpu_count()} cores, {model}, {memory:.0f} GiB memory, {system}, Python {python}"
