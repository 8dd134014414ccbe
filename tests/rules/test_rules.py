"""The rules that ship: each proves itself by its own examples, through the real engine."""

import re
import time
from collections.abc import Callable, Sequence
from importlib.resources import files

import pytest

from kirosafe.detection.inspection import Inspection
from kirosafe.detection.piece import Piece
from kirosafe.detection.rulebook import parse_rules
from kirosafe.detection.rulecheck import check
from kirosafe.detection.sensitive import SensitiveNames
from kirosafe.detection.toolkit import Toolkit
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rulebook

# Not rules: read by kirosafe/detection/folders.py.
OTHER_DATA = {"folders.toml"}

TEXTS = {
    entry.name: entry.read_text("utf-8")
    for entry in files("kirosafe.data.rules").iterdir()
    if entry.name.endswith(".toml") and entry.name not in OTHER_DATA
}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return parse_rules(TEXTS)


@pytest.fixture(scope="module")
def scan(book: Rulebook) -> Callable[[str, bytes], Sequence[str]]:
    """Every rule that matches, not only the surest one for each value."""
    kit = Toolkit(book, bytes(32), Confidence.LOW)

    def rules_of(path: str, data: bytes) -> Sequence[str]:
        inspection = Inspection(kit, path)
        piece = Piece(data, path, offset=0)
        inspection.look(piece)
        inspection.look_again(piece)
        return [finding.rule for finding in inspection.findings]

    return rules_of


def test_every_rule_keeps_the_rules_for_rules(
    scan: Callable[[str, bytes], Sequence[str]],
) -> None:
    problems = check(TEXTS, scan, time.process_time)
    assert not problems, "\n".join(map(str, problems))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_family_says_what_it_is(name: str) -> None:
    first = TEXTS[name].splitlines()[0]
    assert re.match(r"# \S.{20}", first)


def test_every_service_people_leak_has_a_rule(book: Rulebook) -> None:
    """The list of issue 2, by the beginning of the rules' ids."""
    ids = {rule.id for rule in book.rules}
    wanted = (
        "aws-access-key-id aws-secret-access-key aws-session-token aws-bedrock-api-key private-key"
        " github-token github-fine-grained-token gitlab-personal-access-token slack-token npm-token"
        " pypi-token openai-api-key anthropic-api-key google-api-key azure-storage-account-key"
        " stripe-live-key twilio-api-key sendgrid-api-key datadog-api-key vault-token"
        " docker-hub-token kiro-api-key url-password jwt secret-assignment"
    ).split()
    assert set(wanted) <= ids
    assert len(ids) > 150


def test_ids_are_unique_across_rules_and_files(book: Rulebook) -> None:
    ids = [rule.id for rule in book.rules] + [kind.id for kind in book.files]
    assert len(ids) == len(set(ids))


LIVE_DOTENV = b"x"

