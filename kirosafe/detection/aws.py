"""What is particular to AWS: the account inside a key id, and what belongs together in a source."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity

_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# Rules by what they find, as beginnings of their ids (rules/aws.toml).
_KEY_IDS = ("aws-access-key-id",)
_SECRETS = ("aws-secret-access-key", "aws-key-pair")
_TOKENS = ("aws-session-token",)


def is_key_id(rule: str) -> bool:
    """Whether `rule` finds access key ids."""
    return rule.startswith(_KEY_IDS)


def account_of(key_id: bytes) -> str:
    """The 12-digit account in an access key id issued since about 2019, else "".

    Bits 1 to 40 of the ten bytes behind the four-letter prefix, read as base 32. Source: "AWS
    Access Key ID formats", awsteele.com, 2020-09-26, and "A short note on AWS KEY ID", medium.com/
    @TalBeerySec, 2023-10; ids whose first letter behind the prefix is I or J are older and carry
    none.
    """
    body = key_id[4:20]
    if len(body) != 16 or body[:1] in b"IJ" or any(letter not in _BASE32 for letter in body):
        return ""
    number = 0
    for letter in body:
        number = number << 5 | _BASE32.index(letter)
    account = (number >> 39) & ((1 << 40) - 1)
    return f"{account:012d}" if account < 10**12 else ""


def correlate(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of one source with AWS key ids, secrets and tokens related to each other.

    However far apart they stand: an id whose secret lies in the same source is a working
    credential (high), an id alone is not a secret (it stays as its rule graded it).
    """
    ids = _Lines(f for f in findings if f.rule.startswith(_KEY_IDS))
    secrets = _Lines(f for f in findings if f.rule.startswith(_SECRETS))
    tokens = _Lines(f for f in findings if f.rule.startswith(_TOKENS))
    related = []
    for finding in findings:
        if finding.rule.startswith(_KEY_IDS):
            partners, name = (secrets, "secret key") if secrets.all else (tokens, "session token")
        elif finding.rule.startswith(_SECRETS + _TOKENS):
            partners, name = ids, "key id"
        else:
            partners, name = _NOBODY, ""
        related.append(
            _raised(finding, name, partners.nearest(finding)) if partners.all else finding
        )
    return related


class _Lines:
    """The lines on which some findings stand, by the view through which they were seen."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.all: list[int] = []
        self._by_view: dict[tuple[str, ...], list[int]] = {}
        for finding in findings:
            insort(self.all, finding.line)
            insort(self._by_view.setdefault(finding.via, []), finding.line)

    def nearest(self, finding: Finding) -> int:
        """The line nearest to `finding`, in the same view if there is one."""
        lines = self._by_view.get(finding.via, self.all)
        at = bisect_left(lines, finding.line)
        return min(lines[max(at - 1, 0) : at + 1], key=lambda line: abs(line - finding.line))


_NOBODY = _Lines(())


def _raised(finding: Finding, name: str, line: int) -> Finding:
    note = f"belongs to the {name} on line {line}"
    return finding._replace(
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        note=f"{finding.note}; {note}" if finding.note else note,
    )
