"""Places that cannot be looked at, or not in the usual way; docs/usage.md gives each answer."""

import os
import socket
import sys
from pathlib import Path

import pytest

from tests.support.keys import Keys
from tests.support.script import Script

# Root reads everything by two capabilities; without them it is bound by modes like everybody else.
_BOUND_BY_MODES = """
import ctypes, os, sys
library = ctypes.CDLL(None)
for capability in (1, 2) if os.getuid() == 0 else ():
    assert library.prctl(24, capability, 0, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


def key_line(script: Script, keys: Keys) -> str:
    """A line with a live-looking key that must not turn up anywhere else."""
    return f'key = "sk_live_{script.plant(keys.mixed(24))}"\n'


def put_key(script: Script, keys: Keys, name: str = "key.txt") -> Path:
    """A file with such a line."""
    path = script.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(key_line(script, keys))
    return path


def test_a_path_that_does_not_exist(script: Script) -> None:
    done = script.run("scan", "gone")
    assert (done.status, done.out) == (2, "")
    assert "There is no file or folder 'gone'." in done.err
    assert len(done.err.splitlines()) == 2


def test_of_several_paths_one_that_does_not_exist(leaky: Script) -> None:
    done = leaky.run("scan", ".", "gone")
    assert (done.status, done.out) == (2, "")


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_empty_folder_is_not_clean(form: str, script: Script) -> None:
    done = script.run("scan", "--format", form)
    assert (done.status, done.out) == (3, "")
    assert "nothing was scanned" in done.err


def test_a_single_file_is_scanned(script: Script, keys: Keys) -> None:
    put_key(script, keys)
    done = script.run("scan", "key.txt", "--format", "json")
    assert done.status == 1
    assert done.found == {("stripe-live-key", "key.txt")}


def test_what_may_not_be_read_is_skipped(script: Script, keys: Keys) -> None:
    put_key(script, keys)
    put_key(script, keys, "closed/key.txt")
    put_key(script, keys, "closed.txt").chmod(0)
    (script.folder / "closed").chmod(0)
    prefix = (sys.executable, "-c", _BOUND_BY_MODES)
    done = script.run("scan", "--format", "json", prefix=prefix)
    alone = script.run("scan", "closed.txt", prefix=prefix)
    (script.folder / "closed").chmod(0o755)
    assert done.status == 1
    assert done.found == {("stripe-live-key", "key.txt")}
    assert done.skips == {"closed": "permission denied", "closed.txt": "permission denied"}
    assert alone.status == 3
    assert "1 permission denied: closed.txt" in alone.out


def test_what_is_no_regular_file_is_skipped_and_not_waited_for(script: Script, keys: Keys) -> None:
    put_key(script, keys)
    os.mkfifo(script.folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(script.folder)
        listener.bind("socket")
        done = script.run("scan", "--format", "json")
    assert done.status == 1
    reason = "not a regular file (FIFO, socket or device)"
    assert done.skips == {"fifo": reason, "socket": reason}


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero"])
def test_a_device_is_not_read(path: str, script: Script) -> None:
    done = script.run("scan", path, "--format", "json")
    assert done.status == 3
    assert done.skips == {path: "not a regular file (FIFO, socket or device)"}
    assert "nothing was scanned" in done.err


def test_skips_alone_are_not_clean_where_coverage_is_asked_for(script: Script) -> None:
    (script.folder / "notes.txt").write_text("nothing to see here\n")
    os.mkfifo(script.folder / "fifo")
    assert script.run("scan").status == 0
    done = script.run("scan", "--require-coverage")
    assert done.status == 4
    assert "Not looked at: 1" in done.out


def test_links_lead_nowhere_new(script: Script, keys: Keys, tmp_path: Path) -> None:
    put_key(script, keys)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "key.txt").write_text(key_line(script, keys))
    for name, target in {
        "loop": "loop",
        "round/about": "..",
        "out": str(outside),
        "out.txt": str(outside / "key.txt"),
        "nowhere": "gone",
        "inside.txt": "key.txt",
    }.items():
        link = script.folder / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(target)
    done = script.run("scan", "--format", "json")
    assert done.found == {("stripe-live-key", "key.txt")}
    assert done.skips == {
        "loop": "symbolic link loop",
        "nowhere": "symbolic link to nothing",
        "out": "symbolic link to outside the scanned folder",
        "out.txt": "symbolic link to outside the scanned folder",
    }


def test_a_link_that_the_user_names_is_followed(script: Script, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "key.txt").write_text(key_line(script, keys))
    (script.folder / "link").symlink_to(tmp_path / "outside")
    assert script.run("scan", "link", "--format", "json").found == {
        ("stripe-live-key", "link/key.txt")
    }


def test_a_path_longer_than_the_system_takes(script: Script, keys: Keys) -> None:
    """4 KB of folders: more than one open() could name."""
    script.folder.chmod(0o755)
    os.chdir(script.folder)
    names = ["d" * 200] * 25
    for name in names:
        os.mkdir(name)
        os.chdir(name)
    Path("key.txt").write_text(key_line(script, keys))
    os.chdir(script.folder)
    done = script.run("scan", "--format", "json")
    assert done.status == 1
    assert done.found == {("stripe-live-key", "/".join([*names, "key.txt"]))}
    assert script.run("scan", "x" * 5000).status == 2


@pytest.mark.parametrize(
    ("name", "in_text", "in_json"),
    [
        (b"\xff\xfe.txt", "\\xff\\xfe.txt", "\\xff\\xfe.txt"),
        (b"a\nkirosafe: clean.txt", "a\\nkirosafe: clean.txt", "a\nkirosafe: clean.txt"),
        (b"a\x1b[2J\x1b]0;x\x07.txt", "a\\x1b[2J\\x1b]0;x\\x07.txt", "a\x1b[2J\x1b]0;x\x07.txt"),
        ("a\u202etxt.exe".encode(), "a\\u202etxt.exe", "a\u202etxt.exe"),
        ("例え.txt".encode(), "例え.txt", "例え.txt"),
    ],
)
def test_an_odd_name_is_shown_safely(
    name: bytes, in_text: str, in_json: str, script: Script, keys: Keys
) -> None:
    (script.folder / os.fsdecode(name)).write_text(key_line(script, keys))
    text = script.run("scan")
    assert text.out.splitlines()[0].startswith(in_text + "  ")
    assert "\x1b" not in text.out
    assert script.run("scan", "--format", "json").found == {("stripe-live-key", in_json)}
    assert script.run("scan", name).status == 1
    gone = script.run("scan", name + b"gone")
    assert gone.status == 2
    assert "\x1b" not in gone.err
    assert len(gone.err.splitlines()) == 2
