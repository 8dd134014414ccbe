"""What `wire` puts together: rules, caches, keys, processes, logs."""

import os
from pathlib import Path

import pytest

from kirosafe.app.scan import scan
from kirosafe.cli import wire
from kirosafe.cli.options import ScanArguments
from kirosafe.errors import PolicyError, RulesError
from kirosafe.model.grade import Confidence, Severity
from tests.cli.test_rules import GOOD
from tests.support.keys import Keys
from tests.support.script import Script


def _found(arguments: ScanArguments) -> set[tuple[str, str]]:
    targets = wire.scan_targets(arguments, os.environ)
    ports = wire.scan_ports(arguments, targets, os.environ, lambda _files, _size: None)
    return {(finding.rule, finding.note) for finding in scan(targets, ports, "0").findings}


def test_each_root_has_its_own_policy(tmp_path: Path) -> None:
    for name, text in (("strict", 'fail_on = "low"'), ("loose", 'fail_on = "high"')):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".kirosafe.toml").write_text(f"version = 1\n[scan]\n{text}\n")
    roots = str(tmp_path / "strict"), str(tmp_path / "loose")
    strict, loose = wire.scan_targets(ScanArguments(roots), os.environ)
    assert (strict.root, strict.policy.fail_on) == (roots[0], Severity.LOW)
    assert loose.policy.fail_on is Severity.MEDIUM
    assert "looser" in loose.policy.notes[0]


def test_the_command_line_is_a_layer() -> None:
    said = ScanArguments(
        fail_on="high", min_confidence="low", require_coverage=True, exclude=("a",)
    )
    (target,) = wire.scan_targets(said, os.environ)
    policy = target.policy
    assert (policy.fail_on, policy.min_confidence) == (Severity.HIGH, Confidence.LOW)
    assert policy.require_coverage
    assert [entry.pattern for entry in policy.excluded_paths] == ["a"]
    (target,) = wire.scan_targets(said._replace(no_suppressions=True), os.environ)
    assert target.policy.excluded_paths == ()


def test_a_broken_user_policy_is_an_error(home: Path) -> None:
    folder = home / ".config" / "kirosafe"
    folder.mkdir(parents=True)
    (folder / "policy.toml").write_text("version = 1\n[scan]\nodd = 1\n")
    with pytest.raises(PolicyError, match=r"policy\.toml:3: "):
        wire.scan_targets(ScanArguments(), os.environ)


def test_the_users_own_keys_are_known(leaky: Script, home: Path) -> None:
    (home / ".aws").mkdir()
    text = (leaky.folder / "app.env").read_text()
    (home / ".aws" / "credentials").write_text(f"[default]\n{text}")
    notes = [note for _, note in _found(ScanArguments((str(leaky.folder),)))]
    assert any("this is a key of yours" in note for note in notes)


def test_rules_of_ones_own_are_added(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "ours.toml").write_text(GOOD)
    (tmp_path / "file.txt").write_text("ourkey_" + keys.text(8, "bcdfghjk"))
    root = (str(tmp_path / "file.txt"),)
    assert _found(ScanArguments(root)) == set()
    assert _found(ScanArguments(root, rules=str(tmp_path / "rules"))) == {("our-key", "")}


def test_rules_with_a_taken_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(GOOD.replace("our-key", "jwt"))
    with pytest.raises(RulesError, match="id 'jwt' is taken by"):
        _found(ScanArguments((str(tmp_path),), rules=str(tmp_path)))


def test_the_second_time_comes_from_the_cache(
    leaky: Script, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    arguments = ScanArguments((str(leaky.folder),))
    first = _found(arguments)
    kept = {path.name for path in (home / ".cache" / "kirosafe").iterdir()}
    assert any(name.startswith("rulebook-") for name in kept)
    monkeypatch.delattr(wire, "parse_rules")
    assert _found(arguments) == first != set()


@pytest.mark.parametrize("jobs", [1, 3])
def test_more_processes_find_the_same(jobs: int, leaky: Script) -> None:
    arguments = ScanArguments((str(leaky.folder),))
    assert _found(arguments._replace(jobs=jobs)) == _found(arguments) != set()


def test_a_log_is_kept(home: Path) -> None:
    path = Path(wire.write_log("one\n"))
    assert path.is_relative_to(home)
    wire.write_log("two\n")
    assert path.read_text() == "two\n"


def test_a_log_that_cannot_be_kept_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("x")
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "file"))
    assert wire.write_log("x") == ""
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("HOME")
    assert wire.write_log("x") == ""


def test_a_log_is_not_written_through_a_link(home: Path) -> None:
    path = Path(wire.write_log("one\n"))
    path.unlink()
    (home / "other").write_text("mine")
    path.symlink_to(home / "other")
    assert wire.write_log("two\n") == ""
    assert (home / "other").read_text() == "mine"
