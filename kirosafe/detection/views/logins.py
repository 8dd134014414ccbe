"""Login files of one word after the other: netrc and PostgreSQL's pgpass."""

import re
from collections.abc import Iterator

from kirosafe.detection.views.structure import Entry, LineCounter, key_part

_WORD = re.compile(rb'"([^"\n]*+)"|(\S++)')
_LINE_END = re.compile(rb"[\r\n]|\Z")
_FIELD = rb"((?:[^:\\\r\n]|\\.)*+):"
_PGPASS = re.compile(rb"^(?!#)" + _FIELD * 4 + rb"([^\r\n]++)", re.M)
_ESCAPED = re.compile(rb"\\(.)")


def netrc_entries(data: bytes) -> Iterator[Entry]:
    """`machine host login user password secret`, over any number of lines: the keys are
    `host.login`, `host.password`, `host.account`; the host of `default` is `default`."""
    counter = LineCounter(data)
    host, expected = "default", b""
    position = 0
    while word := _WORD.search(data, position):
        position = word.end()
        group = 2 if word[1] is None else 1
        text = word[group]
        if expected == b"machine":
            host, expected = key_part(text), b""
        elif expected:
            key = f"{host}.{expected.decode()}"
            yield Entry(key, text, counter.at(word.start()), *word.span(group))
            expected = b""
        elif text in (b"machine", b"login", b"password", b"account"):
            expected = text
        elif text == b"default":
            host = "default"
        elif text.startswith(b"#") and (line_end := _LINE_END.search(data, position)):
            position = line_end.start()


def pgpass_entries(data: bytes) -> Iterator[Entry]:
    r"""`host:port:database:user:password` on each line, `\:` for a colon: the key is
    `host.database.user.password`."""
    counter = LineCounter(data)
    for line in _PGPASS.finditer(data):
        host, _, database, user = (key_part(field) for field in line.groups()[:4])
        key = f"{host}.{database}.{user}.password"
        start, end = line.span(5)
        yield Entry(key, _ESCAPED.sub(rb"\1", line[5]), counter.at(start), start, end)
