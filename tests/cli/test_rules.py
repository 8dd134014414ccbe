"""`kirosafe rules` in this process."""

from pathlib import Path

import pytest

from kirosafe.cli.rules import check_rules, explain_rule, list_rules, rule_ids
from kirosafe.errors import RulesError, UsageError

GOOD = """# Keys of our own making.
[[rule]]
id = "our-key"
title = "Our key"
severity = "high"
confidence = "high"
anchor = 'ourkey_[a-z]{8}'
pattern = '(?P<secret>ourkey_[a-z]{8})'
remediation = "Delete the key in our console."
reference = "https://example.com (2026-11-22)"
examples = ['{{ourkey_|lower:8}}', 'x {{ourkey_|lower:8}}']
counter_examples = ['ourkey_', 'ourkey_ABCDEFGH']
"""


def test_every_rule_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert list_rules() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == rule_ids()
    assert len(lines) > 150


def test_a_rule_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_rule("aws-access-key-id") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("aws-access-key-id: AWS access key id\n")
    assert "What to do: " in shown


def test_a_kind_of_file_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_rule("file-dotenv") == 0
    assert "File names: " in capsys.readouterr().out


def test_a_slip_of_the_pen_is_helped_with() -> None:
    with pytest.raises(UsageError, match="no rule 'aws-acces-key-id'") as caught:
        explain_rule("aws-acces-key-id")
    assert "Did you mean aws-access-key-id" in caught.value.next_step


def test_sound_rules_are_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ours.toml").write_text(GOOD)
    # What our own folder holds beside the rules is left alone.
    (tmp_path / "folders.toml").write_text("[[folder]]\nname = 'x'\n")
    assert check_rules(str(tmp_path)) == 0
    assert "every rule is sound" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'x {{ourkey_|lower:8}}'", "'x ourkey'", "1 problem in {}:\n{}/ours.toml:11: our-key: no"),
        ("lower:8}}'", "lower:7}}'", "2 problems in {}:\n{}/ours.toml:11: our-key: no match"),
        ('"high"', '"grave"', "{}/ours.toml:5: our-key: 'grave' is not one of"),
        ("[[rule]]", "[[rule]", "{}/ours.toml:2: not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "ours.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(RulesError) as caught:
        check_rules(str(tmp_path))
    assert said.replace("{}", str(tmp_path)) in caught.value.what
    assert "docs/rules.md" in caught.value.next_step


def test_a_rule_that_a_surer_one_outdoes_is_sound_too(tmp_path: Path) -> None:
    """Both find the same value; a scan would report the surer one alone."""
    other = GOOD.replace("our-key", "other-key").replace(
        'confidence = "high"', 'confidence = "low"'
    )
    (tmp_path / "ours.toml").write_text(GOOD + other)
    assert check_rules(str(tmp_path)) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no rule file"), (b"x = '\xff'", "is not UTF-8 text")],
)
def test_a_folder_without_usable_rules(content: bytes | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "x.toml").write_bytes(content)
    with pytest.raises(RulesError, match=said):
        check_rules(str(tmp_path))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="could not be read: No such file"):
        check_rules(str(tmp_path / "gone"))
