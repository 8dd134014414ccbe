"""Files and functions stay small enough to be read at once."""

import ast
from pathlib import Path

import pytest

from tests.support.sources import ROOT, parsed, python_files

_FILE_LINES = 320
_TEST_FILE_LINES = 600  # tables of cases are long and easy
_FUNCTION_LINES = 60

# Longer for a reason. Whoever adds a line here says why, and may be asked to take it out again.
_LONG_FILES: dict[str, str] = {}
_LONG_FUNCTIONS: dict[str, str] = {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _allowed(name: str) -> int:
    return _TEST_FILE_LINES if name.startswith("tests/") else _FILE_LINES


def long_functions(tree: ast.Module) -> list[tuple[str, int]]:
    """Functions over the limit, decorators and docstring left out of the count."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = node.body[0].end_lineno if ast.get_docstring(node) else node.lineno
            lines = (node.end_lineno or 0) - (start or 0)
            if lines > _FUNCTION_LINES:
                found.append((node.name, lines))
    return found


@pytest.mark.parametrize("path", python_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_are_small(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name not in _LONG_FILES:
        assert _lines(path) <= _allowed(name), "split it by topic"
    for function, lines in long_functions(parsed(path)):
        assert f"{name}:{function}" in _LONG_FUNCTIONS, f"{function} has {lines} lines"


def test_exceptions_are_still_needed() -> None:
    for name in _LONG_FILES:
        assert _lines(ROOT / name) > _allowed(name), name
    long = {
        f"{path.relative_to(ROOT)}:{function}"
        for path in python_files()
        for function, _ in long_functions(parsed(path))
    }
    assert set(_LONG_FUNCTIONS) <= long


def test_a_long_function_is_seen() -> None:
    body = "    x = 1\n" * (_FUNCTION_LINES + 1)
    assert long_functions(ast.parse(f"def f():\n{body}")) == [("f", _FUNCTION_LINES + 1)]
    assert not long_functions(ast.parse(f"def f():\n{body[10:]}"))
