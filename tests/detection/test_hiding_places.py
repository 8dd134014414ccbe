"""One AWS key pair wherever people leave it: each place is one in which other scanners missed it
(measured 2026-11-22 with four of them; none found all)."""

import gzip
import json
from base64 import b64encode, encodebytes
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from kirosafe.detection.engine import Engine
from kirosafe.detection.redact import fingerprint
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Severity
from kirosafe.model.source import Depth, MemorySource
from tests.support import packing
from tests.support.detection import KEY
from tests.support.keys import Keys


class Pair(NamedTuple):
    """The credentials that are hidden."""

    id: str
    secret: str
    token: str

    @property
    def ini(self) -> str:
        """As in ~/.aws/credentials."""
        return f"[default]\naws_access_key_id = {self.id}\naws_secret_access_key = {self.secret}\n"

    @property
    def env(self) -> str:
        """As in a .env file."""
        return f"AWS_ACCESS_KEY_ID={self.id}\nAWS_SECRET_ACCESS_KEY={self.secret}\n"


@pytest.fixture
def pair(keys: Keys) -> Pair:
    """A pair and a session token, the same in every run."""
    return Pair(keys.aws_id(), keys.aws_secret(), keys.aws_session_token())


@pytest.fixture
def noise(keys: Keys) -> Callable[[int], bytes]:
    """Bytes without meaning."""
    return keys.random.randbytes


def _scan(engine: Engine, path: str, content: str | bytes) -> tuple[Finding, ...]:
    data = content.encode() if isinstance(content, str) else content
    result = engine.scan(MemorySource(path, data))
    assert result.skipped == ()
    assert result.bytes == len(data)
    return result.findings


def _values(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.fingerprint: finding for finding in findings}


def _mark(value: str) -> str:
    return fingerprint(KEY, value.encode())


def _assert_pair(findings: tuple[Finding, ...], pair: Pair) -> None:
    """Id and secret are there, once for every place, as one live credential."""
    found = _values(findings)
    secret, key_id = found[_mark(pair.secret)], found[_mark(pair.id)]
    assert secret.severity is key_id.severity is Severity.HIGH
    assert "belongs to the secret key on line" in key_id.note
    assert "belongs to the key id on line" in secret.note
    places = [(f.fingerprint, f.line, f.column, f.via) for f in findings]
    assert len(set(places)) == len(places)


