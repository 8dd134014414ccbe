"""What stands in the repository: no private paths, no secrets by our own judgement."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sources import ROOT, tracked

# Home folders of somebody, and the scratch places where things get built. Examples in docs and
# tests use `/home/user`, `/home/me` or `~`.
_PRIVATE_PATH = re.compile(
    r"(?<![\w.~-])/(?:home|Users)/(?!(?:user|me|you|alice|bob|dev|runner|someone)\b)[a-z][\w.-]*/"
    r"|(?<![\w.~-])/root/(?!\.)\w"
    r"|(?<![\w.~$}/-])/(?:work|workspaces?|builds?|scratch)/(?!<)[a-z][\w.-]*/[\w.-]+"
    r"|(?<![\w.~$}-])/tmp/(?!x\b|\.X11)[a-z][\w.-]*/[a-z]"
)


@pytest.mark.parametrize("path", tracked(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_private_path(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    found = [
        f"{number}: {match.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in _PRIVATE_PATH.finditer(line)
    ]
    assert not found


@pytest.mark.parametrize(
    "parts", [("home", "jsmith", "x"), ("Users", "jane", "x"), ("tmp", "build1", "x")]
)
def test_a_private_path_is_seen(parts: tuple[str, ...]) -> None:
    assert _PRIVATE_PATH.search("see /" + "/".join(parts))


def test_our_own_tree_is_quiet(tmp_path: Path) -> None:
    """Everything that git would take, under our own scanner, with nothing excluded."""
    for path in tracked():
        copy = tmp_path / "tree" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    done = subprocess.run(
        [Path(sys.executable).parent / "kirosafe", "scan", tmp_path / "tree", "--format", "json",
         "--fail-on", "medium", "--no-suppressions"],
        capture_output=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr.decode()
    report = json.loads(done.stdout)
    loud = [
        f"{found['location']['path']}:{found['location']['line']} {found['rule']}"
        for found in report["findings"]
        if found["severity"] in ("medium", "high") and found["confidence"] in ("medium", "high")
    ]
    assert not loud
    assert done.returncode == 0
    assert report["stats"]["files"] > 50
