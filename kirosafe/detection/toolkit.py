"""Everything that is prepared once for a rulebook and used on every source."""

from kirosafe.detection.match import Matcher
from kirosafe.detection.plan import Plan, plan_anchors
from kirosafe.detection.plugins import Plugins
from kirosafe.detection.prefilter import Prefilter, make
from kirosafe.detection.sensitive import SensitiveNames
from kirosafe.detection.views.view import Limits
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rule, Rulebook


class Toolkit:
    """Rules chosen by confidence, with prefilter, expressions, names, plugins and limits."""

    def __init__(
        self,
        rulebook: Rulebook,
        key: bytes,
        minimum: Confidence = Confidence.MEDIUM,
        plan: Plan | None = None,
        compiled: bytes | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`key` is for fingerprints. `plan` is `plan_anchors` of the selected rules, `compiled`
        what `prefilter.fresh` was for it, if the caller kept them."""
        self.minimum = minimum
        self.rules = select(rulebook, minimum)
        plan = plan or plan_anchors(self.rules)
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
