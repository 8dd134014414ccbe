"""From a source to its findings and gaps; hiding places, windows and packages have own files."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kirosafe.detection.engine import Engine, SourceResult
from kirosafe.detection.toolkit import Toolkit
from kirosafe.errors import KirosafeError
from kirosafe.model.finding import Finding, Span
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rulebook
from kirosafe.model.skipped import Skipped, SkipReason, Unreadable
from kirosafe.model.source import Depth, MemorySource, Origin, Window
from tests.support.detection import KEY, CutSource, kind, rule, toolkit
from tests.support.keys import Keys

TOKEN = rule("token", "tok_[a-z]{4}")
NOTHING = SourceResult((), (), 0)


class ListedSource(NamedTuple):
    """A source with just these windows; an exception among them is raised in its place."""

    listed: tuple[Window | Unreadable, ...]
    path: str = "a.txt"
    depth: Depth = Depth.FULL
    origin: Origin = Origin.WORK_TREE
    size: int = 0

    def windows(self) -> Iterator[Window]:
        """As listed."""
        for window in self.listed:
            if isinstance(window, Unreadable):
                raise window
            yield window


def _rules(result: SourceResult) -> list[str]:
    return [finding.rule for finding in result.findings]


# --- sources that give little ------------------------------------------------------------------


@pytest.mark.parametrize("windows", [(), (Window(b""),)])
def test_an_empty_source(windows: tuple[Window, ...], engine: Engine) -> None:
    assert engine.scan(ListedSource(windows)) == NOTHING


def test_an_unreadable_source_is_a_gap(engine: Engine) -> None:
    gap = Skipped("a.txt", SkipReason.UNREADABLE)
    assert engine.scan(ListedSource((Unreadable(gap),))) == SourceResult((), (gap,), 0)


@pytest.mark.parametrize("data", [b"quiet", b"aws_secret_access_key = "])
def test_a_source_that_changes_is_a_gap(data: bytes, engine: Engine, keys: Keys) -> None:
    gap = Skipped("a.txt", SkipReason.CHANGED)
    text = data + (keys.aws_secret().encode() if b"key" in data else b"")
    result = engine.scan(ListedSource((Window(text), Unreadable(gap))))
    assert result.skipped == (gap,)
    assert len(result.findings) == (b"key" in data)


def test_bytes_are_counted_once(engine: Engine) -> None:
    for source in (MemorySource("a", b"x\n" * 40_000), CutSource("a", b"x\n" * 90_000, 40_000)):
        assert engine.scan(source) == SourceResult((), (), source.size)
    wide = "tok_abcd".encode("utf-16")
    assert Engine(toolkit(TOKEN)).scan(MemorySource("a", wide)).bytes == len(wide)


# --- how closely -------------------------------------------------------------------------------


def test_in_bulk_only_what_is_certain_counts() -> None:
    guess = rule("guess", "gue_[a-z]{4}", confidence=Confidence.MEDIUM)
    scan = Engine(toolkit(TOKEN, guess, files=(kind("env", ".env"),))).scan
    text = b"gue_abcd tok_abcd"
    assert _rules(scan(MemorySource("x/.env", text, depth=Depth.BULK))) == ["token"]
    assert _rules(scan(MemorySource("x/.env", text))) == ["guess", "token", "env"]


def test_only_low_findings_are_worth_reading_everything_as_configuration() -> None:
    quoted = rule("quoted", '= "[a-z]{9}"', '= "(?P<secret>[a-z]{9})"')
    data = b"[a]\nname = abcdefghi\n"
    (finding,) = Engine(toolkit(quoted)).scan(MemorySource("a.ini", data)).findings
    assert finding.span == Span(11, 20)
    assert finding.via == ("quoted",)
    medium = Toolkit(Rulebook((quoted,), (), (), "d"), KEY, Confidence.MEDIUM)
    assert Engine(medium).scan(MemorySource("a.ini", data)) == SourceResult((), (), len(data))
    assert Engine(toolkit(quoted)).scan(MemorySource("a.py", b"def a():\n  pass\n")).findings == ()


# --- sensitive files ---------------------------------------------------------------------------

FILES = (
    kind("env", ".env", structure="dotenv"),
    kind("pem", "*.pem", content="BEGIN [A-Z ]*PRIVATE"),
    kind("store", "*.kdbx"),
    kind("late", "late.pem"),
)


def _file(path: str, data: bytes, depth: Depth = Depth.FULL) -> list[str]:
    return _rules(Engine(toolkit(TOKEN, files=FILES)).scan(MemorySource(path, data, depth=depth)))


def test_a_structured_file_counts_when_a_value_in_it_looks_live(keys: Keys) -> None:
    assert _file(".env", b"A=tok_abcd\n") == ["token", "env"]
    assert _file(".env", f"DB_PASSWORD={keys.password()}\n".encode()) == ["env"]
    assert _file(".env", b"DB_PASSWORD=changeme\nDEBUG=true\n") == []
    assert _file(".env", b"") == []


def test_a_file_with_telling_content_counts_by_that() -> None:
    begin = "-----BEGIN " + "RSA PRIVATE KEY-----\n"
    assert _file("a.pem", begin.encode()) == ["pem"]
    assert _file("a.pem", begin.encode("utf-16")) == ["pem"]
    assert _file("a.pem", b"-----BEGIN CERTIFICATE-----") == []
    assert _file("a.pem", begin.encode(), Depth.BULK) == []


def test_an_opaque_file_counts_unless_it_is_empty() -> None:
    assert _file("a.kdbx", b"\x03\xd9\xa2\x9a") == ["store"]
    assert _file("a.kdbx", b"") == []


def test_one_kind_is_enough() -> None:
    assert _file("late.pem", b"-----BEGIN " + b"PRIVATE KEY") == ["pem"]
    assert _file("late.pem", b"nothing") == ["late"]


def test_the_file_as_a_whole_has_no_value() -> None:
    scan = Engine(toolkit(TOKEN, files=FILES)).scan
    one, other, third = (
        scan(MemorySource(path, b"x")).findings[0]
        for path in ("a/x.kdbx", "b/x.kdbx", "b/y\udcff.kdbx")
    )
    assert (one.line, one.column, one.span, one.preview) == (1, 1, None, "")
    assert one.fingerprint == other.fingerprint != third.fingerprint
    assert third.path == "b/y\udcff.kdbx"


# --- structure ---------------------------------------------------------------------------------


def test_structure_is_read_where_something_calls_for_it() -> None:
    apart = rule("apart", 'password = "[a-z]{4}', 'password = "(?P<secret>[a-z]{8})"')
    scan = Engine(toolkit(apart)).scan
    called = b'{"name": "password", "value": "abcdefgh"}'
    assert [f.via for f in scan(MemorySource("a.json", called)).findings] == [("json",)]
    assert scan(MemorySource("a.txt", called)).findings == ()
    assert scan(MemorySource("a.json", b"\x7fELF\0" + called)).findings == ()
    assert scan(CutSource("a.json", called + b" " * 50_000, 40_000)).findings == ()


# --- what may not come out ---------------------------------------------------------------------


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_no_value_comes_out(engine: Engine, seed: int) -> None:
    keys = Keys(seed)
    values = [
        keys.aws_secret(),
        keys.aws_session_token(),
        keys.password(),
        keys.github_token(),
        keys.private_key().split("\n")[3],
    ]
    labels = ["aws_secret_access_key", "aws_session_token", "db_password", "token", "key"]
    lines = [f"{label} = '{value}'" for label, value in zip(labels, values, strict=True)]
    text = "\n".join([*lines, *(line.encode().hex() for line in lines), keys.private_key()])
    for path in ("a.txt", ".env"):
        result = engine.scan(MemorySource(path, text.encode()))
        assert len(result.findings) > 5
        for finding in result.findings:
            _assert_hidden(finding, values)
        said = repr(result)
        assert not any(value[4:] in said or value[:6] in said for value in values)


def _assert_hidden(finding: Finding, values: list[str]) -> None:
    """No five characters of a value that are not its first ones stand in a finding."""
    free = (finding.path, finding.note, finding.preview, finding.suppressed, *finding.via)
    for value in values:
        for at in range(1, len(value) - 4):
            assert not any(value[at : at + 5] in text for text in free)


def test_an_error_names_the_plugin_and_not_the_value() -> None:
    broken = TOKEN._replace(plugin="NoSuchDetector")
    with pytest.raises(KirosafeError) as raised:
        Engine(toolkit(broken)).scan(MemorySource("a.txt", b"x = tok_abcd"))
    error = raised.value
    assert "NoSuchDetector" in error.what
    assert "tok_" not in error.what + error.next_step + repr(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_mark_for_utf_16_hides_nothing(engine: Engine, keys: Keys) -> None:
    secret = keys.aws_secret()
    for mark in (b"\xff\xfe\n", b"\xfe\xff\n", ("x" * 9000).encode("utf-16")):
        text = mark + f"\naws_secret_access_key = {secret}\n".encode()
        found = engine.scan(MemorySource("x.env", text)).findings
        assert "aws-secret-access-key" in {finding.rule for finding in found}


def test_no_flood_pushes_out_a_real_key(engine: Engine, keys: Keys) -> None:
    low = "".join(f"id = {keys.aws_id()}\n" for _ in range(1100))
    quiet = "".join(
        f"aws_secret_access_key={keys.aws_secret()} # kirosafe:allow\n" for _ in range(1100)
    )
    real = f"aws_secret_access_key = {keys.aws_secret()}\n"
    found = engine.scan(MemorySource("x.txt", (low + quiet + real).encode()))
    loud = [f for f in found.findings if not f.suppressed and f.rule == "aws-secret-access-key"]
    assert [finding.line for finding in loud] == [2201]
    assert found.limited
