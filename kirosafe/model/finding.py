"""Rule, place, severity, confidence, masked preview, keyed fingerprint; never the value."""

from typing import NamedTuple

from kirosafe.model.grade import Confidence, Severity


class Span(NamedTuple):
    """Half-open byte range in the source as it lies on disk."""

    start: int
    end: int


class Finding(NamedTuple):
    """Something that Kiro should not read, without the thing itself.

    `span` is where the value could be rewritten; None when the value was seen only through a view
    (`via`: ("base64",), ("zip:conf/app.ini",)) or when the finding is the file as a whole.
    `fingerprint` is keyed (detection/redact.py) and equal for equal values under one key.
    `committable` is None until git was asked. `visible_in_sandbox` is None until there is a plan.
    `suppressed` says who asked for quiet, and why; it quiets reports and never exposes.
    """

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    path: str
    line: int
    column: int
    preview: str
    fingerprint: str
    remediation: str
    span: Span | None = None
    via: tuple[str, ...] = ()
    note: str = ""
    suppressed: str = ""
    committable: bool | None = None
    ignored_by: str | None = None
    kiro_ignored_by: str | None = None
    visible_on_host: bool = True
    visible_in_sandbox: bool | None = None


class IgnoreVerdict(NamedTuple):
    """What the ignore files say of one path.

    `committable`: git would take it (tracked, or untracked and not ignored).
    `ignored_by`: the deciding line, `.gitignore:12: *.env`; None when no line decided.
    `kiro_ignored_by`: the same for the `.kiroignore` chain, which Kiro's shell does not honour.
    """

    committable: bool
    ignored_by: str | None = None
    kiro_ignored_by: str | None = None
