"""Budgets are shared and never go below nothing."""

from kirosafe.detection.views.view import Budget, Limits, View


def test_a_budget_gives_what_it_has() -> None:
    budget = Budget(Limits(unpacked_bytes=10, members=3))
    assert [budget.take(6), budget.take(6), budget.take(6)] == [6, 4, 0]
    assert budget.members == 3


def test_a_view_has_its_own_lines_unless_told() -> None:
    assert View(("gzip",), "a.log", b"x").line == 0
