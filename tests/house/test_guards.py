"""The guards of conftest.py hold."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.guards import NetworkRefused, neutral_environment
from tests.support.keys import Keys, base62_crc32
from tests.support.repository import Repository


def test_home_is_temporary(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert home.is_relative_to(tmp_path_factory.getbasetemp())
    assert Path("~").expanduser() == home
    assert [entry.name for entry in home.iterdir()] == [".gitconfig"]


def test_foreign_settings_are_taken_away(tmp_path: Path) -> None:
    foreign = {
        "AWS_ACCESS_KEY_ID": "x",
        "COLUMNS": "20",
        "GIT_DIR": "/elsewhere",
        "KIRO_HOME": "/elsewhere",
        "NO_COLOR": "1",
        "PATH": "/bin",
        "XDG_DATA_DIRS": "/elsewhere",
    }
    neutral = neutral_environment(foreign, tmp_path)
    assert neutral["PATH"] == "/bin"
    assert "/elsewhere" not in neutral.values()
    assert not {"AWS_ACCESS_KEY_ID", "COLUMNS", "NO_COLOR"} & set(neutral)


def test_this_process_has_the_neutral_environment(home: Path) -> None:
    assert os.environ == neutral_environment(os.environ, home)


@pytest.mark.parametrize("call", ["connect", "connect_ex", "bind"])
def test_sockets_are_refused(call: str) -> None:
    with socket.socket() as one, pytest.raises(NetworkRefused, match=call):
        getattr(one, call)(("127.0.0.1", 9))


def test_datagrams_are_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(NetworkRefused):
        one.sendto(b"x", ("127.0.0.1", 9))


def test_names_are_not_looked_up() -> None:
    with pytest.raises(NetworkRefused):
        socket.create_connection(("example.com", 443))


def test_a_unix_socket_may_be_made_and_not_used(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        with pytest.raises(NetworkRefused):
            client.connect(path)


@pytest.mark.network
def test_a_marked_test_reaches_loopback_alone() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname()):
            pass
    with socket.socket() as client, pytest.raises(NetworkRefused):
        client.connect(("192.0.2.1", 9))
    with pytest.raises(NetworkRefused):
        socket.getaddrinfo("example.com", 443)


def test_the_folder_is_given_back(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("from tests.conftest import guards, homes")
    pytester.makepyfile(
        """
        import os
        START = os.getcwd()
        def test_leaves(tmp_path): os.chdir(tmp_path)
        def test_is_back(): assert os.getcwd() == START
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_git_repo_is_a_real_one(git_repo: Repository) -> None:
    commit = git_repo.commit("First", **{"a/b.txt": "x\n"})
    assert git_repo.git("show", "--format=%an %cn", "--name-only", commit).split("\n") == [
        "A. Author C. Committer",
        "",
        "a/b.txt",
        "",
    ]
    assert git_repo.git("branch", "--show-current") == "main\n"


def test_keys_are_repeatable_and_well_shaped() -> None:
    one, two = Keys(), Keys()
    assert one.aws_id() == two.aws_id() != one.aws_id()
    assert len(one.aws_id("ASIA")) == 20
    assert len(one.aws_secret()) == 40
    assert len(one.aws_session_token()) == 356
    token = one.github_token()
    assert len(token) == 40
    assert token[34:] == base62_crc32(token[4:34])
    assert base62_crc32("") == "000000"
    assert one.private_key("").startswith("-----BEGIN PRIVATE KEY")
    assert len(one.password(20)) == 20
    assert set(one.hex(50)) <= set("0123456789abcdef")


def test_the_installed_package_is_what_is_tested(root: Path) -> None:
    if "TOX_ENV_NAME" not in os.environ:
        pytest.skip("only tox installs the wheel")
    import kirosafe

    assert not Path(kirosafe.__file__).is_relative_to(root / "kirosafe")
    found = subprocess.run(
        [sys.executable, "-c", "import kirosafe; print(kirosafe.__file__)"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == kirosafe.__file__
