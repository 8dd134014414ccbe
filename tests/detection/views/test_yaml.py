"""YAML as it is written by hand."""

import base64
import time

from kirosafe.detection.views.structure import Entry, entries


def pairs(text: str) -> list[tuple[str, bytes]]:
    """Keys and values."""
    return [(entry.key, entry.value) for entry in entries("yaml", text.encode())]


def test_plain_scalars_comments_tags_and_anchors() -> None:
    text = (
        "# no\n%YAML 1.2\na: b # c\nd: e#f g  \r\nh: &i !j k\nl: *i\nm: !n\no: http://p:q@r/#s\n"
        "'t u': v\n\"w\": x\ny z: '# 1'\nempty:\n"
    )
    assert pairs(text) == [
        ("a", b"b"),
        ("d", b"e#f g"),
        ("h", b"k"),
        ("o", b"http://p:q@r/#s"),
        ("t u", b"v"),
        ("w", b"x"),
        ("y z", b"# 1"),
    ]


def test_scalars_over_lines() -> None:
    text = "a: one\n  two\nb: \"x\n  y\\\n  z\\t\"\nc: 'it''s\n  d'\ne: \"open\n"
    assert pairs(text) == [
        ("a", b"one"),
        ("a", b"two"),
        ("b", b"x yz\t"),
        ("c", b"it's d"),
        ("e", b'"open'),
    ]


def test_block_scalars_keep_their_lines() -> None:
    text = "a: |-\n  one\n\n    two\n\nb: >2\n   x\n   y\nc:\n- |\n\n  z\n- |\nd: e\nf: |\n"
    data = text.encode()
    found = list(entries("yaml", data))
    assert [(entry.key, entry.value) for entry in found] == [
        ("a", b"one\n\n  two"),
        ("b", b"x y"),
        ("c.0", b"z"),
        ("d", b"e"),
    ]
    assert data[found[0].start : found[0].end] == b"one\n\n    two"


def test_inline_maps_over_lines() -> None:
    text = 'a: {b: c, "d": [e,\n  f]}\ng: [h] # i\nj: k\n'
    assert pairs(text) == [
        ("a.b", b"c"),
        ("a.d.0", b"e"),
        ("a.d.1", b"f"),
        ("g.0", b"h"),
        ("j", b"k"),
    ]


def test_environment_of_a_container() -> None:
    text = (
        "spec:\n  containers:\n  - name: app\n    env:\n    - name: DB_PASSWORD\n      value: a\n"
        "    - value: 'b'\n      name: OTHER\n    args:\n    - - x\n      - y\n    -\n      z: 1\n"
    )
    found = pairs(text)
    for pair in (
        ("spec.containers.0.env.DB_PASSWORD", b"a"),
        ("spec.containers.0.env.OTHER", b"b"),
        ("spec.containers.0.args.0.1", b"y"),
        ("spec.containers.0.args.1.z", b"1"),
    ):
        assert pair in found


def test_secrets_are_decoded_document_by_document() -> None:
    word = base64.b64encode(b"secret text").decode()
    secret = f"kind: Secret\ndata:\n  a: {word}\n  b: >-\n    {word[:8]}\n    {word[8:]}\n"
    text = f"data:\n  a: {word}\n---\n{secret}...\n"
    found = list(entries("yaml", text.encode()))
    assert found[0].value == word.encode()
    assert Entry("data.a", b"secret text", 6, None, None) in found
    assert Entry("data.b", b"secret text", 8, None, None) in found


def test_text_without_keys_is_no_value() -> None:
    assert pairs("just words\n") == []
    assert pairs("a: b\nwords: too # far: left\nwords\n") == [("a", b"b"), ("words", b"too")]
    assert pairs("a:\n  - note # no: key\n") == [("a.0", b"note")]


def test_blanks_in_quotes_cost_their_length_alone() -> None:
    assert pairs("a: 'x \t\n\n  \n y'\n") == [("a", b"x   y")]
    run = "\t" * 60_000
    started = time.process_time()
    assert pairs(f"a: '{run}x'\n") == [("a", f"{run}x".encode())]
    assert time.process_time() - started < 0.5  # the square of the run takes seconds
