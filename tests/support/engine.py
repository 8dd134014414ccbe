"""Tests that need a Docker engine: run when there is one, else named in the run's last line.

A pytest plugin. `KIROSAFE_REQUIRE=engine` turns their not running into a failure: CI sets it after
it has brought an engine up. The closing line is also written to the file `KIROSAFE_CLOSING_LINE`
names, because tox prints a summary of its own after it (toxfile.py).
"""

import os
import socket
import time
from collections.abc import Iterator

import pytest

REQUIREMENT = "a Docker engine"
_REQUIRABLE = {"engine"}
_NOT_RUN = f"needs {REQUIREMENT}"


def required(environ_value: str) -> set[str]:
    """The words of `KIROSAFE_REQUIRE`, comma-separated; `UsageError` for one nobody knows."""
    words = {word.strip() for word in environ_value.split(",") if word.strip()}
    if unknown := words - _REQUIRABLE:
        raise pytest.UsageError(f"KIROSAFE_REQUIRE: {', '.join(sorted(unknown))} is not known")
    return words


def engine_answers(docker_host: str) -> bool:
    """True if the engine at `docker_host` (a `unix://` address, "" for the usual one) answers."""
    scheme, _, path = (docker_host or "unix:///var/run/docker.sock").partition("://")
    if scheme != "unix":
        return False
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(path)
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
            return b" 200 " in connection.recv(64)
        except OSError:
            return False


class _Closing:
    """What the run's last line must say."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.missing = False
        self.started = time.monotonic()
        self.required = required(os.environ.get("KIROSAFE_REQUIRE", ""))
        self.file = os.environ.get("KIROSAFE_CLOSING_LINE", "")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Skip the tests marked `engine` where none answers, or let them fail where one must."""
        marked = [item for item in items if item.get_closest_marker("engine")]
        if not marked or engine_answers(os.environ.get("DOCKER_HOST", "")):
            return
        self.missing = True
        if "engine" not in self.required:
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=_NOT_RUN))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Fail what is left marked where none answers: the run was told that one must."""
        if self.missing and item.get_closest_marker("engine"):
            pytest.fail(f"KIROSAFE_REQUIRE=engine, and none answers: this test {_NOT_RUN}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Iterator[None]:
        """After pytest's own closing line, name what was not run."""
        yield
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or hasattr(self.config, "workerinput"):
            return
        skipped = [report for report in reporter.stats.get("skipped", ()) if _for_engine(report)]
        parts, _ = reporter.build_summary_stats_line()
        lines = [", ".join(text for text, _ in parts)]
        lines[0] += f" in {time.monotonic() - self.started:.1f} s"
        if skipped:
            lines.append(f"not run: {_counted(len(skipped))} {REQUIREMENT}")
            reporter.write_line(lines[1], yellow=True)
        if self.file:
            with open(self.file, "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")


def _counted(count: int) -> str:
    return "1 test that needs" if count == 1 else f"{count} tests that need"


def _for_engine(report: pytest.TestReport) -> bool:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    return reason.endswith(_NOT_RUN)


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks with a state of their own for this run."""
    config.addinivalue_line("markers", f"engine: {_NOT_RUN}")
    config.pluginmanager.register(_Closing(config), "kirosafe-engine")
