"""A real git repository in a temporary folder."""

import subprocess
from pathlib import Path


class Repository:
    """A work tree to put files into; every git command is the real one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet")

    def git(self, *arguments: str) -> str:
        """Run git in the work tree and give back what it printed; fails when git does."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def write(self, name: str, content: str | bytes) -> Path:
        """Write one file, with the folders above it."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def commit(self, message: str = "Change", **files: str | bytes) -> str:
        """Write `files`, take in everything that is not ignored, commit; the commit's id."""
        for name, content in files.items():
            self.write(name, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD").strip()
