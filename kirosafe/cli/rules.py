"""`kirosafe rules`: list, explain and check the detection rules."""

import os

from kirosafe.app.prepare import prepared_rulebook
from kirosafe.app.rules import all_kinds, explained, listed
from kirosafe.cli.output import emit
from kirosafe.cli.wire import extra_rules, rule_cache, rule_names, shipped_rules
from kirosafe.errors import RulesError
from kirosafe.model.rule import Rulebook


def list_rules() -> int:
    """Print every rule, a line each."""
    emit("".join(f"{line}\n" for line in listed(all_kinds(_shipped()))))
    return 0


def explain_rule(rule: str) -> int:
    """Print everything about one rule. Raises `UsageError` if there is none of that id."""
    emit(explained(all_kinds(_shipped()), rule) + "\n")
    return 0


def rule_ids() -> list[str]:
    """The id of every rule, for completion."""
    return [kind.id for kind in all_kinds(_shipped())]


def check_rules(folder: str) -> int:
    """Run the rules of `folder` against their own examples; `RulesError` names what is wrong."""
    # Slow imports, for this command alone.
    from time import process_time

    from kirosafe.detection.rulebook import FOLDERS_FILE
    from kirosafe.detection.rulecheck import check

    texts = extra_rules(folder)
    # Our own folder holds one more file, which is not about secrets.
    texts.pop(os.path.join(folder, FOLDERS_FILE), None)
    problems = check(texts, rule_names(texts), process_time)
    if problems:
        lines = "\n".join(str(problem) for problem in problems)
        number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise RulesError(f"{number} in {folder}:\n{lines}", "docs/rules.md describes every key.")
    emit(f"{folder}: every rule is sound and finds its own examples.\n")
    return 0


def _shipped() -> Rulebook:
    return prepared_rulebook(shipped_rules(), rule_cache(os.environ))
