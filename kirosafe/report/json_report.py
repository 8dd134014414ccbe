r"""The report for programs: one JSON object, as docs/report-format.md and schema.json say.

Text that is no UTF-8 reaches Python as lone surrogates, which JSON cannot carry: strict readers
refuse the document. Each undecodable byte is therefore written as `\x80` to `\xff`, any other
lone surrogate as `\ud800`, and the backslashes directly before either notation, or before text
that looks like one, are doubled. All other text, every other backslash included, is left as it is,
so that a program which knows nothing of this still gets every ordinary path right.
"""

import json
import re
from collections.abc import Iterable

from kirosafe.model.finding import Finding
from kirosafe.model.report import ScanReport
from kirosafe.model.skipped import Skipped
from kirosafe.report.words import worst_first

_ENCODER = json.JSONEncoder(allow_nan=False)
_NOTATION = r"x[89a-f][0-9a-f]|ud[89a-f][0-9a-f]{2}"
_LONE = re.compile("[\ud800-\udfff]")
_DOUBLED = re.compile(rf"\\+(?=[\ud800-\udfff]|{_NOTATION})")


def render(report: ScanReport) -> str:
    """`report` as a JSON object in ASCII, with one line for each finding and skipped thing."""
    stats = report.stats._asdict() | {"seconds": round(report.stats.seconds, 3)}
    members = {
        "version": _json(report.version),
        "roots": _json([reversible(root) for root in report.roots]),
        "min_confidence": _json(report.min_confidence.label),
        "fail_on": _json(report.fail_on.label),
        "findings": _lines(map(_finding, worst_first(report.findings))),
        "suppressed": _lines(map(_finding, worst_first(report.suppressed))),
        "skipped": _lines(map(_skipped, report.skipped)),
        "stats": _json(stats),
        "notes": _lines(map(reversible, report.notes)),
    }
    return "{\n" + ",\n".join(f'"{key}": {value}' for key, value in members.items()) + "\n}\n"


def reversible(text: str) -> str:
    """`text` without lone surrogates, in the notation that the module's docstring describes.

    Different texts give different results; docs/report-format.md says how to go back.
    """
    if text.isascii() and "\\" not in text:
        return text
    doubled = _DOUBLED.sub(lambda found: found[0] * 2, text)
    return _LONE.sub(lambda found: _surrogate(ord(found[0])), doubled)


def _surrogate(code: int) -> str:
    """The notation of one lone surrogate; U+DC80 to U+DCFF stand for bytes (PEP 383)."""
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": reversible(finding.rule),
        "title": reversible(finding.title),
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "location": {
            "path": reversible(finding.path),
            "line": finding.line,
            "column": finding.column,
        },
        "committable": finding.committable,
        "visible_on_host": finding.visible_on_host,
        "visible_in_sandbox": finding.visible_in_sandbox,
        "ignored_by": _optional(finding.ignored_by),
        "kiro_ignored_by": _optional(finding.kiro_ignored_by),
        "preview": reversible(finding.preview),
        "fingerprint": finding.fingerprint,
        "remediation": reversible(finding.remediation),
        "via": [reversible(step) for step in finding.via],
        "note": reversible(finding.note),
        "suppressed": _optional(finding.suppressed or None),
    }


def _skipped(skipped: Skipped) -> dict[str, object]:
    return {
        "path": reversible(skipped.path),
        "reason": skipped.reason.value,
        "detail": reversible(skipped.detail),
    }


def _optional(text: str | None) -> str | None:
    return None if text is None else reversible(text)


def _lines(items: Iterable[object]) -> str:
    """A JSON array with one item a line, so that lines can be counted, searched and compared."""
    lines = ",\n".join(f"  {_json(item)}" for item in items)
    return f"[\n{lines}\n]" if lines else "[]"


def _json(value: object) -> str:
    """`value` on one line, in ASCII: what looks harmless in a file is so on a terminal too.

    The one ASCII control character that JSON lets stand is DEL, and it stands in strings only.
    """
    return _ENCODER.encode(value).replace("\x7f", "\\u007f")
