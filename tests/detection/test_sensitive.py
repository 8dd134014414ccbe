"""Which names make a file sensitive, and which content makes it count."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kirosafe.detection.sensitive import SensitiveNames
from kirosafe.model.rule import Rulebook, SensitiveFile
from tests.support.detection import kind

KINDS = (
    kind("dotenv", ".env", ".env.*", "*.env", excluded_names=(".env.example", "*.env.sample")),
    kind("keys", "id_rsa", "id_*_key", "*.pem", excluded_names=("*.pub",)),
    kind("aws", ".aws/credentials", "*_accessKeys.csv"),
    kind("docker", ".docker/config.json"),
    kind("state", "*.tfstate", "*.tfstate.backup"),
    kind("odd", "secret?.txt", "[ab]y", "a*b*c.db", "z*", "*!"),
    kind("inner", "conf/*/key.txt"),
)


def _kinds_of(path: str) -> list[str]:
    return [found.id for found in SensitiveNames(KINDS).kinds_of(path)]


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        (".env", ["dotenv"]),
        ("a/b/.env", ["dotenv"]),
        ("a/.ENV", ["dotenv"]),
        (".env.production", ["dotenv"]),
        ("prod.env", ["dotenv"]),
        (".env/readme", []),
        (".environment", []),
        ("xenv", []),
        (".env.example", []),
        ("a/.Env.Example", []),
        ("x.env.sample", []),
        ("id_rsa", ["keys"]),
        ("ID_RSA", ["keys"]),
        ("id_rsa.pub", []),
        ("id_9", []),
        ("my_id_rsa", []),
        ("server.pem", ["keys"]),
        (".pem", ["keys"]),
        ("a/.aws/credentials", ["aws"]),
        (".aws/credentials", ["aws"]),
        ("x.aws/credentials", []),
        ("credentials", []),
        ("bob_accesskeys.CSV", ["aws"]),
        (".docker/config.json", ["docker"]),
        ("config.json", []),
        ("x.tfstate", ["state"]),
        ("x.tfstate.backup", ["state"]),
        ("id_old_key", ["keys"]),
        ("secret?.txt", ["odd"]),
        ("secret1.txt", []),
        ("[ab]y", ["odd"]),
        ("ay", []),
        ("zebra", ["odd"]),
        ("hm!", ["odd"]),
        ("a1b2c.db", ["odd"]),
        ("abc.db", ["odd"]),
        ("acb.db", []),
        ("a/bc.db", []),
        ("conf/x/key.txt", ["inner"]),
        ("conf/x/y/key.txt", []),
        ("", []),
        ("a\udcff/.env", ["dotenv"]),
    ],
)
def test_kinds_of(path: str, kinds: list[str]) -> None:
    assert _kinds_of(path) == kinds


def test_answers_are_in_the_rulebooks_order() -> None:
    several = SensitiveNames(
        (kind("third", "a*.env"), kind("first", "*.env"), kind("second", "ab.env"))
    )
    assert [found.id for found in several.kinds_of("ab.env")] == ["third", "first", "second"]


def test_no_kinds_no_answers() -> None:
    assert SensitiveNames(()).kinds_of(".env") == []


@given(
    st.sampled_from([name for kind_ in KINDS for name in kind_.names]), st.text("ab/.*", max_size=6)
)
def test_folders_above_never_matter(name: str, above: str) -> None:
    plain = name.replace("*", "m")
    direct = _kinds_of(plain)
    assert _kinds_of(f"{above}/{plain}") == direct


def _expected(patterns: list[str], path: str) -> list[str]:
    """Which of `patterns` cover `path`, by the meaning in docs/rules.md written as expressions."""
    found = []
    for pattern in patterns:
        body = re.escape(pattern.lower()).replace(r"\*", "[^/]*")
        if re.search(rf"(?:\A|/){body}\Z", path.lower()):
            found.append(pattern)
    return found


_parts = st.lists(st.sampled_from(["ab", "a", "B", "*", ".c", "é"]), min_size=1, max_size=4)
_patterns = st.lists(_parts.map("".join), min_size=1, max_size=3).map("/".join)
_paths = st.lists(st.lists(st.sampled_from(["ab", "a", "b", ".c", "É"]), max_size=5).map("".join))


@given(st.lists(_patterns, max_size=8, unique=True), st.lists(_paths.map("/".join), max_size=5))
@settings(max_examples=80)
def test_names_mean_what_is_documented(patterns: list[str], paths: list[str]) -> None:
    names = SensitiveNames([kind(pattern, pattern) for pattern in patterns])
    for path in paths * 2:  # the second time from memory
        assert [found.id for found in names.kinds_of(path)] == _expected(patterns, path), path


def test_a_tree_of_many_names_is_not_remembered_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kirosafe.detection.sensitive._KNOWN", 3)
    names = SensitiveNames(KINDS)
    for _ in "12":
        for number in range(9):
            assert [found.id for found in names.kinds_of(f"{number}.env")] == ["dotenv"]


def test_content_decides_where_it_is_given() -> None:
    names = SensitiveNames(KINDS)
    pem = kind("pem", "*.pem", content="-----BEGIN [A-Z ]*PRIVATE KEY")
    begin = b"-----BEGIN " + b"RSA PRIVATE KEY-----"
    for _ in "12":  # compiled once, used twice
        assert names.fits(pem, b"x\n" + begin)
        assert not names.fits(pem, b"-----BEGIN CERTIFICATE-----")
        assert not names.fits(pem, b"")


def test_without_content_anything_but_nothing_counts() -> None:
    names = SensitiveNames(KINDS)
    assert names.fits(KINDS[0], b"x")
    assert not names.fits(KINDS[0], b"")
    assert not names.fits(KINDS[0], b" \r\n\t")


# Paths as they lie in workspaces and homes, and the kind they must be taken for.
SHIPPED = [
    (".env", "file-dotenv"),
    ("app/.env.local", "file-dotenv"),
    (".aws/credentials", "file-aws-credentials"),
    ("new_user_credentials.csv", "file-aws-credentials"),
    ("id_ed25519", "file-ssh-private-key"),
    ("tls/server.pem", "file-private-key"),
    ("infra/terraform.tfstate", "file-terraform-state"),
    (".npmrc", "file-npmrc"),
    (".netrc", "file-netrc"),
    (".git-credentials", "file-git-credentials"),
    (".kube/config", "file-kubeconfig"),
    (".docker/config.json", "file-docker-config"),
    ("release.keystore", "file-keystore"),
    ("Login Data", "file-browser-store"),
    ("prod.tfvars", "file-terraform-variables"),
]


@pytest.mark.parametrize(("path", "expected"), SHIPPED)
def test_shipped_kinds(path: str, expected: str, shipped: Rulebook) -> None:
    found = SensitiveNames(shipped.files).kinds_of(path)
    assert expected in {kind_.id for kind_ in found}


@pytest.mark.parametrize("path", [".env.example", "id_rsa.pub", "README.md", "src/main.py", "a.js"])
def test_ordinary_files_are_of_no_shipped_kind(path: str, shipped: Rulebook) -> None:
    assert SensitiveNames(shipped.files).kinds_of(path) == []


def _named(pattern: str) -> str:
    """A name that `pattern` covers."""
    return pattern.replace("*", "m")


def test_every_shipped_name_finds_its_kind(shipped: Rulebook) -> None:
    names = SensitiveNames(shipped.files)

    def excluded(kind_: SensitiveFile, path: str) -> bool:
        return not SensitiveNames((kind_._replace(names=("*",)),)).kinds_of(path)

    for kind_ in shipped.files:
        for pattern in kind_.names:
            path = _named(pattern)
            assert kind_ in names.kinds_of(path) or excluded(kind_, path), pattern