AS_TEXT: dict[str, tuple[str, Callable[[Pair], str]]] = {
    "ini": ("credentials", lambda p: p.ini),
    "env": (".env", lambda p: p.env),
    "env with CRLF": (".env", lambda p: p.env.replace("\n", "\r\n")),
    "env with CR": ("old.txt", lambda p: p.env.replace("\n", "\r")),
    "env with a mark": (".env", lambda p: "\ufeff" + p.env),
    "exported": ("deploy.sh", lambda p: "".join(f"export {x}\n" for x in p.env.split())),
    "dockerfile": (
        "Dockerfile",
        lambda p: f"ENV AWS_ACCESS_KEY_ID {p.id}\nENV AWS_SECRET_ACCESS_KEY {p.secret}\n",
    ),
    "json": (
        "keys.json",
        lambda p: json.dumps({"AccessKeyId": p.id, "SecretAccessKey": p.secret}),
    ),
    "json in json": (
        "log.json",
        lambda p: json.dumps(
            {"message": json.dumps({"SecretAccessKey": p.secret, "AccessKeyId": p.id})}
        ),
    ),
    "yaml": (
        "values.yml",
        lambda p: f"aws:\n  access_key_id: {p.id}\n  secret_access_key: {p.secret}\n",
    ),
    "yaml of names and values": (
        "task.yml",
        lambda p: (
            f"env:\n- name: AWS_ACCESS_KEY_ID\n  value: {p.id}\n"
            f"- name: AWS_SECRET_ACCESS_KEY\n  value: {p.secret}\n"
        ),
    ),
    "kubernetes secret": (
        "secret.yaml",
        lambda p: (
            "kind: Secret\ndata:\n"
            f"  AWS_ACCESS_KEY_ID: {b64encode(p.id.encode()).decode()}\n"
            f"  AWS_SECRET_ACCESS_KEY: {b64encode(p.secret.encode()).decode()}\n"
        ),
    ),
    "terraform state": (
        "terraform.tfstate",
        lambda p: json.dumps({"attributes": {"id": p.id, "secret": p.secret}}, indent=2),
    ),
    "xml of sts": (
        "response.xml",
        lambda p: (
            f"<AccessKeyId>{p.id}</AccessKeyId>\n<SecretAccessKey>{p.secret}</SecretAccessKey>"
        ),
    ),
    "table of html": ("team.html", lambda p: f"<td>{p.id}</td><td>{p.secret}</td>"),
    "command line": (
        "fetch.sh",
        lambda p: f"curl --user {p.id}:{p.secret} --aws-sigv4 aws:amz https://a.example.org\n",
    ),
    "console csv": (
        "new_user_credentials.csv",
        lambda p: (
            "User name,Password,Access key ID,Secret access key,Console login link\n"
            f"bob,,{p.id},{p.secret},https://123456789012.signin.aws.amazon.com/console\n"
        ),
    ),
    "key csv": (
        "bob_accessKeys.csv",
        lambda p: f"\ufeffAccess key ID,Secret access key\n{p.id},{p.secret}\n",
    ),
    "root key": ("rootkey.csv", lambda p: f"AWSAccessKeyId={p.id}\nAWSSecretKey={p.secret}\n"),
    "log of botocore": (
        "debug.log",
        lambda p: (
            f"DEBUG Authorization: AWS4-HMAC-SHA256 Credential={p.id}/20260102/us-east-1/sts/"
            f"aws4_request, SignedHeaders=host, Signature={'0' * 64}\n"
            "2026-01-02 03:04:05,678 botocore.parsers [DEBUG] Response body:\n"
            f"b'<Credentials><AccessKeyId>{p.id}</AccessKeyId><SecretAccessKey>{p.secret}"
            "</SecretAccessKey></Credentials>'\n"
        ),
    ),
    "lock file": (
        "package-lock.json",
        lambda p: json.dumps({"env": {"KEY": p.id, "AWS_SECRET_ACCESS_KEY": p.secret}}, indent=1),
    ),
    "minified": (
        "app.min.js",
        lambda p: "x;" * 9000 + f'a({{accessKeyId:"{p.id}",secretAccessKey:"{p.secret}"}})' * 2,
    ),
    "without a label": ("notes.txt", lambda p: f"{p.id}\n{p.secret}\n"),
    "13 lines apart": (
        "a.py",
        lambda p: f'key = "{p.id}"\n' + "x = 1\n" * 13 + f'other = "{p.secret}"\n',
    ),
    "5000 lines apart": (
        "b.py",
        lambda p: f'key = "{p.id}"\n' + "x = 1\n" * 5000 + f'other = "{p.secret}"\n',
    ),
    "5000 lines apart, secret first": (
        "c.py",
        lambda p: f'other = "{p.secret}"\n' + "x = 1\n" * 5000 + f'key = "{p.id}"\n',
    ),
    "split id": (
        "d.py",
        lambda p: (
            f'id = "{p.id[:2]}" + \\\n     "{p.id[2:]}"\naws_secret_access_key = "{p.secret}"\n'
        ),
    ),
    "both split": (
        "e.py",
        lambda p: (
            f'id = ("{p.id[:9]}"\n      "{p.id[9:]}")\n'
            f'secret = "{p.secret[:20]}" + "{p.secret[20:]}"\n'
        ),
    ),
    "base64": ("data.txt", lambda p: "data: " + b64encode(p.ini.encode()).decode()),
    "base64 in lines": ("mail.txt", lambda p: encodebytes(p.ini.encode()).decode()),
    "hex": ("dump.txt", lambda p: p.ini.encode().hex()),
    "percent": ("url.txt", lambda p: "".join(f"%{byte:02X}" for byte in p.ini.encode())),
    "escapes": ("f.js", lambda p: f'"{"".join(f"{chr(92)}u{ord(c):04x}" for c in p.ini)}"'),
    "notebook": (
        "g.ipynb",
        lambda p: json.dumps(
            {"cells": [{"source": [f"id = '{p.id}'\n", f"aws_secret_key = '{p.secret}'"]}]}
        ),
    ),
    "notebook's output": (
        "h.ipynb",
        lambda p: json.dumps(
            {"cells": [{"outputs": [{"text": [p.ini[:60], p.ini[60:]]}], "source": []}]}
        ),
    ),
}


@pytest.mark.parametrize("place", AS_TEXT)
def test_pair_in_text(place: str, engine: Engine, pair: Pair) -> None:
    path, text = AS_TEXT[place]
    _assert_pair(_scan(engine, path, text(pair)), pair)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_pair_in_wide_characters(codec: str, engine: Engine, pair: Pair) -> None:
    findings = _scan(engine, "export.txt", pair.ini.encode(codec))
    _assert_pair(findings, pair)
    assert [finding.line for finding in findings] == [2, 3]


