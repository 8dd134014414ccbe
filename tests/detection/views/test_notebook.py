"""Cells and their outputs as text."""

import json

from kirosafe.detection.views.notebook import cells
from kirosafe.detection.views.view import Limits, View
from kirosafe.model.skipped import Skipped, SkipReason
from tests.support.keys import Keys


def notebook(*parts: object) -> bytes:
    """A notebook of these cells."""
    return json.dumps(
        {"cells": parts, "metadata": {"source": "no"}, "nbformat": 4}, indent=1
    ).encode()


def test_sources_and_outputs_are_joined(keys: Keys) -> None:
    key_id, secret = keys.aws_id(), keys.aws_secret()
    data = notebook(
        {"cell_type": "markdown", "source": "as one string"},
        {
            "source": [f'id = "{key_id}"\n', "print(id)"],
            "outputs": [
                {"name": "stdout", "text": [f"{secret}\n"]},
                {"data": {"text/plain": ["'plain'"], "image/png": "aGVsbG8="}},
                {"ename": "E", "traceback": ["\x1b[0;31mline 1\x1b[0m", "line 2"]},
            ],
        },
    )
    found = cells("a.ipynb", data, ("gzip",), Limits())
    text = f"as one string\nid = \"{key_id}\"\nprint(id)\n{secret}\n'plain'\nline 1\nline 2"
    assert found == View(("gzip", "notebook"), "a.ipynb", text.encode(), 0)


def test_format_three_has_worksheets() -> None:
    data = json.dumps({"worksheets": [{"cells": [{"input": ["a = 1"]}]}]}).encode()
    found = cells("a.ipynb", data, (), Limits())
    assert isinstance(found, View)
    assert found.data == b"a = 1"


def test_what_is_no_notebook_is_nothing() -> None:
    assert cells("a.ipynb", b"[1, 2", (), Limits()) is None


def test_too_large_is_said() -> None:
    found = cells("a.ipynb", b" " * 11, (), Limits(notebook_bytes=10))
    assert found == Skipped("a.ipynb", SkipReason.ARCHIVE_TOO_LARGE, "notebook")


def test_too_many_cells_are_said() -> None:
    data = notebook({"source": ["a\n", "b"]}, {"source": "c"})
    assert isinstance(cells("a.ipynb", data, (), Limits(members=2)), View)
    found = cells("a.ipynb", data, (), Limits(members=1))
    assert found == Skipped("a.ipynb", SkipReason.ARCHIVE_LIMIT, "notebook")
