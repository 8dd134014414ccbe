"""Hiding places: wherever one AWS pair is hidden, some view shows both halves as they are.

Walks like the engine does: containers to their depth, then encoded text behind its anchors.
"""

import base64
import bz2
import gzip
import io
import json
import lzma
import re
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable, Iterator

import pytest

from kirosafe.detection.views.containers import container_kind, members
from kirosafe.detection.views.encoded import decode_at, encoded_literals
from kirosafe.detection.views.notebook import cells
from kirosafe.detection.views.structure import entries, structure_for
from kirosafe.detection.views.text import as_text, transcode
from kirosafe.detection.views.view import Budget, Limits, View
from tests.support.keys import Keys

LIMITS = Limits()
ANCHORS = [(a.encoding, re.compile(a.expression.encode())) for a in encoded_literals([b"AKIA"])]


def texts(view: View, budget: Budget) -> Iterator[bytes]:
    """Everything a scanner gets to see of `view`."""
    codec = as_text(view.data)
    data = transcode(view.data, codec) if codec else view.data
    yield data
    if structure := structure_for(view.path):
        yield b"\n".join(entry.value for entry in entries(structure, data))
    for inner in derived(view._replace(data=data), budget):
        yield from texts(inner, budget)


def derived(view: View, budget: Budget) -> Iterator[View]:
    """One step further."""
    if len(view.via) >= LIMITS.depth:
        return
    if kind := container_kind(view.path, view.data[:8192]):
        found = members(kind, view.path, view.data, view.via, LIMITS, budget)
        yield from (item for item in found if isinstance(item, View))
    if view.path.endswith(".ipynb") and "notebook" not in view.via:
        page = cells(view.path, view.data, view.via, LIMITS)
        assert isinstance(page, View)
        yield page
    for encoding, pattern in ANCHORS:
        done = 0
        for hit in pattern.finditer(view.data):
            run = decode_at(view.data, hit.end(), encoding, LIMITS) if hit.end() > done else None
            if run:
                done = run[1]
                yield View((*view.via, encoding), view.path, run[2])


def boxed(files: dict[str, bytes]) -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(name: str, data: bytes, mode: str) -> bytes:
    """A tar with one file, compressed as `mode` says."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def stored(key_id: str, secret: str) -> bytes:
    """A database with the pair in a row."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE accounts (id TEXT, secret TEXT)")
    connection.execute("INSERT INTO accounts VALUES (?, ?)", (key_id, secret))
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def each(form: str, text: str) -> str:
    """Every character of `text` as `form`."""
    return "".join(form.format(ord(char)) for char in text)


def ini(key_id: str, secret: str) -> bytes:
    """The pair as in a credentials file."""
    return f"[x]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n".encode()


def base64_text(text: str) -> str:
    """`text` as base64."""
    return base64.b64encode(text.encode()).decode()


def split(text: str) -> str:
    """A string in two pieces on two lines."""
    return f'"{text[:2]}" + \\\n    "{text[2:]}"'


Place = Callable[[str, str], bytes]
PLACES: dict[str, tuple[str, Place]] = {
    "UTF-16": ("a.ini", lambda i, s: ini(i, s).decode().encode("utf-16")),
    "UTF-16 without mark": ("a.ini", lambda i, s: ini(i, s).decode().encode("utf-16-le")),
    "UTF-32": ("a.ini", lambda i, s: ini(i, s).decode().encode("utf-32")),
    "base64": ("a.txt", lambda i, s: base64.b64encode(ini(i, s))),
    "base64 wrapped": ("a.txt", lambda i, s: base64.encodebytes(ini(i, s) * 3)),
    "base64 apart": ("a.py", lambda i, s: f"a='{base64_text(i)}'\nb='{base64_text(s)}'".encode()),
    "hex": ("a.py", lambda i, s: f"a='{i.encode().hex()}'\nb='{s.encode().hex()}'".encode()),
    "percent": ("a.txt", lambda i, s: each("%{:02X}", f"{i}:{s}").encode()),
    "\\u": ("a.js", lambda i, s: b'a="%s", b="%s"' % (escaped(i), escaped(s))),
    "two lines": ("a.py", lambda i, s: f"a = {split(i)}\nb = {split(s)}\n".encode()),
    "zip": ("a.zip", lambda i, s: boxed({"conf/a.ini": ini(i, s)})),
    "tar": ("a.tar", lambda i, s: tarred("a.ini", ini(i, s), "w")),
    "tar.gz": ("a.tar.gz", lambda i, s: tarred("a.ini", ini(i, s), "w:gz")),
    "tar.bz2": ("a.tar.bz2", lambda i, s: tarred("a.ini", ini(i, s), "w:bz2")),
    "tar.xz": ("a.tar.xz", lambda i, s: tarred("a.ini", ini(i, s), "w:xz")),
    "gz": ("a.log.gz", lambda i, s: gzip.compress(ini(i, s))),
    "bz2": ("a.log.bz2", lambda i, s: bz2.compress(ini(i, s))),
    "xz": ("a.log.xz", lambda i, s: lzma.compress(ini(i, s))),
    "zip in tar in gz": (
        "a.tgz",
        lambda i, s: tarred("b.zip", boxed({"a.ini": ini(i, s)}), "w:gz"),
    ),
    "base64 in zip": ("a.zip", lambda i, s: boxed({"a.txt": base64.b64encode(ini(i, s))})),
    "sqlite": ("a.db", stored),
    "docx": (
        "a.docx",
        lambda i, s: boxed({"word/document.xml": f"<w:p>{runs(i)}</w:p>{runs(s)}".encode()}),
    ),
    "xlsx": (
        "a.xlsx",
        lambda i, s: boxed({"xl/sharedStrings.xml": f"<si>{i}</si><si>{s}</si>".encode()}),
    ),
    "ipynb": (
        "a.ipynb",
        lambda i, s: json.dumps(
            {"cells": [{"source": [f"i = '{i}'\n"], "outputs": [{"text": [f"{s}\n"]}]}]}
        ).encode(),
    ),
    "kubernetes": (
        "a.yaml",
        lambda i, s: (
            f"data:\n  a: {base64_text(i)}\n  b: {base64_text(s)}\nkind: Secret\n".encode()
        ),
    ),
    "docker": (
        "config.json",
        lambda i, s: json.dumps({"auths": {"r": {"auth": base64_text(f"{i}:{s}")}}}).encode(),
    ),
    "json with escaped slashes": (
        "a.json",
        lambda i, s: json.dumps({"i": i, "s": s}).replace("/", "\\/").encode(),
    ),
}


def escaped(text: str) -> bytes:
    """As JavaScript escapes."""
    return each("\\u{:04x}", text).encode()


def runs(text: str) -> str:
    """As a word processor splits text."""
    return f"<w:r><w:t>{text[:2]}</w:t></w:r><w:r><w:t>{text[2:]}</w:t></w:r>"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("seed", range(5))
def test_the_pair_is_seen(place: str, seed: int) -> None:
    keys = Keys(seed)
    key_id, secret = keys.aws_id(), keys.aws_secret()
    path, hide = PLACES[place]
    data = hide(key_id, secret)
    seen = list(texts(View((), path, data), Budget(LIMITS)))
    both = (key_id.encode(), secret.encode())
    assert any(all(half in text for half in both) for text in seen)
