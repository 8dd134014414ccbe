"""Everything that is prepared once for a rulebook and used on every source."""

from collections.abc import Iterable
from typing import NamedTuple

from kirosafe.detection.match import Matcher
from kirosafe.detection.plugins import Plugins
from kirosafe.detection.prefilter import Prefilter, library_version, make
from kirosafe.detection.sensitive import SensitiveNames
from kirosafe.detection.structured import TRIGGERS
from kirosafe.detection.views.encoded import encoded_literals
from kirosafe.detection.views.view import Limits
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rule, Rulebook


class Role(NamedTuple):
    """What a hit of one anchor means: rules to try, an encoding to undo, or a structure to read."""

    rules: tuple[int, ...] = ()
    certain: tuple[int, ...] = ()
    encoding: str = ""
    structure: bool = False


class Plan(NamedTuple):
    """The anchors of a rulebook in the order in which the prefilter numbers them."""

    anchors: tuple[str, ...]
    roles: tuple[Role, ...]


class Toolkit:
    """Rules chosen by confidence, with prefilter, expressions, names, plugins and limits."""

    def __init__(
        self,
        rulebook: Rulebook,
        key: bytes,
        minimum: Confidence = Confidence.MEDIUM,
        compiled: bytes | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`key` is for fingerprints. `compiled` is what `prefilter.fresh` was for the same
        `cache_name`, if the caller kept it."""
        self.rules = select(rulebook, minimum)
        plan = plan_anchors(self.rules)
        self.roles = plan.roles
        self.prefilter: Prefilter = make(plan.anchors, compiled)
        self.matcher = Matcher(self.rules)
        self.second_stage = tuple(
            (number, frozenset(rule.requires))
            for number, rule in enumerate(self.rules)
            if rule.requires
        )
        self.names = SensitiveNames(rulebook.files)
        self.plugins = Plugins()
        self.limits = limits or Limits()
        self.key = key
        self._second_prefilter: Prefilter | None = None

    @property
    def second_prefilter(self) -> Prefilter:
        """Finds the anchors of `second_stage`, numbered by their place there; made when it is first
        asked for, in some milliseconds."""
        if self._second_prefilter is None:
            anchors = [self.rules[number].anchor for number, _ in self.second_stage]
            self._second_prefilter = make(anchors)
        return self._second_prefilter


def select(rulebook: Rulebook, minimum: Confidence) -> tuple[Rule, ...]:
    """The rules of at least `minimum` confidence: what is not asked for costs nothing."""
    return tuple(rule for rule in rulebook.rules if rule.confidence >= minimum)


def cache_name(rulebook: Rulebook, minimum: Confidence) -> str:
    """The name under which a compiled prefilter may be kept: rules, library and platform."""
    from sys import platform

    return f"prefilter-{rulebook.digest}-{minimum.label}-{library_version()}-{platform}"


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
