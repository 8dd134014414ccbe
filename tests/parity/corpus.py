"""Files of every type that detect-secrets tells apart, with a secret of every kind it knows.

The values are made at run time; nothing here is shaped like a secret.
"""

from collections.abc import Callable, Iterator

from tests.support.keys import Keys

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_URLSAFE = _LOWER + _LOWER.upper() + "0123456789-_"


def values(keys: Keys) -> dict[str, tuple[str, str]]:
    """A name and a value for each of the plugins, by the kind that detect-secrets gives it."""
    url_safe: Callable[[int], str] = lambda length: keys.mixed(length, _URLSAFE)  # noqa: E731
    return {
        "AWS Access Key": ("id", keys.aws_id()),
        "AWS Access Key 2": ("aws_secret_key", keys.aws_secret()),
        "Artifactory Credentials": ("artifactory", "AKC" + keys.mixed(24)),
        "Azure Storage Account access key": ("azure", "AccountKey=" + keys.mixed(86) + "=="),
        "Base64 High Entropy String": ("seed", keys.mixed(64)),
        "Basic Auth Credentials": ("link", f"https://ann:{keys.mixed(12)}@example.com/x"),
        "Cloudant Credentials": ("cloudant_password", keys.hex(64)),
        "Discord Bot Token": ("bot", f"M{url_safe(23)}.{url_safe(6)}.{url_safe(27)}"),
        "GitHub Token": ("forge", keys.github_token()),
        "GitLab Token": ("lab", "glpat-" + keys.mixed(20)),
        "Hex High Entropy String": ("digest", keys.hex(40)),
        "IBM Cloud IAM Key": ("ibm_cloud_iam_api_key", keys.mixed(44)),
        "IBM COS HMAC Credentials": ("cos_hmac_secret_access_key", keys.hex(48)),
        "Public IP (ipv4)": ("host", "203.0.113.9"),
        "JSON Web Token": ("bearer", _jwt()),
        "Secret Keyword": ("db_password", keys.password()),
        "Mailchimp Access Key": ("chimp", keys.hex(32) + "-us7"),
        "NPM tokens": ("registry", f"//registry.npmjs.org/:_authToken=npm_{keys.mixed(36)}"),
        "OpenAI Token": ("ai", f"sk-{keys.mixed(20)}T3Blbk" + f"FJ{keys.mixed(20)}"),
        "Private Key": ("pem", "-----BEGIN RSA PRIVATE" + " KEY-----"),
        "PyPI Token": ("index", "pypi-AgEIcHlwaS5vcmc" + url_safe(100)),
        "SendGrid API Key": ("mail", f"SG.{url_safe(22)}.{url_safe(43)}"),
        "Slack Token": ("chat", f"xoxb-{keys.text(12, '0123456789')}-{keys.mixed(24)}"),
        "SoftLayer Credentials": ("softlayer_api_key", keys.hex(64)),
        "Square OAuth Secret": ("square", "sq0csp-" + url_safe(43)),
        "Stripe Access Key": ("pay", "sk_live_" + keys.mixed(24)),
        "Telegram Bot Token": ("gram", f"{keys.text(9, '123456789')}:{url_safe(35)}"),
        "Twilio API Key": ("phone", "SK" + keys.hex(32)),
    }


def _jwt() -> str:
    from base64 import urlsafe_b64encode

    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567","iat":1700000000}')
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "." + "x" * 43


