"""The anchors of a rulebook in the order in which the prefilter numbers them, and what each means.

Made from rules, from the encodings of their literals and from what betrays a structure; that takes
12 ms, so that it is kept like the compiled prefilter (docs/decisions/0002-start-up.md).
"""

from collections.abc import Iterable
from typing import NamedTuple

from kirosafe.detection.structured import TRIGGERS
from kirosafe.detection.views.encoded import encoded_literals
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rule

# Counts what plans are made from besides the rules: raised whenever the same rules come to other
# anchors than before. A test says when.
VERSION = 1


class Role(NamedTuple):
    """What a hit of one anchor means: rules to try, an encoding to undo, or a structure to read."""

    rules: tuple[int, ...] = ()
    certain: tuple[int, ...] = ()
    encoding: str = ""
    structure: bool = False


class Plan(NamedTuple):
    """Anchors and, by the same number, their roles."""

    anchors: tuple[str, ...]
    roles: tuple[Role, ...]


def plan_anchors(rules: Iterable[Rule]) -> Plan:
    """Number the anchors of `rules`, each expression once, then what recognises hidden text."""
    users: dict[str, list[int]] = {}
    certain: set[int] = set()
    encodings: dict[str, str] = {}
    for number, rule in enumerate(rules):
        if rule.confidence is Confidence.HIGH:
            certain.add(number)
        if not rule.requires:
            users.setdefault(rule.anchor, []).append(number)
        for anchor in encoded_literals(tuple(text.encode() for text in rule.encoded)):
            encodings.setdefault(anchor.expression, anchor.encoding)
    roles = [
        Role(rules=tuple(numbers), certain=tuple(n for n in numbers if n in certain))
        for numbers in users.values()
    ]
    roles += [Role(encoding=encoding) for encoding in encodings.values()]
    roles += [Role(structure=True) for _ in TRIGGERS]
    return Plan((*users, *encodings, *TRIGGERS), tuple(roles))


def dump_plan(plan: Plan) -> bytes:
    """`plan` as bytes for a private cache, in the format of this Python (`marshal`)."""
    import marshal

    return marshal.dumps((plan.anchors, tuple((*role,) for role in plan.roles)))


def load_plan(content: bytes) -> Plan | None:
    """What `dump_plan` wrote, or None. The cache answers for undamaged bytes (`ports.Cache`)."""
    import marshal

    try:
        anchors, roles = marshal.loads(content)
        return Plan(anchors, tuple(Role._make(role) for role in roles))
    except (ValueError, TypeError, EOFError):
        return None
