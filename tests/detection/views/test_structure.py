"""What holds for every structure: spans, lines, no failure, bounded time; and who has which."""

import json
import time
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.views.structure import DEEPEST, LONGEST_KEY, Entry, entries, structure_for

STRUCTURES = ["dotenv", "ini", "json", "yaml", "toml", "netrc", "pgpass"]
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True).filter(
    lambda key: key.lower() not in {"name", "key", "value", "data", "auth", "kind"}
)
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=30)
TREES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TOP = st.dictionaries(KEYS, TREES, max_size=5)


def leaves(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Paths and values of all strings in `tree`."""
    if isinstance(tree, str):
        return [(".".join(path), tree)]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return [leaf for key, inner in items for leaf in leaves(inner, (*path, str(key)))]


def found(structure: str, data: bytes) -> list[tuple[str, str]]:
    """Keys and values, after it was checked that spans and lines are right."""
    result = []
    for entry in entries(structure, data):
        check(data, entry)
        result.append((entry.key, entry.value.decode()))
    return result


def check(data: bytes, entry: Entry) -> None:
    """The span lies in `data`, on the line that is said."""
    if entry.start is None or entry.end is None:
        return
    assert 0 <= entry.start <= entry.end <= len(data)
    assert entry.line == data.count(b"\n", 0, entry.start) + 1
    if b"\\" not in entry.value and b"'" not in entry.value and b"\n" not in entry.value:
        raw = data[entry.start : entry.end]
        assert raw == entry.value or b"\\" in raw or b"\n" in raw


@given(TOP, st.sampled_from([None, 1, 4]), st.booleans())
def test_json_comes_back(tree: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    data = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode()
    assert found("json", data) == leaves(tree)


@given(TOP)
def test_json_with_comments_and_trailing_commas_comes_back(tree: dict[str, Any]) -> None:
    data = json.dumps(tree, indent=2, ensure_ascii=False).encode()
    data = data.replace(b"{\n", b"{ // it's \"open\n").replace(b"}\n", b", /* ' */ }\n")
    assert found("json", data) == leaves(json.loads(json.dumps(tree)))


def yaml_of(tree: Any, quote: str, indent: int = 0, flat_lists: bool = False) -> str:
    """`tree` in block style, scalars quoted as told."""
    if isinstance(tree, str):
        return " " + scalar(tree, quote) + "\n"
    if not tree:
        return (" {}" if isinstance(tree, dict) else " []") + "\n"
    pad = " " * indent
    if isinstance(tree, dict):
        lines = []
        for key, inner in tree.items():
            deeper = indent if flat_lists and isinstance(inner, list) else indent + 2
            lines.append(f"{pad}{key}:{yaml_of(inner, quote, deeper, flat_lists)}")
        return "\n" + "".join(lines)
    rendered = [yaml_of(inner, quote, indent + 2, flat_lists) for inner in tree]
    return "\n" + "".join(f"{pad}- {text.lstrip()}" for text in rendered)


def scalar(text: str, quote: str) -> str:
    """A YAML scalar."""
    if quote == "'":
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False)


@given(TOP, st.sampled_from(["'", '"']), st.booleans())
def test_yaml_comes_back(tree: dict[str, Any], quote: str, flat_lists: bool) -> None:
    data = yaml_of(tree, quote, 0, flat_lists).encode()
    assert found("yaml", data) == leaves(tree)


@given(TOP)
def test_json_is_yaml(tree: dict[str, Any]) -> None:
    assert found("yaml", json.dumps(tree, indent=2).encode()) == leaves(tree)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, TREES, max_size=3), max_size=4))
def test_toml_comes_back(tree: dict[str, dict[str, Any]]) -> None:
    lines = []
    for table, values in tree.items():
        lines.append(f"[{table}]  # heading")
        lines += [f"{key} = {toml_of(value)} # comment" for key, value in values.items()]
    text = "\n".join(lines)
    assert tomllib.loads(text) == tree
    assert found("toml", text.encode()) == leaves(tree)


def toml_of(tree: Any) -> str:
    """An inline TOML value."""
    if isinstance(tree, str):
        return json.dumps(tree, ensure_ascii=False)
    if isinstance(tree, list):
        return "[" + ", ".join(map(toml_of, tree)) + "]"
    return "{" + ", ".join(f"{key} = {toml_of(value)}" for key, value in tree.items()) + "}"


PRINTABLE = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1)


@given(st.lists(st.tuples(KEYS, VALUES)), st.sampled_from(["", "export "]))
def test_dotenv_comes_back(pairs: list[tuple[str, str]], prefix: str) -> None:
    lines = [
        f"{prefix}{key}='{value}'" if "'" not in value else f"{prefix}{key}={json.dumps(value)}"
        for key, value in pairs
        if value.isascii()
    ]
    kept = [pair for pair in pairs if pair[1].isascii()]
    assert found("dotenv", "\n# a=b\n".join(lines).encode()) == kept


@given(st.lists(st.tuples(KEYS, PRINTABLE)), st.sampled_from(["=", " = ", ": "]))
def test_ini_comes_back(pairs: list[tuple[str, str]], separator: str) -> None:
    kept = [(key, value) for key, value in pairs if value[0] not in "\"'"]
    text = "[one]\r\n" + "\r\n; no\r\n".join(f"{k}{separator}{v}" for k, v in kept)
    assert found("ini", text.encode()) == [(f"one.{key}", value) for key, value in kept]


@given(st.lists(st.tuples(KEYS, KEYS, PRINTABLE)))
def test_netrc_comes_back(logins: list[tuple[str, str, str]]) -> None:
    kept = [login for login in logins if '"' not in login[2]]
    text = "".join(f"machine {h}\n\tlogin {u}\n\tpassword {p}\n" for h, u, p in kept)
    assert found("netrc", text.encode()) == [
        pair for h, u, p in kept for pair in ((f"{h}.login", u), (f"{h}.password", p))
    ]


@given(st.lists(st.tuples(KEYS, KEYS, PRINTABLE)))
def test_pgpass_comes_back(logins: list[tuple[str, str, str]]) -> None:
    def escape(text: str) -> str:
        return text.replace("\\", "\\\\").replace(":", "\\:")

    text = "# host:port:db:user:pass\n" + "\n".join(
        f"{h}:5432:*:{u}:{escape(p)}" for h, u, p in logins
    )
    assert found("pgpass", text.encode()) == [(f"{h}.*.{u}.password", p) for h, u, p in logins]


@pytest.mark.parametrize("structure", STRUCTURES)
@given(data=st.binary(max_size=300) | st.text("{}[]:,=\"'\\#-|>&!*/ \t\r\nab\0", max_size=300))
def test_nothing_raises(structure: str, data: bytes | str) -> None:
    raw = data.encode() if isinstance(data, str) else data
    for entry in entries(structure, raw):
        if entry.start is not None and entry.end is not None:
            assert 0 <= entry.start <= entry.end <= len(raw)
            assert entry.line == raw.count(b"\n", 0, entry.start) + 1


HOSTILE = [
    "[", '{"a":', ":", '"', "'", '\\"', '"\\', "- ", "{", "a: {\n", "---\na: [\n", "a:\n", " \n",
    'a: "x\n', "a: 'x\n", 'a="', "a='\n", "a=[\n", 'a="""', "a='''\n", "[[a]]\n", "/*", "/*\n",
    "//", "#", "a\\\n", "a: |\n", "a: |\n ", "\t", "a.", "=", "a = ", "&a ", "!a", "machine ",
    "a:b:c:d:", "\\:", "x", "x\n", "]", "name: x\nvalue: y\n", '{"name":"x","value":"y"},', "\r",
]  # fmt: skip


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_input_takes_bounded_time(structure: str, unit: str) -> None:
    size = 40_000
    started = time.process_time()
    for _ in entries(structure, ((unit * size)[:size] + "\\").encode()):
        pass
    assert time.process_time() - started < 3


def test_deep_nesting_keeps_the_last_name_and_bounded_paths() -> None:
    deep = ('{"k":' * 400 + '"v"' + "}" * 400 + ' "top": "w"').encode()
    first, last = entries("json", deep)
    assert first.key.count(".") == DEEPEST - 1
    assert (last.key, last.value) == ("top", b"w")
    items = b'{"l":' + b"[" * 400 + b'{"a":"x"}' + b"]" * 400 + b"}"
    assert [entry.value for entry in entries("json", items)] == [b"x"]
    dashes = b"- " * 400 + b"a: x\nb: y"
    assert [entry.value for entry in entries("yaml", dashes)] == [b"x", b"y"]
    (long_key,) = entries("json", b'{"' + b"k" * 500 + b'": 1}')
    assert len(long_key.key) == LONGEST_KEY


def test_a_byte_order_mark_shifts_spans() -> None:
    (entry,) = entries("dotenv", b"\xef\xbb\xbfA=b")
    assert entry == Entry("A", b"b", 1, 5, 6)
    data = b'\xef\xbb\xbf{"auth": "dXNlcjpwYXNz"}'
    assert list(entries("json", data)) == [Entry("auth", b"user:pass", 1, None, None)]


def test_unknown_structures_are_refused() -> None:
    with pytest.raises(ValueError, match="xml"):
        list(entries("xml", b""))


@pytest.mark.parametrize(
    ("path", "structure"),
    [
        (".env", "dotenv"), ("a/.env.local", "dotenv"), ("prod.env", "dotenv"),
        (".envrc", "dotenv"),
        (".npmrc", "ini"), ("/h/.aws/credentials", "ini"), (".aws/config", "ini"), ("x.CFG", "ini"),
        ("gradle.properties", "ini"), ("C:\\u\\.aws\\config", "ini"), ("a.json", "json"),
        ("terraform.tfstate", "json"), ("terraform.tfstate.backup", "json"), ("mcp.json", "json"),
        (".docker/config.json", "json"), ("a.yml", "yaml"), (".kube/config", "yaml"),
        ("kubeconfig", "yaml"), ("a.toml", "toml"), ("prod.auto.tfvars", "toml"),
        (".netrc", "netrc"), ("_netrc", "netrc"), (".pgpass", "pgpass"), ("config", None),
        ("a.py", None), ("README", None), ("a.ipynb", None),
    ],
)  # fmt: skip
def test_structure_by_name(path: str, structure: str | None) -> None:
    assert structure_for(path) == structure
    if structure:
        assert list(entries(structure, b"")) == []
