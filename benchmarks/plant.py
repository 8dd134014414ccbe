"""Secrets put into a tree while it is measured, so that no tool wins by looking away.

They are made anew in every session, open nothing, and are taken out again at its end.
"""

import os
import random
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_BASE62 = _DIGITS + _UPPER + _UPPER.lower()

PAIR_FILE = "settings.ini"
TOKEN_FILE = ".env"
KEY_FILE = "deploy_key.pem"


class Pair(NamedTuple):
    """An AWS pair: the values, and in which lines of its file they stand."""

    key_id: str
    secret: str
    file: str
    id_line: int
    secret_line: int

    def __repr__(self) -> str:
        """Where it stands; the values are nobody's business."""
        return f"Pair({self.file}:{self.id_line},{self.secret_line})"


class _Maker:
    """Makes well-shaped secrets from a source of randomness."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def mixed(self, length: int, alphabet: str = _BASE62) -> str:
        """Random text with an upper-case letter, a lower-case letter and a digit in it."""
        while True:
            text = "".join(self._source.choices(alphabet, k=length))
            if all(any(map(test, text)) for test in (str.isupper, str.islower, str.isdigit)):
                return text

    def pair(self, line: int, file: str) -> tuple[Pair, str]:
        """An AWS pair for `line` and the next of `file`, and the two lines."""
        key_id = "AKIA" + "".join(self._source.choices(_UPPER + "234567", k=16))
        ends = self._source.choices(_BASE62, k=2)  # a symbol at either end confuses word borders
        secret = ends[0] + self.mixed(38, _BASE62 + "+/") + ends[1]
        lines = f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
        return Pair(key_id, secret, file, line, line + 1), lines

    def github_token(self) -> str:
        """A classic token: thirty characters and their checksum."""
        body = self.mixed(30)
        checksum, tail = zlib.crc32(body.encode()), ""
        for _ in range(6):
            checksum, digit = divmod(checksum, 62)
            tail = _BASE62[digit] + tail
        return f"ghp_{body}{tail}"

    def private_key(self) -> str:
        """PEM armour around random base 64."""
        body = "\n".join(self.mixed(64, _BASE62 + "+/") for _ in range(25))
        armour = "RSA " + "PRIVATE KEY-----"
        return f"-----BEGIN {armour}\n{body}\n-----END {armour}\n"


@contextmanager
def planted(folder: Path, source: random.Random | None = None) -> Iterator[Pair]:
    """Plant an AWS pair, a GitHub token and a private key as files of `folder`, for a while."""
    maker = _Maker(source or random.SystemRandom())
    heading = "[default]\nregion = eu-central-1\n"
    pair, lines = maker.pair(3, PAIR_FILE)
    contents = {
        PAIR_FILE: heading + lines + "output = json\n",
        TOKEN_FILE: f"DEBUG=1\nGITHUB_TOKEN={maker.github_token()}\n",
        KEY_FILE: maker.private_key(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, content in contents.items():
            (folder / name).write_text(content)
        yield pair
    finally:
        for name in contents:
            (folder / name).unlink(missing_ok=True)


@contextmanager
def appended(file: Path, source: random.Random | None = None) -> Iterator[Pair]:
    """Append an AWS pair to a file that ends in a line break, for a while."""
    size = file.stat().st_size
    with file.open("rb") as content:
        above = sum(block.count(b"\n") for block in iter(lambda: content.read(2**20), b""))
    pair, lines = _Maker(source or random.SystemRandom()).pair(above + 1, file.name)
    try:
        with file.open("a") as end:
            end.write(lines)
        yield pair
    finally:
        os.truncate(file, size)
