"""What it means that kirosafe reports what detect-secrets reports; used here and by benchmarks.

Two results speak of the same value when the bytes of one contain those of the other, on the same
line. Which rule says so does not matter: a stricter rule of ours may have the better name for it.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

from kirosafe.detection.engine import Engine, SourceResult
from kirosafe.detection.rulebook import parse_rules
from kirosafe.detection.toolkit import Toolkit
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence
from kirosafe.model.skipped import SkipReason
from kirosafe.model.source import MemorySource

LONGEST = 8 << 10
"""A longer quoted string is data; detect-secrets reports base64 of any length."""


class Theirs(NamedTuple):
    """One result of detect-secrets."""

    line: int
    value: str
    kind: str


def detect_secrets_scan(paths: Iterable[Path]) -> dict[str, list[Theirs]]:
    """What `detect-secrets scan -n` with all plugins reports, by file."""
    with default_settings():
        return {
            str(path): [
                Theirs(s.line_number, s.secret_value or "", s.type) for s in scan_file(str(path))
            ]
            for path in paths
        }


def low_engine(rule_texts: Mapping[str, str]) -> Engine:
    """An engine that looks for everything there is a rule for."""
    return Engine(Toolkit(parse_rules(rule_texts), b"k" * 32, Confidence.LOW))


def scan_bytes(engine: Engine, path: Path) -> tuple[bytes, SourceResult]:
    """The file's bytes, and what `engine` says about them."""
    data = path.read_bytes()
    return data, engine.scan(MemorySource(str(path), data))


def unreported(data: bytes, ours: SourceResult, theirs: Iterable[Theirs]) -> list[Theirs]:
    """Those of `theirs` that `ours` lacks, for whatever reason."""
    return [their for their in theirs if not _reported(data, ours.findings, their)]


def missing(data: bytes, ours: SourceResult, theirs: Iterable[Theirs]) -> list[Theirs]:
    """Those of `theirs` that `ours` lacks, without the exceptions."""
    return [each for each in unreported(data, ours, theirs) if not exception(each, ours)]


def exception(their: Theirs, ours: SourceResult) -> str:
    """Why kirosafe does not report `their`, where that is intended; "" where it is not.

    The whole list is in docs/decisions/0004-detect-secrets.md.
    """
    if any(s.reason is SkipReason.FINDINGS_LIMIT for s in ours.skipped):
        return "more findings in one file than are kept; counted and said"
    if len(their.value) > LONGEST:
        return "longer than any credential"
    here = [f for f in ours.findings if f.line == their.line]
    if their.value.endswith("\\") and here:
        return "the name in front of a quoted value, when the value itself is reported"
    if their.kind == "Secret Keyword" and any(f.confidence > Confidence.LOW for f in here):
        return "a guess that runs on into a surer finding, which is kept in its stead"
    return ""


def _reported(data: bytes, findings: Iterable[Finding], their: Theirs) -> bool:
    """Whether one of `findings` is `their`.

    The line need not be the same where detect-secrets is wrong about it: two YAML values on one
    line move all later ones down, and of a value on its own line it names that of the key.
    """
    pieces = _pieces(their.value)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    stated = lines[their.line - 1] if their.line <= len(lines) else b""
    wrong = not any(piece in b"".join(stated.split()) for piece in pieces)
    for finding in findings:
        if finding.span is None:
            if finding.line == their.line:
                return True
            continue
        ours = b"".join(data[finding.span.start : finding.span.end].split())
        before = data[: finding.span.start].replace(b"\r\n", b"\n")
        first = 1 + before.count(b"\n") + before.count(b"\r")
        last = first + data.count(b"\n", finding.span.start, finding.span.end)
        same_place = first <= their.line <= last
        if (wrong or same_place) and any(ours in piece or piece in ours for piece in pieces):
            return True
    return False


def _pieces(value: str) -> list[bytes]:
    """The lines of `value` without blanks, and the quotes and escapes that detect-secrets adds."""
    lines = value.replace('\\"', '"').splitlines() or [value]
    bare = ["".join(line.split()).strip("\\\"'") for line in lines]
    found = [line.encode("utf-8", "surrogateescape") for line in bare]
    return [line for line in found if line] or [value.encode()]
