"""Pairs of name and value, and base64 where a format prescribes it."""

import base64
import json

from kirosafe.detection.views.structure import Entry, entries


def b64(text: bytes) -> str:
    """base64."""
    return base64.b64encode(text).decode()


def test_pairs_in_both_orders_and_cases() -> None:
    tree = {
        "env": [{"name": "DB", "value": "a"}, {"Value": "b", "Key": "K"}, {"name": "only"}],
        "one": {"name": "N", "value": "c"},
    }
    found = {(entry.key, entry.value) for entry in entries("json", json.dumps(tree).encode())}
    assert {("env.DB", b"a"), ("env.K", b"b"), ("one.N", b"c")} <= found
    assert {key for key, _ in found if key.endswith("only")} == set()


def test_a_pair_keeps_the_span_of_its_value() -> None:
    data = b'{"name": "DB", "value": "abc"}'
    assert Entry("DB", b"abc", 1, 25, 28) in list(entries("json", data))


def test_kubernetes_secrets_are_decoded_and_the_rest_is_not() -> None:
    inner = json.dumps({"auths": {"r": {"auth": b64(b"u:p")}}}).encode()
    data = {"a": b64(b"text"), "b": b64(b"\xff\xfe\0"), "c": "no base64", "d": b64(inner)}
    secret = {"kind": "Secret", "data": data, "stringData": {"e": b64(b"text")}}
    found = {entry.key: entry for entry in entries("json", json.dumps(secret).encode())}
    assert found["data.a"][1:] == (b"text", 1, None, None)
    assert found["data.b"].value == b64(b"\xff\xfe\0").encode()
    assert found["data.b"].start is not None
    assert found["data.c"].value == b"no base64"
    assert found["data.d.auths.r.auth"][1:] == (b"u:p", 1, None, None)
    assert found["stringData.e"].value == b64(b"text").encode()
    other = json.dumps({"kind": "ConfigMap", "data": data}).encode()
    assert all(entry.start is not None for entry in entries("json", other))


def test_logins_need_a_colon() -> None:
    (entry,) = entries("json", json.dumps({"auth": b64(b"text")}).encode())
    assert entry.value == b64(b"text").encode()
