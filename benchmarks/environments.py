"""Virtual environments, made once and kept in the cache folder; pip brings what they hold."""

import subprocess
import sys
from pathlib import Path


def make_environment(path: Path, requirements: list[str]) -> str:
    """A virtual environment with `requirements` installed, made if need be; its Python's path."""
    python = path / "bin" / "python"
    done = path / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(path)], check=True)
        if requirements:
            install(str(python), requirements)
        done.touch()
    return str(python)


def install(python: str, requirements: list[str]) -> None:
    """Install into the environment of `python`; pip's own messages go to standard error."""
    command = [python, "-m", "pip", "install", "--quiet", *requirements]
    subprocess.run(command, check=True, stdout=sys.stderr)


def site_packages(python: str) -> str:
    """The folder that the environment of `python` keeps its packages in."""
    command = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()
