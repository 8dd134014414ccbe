"""Planted secrets are well-shaped, differ each time, and leave no trace."""

from pathlib import Path
from random import Random

import pytest

from benchmarks.plant import KEY_FILE, PAIR_FILE, TOKEN_FILE, appended, planted
from tests.support.keys import base62_crc32


def test_the_pair_stands_in_the_lines_it_says(tmp_path: Path) -> None:
    with planted(tmp_path / "deep", Random(1)) as pair:
        lines = (tmp_path / "deep" / PAIR_FILE).read_text().splitlines()
        assert lines[pair.id_line - 1].endswith(f" = {pair.key_id}")
        assert lines[pair.secret_line - 1].endswith(f" = {pair.secret}")
        assert (len(pair.key_id), len(pair.secret)) == (20, 40)


def test_the_token_carries_its_checksum(tmp_path: Path) -> None:
    with planted(tmp_path, Random(2)):
        token = (tmp_path / TOKEN_FILE).read_text().strip().rpartition("_")[2]
        assert token[30:] == base62_crc32(token[:30])
        assert (tmp_path / KEY_FILE).read_text().count("RSA") == 2


def test_all_is_gone_after_a_failure_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "mine.py").touch()
    with pytest.raises(RuntimeError), planted(tmp_path):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


def test_no_two_sessions_share_a_secret(tmp_path: Path) -> None:
    with planted(tmp_path / "a") as one, planted(tmp_path / "b") as other:
        assert one.key_id != other.key_id
        assert one.secret != other.secret


def test_an_appended_pair_is_taken_off_again(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    log.write_text("one\ntwo\n")
    with appended(log, Random(3)) as pair:
        lines = log.read_text().splitlines()
        assert pair.key_id in lines[pair.id_line - 1]
        assert pair.secret in lines[pair.secret_line - 1]
    assert log.read_text() == "one\ntwo\n"