# How one name and value are written in each type of file, and what stands around them.
_SHAPES: dict[str, tuple[str, str, str]] = {
    "quoted.py": ("", '{name} = "{value}"', ""),
    "single.py": ("", "{name} = '{value}'", ""),
    "call.py": ("", 'connect(host, {name}="{value}")', ""),
    "code.js": ("", "const {name} = '{value}';", ""),
    "object.js": ("x = {{", '  "{name}": "{value}",', "}}"),
    "code.go": ("package main", '\t{name} := "{value}"', ""),
    "code.c": ("", 'char {name}[100] = "{value}";', ""),
    "code.cpp": ("", 'std::string {name}("{value}");', ""),
    "code.cs": ("", 'string {name} = @"{value}";', ""),
    "code.java": ("class A {{", '  String {name} = "{value}";', "}}"),
    "code.m": ("", '{name} = @"{value}";', ""),
    "code.php": ("<?php", "${name} = '{value}';", ""),
    "code.swift": ("", 'let {name} = "{value}"', ""),
    "code.rb": ("", "  {name}: '{value}',", "end"),
    "code.ts": ("", "export const {name} = `{value}`;", ""),
    "code.tf": ('resource "x" "y" {{', '  {name} = "{value}"', "}}"),
    "plain.yaml": ("top:", "  {name}: {value}", ""),
    "quoted.yml": ("top:", '  {name}: "{value}"', ""),
    "single.yml": ("top:", "  {name}: '{value}'  # note", ""),
    "anchored.yaml": ("top:", "  {name}: &a{number} {value}", ""),
    "tagged.yaml": ("top:", "  {name}: !!str {value}", ""),
    "listed.yaml": ("top:", "  - {name}: {value}", ""),
    "flow.yaml": ("top:", "  k{number}: {{a: b, {name}: '{value}'}}", ""),
    "block.yaml": ("top:", "  {name}: |-\n    {value}", ""),
    "folded.yaml": ("top:", "  {name}: >-\n    {value}", ""),
    "below.yaml": ("top:", "  {name}:\n    {value}", ""),
    "script.yaml": ("run: |", '  export {name}="{value}"', ""),
    "broken.yaml": ("a: [", "  {name}: {value}", ""),
    "plain.ini": ("[main]", "{name} = {value}", ""),
    "colon.cfg": ("[main]", "{name}: {value}", ""),
    "quoted.conf": ("[main]", '{name} = "{value}"', ""),
    "continued.ini": ("[main]", "{name} =\n    {value}", ""),
    "headless.cnf": ("", "{name} = {value}", ""),
    "java.properties": ("", "{name}={value}", ""),
    "table.toml": ("[main]", '{name} = "{value}"', ""),
    "plain.env": ("", "{name}={value}", ""),
    ".env": ("# settings", "{name}={value}", ""),
    "quoted.env": ("", "{name}='{value}'", ""),
    "indented.txt": ("", "{name}:\n   {value}", ""),
    "data.json": ("{{", '  "{name}": "{value}",', '  "z": 0\n}}'),
    "notes.md": ("# Notes", "Set `{name}` to '{value}' and go on.", ""),
    "code.md": ("```", '{name} = "{value}"', "```"),
    "data.xml": ("<a>", '  <b {name}="{value}"/>', "</a>"),
    "element.xml": ("<a>", "  <{name}>{value}</{name}>", "</a>"),
    "run.sh": ("#!/bin/sh", 'export {name}="{value}"', ""),
    "compare.py": ("", 'if "{value}" == my_{name}:', ""),
    "Dockerfile": ("FROM x", "ENV {name}={value}", ""),
    "crlf.ini": ("[main]\r", "{name} = {value}\r", ""),
    "long.js": ("", "f('" + "pad " * 400 + "', '{name}', '{value}', \"{value}\");", ""),
}


def files(keys: Keys) -> Iterator[tuple[str, str]]:
    """Name and text of each file: one with all kinds for each shape, and one for each kind."""
    kinds = values(keys)
    for shape, (head, line, tail) in _SHAPES.items():
        written = [
            line.format(name=name, value=value, number=number)
            for number, (name, value) in enumerate(kinds.values())
        ]
        stem, dot, ending = shape.partition(".")
        yield shape, "\n".join([head.format(), *written, tail.format(), ""])
        for number, one in enumerate(written):
            # Alone, because one value found makes detect-secrets skip its second reading.
            yield f"{stem}{number}{dot}{ending}", "\n".join([head.format(), one, tail.format(), ""])
