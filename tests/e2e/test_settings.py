"""Broken rules and policies, and a repository that tries to loosen; a secret in each."""

import os
from pathlib import Path

import pytest

from tests.support.keys import Keys
from tests.support.script import Script


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[[rule]\n", 1, "not valid TOML"),
        ("[[rule]]\nid = 'a'\n", 1, "no 'title'"),
        ("x = 1\n", 1, "unknown key 'x'"),
    ],
)
@pytest.mark.parametrize("command", [("scan", "--rules"), ("rules", "check")])
def test_a_broken_rule_file(
    command: tuple[str, str], text: str, line: int, said: str, leaky: Script
) -> None:
    (leaky.folder / "rules").mkdir()
    (leaky.folder / "rules" / "ours.toml").write_text(text)
    done = leaky.run(*command, "rules")
    assert (done.status, done.out) == (21, "")
    assert f"rules/ours.toml:{line}: " in done.err
    assert said in done.err


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("version = 1\n[scan\n", 2, ""),
        ("version = 1\n[scan]\nfail_at = 'low'\n", 3, "fail_at"),
        ("version = 2\n", 1, "version"),
        ("version = 1\n[[scan.excluded_paths]]\npath = 'a'\n", 2, "reason"),
    ],
)
@pytest.mark.parametrize("whose", ["user", "repository"])
def test_a_broken_policy(
    whose: str, text: str, line: int, said: str, leaky: Script, home: Path
) -> None:
    path = leaky.folder / ".kirosafe.toml"
    if whose == "user":
        path = home / ".config" / "kirosafe" / "policy.toml"
        path.parent.mkdir(parents=True)
    path.write_text(text)
    done = leaky.run("scan")
    assert (done.status, done.out) == (20, "")
    assert f"{path.name}:{line}: " in done.err
    assert said in done.err


def test_a_secret_in_a_broken_file_is_not_repeated(leaky: Script, keys: Keys) -> None:
    secret = leaky.plant(keys.aws_secret())
    for text in (
        f"version = 1\n[scan]\nfail_on = '{secret}'\n",
        f"version = '{secret}'\n",
        f"version = 1\n[scan]\nmin_confidence = {secret}\n",
    ):
        (leaky.folder / ".kirosafe.toml").write_text(text)
        assert leaky.run("scan").status == 20
    (leaky.folder / "rules").mkdir()
    (leaky.folder / "rules" / "ours.toml").write_text(f"[[rule]]\nanchor = {secret}\n")
    assert leaky.run("scan", "--rules", "rules", ".").status == 20
    (leaky.folder / ".kirosafe.toml").unlink()
    assert leaky.run("scan", "--rules", "rules", ".").status == 21


def test_a_repository_cannot_loosen(leaky: Script) -> None:
    (leaky.folder / ".kirosafe.toml").write_text(
        "version = 1\n[scan]\nfail_on = 'high'\nmin_confidence = 'high'\n"
    )
    done = leaky.run("scan", "--format", "json")
    assert done.status == 1
    assert (done.report["fail_on"], done.report["min_confidence"]) == ("medium", "medium")
    assert sum("looser" in note for note in done.report["notes"]) == 2


def test_a_repository_can_tighten(script: Script) -> None:
    (script.folder / "notes.txt").write_text("nothing to see here\n")
    (script.folder / ".kirosafe.toml").write_text("version = 1\n[scan]\nrequire_coverage = true\n")
    os.mkfifo(script.folder / "fifo")
    assert script.run("scan").status == 4


def test_what_a_repository_quiets_is_counted_and_comes_back(leaky: Script) -> None:
    (leaky.folder / ".kirosafe.toml").write_text(
        "version = 1\n[[scan.excluded_paths]]\npath = '*.env'\nreason = 'trust me'\n"
    )
    done = leaky.run("scan", "--format", "json")
    assert done.status == 0
    assert done.report["stats"]["suppressed"] == len(done.report["suppressed"]) > 0
    assert "trust me" in leaky.run("scan").out
    assert leaky.run("scan", "--no-suppressions").status == 1


def test_a_policy_that_is_a_link_is_refused(leaky: Script, home: Path) -> None:
    (home / "mine.toml").write_text("version = 1\n")
    (leaky.folder / ".kirosafe.toml").symlink_to(home / "mine.toml")
    assert leaky.run("scan").status == 20


def test_a_key_that_others_could_read_is_refused(leaky: Script, home: Path) -> None:
    leaky.run("scan")
    key = home / ".local" / "state" / "kirosafe" / "fingerprint.key"
    key.chmod(0o644)
    done = leaky.run("scan")
    assert (done.status, done.out) == (23, "")
    assert str(key) in done.err


@pytest.mark.parametrize("environ", [{"HOME": ""}, {"HOME": "relative"}, {"HOME": "/proc"}])
def test_where_nothing_can_be_kept_it_works_all_the_same(
    environ: dict[str, str], leaky: Script
) -> None:
    nowhere = {"XDG_CACHE_HOME": "", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}
    assert leaky.run("scan", environ={**nowhere, **environ}).status == 1


def test_a_damaged_cache_is_made_anew(
    leaky: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = leaky.run("scan", "--format", "json").found
    for path in (tmp_path / "cache" / "kirosafe").iterdir():
        path.write_bytes(path.read_bytes()[:-100] + bytes(100))
    assert leaky.run("scan", "--format", "json").found == first
