"""Which rules take part, and what is prepared for them."""

from kirosafe.detection.plan import plan_anchors
from kirosafe.detection.prefilter import VectorscanPrefilter
from kirosafe.detection.toolkit import Toolkit, select
from kirosafe.detection.views.view import Limits
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rulebook
from tests.support.detection import KEY, kind, rule

RULES = (
    rule("sure", "sure_[a-z]{4}"),
    rule("medium", "medium_[a-z]{4}", confidence=Confidence.MEDIUM),
    rule("low", "low_[a-z]{4}", confidence=Confidence.LOW),
    rule("second", "[a-z]{9}", requires=("sure", "medium")),
)
BOOK = Rulebook(RULES, (kind("env", ".env"),), (), "digest")


def test_select() -> None:
    assert select(BOOK, Confidence.LOW) == RULES
    assert [rule_.id for rule_ in select(BOOK, Confidence.MEDIUM)] == ["sure", "medium", "second"]
    assert [rule_.id for rule_ in select(BOOK, Confidence.HIGH)] == ["sure", "second"]


def test_what_is_not_asked_for_is_not_looked_for() -> None:
    text = b"sure_abcd medium_abcd low_abcd"
    low, medium = (Toolkit(BOOK, KEY, least) for least in (Confidence.LOW, Confidence.MEDIUM))
    assert len(low.prefilter.hits(text)) == 3
    assert len(medium.prefilter.hits(text)) == 2
    assert medium.minimum is Confidence.MEDIUM


def test_the_second_stage() -> None:
    kit = Toolkit(BOOK, KEY, Confidence.MEDIUM)
    assert kit.second_stage == ((2, frozenset({"sure", "medium"})),)
    assert kit.second_prefilter is kit.second_prefilter
    assert kit.second_prefilter.hits(b"x abcdefghi x") == [(0, 11)]


def test_what_was_kept_is_used() -> None:
    first = Toolkit(BOOK, KEY)
    assert isinstance(first.prefilter, VectorscanPrefilter)
    plan = plan_anchors(select(BOOK, Confidence.MEDIUM))
    again = Toolkit(BOOK, KEY, plan=plan, compiled=first.prefilter.fresh)
    assert not again.prefilter.fresh
    assert again.roles == first.roles == plan.roles


def test_limits_and_names() -> None:
    kit = Toolkit(BOOK, KEY, limits=Limits(depth=1))
    assert kit.limits.depth == 1
    assert Toolkit(BOOK, KEY).limits == Limits()
    assert [found.id for found in kit.names.kinds_of("a/.env")] == ["env"]
