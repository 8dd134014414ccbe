"""`.ci/run` prepares what is missing, runs the README's command and answers with its status."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.sources import ROOT

_TOOLS = ("awk", "bash", "cat", "dirname", "env", "id", "rm", "touch")
_README = "# x\n\n<!-- command:test -->\n```sh\n{command}\n```\n\n```sh\necho another block\n```\n"


class Machine:
    """A folder of the few programs that `.ci/run` may find, and a project to run it on."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.project = folder / "bin", folder / "project"
        self.bin.mkdir()
        (self.project / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "run", self.project / ".ci" / "run")
        for tool in _TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)
        self.log = folder / "apt.log"
        # Installing is a line in the log; from then on git is there and python3 has its venv.
        self.script(
            "apt-get", f'echo "$*" >> {self.log}; [[ $1 != install ]] || touch {self.log}.in'
        )
        self.script("sudo", 'shift; "$@"')
        self.script("python3", f'[[ "$2" != *venv* || -e {self.log}.in || -e {self.bin}/venv ]]')

    def script(self, name: str, text: str) -> None:
        """Put a program on the path."""
        (self.bin / name).write_text(f"#!{shutil.which('bash')}\n{text}\n")
        (self.bin / name).chmod(0o755)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run `.ci/run` with a README that says `command`, from another folder."""
        (self.project / "README.md").write_text(_README.format(command=command))
        return subprocess.run(
            [self.bin / "bash", self.project / ".ci" / "run"],
            cwd=self.bin,
            env={"PATH": str(self.bin), "HOME": os.environ["HOME"]},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def installed(self) -> str:
        """What was asked of apt-get."""
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("status", [0, 1, 7])
def test_the_commands_status_is_the_answer(machine: Machine, status: int) -> None:
    done = machine.run(f"echo tested in $(dirname $PWD/x) CI=$CI; exit {status}")
    assert done.returncode == status
    assert done.stdout.splitlines()[-1] == f"tested in {machine.project} CI=true"


def test_a_failure_in_the_middle_of_the_line_is_one(machine: Machine) -> None:
    done = machine.run("false && echo on; echo end")
    assert done.stdout.splitlines()[-1] == "end"
    assert machine.run("false; echo end").returncode == 1


def test_what_is_missing_is_installed(machine: Machine) -> None:
    done = machine.run("echo tested")
    assert done.returncode == 0, done.stderr
    update, install = machine.installed().splitlines()
    assert update.startswith("update")
    assert {"git", "python3-venv"} <= set(install.split())
    assert "python3" not in install.split()


def test_where_all_is_there_nothing_is_installed(machine: Machine) -> None:
    machine.script("git", "exit 0")
    (machine.bin / "venv").touch()
    assert machine.run("echo tested").returncode == 0
    assert machine.installed() == ""


def test_what_cannot_be_installed_is_a_failure(machine: Machine) -> None:
    machine.script("apt-get", "exit 100")
    done = machine.run("echo tested")
    assert done.returncode == 100
    assert "tested" not in done.stdout


def test_a_readme_without_the_command_is_a_failure(machine: Machine) -> None:
    done = machine.run("")
    assert done.returncode == 2
    assert "no test command" in done.stderr


def test_an_earlier_runs_environments_are_not_reused(machine: Machine) -> None:
    (machine.project / ".tox").mkdir()
    (machine.project / ".venv").mkdir()
    machine.run("echo tested")
    assert sorted(path.name for path in machine.project.iterdir()) == [".ci", "README.md"]
