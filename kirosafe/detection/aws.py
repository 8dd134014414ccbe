"""What is particular to AWS: the account inside a key id, and what belongs together in a source."""

from collections.abc import Sequence

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
    ids = [f for f in findings if f.rule.startswith(_KEY_IDS)]
    secrets = [f for f in findings if f.rule.startswith(_SECRETS)]
    tokens = [f for f in findings if f.rule.startswith(_TOKENS)]
    if not ids or not (secrets or tokens):
        return list(findings)
    return [_related(f, ids, secrets, tokens) for f in findings]


def _related(
    finding: Finding, ids: list[Finding], secrets: list[Finding], tokens: list[Finding]
) -> Finding:
    if finding.rule.startswith(_KEY_IDS):
        partners = secrets or tokens
        name = "secret key" if secrets else "session token"
    elif finding.rule.startswith(_SECRETS + _TOKENS):
        partners, name = ids, "key id"
    else:
        return finding
    nearest = min(partners, key=lambda partner: abs(partner.line - finding.line))
    note = f"belongs to the {name} on line {nearest.line}"
    return finding._replace(
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        note=f"{finding.note}; {note}" if finding.note else note,
    )
