"""README and docs/usage.md say what the program does."""

import io
import os
import re
from contextlib import redirect_stdout
from pathlib import Path

import click
import pytest

from kirosafe.cli.click_app import app, run_click
from kirosafe.cli.options import SCAN_OPTIONS, ScanArguments
from kirosafe.cli.scan import run_scan
from kirosafe.model.skipped import SkipReason
from tests.support.demo import demo_project
from tests.support.script import Script
from tests.support.sources import ROOT

README = (ROOT / "README.md").read_text("utf-8")
USAGE = (ROOT / "docs" / "usage.md").read_text("utf-8")
WIDTH = 88

_SECONDS = re.compile(r"in \d+\.\d\d s")


class Screen(io.TextIOWrapper):
    """A terminal without colour; its width comes from COLUMNS."""

    def __init__(self) -> None:
        self.written = io.BytesIO()
        super().__init__(self.written, encoding="utf-8")

    def isatty(self) -> bool:
        return True


def transcript(text: str) -> list[str]:
    """The lines of the block marked `<!-- transcript -->`."""
    found = re.search(r"<!-- transcript -->\s*```\w*\n(.*?)```", text, re.DOTALL)
    assert found, "there is no transcript"
    return found[1].splitlines()


def test_the_transcript_is_what_the_program_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To renew it, put what this test prints into the README."""
    repository, secrets = demo_project(tmp_path / "shop")
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("TERM", "dumb")
    os.chdir(repository.path)
    with redirect_stdout(Screen()) as screen:
        assert run_scan(ScanArguments()) == 1
    shown = screen.written.getvalue().decode()
    assert not [secret for secret in secrets if secret in shown]
    wanted = ["$ kirosafe scan", *_SECONDS.sub("in 0.05 s", shown).splitlines()]
    assert transcript(README) == wanted, "\n".join(wanted)


def test_every_reason_for_not_looking_is_explained() -> None:
    assert not [reason.value for reason in SkipReason if reason.value not in USAGE]


def test_every_option_is_in_the_readme_by_its_help() -> None:
    assert all(flag in README for option in SCAN_OPTIONS for flag in option.flags)


def test_every_command_is_in_the_usage() -> None:
    rules = app.commands["rules"]
    assert isinstance(rules, click.Group)
    names = {"kirosafe scan", *(f"kirosafe rules {name}" for name in rules.commands)}
    assert not [name for name in names if name not in USAGE]


def _links(text: str) -> list[str]:
    """Files that are linked to; `tox -e bench` writes the one about benchmarks."""
    found = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    return [link for link in found if not link.endswith("docs/benchmarks.md")]


@pytest.mark.parametrize("name", ["README.md", "docs/usage.md"])
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    links = _links(path.read_text("utf-8"))
    assert links
    assert not [link for link in links if not (path.parent / link).exists()]


_EXAMPLES = re.findall(r"^ {4}(kirosafe .+)$", USAGE, re.MULTILINE)


@pytest.mark.parametrize("line", _EXAMPLES)
def test_the_examples_of_the_usage_work(line: str, leaky: Script) -> None:
    (leaky.folder / "src").mkdir()
    (leaky.folder / "src" / "a.txt").write_text("nothing to see here\n")
    (leaky.folder / "my-rules").mkdir()
    rules = (ROOT / "rules" / "ai.toml").read_text().replace('id = "', 'id = "my-')
    (leaky.folder / "my-rules" / "mine.toml").write_text(rules)
    done = leaky.shell(line.replace("kirosafe", "$K", 1))
    assert done.status in (0, 1), done.err


def test_there_are_examples() -> None:
    assert len(_EXAMPLES) > 5
    assert run_click(["--version"]) == 0
