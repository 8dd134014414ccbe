"""`kirosafe rules`: list, explain and check the detection rules."""

import os

import click

from kirosafe.app.rules import all_kinds, explained, listed
from kirosafe.cli.wire import extra_rules, rule_cache, rule_names, read_rulebook, shipped_rules
from kirosafe.errors import RulesError


def list_rules() -> int:
    """Print every rule, a line each."""
    book = read_rulebook(shipped_rules(), rule_cache(os.environ))
    for line in listed(all_kinds(book)):
        click.echo(line)
    return 0


def explain_rule(rule: str) -> int:
    """Print everything about one rule."""
    book = read_rulebook(shipped_rules(), rule_cache(os.environ))
    click.echo(explained(all_kinds(book), rule))
    return 0


def check_rules(folder: str) -> int:
    """Run the rules of `folder` against their own examples; `RulesError` names what is wrong."""
    from kirosafe.detection.rulecheck import check

    texts = extra_rules(folder)
    problems = check(texts, rule_names(texts))
    if problems:
        listed_problems = "\n".join(f"  {problem}" for problem in problems)
        raise RulesError(
            f"{len(problems)} problem{'s' * (len(problems) > 1)} in {folder}:\n{listed_problems}",
            "docs/rules.md describes every key.",
        )
    click.echo(f"{folder}: every rule is sound and finds its own examples.")
    return 0
