"""Rules made ready for use, with what is dear about it kept in a cache.

What is kept is named after everything that it was made from, so that nothing outdated is taken up.
"""

from collections.abc import Mapping
from sys import hexversion, platform

from kirosafe.app.ports import Cache
from kirosafe.detection.plan import VERSION, Plan, dump_plan, load_plan, plan_anchors
from kirosafe.detection.prefilter import library_version
from kirosafe.detection.rulebook import dump_rulebook, load_rulebook, parse_rules, rules_digest
from kirosafe.detection.toolkit import Toolkit, select
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rulebook


def prepared_rulebook(texts: Mapping[str, str], cache: Cache) -> Rulebook:
    """The rulebook that the rule files in `texts` make. Raises `RulesError`."""
    name = f"rulebook-{rules_digest(texts)}-{hexversion:x}"
    kept = cache.get(name)
    book = load_rulebook(kept) if kept else None
    if book is None:
        book = parse_rules(texts)
        cache.put(name, dump_rulebook(book))
    return book


def prepared_toolkit(book: Rulebook, key: bytes, minimum: Confidence, cache: Cache) -> Toolkit:
    """The toolkit for the rules of at least `minimum` in `book`, fingerprints under `key`."""
    plan = _plan(book, minimum, cache)
    name = f"prefilter-{book.digest}-{minimum.label}-{library_version()}-{platform}"
    kit = Toolkit(book, key, minimum, plan, cache.get(name))
    if kit.prefilter.fresh:
        cache.put(name, kit.prefilter.fresh)
    return kit


def _plan(book: Rulebook, minimum: Confidence, cache: Cache) -> Plan:
    name = f"plan-{book.digest}-{minimum.label}-{VERSION}-{hexversion:x}"
    kept = cache.get(name)
    plan = load_plan(kept) if kept else None
    if plan is None:
        plan = plan_anchors(select(book, minimum))
        cache.put(name, dump_plan(plan))
    return plan
