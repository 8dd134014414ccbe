"""What the rules are, in words: the use case behind `kirosafe rules`."""

from collections.abc import Iterable, Iterator

from kirosafe.errors import UsageError
from kirosafe.model.rule import Rule, Rulebook, SensitiveFile

Kind = Rule | SensitiveFile


def all_kinds(book: Rulebook) -> tuple[Kind, ...]:
    """Every rule and every kind of sensitive file, in the rulebook's order."""
    return (*book.rules, *book.files)


def listed(kinds: Iterable[Kind]) -> Iterator[str]:
    """One line each: id, severity, confidence, title, in columns."""
    found = list(kinds)
    width = max((len(kind.id) for kind in found), default=0)
    for kind in found:
        yield f"{kind.id:{width}}  {kind.severity.label:6}  {kind.confidence.label:6}  {kind.title}"


def explained(kinds: Iterable[Kind], wanted: str) -> str:
    """Everything about the rule `wanted`. Raises `UsageError` when there is none of that id."""
    found = {kind.id: kind for kind in kinds}
    kind = found.get(wanted)
    if kind is None:
        from difflib import get_close_matches

        close = get_close_matches(wanted, found, 3)
        raise UsageError(
            f"there is no rule '{wanted}'.",
            f"Did you mean {', '.join(close)}?" if close else "See kirosafe rules list.",
        )
    lines = [
        f"{kind.id}: {kind.title}",
        f"severity {kind.severity.label}, confidence {kind.confidence.label}",
        "",
        *(_rule_lines(kind) if isinstance(kind, Rule) else _file_lines(kind)),
        "",
        f"What to do: {kind.remediation}",
        f"Source: {kind.reference}",
    ]
    return "\n".join(lines)


def _rule_lines(rule: Rule) -> Iterator[str]:
    yield f"Looks for: {rule.pattern}"
    if rule.gates:
        yield f"Must pass: {', '.join(rule.gates)}"
    if rule.plugin:
        yield f"detect-secrets must agree: {rule.plugin}"
    if rule.requires:
        yield f"Only in a file with a finding of: {', '.join(rule.requires)}"
    if rule.encoded:
        yield "Also recognised inside base64, hex, percent-encoded and escaped text."


def _file_lines(kind: SensitiveFile) -> Iterator[str]:
    yield f"File names: {', '.join(kind.names)}"
    if kind.excluded_names:
        yield f"But not: {', '.join(kind.excluded_names)}"
    if kind.content:
        yield f"Content: {kind.content}"
    elif kind.structure != "opaque":
        yield "Counts when a value in it looks live."
