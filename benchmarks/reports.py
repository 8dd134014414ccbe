"""What each tool's JSON report says, in one form. Pure: text in, values out.

Forms as printed by the versions in peers.toml, read on its date.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.plant import KEY_FILE, TOKEN_FILE, Pair


class Finding(NamedTuple):
    """One finding: the tool's name for it, its file, its lines, and the values it shows.

    Values are as the tool gives them: in clear, hashed (detect-secrets) or none (kirosafe).
    """

    rule: str
    path: str
    lines: frozenset[int]
    values: frozenset[str]

    def __repr__(self) -> str:
        """Everything but the values."""
        return f"Finding({self.rule} {self.path} {sorted(self.lines)})"


class Report(NamedTuple):
    """A report: its findings, and the files and bytes looked at, where the tool says so."""

    findings: tuple[Finding, ...]
    files: int | None
    bytes: int | None


def _kirosafe(data: Any) -> Report:
    findings = tuple(
        Finding(
            f"{item['rule']} {item['title']}",
            item["location"]["path"],
            frozenset({item["location"]["line"]}),
            frozenset(),
        )
        for item in data["findings"]
    )
    return Report(findings, data["stats"]["files"], data["stats"]["bytes"])


def _kingfisher(data: Any) -> Report:
    findings = tuple(
        Finding(
            entry["rule"]["id"],
            entry["finding"]["path"],
            frozenset({entry["finding"]["line"]}),
            frozenset(
                {
                    entry["finding"]["snippet"],
                    *entry["finding"].get("dependent_captures", {}).values(),
                }
            ),
        )
        for entry in data["findings"]
    )
    looked_at = data["metadata"]["summary"]
    return Report(findings, looked_at["blobs_scanned"], looked_at["bytes_scanned"])


def _betterleaks(data: Any) -> Report:
    findings = []
    for item in data["findings"]:
        sets = item.get("component_sets") or []
        parts = [item, *(part for group in sets for part in group["components"])]
        lines = frozenset(part["location"]["start_line"] for part in parts)
        values = frozenset(part["match"]["value"] for part in parts)
        findings.append(Finding(item["rule_id"], item["location"]["path"], lines, values))
    return Report(tuple(findings), None, data["scan"]["bytes_scanned"])


def _detect_secrets(data: Any) -> Report:
    findings = tuple(
        Finding(
            item["type"],
            item["filename"],
            frozenset({item["line_number"]}),
            frozenset({item["hashed_secret"]}),
        )
        for items in data["results"].values()
        for item in items
    )
    return Report(findings, None, None)


_READERS: dict[str, Callable[[Any], Report]] = {
    "kirosafe": _kirosafe,
    "kingfisher": _kingfisher,
    "betterleaks": _betterleaks,
    "detect-secrets": _detect_secrets,
}


def read_report(form: str, text: str) -> Report:
    """The report in the form that is named after its tool, or ValueError, KeyError or TypeError."""
    return _READERS[form](json.loads(text))


def reports_pair(report: Report, pair: Pair) -> bool:
    """Whether both halves of the planted pair are reported as AWS findings, by line or by value."""
    lines: set[int] = set()
    values: set[str] = set()
    for finding in report.findings:
        if "aws" in finding.rule.lower() and finding.path.endswith(pair.file):
            lines |= finding.lines
            values |= finding.values

    def shown(line: int, value: str) -> bool:
        # detect-secrets shows the SHA-1 of a value.
        sha1 = hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()
        return line in lines or value in values or sha1 in values

    return shown(pair.id_line, pair.key_id) and shown(pair.secret_line, pair.secret)


def planted_found(report: Report, pair: Pair, folder: str) -> int:
    """How many of the three planted secrets of a tree are reported.

    `folder` is the plant folder inside the tree, with `/`; a project may have files of these names.
    """
    others = [f"{folder}/{name}" for name in (TOKEN_FILE, KEY_FILE)]
    found = sum(any(f.path.endswith(other) for f in report.findings) for other in others)
    return found + reports_pair(report, pair)
