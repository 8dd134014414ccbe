"""Shares of one piece of work in processes of their own."""

import os
import signal
from pathlib import Path

import pytest

from kirosafe.workspace import workers
from kirosafe.workspace.workers import Workers, processors, worth_dividing


@pytest.mark.parametrize("number", [1, 2, 5])
def test_every_share_is_done_once_and_in_order(number: int) -> None:
    assert Workers(number).shares(lambda share, of: (share, of)) == [
        (share, number) for share in range(number)
    ]


def test_the_first_share_is_done_here_and_the_others_elsewhere() -> None:
    pids = Workers(3).shares(lambda _share, _of: os.getpid())
    assert pids[0] == os.getpid()
    assert len(set(pids)) == 3


def test_a_large_result_fits_through() -> None:
    results = Workers(2).shares(lambda share, _of: [share] * 300_000)
    assert [len(result) for result in results] == [300_000, 300_000]


def test_the_share_of_a_worker_that_died_is_done_here() -> None:
    here = os.getpid()

    def work(share: int, _of: int) -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"share {share}"

    assert Workers(3).shares(work) == ["share 0", "share 1", "share 2"]


def test_an_exception_in_a_worker_shows_itself_here() -> None:
    def work(share: int, _of: int) -> int:
        if share == 1:
            raise ValueError("share 1")
        return share

    with pytest.raises(ValueError, match="share 1"):
        Workers(2).shares(work)


def test_no_worker_is_left_behind(capfd: pytest.CaptureFixture[str]) -> None:
    def work(share: int, _of: int) -> int:
        if share == 0:
            raise KeyboardInterrupt
        signal.pause()
        return share

    with pytest.raises(KeyboardInterrupt):
        Workers(3).shares(work)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert capfd.readouterr() == ("", "")


def test_only_a_large_tree_is_worth_dividing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "MANY_FILES", 3)
    (tmp_path / "a").mkdir()
    for name in ("a/1", "a/2"):
        (tmp_path / name).touch()
    assert not worth_dividing([str(tmp_path)])
    assert not worth_dividing([str(tmp_path / "a" / "1"), str(tmp_path / "missing")])
    (tmp_path / "3").symlink_to(tmp_path)
    assert worth_dividing([str(tmp_path)])


def test_processors_are_at_least_one_and_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= processors() <= workers.MOST_WORKERS
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors() == 1
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert processors() == workers.MOST_WORKERS
