"""The numbered anchors of a rulebook."""

from hashlib import blake2b
from typing import Any

import pytest

from kirosafe.detection.plan import VERSION, Role, dump_plan, load_plan, plan_anchors
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.rule import Rule


def _rule(name: str, anchor: str, **others: Any) -> Rule:
    plain = Rule(name, name, Severity.HIGH, Confidence.MEDIUM, anchor, f"(?P<secret>{anchor})")
    return plain._replace(**others)


RULES = (
    _rule("one", "abc[0-9]", confidence=Confidence.HIGH),
    _rule("two", "abc[0-9]"),
    _rule("late", "[a-z]{40}", requires=("one",)),
    _rule("hidden", "secret", encoded=("AKIA", "secret")),
)


def test_rules_with_one_anchor_share_its_number() -> None:
    plan = plan_anchors(RULES)
    assert plan.anchors[0] == "abc[0-9]"
    assert plan.roles[0] == Role(rules=(0, 1), certain=(0,))
    assert len(plan.anchors) == len(plan.roles) == len(set(plan.anchors))


def test_second_stage_rules_have_no_anchor_in_the_first() -> None:
    assert "[a-z]{40}" not in plan_anchors(RULES).anchors


def test_hidden_and_structured_text_have_roles_of_their_own() -> None:
    roles = plan_anchors(RULES).roles
    assert {"base64", "hex", "percent", "escapes"} <= {role.encoding for role in roles}
    assert any(role.structure for role in roles)


def test_what_was_dumped_is_loaded() -> None:
    plan = plan_anchors(RULES)
    assert load_plan(dump_plan(plan)) == plan


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", dump_plan(plan_anchors(()))[:5], b"i\1\0\0\0"]
)
def test_anything_else_is_none(content: bytes) -> None:
    assert load_plan(content) is None


def test_the_version_counts_what_plans_are_made_from() -> None:
    """If this fails, the same rules come to other anchors than before: raise `plan.VERSION`, so
    that nobody's cache answers with the old ones, and put the new pair here."""
    digest = blake2b(repr(plan_anchors(RULES)).encode(), digest_size=8).hexdigest()
    assert (VERSION, digest) == (1, "cad991bd8734daac")
