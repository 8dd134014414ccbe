"""Policy files as they lie on disk: who may have written them, and what they may not be."""

import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kirosafe.errors import PolicyError
from kirosafe.model.grade import Severity
from kirosafe.model.policy import Origin, ScanPolicy
from kirosafe.state import policy_files
from kirosafe.state.policy_files import MAX_BYTES, host_layers, repository_layers, today

TEXT = "version = 1\n[scan]\nfail_on = 'low'\n"
LOW = ScanPolicy(fail_on=Severity.LOW)


@pytest.fixture
def administrator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the administrator's file would be; a test may write it."""
    path = tmp_path / "etc-policy.toml"
    monkeypatch.setattr(policy_files, "ADMINISTRATOR_FILE", str(path))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


def _owned(monkeypatch: pytest.MonkeyPatch, uid: int, gid: int) -> None:
    """Make every opened file look as if it had this owner, whoever runs the tests."""
    real = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        fields = list(real(descriptor))
        fields[stat.ST_UID], fields[stat.ST_GID] = uid, gid
        return os.stat_result(fields)

    monkeypatch.setattr(os, "fstat", fstat)


def test_no_files_say_nothing(administrator: Path, root: Path, tmp_path: Path) -> None:
    assert host_layers({"HOME": str(tmp_path)}) == []
    assert host_layers({}) == []
    assert repository_layers(str(root)) == []


def test_file_in_place_of_a_folder_says_nothing(administrator: Path, tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("")
    assert host_layers({"HOME": str(tmp_path)}) == []
    assert repository_layers(str(tmp_path / ".config")) == []


def test_the_administrators_place_is_fixed() -> None:
    assert policy_files.ADMINISTRATOR_FILE == "/etc/kirosafe/policy.toml"


def test_layers_come_with_their_origin(
    administrator: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ".config" / "kirosafe"
    folder.mkdir(parents=True)
    (folder / "policy.toml").write_text(TEXT)
    administrator.write_text(TEXT)
    (root / ".kirosafe.toml").write_text(TEXT)
    _owned(monkeypatch, 0, 0)
    layers = host_layers({"HOME": str(tmp_path)})
    assert layers == [(Origin.ADMINISTRATOR, LOW), (Origin.USER, LOW)]
    assert repository_layers(str(root)) == [(Origin.REPOSITORY, LOW)]


def test_users_file_may_be_a_link_and_elsewhere(administrator: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles.toml").write_text(TEXT)
    (tmp_path / "conf" / "kirosafe").mkdir(parents=True)
    os.symlink(tmp_path / "dotfiles.toml", tmp_path / "conf" / "kirosafe" / "policy.toml")
    assert host_layers({"XDG_CONFIG_HOME": str(tmp_path / "conf")}) == [(Origin.USER, LOW)]


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "why"),
    [
        (0, 0, 0o644, ""),
        (0, 0, 0o664, ""),
        (0, 7, 0o644, ""),
        (1000, 0, 0o644, "does not belong to root"),
        (0, 0, 0o646, "others than root can write it"),
        (0, 7, 0o664, "others than root can write it"),
    ],
)
def test_administrators_file_must_be_roots(
    administrator: Path, monkeypatch: pytest.MonkeyPatch, uid: int, gid: int, mode: int, why: str
) -> None:
    administrator.write_text(TEXT)
    administrator.chmod(mode)
    _owned(monkeypatch, uid, gid)
    if not why:
        assert host_layers({}) == [(Origin.ADMINISTRATOR, LOW)]
        return
    with pytest.raises(PolicyError) as caught:
        host_layers({})
    assert caught.value.what == f"{administrator}: {why}"
    assert caught.value.next_step.startswith("sudo ch")


def test_broken_file_is_named_with_its_line(root: Path) -> None:
    (root / ".kirosafe.toml").write_text("version = 1\n[scan]\nfail_no = 'low'\n")
    _refuses(root, ":3: unknown key 'fail_no'; did you mean 'fail_on'?")


def test_repositorys_link_is_refused_unread(root: Path, tmp_path: Path) -> None:
    (tmp_path / "private").write_text("canary")
    os.symlink(tmp_path / "private", root / ".kirosafe.toml")
    _refuses(root, ": is a symbolic link")
    (root / ".kirosafe.toml").unlink()
    os.symlink(tmp_path / "nothing", root / ".kirosafe.toml")
    _refuses(root, ": is a symbolic link")


def test_folder_fifo_and_socket_are_refused(root: Path) -> None:
    path = root / ".kirosafe.toml"
    path.mkdir()
    _refuses(root, ": is not a regular file")
    path.rmdir()
    os.mkfifo(path)
    _refuses(root, ": is not a regular file")
    path.unlink()
    os.mknod(path, stat.S_IFSOCK | 0o600)
    _refuses(root, ": No such device or address")


def test_unreadable_file_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refused)
        _refuses(root, ": Permission denied")


def test_large_file_is_refused_and_the_largest_is_not(root: Path) -> None:
    path = root / ".kirosafe.toml"
    filler = "# filler\n" * (MAX_BYTES // 9 - 10)
    path.write_text(TEXT + filler + "#" * (MAX_BYTES - len(TEXT) - len(filler) - 1) + "\n")
    assert path.stat().st_size == MAX_BYTES
    assert repository_layers(str(root)) == [(Origin.REPOSITORY, LOW)]
    path.write_text(path.read_text() + "#")
    _refuses(root, ": is larger than 256 KiB")


def test_other_encodings_are_refused_and_a_mark_is_skipped(root: Path) -> None:
    path = root / ".kirosafe.toml"
    path.write_bytes(TEXT.encode() + b"# \xe9\n")
    _refuses(root, ":4: not UTF-8 text")
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert repository_layers(str(root)) == [(Origin.REPOSITORY, LOW)]


def _refuses(root: Path, problem: str) -> None:
    with pytest.raises(PolicyError) as caught:
        repository_layers(str(root))
    assert caught.value.what == f"{root}/.kirosafe.toml{problem}"
    assert caught.value.next_step
    assert caught.value.exit_code == 20


def test_today_is_a_day() -> None:
    assert abs((today() - date.today()).days) <= 1


def test_without_files_nothing_heavy_is_imported(tmp_path: Path) -> None:
    """Start-up is sacred: tomllib and datetime come in with the first policy file."""
    script = (
        "import sys; sys.modules.pop('datetime', None)\n"
        "from kirosafe.app.policy import merge\n"
        "from kirosafe.state.cache import FileCache\n"
        "from kirosafe.state.key import fingerprint_key\n"
        "from kirosafe.state.policy_files import host_layers, repository_layers, today\n"
        "merge(host_layers({}) + repository_layers('.'), today)\n"
        "heavy = {'tomllib', 'datetime', 'dataclasses', 'inspect', 'tempfile', 'shutil', 'json'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(policy_files.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"
