"""Reports reach their file as a whole, or there is an error that says why not."""

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from kirosafe.cli import output
from kirosafe.cli.output import check_file, emit, write_file
from kirosafe.errors import OutputError


def test_what_is_emitted_is_utf_8(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    emit("naïve \udcff\n")
    assert capfdbinary.readouterr().out == "naïve \\udcff\n".encode()


def test_a_full_disk_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OutputError, match="No space left") as caught:
            emit("x")
        assert caught.value.next_step
        full.flush()  # quiet: what was left over has gone where it harms nobody


def test_a_reader_who_left_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        with pytest.raises(BrokenPipeError):
            emit("x")
        output.abandon(pipe)


def test_a_file_is_written(tmp_path: Path) -> None:
    write_file(str(tmp_path / "report"), "é\n")
    assert (tmp_path / "report").read_text("utf-8") == "é\n"
    assert os.listdir(tmp_path) == ["report"]


def test_an_earlier_report_is_replaced_and_not_written_into(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("the old report, which is longer\n")
    path.chmod(0o640)
    with open(path) as reader:
        write_file(str(path), "new\n")
        assert reader.read() == "the old report, which is longer\n"
    assert path.read_text() == "new\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["report"]


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    for write in (check_file, lambda path: write_file(path, "new")):
        with pytest.raises(OutputError):
            write(str(tmp_path / "link"))
    assert (tmp_path / "real").read_text() == "old"


def test_the_systems_own_links_are_written_through() -> None:
    check_file("/dev/stdout")
    write_file("/dev/stdout", "")


def test_a_second_name_shows_the_new_report_too(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    os.link(tmp_path / "one", tmp_path / "two")
    write_file(str(tmp_path / "one"), "new")
    assert (tmp_path / "two").read_text() == "new"


def test_a_fifo_is_written_through(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "fifo").read_text()))
    reader.start()
    write_file(str(tmp_path / "fifo"), "through")
    reader.join(20)
    assert read == ["through"]


def test_where_a_second_name_does_not_fit_the_file_is_written_in_place(tmp_path: Path) -> None:
    path = tmp_path / ("r" * 255)
    write_file(str(path), "x")
    assert path.read_text() == "x"


def test_what_cannot_be_written_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report").write_text("old")

    def refuse(source: str, target: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match=r"report: Input/output error"):
        write_file(str(tmp_path / "report"), "new")
    assert os.listdir(tmp_path) == ["report"]
    assert (tmp_path / "report").read_text() == "old"


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        write_file(str(tmp_path / "gone" / "report"), "x")


def test_a_hopeless_name_is_told_beforehand(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="it is a folder"):
        check_file(str(tmp_path))
    with pytest.raises(OutputError, match="there is no folder"):
        check_file(str(tmp_path / "gone" / "report"))


def test_a_hopeful_name_is_not_touched(tmp_path: Path) -> None:
    check_file(str(tmp_path / "report"))
    os.chdir(tmp_path)
    check_file("report")
    assert os.listdir(tmp_path) == []