# Path, head of the file, the kind that must claim it ("" for none).
CASES = [
    (".env", LIVE_DOTENV, "file-dotenv"),
    ("a/.env.production", LIVE_DOTENV, "file-dotenv"),
    (".env~", LIVE_DOTENV, "file-dotenv"),
    (".env.bak", LIVE_DOTENV, "file-dotenv"),
    (".env.swp", b"b0VIM 9.0", "file-dotenv-swap"),
    (".env.example", LIVE_DOTENV, ""),
    (".env.sample", LIVE_DOTENV, ""),
    (".env.production.template", LIVE_DOTENV, ""),
    (".env.dist", LIVE_DOTENV, ""),
    (".env.defaults", LIVE_DOTENV, ""),
    ("home/.aws/credentials", b"[default]\naws_secret_access_key = x", "file-aws-credentials"),
    ("home/.aws/credentials", b"[default]\nregion = x", ""),
    (".ssh/id_ed25519", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3", "file-ssh-private-key"),
    (".ssh/id_ed25519", b"ssh-ed25519 AAAA", ""),
    ("me.ppk", b"PuTTY-User-Key-File-3: ssh-rsa\n", "file-ssh-private-key"),
    ("ca.pem", b"-----BEGIN CERTIFICATE-----\nMIID", ""),
    ("ca.pem", b"-----BEGIN PUBLIC KEY-----\nMIID", ""),
    ("tls.key", b"-----BEGIN PRIVATE KEY-----\n" + b"MIIE" * 16, "file-private-key"),
    ("a.p12", b"0\x82\x0a\x00\x02\x01\x03", "file-keystore"),
    ("a.jks", b"\xfe\xed\xfe\xed\x00\x00\x00\x02", "file-keystore"),
    ("a.keystore", b"just text", ""),
    ("pw.kdbx", b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", "file-password-database"),
    (".npmrc", b"//registry.npmjs.org/:_authToken=0123456789", "file-npmrc"),
    (".npmrc", b"//registry.npmjs.org/:_authToken=${NPM_TOKEN}", ""),
    (".pypirc", b"[pypi]\npassword = hunter2000", "file-pypirc"),
    (".netrc", b"machine h login me password hunter2", "file-netrc"),
    (".git-credentials", b"https://me:hunter2@github.com\n", "file-git-credentials"),
    (".pgpass", b"db:5432:*:me:hunter2\n", "file-pgpass"),
    (".my.cnf", b"[client]\npassword=hunter2\n", "file-mysql-options"),
    (".kube/config", b"users:\n- user:\n    token: abcdefgh1234\n", "file-kubeconfig"),
    (".kube/config", b"users:\n- user:\n    exec: {}\n", ""),
    (".docker/config.json", b'{"auths": {"h": {"auth": "bWU6aHVudGVyMg"}}}', "file-docker-config"),
    (".docker/config.json", b'{"credsStore": "pass"}', ""),
    ("my-service-account.json", b'{"private_key": "-----BEGIN', "file-google-credentials"),
    (".s3cfg", b"secret_key = 0123456789abcdef\n", "file-s3-client"),
    (".htpasswd", b"me:$apr1$abc$def\n", "file-htpasswd"),
    ("wp-config.php", b"define( 'DB_PASSWORD', 'hunter2' );", "file-wordpress-config"),
    ("wp-config.php", b"define( 'DB_PASSWORD', 'password_here' );", ""),
    ("config/master.key", b"0123456789abcdef" * 2, "file-rails-master-key"),
    ("d.sql", b"-- MySQL dump 10.13\n--\nINSERT INTO `u` VALUES (1);\n", "file-database-dump"),
    ("schema.sql", b"-- MySQL dump 10.13\n--\nCREATE TABLE u (a int);\n", ""),
    ("Default/Login Data", b"SQLite format 3\0", "file-browser-store"),
    ("logins.json", b'{"encryptedPassword": "MDIEEPgAAAAAAAAAAAA"}', "file-browser-logins"),
    ("Inbox", b"From - Mon Jan 1 00:00:00 2026\nSubject: x\n", "file-mail-store"),
    (".bash_history", b"ls\n", "file-shell-history"),
    (".bash_history", b"", ""),
    (".vault-token", b"hvs." + b"a1B2" * 8, "file-vault-token"),
    (".vault_pass", b"correct horse\n", "file-ansible-vault-password"),
    (".vault_pass", b"#!/bin/sh\npass vault\n", ""),
    ("a.ovpn", b"client\n<key>\n-----BEGIN", "file-openvpn"),
    ("a.ovpn", b"client\nauth-user-pass\n", ""),
    ("wg0.conf", b"[Interface]\nPrivateKey = " + b"A" * 43 + b"=\n", "file-wireguard"),
    ("credentials.tfrc.json", b'{"token": "0123456789abcdefgh"}', "file-terraform-credentials"),
    ("x/.kiro/settings/mcp.json", b"{}", "file-mcp-settings"),
    ("terraform.tfstate.backup", b"{}", "file-terraform-state"),
    ("prod.tfvars", b"a = 1", "file-terraform-variables"),
    ("example.tfvars", b"a = 1", ""),
]


@pytest.mark.parametrize(("path", "head", "wanted"), CASES)
def test_files_are_known_by_name_and_content(
    book: Rulebook, path: str, head: bytes, wanted: str
) -> None:
    names = SensitiveNames(book.files)
    claimed = [kind.id for kind in names.kinds_of(path) if names.fits(kind, head)]
    assert claimed[:1] == ([wanted] if wanted else [])


def test_a_file_kind_whose_content_is_asked_for_does_not_take_an_empty_file(
    book: Rulebook,
) -> None:
    names = SensitiveNames(book.files)
    assert [kind.id for kind in book.files if names.fits(kind, b"")] == []


def test_what_to_do_and_where_it_is_said_stand_at_every_entry(book: Rulebook) -> None:
    said = [(r.id, r.remediation, r.reference) for r in book.rules]
    said += [(k.id, k.remediation, k.reference) for k in book.files]
    for name, remediation, reference in said:
        assert remediation.endswith("."), name
        assert re.search(r"http|detect-secrets|manual", reference), name
        assert re.search(r"\(20[0-9]{2}-[0-9]{2}-[0-9]{2}[;)]", reference), name
