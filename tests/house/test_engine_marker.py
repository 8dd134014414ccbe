"""Tests that need a Docker engine are run, named as not run, or required."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.engine import engine_answers, required

pytestmark = pytest.mark.network

_TWO_MARKED = """
    import pytest
    @pytest.mark.engine
    @pytest.mark.parametrize("number", [1, 2])
    def test_marked(number): pass
    def test_plain(): pass
    @pytest.mark.skip(reason="another reason")
    def test_skipped(): pass
"""
_ONE_MARKED = """
    import pytest
    @pytest.mark.engine
    def test_marked(): pass
"""


@contextmanager
def _answering(path: Path, answer: bytes) -> Iterator[str]:
    """A server on a Unix socket that gives `answer` once; its address."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"unix://{path}"
        thread.join(timeout=10)


class Run:
    """Runs a test module under the plugin alone, where no engine answers unless one is named."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        monkeypatch.setenv("DOCKER_HOST", f"unix://{pytester.path}/no.sock")
        monkeypatch.delenv("KIROSAFE_CLOSING_LINE", raising=False)

    def __call__(self, module: str) -> pytest.RunResult:
        self.pytester.makepyfile(module)
        return self.pytester.runpytest_inprocess("-p", "tests.support.engine", "-rs")


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(pytester, monkeypatch)


def test_without_an_engine_the_last_line_names_what_was_not_run(run: Run) -> None:
    result = run(_TWO_MARKED)
    result.assert_outcomes(passed=1, skipped=3)
    assert result.ret == pytest.ExitCode.OK
    assert result.outlines[-1] == "not run: 2 tests that need a Docker engine"


def test_one_test_is_counted_as_one(run: Run) -> None:
    assert run(_ONE_MARKED).outlines[-1] == "not run: 1 test that needs a Docker engine"


def test_where_nothing_is_marked_nothing_is_named(run: Run) -> None:
    result = run("def test_plain(): pass")
    result.assert_outcomes(passed=1)
    assert "not run" not in str(result.stdout)


def test_a_required_engine_that_is_missing_is_a_failure(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIROSAFE_REQUIRE", "engine")
    result = run(_TWO_MARKED)
    result.assert_outcomes(passed=1, skipped=1, errors=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "not run" not in result.outlines[-1]


def test_an_engine_that_answers_lets_them_run(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KIROSAFE_REQUIRE", "engine")
    with _answering(tmp_path / "s", b"HTTP/1.1 200 OK\r\n\r\nOK") as address:
        monkeypatch.setenv("DOCKER_HOST", address)
        run(_TWO_MARKED).assert_outcomes(passed=3, skipped=1)


def test_the_closing_line_is_kept_for_tox(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KIROSAFE_CLOSING_LINE", str(tmp_path / "line"))
    run(_TWO_MARKED)
    first, second = (tmp_path / "line").read_text().splitlines()
    assert first.startswith("1 passed, 3 skipped in ")
    assert second == "not run: 2 tests that need a Docker engine"


def test_an_engine_that_refuses_is_none(tmp_path: Path) -> None:
    with _answering(tmp_path / "s", b"HTTP/1.1 503 Service Unavailable\r\n\r\n") as address:
        assert not engine_answers(address)


def test_an_engine_elsewhere_is_not_looked_for() -> None:
    assert not engine_answers("tcp://192.0.2.1:2375")


def test_what_can_be_required_is_known() -> None:
    assert required("") == set()
    assert required(" engine ,") == {"engine"}
    with pytest.raises(pytest.UsageError, match="enginee"):
        required("enginee")
