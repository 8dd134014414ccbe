"""Is a found AWS credential one of the user's own? Compared by fingerprint, in memory, offline.

The idea is that of git-secrets' `--aws-provider`; values are never compared or kept.
"""

from collections.abc import Callable, Iterable, Mapping

from kirosafe.app.ports import SourceScanner
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Severity
from kirosafe.model.source import Source


def own_keys(scanner: SourceScanner, files: Iterable[Source]) -> Mapping[str, str]:
    """Fingerprint to place ("~/.aws/credentials, line 3") of every AWS value in `files`."""
    known: dict[str, str] = {}
    for source in files:
        for finding in scanner.scan(source).findings:
            if finding.rule.startswith("aws-"):
                known.setdefault(finding.fingerprint, f"{source.path}, line {finding.line}")
    return known


def mark_own(findings: Iterable[Finding], known: Callable[[], Mapping[str, str]]) -> list[Finding]:
    """`findings` with a note on each that is one of the user's own live keys, which makes it
    severe. `known` is asked only if there is an AWS finding at all."""
    found = list(findings)
    if not any(finding.rule.startswith("aws-") for finding in found):
        return found
    places = known()
    return [_marked(finding, places) for finding in found]


def _marked(finding: Finding, places: Mapping[str, str]) -> Finding:
    place = places.get(finding.fingerprint, "")
    if not place or place.rpartition(",")[0] == finding.path:
        return finding
    note = f"the same value as in {place}: this is a key of yours"
    return finding._replace(
        severity=Severity.HIGH, note=f"{finding.note}; {note}" if finding.note else note
    )
