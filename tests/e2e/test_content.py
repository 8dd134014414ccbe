"""Files in odd encodings and shapes, and files that change under the scan."""

import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.keys import Keys
from tests.support.script import Script

STRIPE = "stripe-live-key"


def key_text(script: Script, keys: Keys) -> str:
    """A live-looking key that must not turn up anywhere else."""
    return f"sk_live_{script.plant(keys.mixed(24))}"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1"])
def test_an_encoding_hides_nothing(encoding: str, script: Script, keys: Keys) -> None:
    text = f"# Schlüssel für später\nkey = '{key_text(script, keys)}'\n" + "name = 1\n" * 40
    (script.folder / "file.txt").write_bytes(text.encode(encoding))
    done = script.run("scan", "--format", "json")
    assert (STRIPE, "file.txt") in done.found
    assert done.report["findings"][0]["location"]["line"] == 2


def test_zero_bytes_hide_nothing(script: Script, keys: Keys) -> None:
    content = b"\0\1\2" * 400 + key_text(script, keys).encode() + b"\0" * 400
    (script.folder / "image.bin").write_bytes(content)
    assert (STRIPE, "image.bin") in script.run("scan", "--format", "json").found


def test_an_empty_file_is_a_file(script: Script) -> None:
    (script.folder / "empty").touch()
    assert script.run("scan").status == 0


def test_ten_megabytes_in_one_line(script: Script, keys: Keys) -> None:
    half = b"lorem_ipsum,dolor=sit;" * 230_000
    key = key_text(script, keys).encode()
    (script.folder / "bundle.js").write_bytes(half + b'"' + key + b'"' + half)
    done = script.run("scan", "--format", "json")
    assert (STRIPE, "bundle.js") in done.found
    assert done.report["stats"]["bytes"] > 10_000_000
    assert len(script.run("scan").out) < 10_000


def test_ten_megabytes_that_look_like_much(script: Script) -> None:
    """Words that rules are about, ten thousandfold, and nothing in them."""
    (script.folder / "words.txt").write_text("secret token password key api AKIA " * 300_000)
    done = script.run("scan", "--format", "json")
    assert done.status == 0
    assert done.found == set()


@contextmanager
def rewritten(path: Path, contents: tuple[bytes, ...], by_rename: bool) -> Iterator[None]:
    """While this lasts, `path` has one content after the other."""
    stop = threading.Event()

    def rewrite() -> None:
        while not stop.is_set():
            for content in contents:
                if by_rename:
                    beside = path.with_suffix(".new")
                    beside.write_bytes(content)
                    beside.rename(path)
                else:
                    path.write_bytes(content)

    path.write_bytes(contents[0])
    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("by_rename", [False, True])
def test_a_file_that_changes_while_it_is_read(by_rename: bool, script: Script, keys: Keys) -> None:
    """Truncated, grown or replaced: never a crash, never silence about it, and others are read."""
    (script.folder / "key.txt").write_text(key_text(script, keys))
    big = b"lorem ipsum dolor sit amet\n" * 200_000
    with rewritten(script.folder / "log.txt", (big, b"", big[:99]), by_rename):
        runs = [script.run("scan", "--format", "json") for _ in range(5)]
    for done in runs:
        assert done.status == 1
        assert (STRIPE, "key.txt") in done.found
        assert set(done.skips.values()) <= {"changed while it was read", "vanished while scanning"}
        assert set(done.skips) <= {"log.txt", "log.new"}


def test_files_that_come_and_go(script: Script, keys: Keys) -> None:
    (script.folder / "key.txt").write_text(key_text(script, keys))
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            folder = script.folder / "coming"
            folder.mkdir()
            (folder / "a.txt").write_text("x")
            (folder / "a.txt").unlink()
            folder.rmdir()

    writer = threading.Thread(target=churn)
    writer.start()
    try:
        runs = [script.run("scan", "--format", "json") for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    for done in runs:
        assert (STRIPE, "key.txt") in done.found
        assert set(done.skips.values()) <= {"changed while it was read", "vanished while scanning"}


def test_a_bomb_is_not_unpacked(script: Script, keys: Keys) -> None:
    """200 MB of zeros in 200 kB: a limit is met, said, and the rest is looked at."""
    (script.folder / "key.txt").write_text(key_text(script, keys))
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    content = b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()
    (script.folder / "bomb.gz").write_bytes(content)
    done = script.run("scan", "--format", "json")
    assert (STRIPE, "key.txt") in done.found
    assert done.skips["bomb.gz"].startswith("archive limit reached")


def test_a_damaged_archive_is_said_to_be(script: Script) -> None:
    (script.folder / "broken.zip").write_bytes(b"PK\3\4" + os.urandom(400))
    done = script.run("scan", "--format", "json")
    assert done.status == 0
    assert "broken.zip" in done.skips
