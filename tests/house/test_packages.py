"""Every folder of the package says what lives in it, and setup.cfg knows them all."""

import ast
import configparser
from pathlib import Path

import pytest

from tests.support.sources import ROOT, parsed, python_files

_PACKAGES = [path for path in python_files("kirosafe", "rules", "containers")
             if path.name == "__init__.py"]  # fmt: skip


@pytest.mark.parametrize("path", _PACKAGES, ids=lambda p: str(p.parent.relative_to(ROOT)))
def test_a_folder_says_what_lives_in_it(path: Path) -> None:
    docstring = ast.get_docstring(parsed(path)) or ""
    assert len(docstring) > 40, "say what lives here, what it may import, how to add one more"
    assert not any(word in docstring for word in ("TBD", "TODO", "FIXME"))


def test_every_folder_with_python_is_a_package() -> None:
    folders = {path.parent for path in python_files("kirosafe")}
    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def test_setup_cfg_names_every_package() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    named = set(setup["options"]["packages"].split())
    lying = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in _PACKAGES
        if path.is_relative_to(ROOT / "kirosafe")
    }
    assert named == lying | {"kirosafe.data.rules", "kirosafe.data.containers"}
