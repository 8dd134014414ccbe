"""The fingerprint key: one for a user, whoever comes first, and nobody else's."""

import multiprocessing
import os
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from kirosafe.errors import StateError
from kirosafe.state import key as module
from kirosafe.state.key import KEY_BYTES, FingerprintKey, fingerprint_key


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "kirosafe" / "fingerprint.key"


def test_key_is_made_once_and_kept(environ: dict[str, str], file: Path) -> None:
    made = fingerprint_key(environ)
    assert made == fingerprint_key(environ)
    assert made.durable
    assert len(made.key) == KEY_BYTES
    assert file.read_bytes() == made.key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert os.listdir(file.parent) == [file.name]


def test_each_user_has_a_key_of_their_own(environ: dict[str, str], tmp_path: Path) -> None:
    assert fingerprint_key(environ) != fingerprint_key({"HOME": str(tmp_path)})


def test_key_is_not_in_the_repr(environ: dict[str, str]) -> None:
    key = fingerprint_key(environ)
    assert repr(key) == str(key) == "FingerprintKey(durable=True)"


def _race(environ: dict[str, str], barrier: Barrier, folder: str) -> None:
    barrier.wait()
    key = fingerprint_key(environ)
    Path(folder, str(os.getpid())).write_bytes(key.key if key.durable else b"")


@pytest.mark.parametrize("attempt", range(5))
def test_processes_at_once_get_the_same_key(
    environ: dict[str, str], file: Path, tmp_path: Path, attempt: int
) -> None:
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    results = tmp_path / "results"
    results.mkdir()
    processes = [
        context.Process(target=_race, args=(environ, barrier, str(results))) for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
        assert process.exitcode == 0
    keys = [result.read_bytes() for result in results.iterdir()]
    assert keys == [file.read_bytes()] * 4
    assert os.listdir(file.parent) == [file.name]


def test_the_one_who_comes_second_takes_the_first_ones_key(
    environ: dict[str, str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that there is no key; the other is quicker to make it."""
    real = module._create
    others: list[FingerprintKey] = []

    def late(folder: str, path: str) -> bool:
        monkeypatch.setattr(module, "_create", real)
        others.append(fingerprint_key(environ))
        return real(folder, path)

    monkeypatch.setattr(module, "_create", late)
    assert [fingerprint_key(environ)] == others
    assert os.listdir(file.parent) == [file.name]


def test_without_a_home_the_key_is_for_this_run() -> None:
    first, second = fingerprint_key({}), fingerprint_key({})
    assert first.key != second.key
    assert not first.durable
    assert len(first.key) == KEY_BYTES


def test_where_no_folder_can_be_made_the_key_is_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"")
    key = fingerprint_key({"XDG_STATE_HOME": str(tmp_path / "state")})
    assert (key.durable, len(key.key)) == (False, KEY_BYTES)


@pytest.mark.parametrize("call", ["open", "link", "write"])
def test_where_nothing_can_be_written_the_key_is_for_this_run(
    environ: dict[str, str], file: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file.parent.mkdir(parents=True)
    real = getattr(os, call)

    def refused(*arguments: object, **named: object) -> object:
        if call == "open" and not isinstance(arguments[1], int):
            return real(*arguments, **named)
        if call == "open" and not int(str(arguments[1])) & os.O_CREAT:
            return real(*arguments, **named)
        raise PermissionError

    monkeypatch.setattr(os, call, refused)
    key = fingerprint_key(environ)
    monkeypatch.undo()
    assert (key.durable, len(key.key)) == (False, KEY_BYTES)
    assert os.listdir(file.parent) == []


@pytest.mark.parametrize("length", [0, KEY_BYTES - 1, KEY_BYTES + 1, 5000])
def test_key_of_another_length_is_refused(environ: dict[str, str], file: Path, length: int) -> None:
    fingerprint_key(environ)
    file.write_bytes(b"k" * length)
    _refuses(environ, file, "is not 32 bytes long")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_key_that_others_reach_is_refused(environ: dict[str, str], file: Path, mode: int) -> None:
    fingerprint_key(environ)
    file.chmod(mode)
    _refuses(environ, file, "can be read or written by other users")


def test_key_of_another_user_is_refused(
    environ: dict[str, str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fingerprint_key(environ)
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    _refuses(environ, file, "belongs to another user")


def test_linked_key_is_refused(environ: dict[str, str], file: Path, tmp_path: Path) -> None:
    fingerprint_key(environ)
    os.rename(file, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", file)
    _refuses(environ, file, "Too many levels of symbolic links")


def test_key_that_is_no_file_is_refused(environ: dict[str, str], file: Path) -> None:
    file.parent.mkdir(parents=True)
    os.mkfifo(file, 0o600)
    _refuses(environ, file, "is not a regular file")


def _refuses(environ: dict[str, str], file: Path, why: str) -> None:
    content = file.read_bytes() if file.is_file() else b"-"
    with pytest.raises(StateError) as caught:
        fingerprint_key(environ)
    assert caught.value.what == f"the fingerprint key {file}: {why}"
    assert "delete it" in caught.value.next_step
    assert caught.value.exit_code == 23
    assert not file.is_file() or file.read_bytes() == content
