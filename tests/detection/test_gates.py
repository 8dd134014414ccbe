"""Each gate on both sides of its limit, and what may be written in a rule."""

import base64
import json
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.gates import (
    GATES,
    base62_crc32,
    english_share,
    entropy,
    known_gate,
    longest_sequence,
    passes,
)
from tests.support.keys import Keys


@pytest.mark.parametrize(
    ("value", "bits"), [(b"", 0), (b"aaaa", 0), (b"abab", 1), (b"abcd", 2), (bytes(range(256)), 8)]
)
def test_entropy(value: bytes, bits: float) -> None:
    assert entropy(value) == pytest.approx(bits)


@given(st.binary(min_size=1, max_size=60))
def test_entropy_is_between_nothing_and_all_different(value: bytes) -> None:
    assert -1e-9 <= entropy(value) <= log2(len(value)) + 1e-9
    assert entropy(value) == pytest.approx(entropy(bytes(reversed(value))))


@pytest.mark.parametrize(
    ("value", "length"),
    [(b"", 0), (b"a", 0), (b"az", 1), (b"abc", 3), (b"xcba", 3), (b"aabcdz", 4), (b"13579", 1)],
)
def test_longest_sequence(value: bytes, length: int) -> None:
    assert longest_sequence(value) == length


@given(st.binary(max_size=40), st.integers(1, 40))
def test_a_longer_run_is_seen_wherever_it_stands(before: bytes, length: int) -> None:
    run = bytes(range(60, 60 + length))
    assert longest_sequence(before + run) >= (length if length > 1 else 0)


def test_english_share() -> None:
    assert english_share(b"") == english_share(b"x") == 1.0
    assert english_share(b"AuthenticationHandler".lower()) > 0.8
    assert english_share(b"xqzjvkwq") < 0.1


# Gate, then what passes it, then what does not; "line" is what the value stands on.
TABLE: list[tuple[str, list[bytes], list[bytes]]] = [
    ("distinct:4", [b"abcd", b"aabbccdd"], [b"abc", b"aaaa", b""]),
    ("entropy:2", [b"abcd"], [b"abca", b""]),
    ("min-length:5", [b"abcde"], [b"abcd"]),
    ("mixed", [b"a1", b"Z9!"], [b"abc", b"123", b"!!", b"", b"@1", b"[1"]),
    (
        "not-placeholder",
        [b"k3Jd9wQz", b"a1b", b"Tr0ub4dor&3"],
        [
            b"aaaa1111",  # three different characters
            b"my-example-key",
            b"ChangeMe123",
            b"<password>",
            b"${PASSWORD}",
            b"{{ secret }}",
            b"%(password)s",
            b"__TOKEN__",
            b"none",
            b"abcdefgh",
            b"x9876543210y",
        ],
    ),
    ("not-example", [b"AKIAabc", b"example"], [b"wJalrEXAMPLEKEY"]),
    (
        "not-word",
        [b"x7Kq92LmZt", b"Zq8-Wv7-Xk5", b"qxzvkjwpbd", b"a;b;c;d", b"12345", b"XkQz7vWqZj"],
        [b"two words", b"oauth2_token", b"authentication", b"DatabasePassword", b"my_secret_name"],
    ),
    (
        "not-code",
        [b"x7Kq92LmZt", b"pa.ss-word1!", b"aws4_request"],
        [
            b"os.environ",
            b"request.POST.get(x",
            b"app.keys[0]",
            b"get_password()",
            b"config[x]",
            b"/etc/passwd",
            b"./a",
            b"C:\\keys",
            b"a/b/c",
            b"https://example.org",
            b"self",
            b"lambda x",
            b"a == b",
            b"a + b",
            b"--flag",
        ],
    ),
]


@pytest.mark.parametrize(("spec", "good", "bad"), TABLE, ids=[spec for spec, _, _ in TABLE])
def test_gate(spec: str, good: list[bytes], bad: list[bytes]) -> None:
    assert known_gate(spec)
    for value in good:
        assert passes((spec,), value, b"line"), value
    for value in bad:
        assert not passes((spec,), value, b"line"), value


@pytest.mark.parametrize(
    "line", [b"sha256: x", b"SHA-1 x", b"md5 = x", b'"integrity": "x"', b"git commit x", b"etag: x"]
)
def test_hash_context_is_judged_by_the_line(line: bytes) -> None:
    assert not passes(("not-hash-context",), b"x", line)
    assert passes(("not-hash-context",), line, b"password = x")


def _jwt(header: object) -> bytes:
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=")
    return encoded + b".e30.signature"


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (_jwt({"alg": "HS256", "typ": "JWT"}), True),
        (_jwt({"typ": "JWT", "alg": "none", "kid": "\u00e9?>"}), True),
        (_jwt({"typ": "JWT"}), False),
        (_jwt(["alg"]), False),
        (b"a.b.c", False),  # one character is no base64
        (b"", False),
    ],
)
def test_jwt(value: bytes, is_one: bool) -> None:
    assert passes(("jwt",), value, b"") is is_one


def test_github_checksum(keys: Keys) -> None:
    token = keys.github_token().encode()
    assert passes(("github-checksum",), token, b"")
    wrong = b"0" if token[-1:] != b"0" else b"1"
    assert not passes(("github-checksum",), token[:-1] + wrong, b"")
    assert base62_crc32(b"") == b"000000"


def test_all_gates_must_be_passed() -> None:
    assert passes((), b"", b"")
    assert passes(("mixed", "min-length:2"), b"a1", b"")
    assert not passes(("mixed", "min-length:3"), b"a1", b"")
    assert not passes(("min-length:2", "mixed"), b"aa", b"")


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "unheard-of",
        "mixed:1",
        "entropy",
        "entropy:",
        "entropy:much",
        "entropy:0",
        "distinct:-1",
    ],
)
def test_specs_that_no_rule_may_have(spec: str) -> None:
    assert not known_gate(spec)


def test_specs_that_rules_may_have() -> None:
    numeric = {"distinct", "entropy", "min-length"}
    for name in GATES:
        assert known_gate(f"{name}:3" if name in numeric else name)


@given(st.sampled_from(sorted(GATES)), st.binary(max_size=80), st.binary(max_size=80))
def test_gates_answer_whatever_they_are_shown(name: str, value: bytes, line: bytes) -> None:
    assert GATES[name](value, line, "3") in (True, False)