PACKED: dict[str, tuple[str, Callable[[Pair], bytes]]] = {
    "zip": ("a.zip", lambda p: packing.zipped({"conf/a.ini": p.ini.encode()})),
    "zip, without a label": (
        "a.zip",
        lambda p: packing.zipped({"a.txt": f"{p.id}\n\n{p.secret}\n".encode()}),
    ),
    "zip of utf-16": ("a.zip", lambda p: packing.zipped({"a.ini": p.ini.encode("utf-16")})),
    "tar": ("a.tar.gz", lambda p: packing.tarred({"conf/a.ini": p.ini.encode()})),
    "gzip": ("a.ini.gz", lambda p: gzip.compress(p.ini.encode())),
    "document": ("a.docx", lambda p: packing.document(p.ini.splitlines())),
    "workbook": (
        "a.xlsx",
        lambda p: packing.workbook(["key", p.id, "other half", p.secret]),
    ),
    "zip in tar in zip": (
        "a.zip",
        lambda p: packing.zipped(
            {"b.tar.gz": packing.tarred({"c.zip": packing.zipped({"d.ini": p.ini.encode()})})}
        ),
    ),
}


@pytest.mark.parametrize("place", PACKED)
def test_pair_in_a_package(place: str, engine: Engine, pair: Pair) -> None:
    path, packed = PACKED[place]
    findings = _scan(engine, path, packed(pair))
    _assert_pair(findings, pair)
    assert all(finding.via and finding.span is None for finding in findings)


def test_pair_in_a_database(engine: Engine, pair: Pair, tmp_path: Path) -> None:
    rows = {"aws_access_key_id": pair.id, "aws_secret_access_key": pair.secret}
    _assert_pair(_scan(engine, "app.db", packing.database(tmp_path, rows)), pair)


def test_pair_behind_a_picture(engine: Engine, pair: Pair, noise: Callable[[int], bytes]) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + noise(5000) + b"IEND\xaeB`\x82"
    _assert_pair(_scan(engine, "a.png", picture + pair.ini.encode()), pair)


def test_pair_in_noise(engine: Engine, pair: Pair, noise: Callable[[int], bytes]) -> None:
    data = noise(3000) + b"\0" + pair.ini.encode() + b"\0" + noise(3000)
    _assert_pair(_scan(engine, "core.bin", data), pair)


def test_pair_in_a_log_with_a_nul(engine: Engine, pair: Pair) -> None:
    data = b"start\0\n" + b"a line of a log\n" * 50 + pair.ini.encode()
    _assert_pair(_scan(engine, "a.log", data), pair)


def test_pair_in_latin_1(engine: Engine, pair: Pair) -> None:
    _assert_pair(_scan(engine, "a.txt", "K\u00e4se\n".encode("latin-1") + pair.ini.encode()), pair)


def test_pair_in_a_dependency(engine: Engine, pair: Pair) -> None:
    text = f"module.exports={{accessKeyId:'{pair.id}',secretAccessKey:'{pair.secret}'}}"
    path = "node_modules/x/config.js"
    result = engine.scan(MemorySource(path, text.encode(), depth=Depth.BULK))
    _assert_pair(result.findings, pair)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le"])
def test_pair_in_a_dependency_in_wide_characters(codec: str, engine: Engine, pair: Pair) -> None:
    source = MemorySource("node_modules/a.reg", pair.ini.encode(codec), depth=Depth.BULK)
    _assert_pair(engine.scan(source).findings, pair)


def test_secret_alone(engine: Engine, pair: Pair) -> None:
    (found,) = _scan(engine, "a.txt", f"aws_secret_access_key={pair.secret}")
    assert found.severity is Severity.HIGH
    assert found.fingerprint == _mark(pair.secret)


def test_id_alone_is_no_secret(engine: Engine, pair: Pair) -> None:
    (found,) = _scan(engine, "a.txt", f"the key {pair.id} was used")
    assert found.severity is Severity.LOW
    assert found.fingerprint == _mark(pair.id)
    assert "belongs" not in found.note


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "AWS_SESSION_TOKEN={}"),
        ("a.ini", "aws_session_token = {}"),
        ("a.json", '{{"SessionToken": "{}"}}'),
        ("a.txt", "the token is {} for an hour"),
    ],
)
def test_session_token_alone(path: str, text: str, engine: Engine, pair: Pair) -> None:
    found = _values(_scan(engine, path, text.format(pair.token)))
    assert found[_mark(pair.token)].severity >= Severity.MEDIUM


def test_session_token_beside_an_id(engine: Engine, pair: Pair) -> None:
    findings = _values(_scan(engine, "a.txt", f"{pair.id} and {pair.token}\n"))
    assert findings[_mark(pair.token)].severity is Severity.HIGH
    assert "session token" in findings[_mark(pair.id)].note
