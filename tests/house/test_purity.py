"""The pure folders do no I/O: neither as written nor when run."""

import ast
import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from tests.support.keys import Keys
from tests.support.sources import ROOT, imported, parsed, python_files

PURE = ("kirosafe/model", "kirosafe/detection", "kirosafe/report")

# `os` as a whole is out, `os.path` too: half of it asks the file system. `posixpath` would be the
# same thing by another name.
_FORBIDDEN_MODULES = {
    "asyncio", "builtins", "ctypes", "fcntl", "fileinput", "ftplib", "getpass", "glob", "http",
    "importlib", "io", "linecache", "logging", "mmap", "multiprocessing", "os", "pathlib", "pickle",
    "posix", "posixpath", "requests", "secrets", "select", "shelve", "shutil", "signal", "smtplib",
    "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile", "threading",
    "time", "urllib", "urllib3", "webbrowser",
}  # fmt: skip
_FORBIDDEN_CALLS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}

# `sys` is a table of facts with a few doors in it.
_DOORS = {
    "datetime": {"now", "today", "utcnow"},
    "sys": {"argv", "exit", "path", "stderr", "stdin", "stdout"},
}

# What a pure file may have all the same, by its first word, with the reason.
_EXCEPTIONS = {
    ("kirosafe/detection/plugins.py", "importlib"): "imports detect-secrets when first needed",
    ("kirosafe/detection/views/databases.py", "sqlite3"): "bytes in memory, never a file",
}


def forbidden(tree: ast.Module) -> list[tuple[str, int]]:
    """Names of I/O in `tree`, each with its line."""
    found = [(name, line) for name, line in imported(tree) if _is_forbidden(name)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _FORBIDDEN_CALLS:
                found.append((node.func.id, node.lineno))
            if node.func.id == "Random" and not node.args:
                found.append(("Random()", node.lineno))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "random" and node.attr != "Random":
                found.append((f"random.{node.attr}", node.lineno))
            if node.attr in _DOORS.get(node.value.id, ()):
                found.append((f"{node.value.id}.{node.attr}", node.lineno))
    return found


def _is_forbidden(name: str) -> bool:
    module, _, attribute = name.partition(".")
    return module in _FORBIDDEN_MODULES or attribute in _DOORS.get(module, ())


@pytest.mark.parametrize("path", python_files(*PURE), ids=lambda p: str(p.relative_to(ROOT)))
def test_pure_files_name_no_io(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    named = [f"{name}:{line}: {what}" for what, line in forbidden(parsed(path))
             if (name, what.partition(".")[0]) not in _EXCEPTIONS]  # fmt: skip
    assert not named


def test_every_exception_is_still_needed() -> None:
    used = {
        (str(path.relative_to(ROOT)), what.partition(".")[0])
        for path in python_files(*PURE)
        for what, _ in forbidden(parsed(path))
    }
    assert set(_EXCEPTIONS) <= used


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "import os.path",
        "from os import path",
        "def f():\n    import subprocess as s",
        "from urllib.request import urlopen",
        "open('x')",
        "def f(): print(1)",
        "from random import Random\nRandom()",
        "import random\nrandom.choice([1])",
        "from datetime import datetime\ndatetime.now()",
        "import sys\nsys.stdout.write('x')",
        "from sys import argv",
    ],
)
def test_io_is_seen(text: str) -> None:
    assert forbidden(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "import zipfile",
        "import re",
        "from sys import platform",
        "from random import Random\nRandom(1)",
        "x.open()",
    ],
)
def test_other_code_is_let_be(text: str) -> None:
    assert not forbidden(ast.parse(text))


_WATCHED_SCAN = """
import json, sys
from pathlib import Path
from kirosafe.detection.engine import Engine
from kirosafe.detection.rulebook import parse_rules
from kirosafe.detection.toolkit import Toolkit
from kirosafe.model.grade import Confidence
from kirosafe.model.report import ScanReport, ScanStats
from kirosafe.model.source import MemorySource
from kirosafe.report.json_report import render

folder, content = Path(sys.argv[1]), sys.stdin.buffer.read()
texts = {path.name: path.read_text() for path in sorted(folder.glob("*.toml"))}
texts.pop("folders.toml", None)
events, watching = [], False

def watch(event, arguments):
    if not watching or not event.startswith(("open", "os.", "socket.", "subprocess.", "shutil.")):
        return
    frame, callers = sys._getframe(1), []
    while frame is not None:
        callers.append(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
    if not any("importlib" in caller for caller in callers):
        events.append([event, repr(arguments[:1]), callers[:6]])

sys.addaudithook(watch)
watching = True
engine = Engine(Toolkit(parse_rules(texts), b"key", Confidence.LOW))
result = engine.scan(MemorySource("settings.ini", content))
stats = ScanStats(files=1, bytes=result.bytes)
render(ScanReport("0", (".",), result.findings, (), result.skipped, stats))
watching = False
print(json.dumps([events, [finding.rule for finding in result.findings]]))
"""


def test_a_detection_does_no_io(keys: Keys) -> None:
    """In a child process, because an audit hook cannot be taken out again. Imports may read."""
    pair = f"aws_access_key_id = {keys.aws_id()}\naws_secret_access_key = {keys.aws_secret()}\n"
    content = f"[a]\n{pair}blob = {b64encode(pair.encode()).decode()}\n{keys.private_key()}"
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED_SCAN, str(ROOT / "rules")],
        input=content.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    events, rules = json.loads(done.stdout)
    assert len(rules) >= 3, "found too little for its silence to prove anything"
    assert events == []
