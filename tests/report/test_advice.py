"""What to do: each thing once, worst first, few of them."""

from kirosafe.report.advice import Step, steps
from tests.report import samples
from tests.report.samples import found


def test_advice_is_given_once_with_its_places() -> None:
    findings = [found("github-token", f"{name}.py", 3) for name in "abcdef"]
    advice, *exposure = steps([*findings, findings[0]])
    assert advice == Step(findings[0].remediation, "a.py:3, b.py:3, c.py:3 and 3 more")
    assert [step.where for step in exposure] == ["a.py, b.py, c.py and 3 more"]


def test_what_git_would_take_and_what_it_ignores_are_two_steps() -> None:
    taken = found("github-token", "a.py", 3)
    ignored = found("github-token", "b.env", 3)._replace(committable=False)
    unknown = found("github-token", "c.env", 3)._replace(committable=None)
    unseen = found("github-token", "d.env", 3)._replace(committable=False, visible_on_host=False)
    _, keep_out, move = steps([taken, ignored, unknown, unseen])
    assert keep_out.what.startswith("Keep these out of git")
    assert keep_out.where == "a.py"
    assert move.what.startswith("Ignored by git, not by Kiro")
    assert move.where == "b.env"


def test_low_findings_are_advised_on_only_alone() -> None:
    low = found("hex-entropy", "a.lock", 3)
    [alone] = steps([low])
    assert alone.what.startswith("Look at it")
    assert alone.where == "a.lock:3"
    assert all("a.lock" not in step.where for step in steps([found("assignment", "b", 1), low]))


def test_steps_are_few() -> None:
    findings = [
        found("github-token", "a", n)._replace(remediation=f"do {n}", committable=None)
        for n in range(20)
    ]
    assert len(steps(findings[:9])) == 9
    every = steps(findings)
    assert len(every) == 9
    assert every[-1] == Step("12 steps more: see remediation in --format json.", "")


def test_the_worst_comes_first() -> None:
    high, medium = found("private-key", "z", 1), found("url-password", "a", 1)
    assert [step.where for step in steps([high, medium])][:2] == ["z:1", "a:1"]
    assert steps([]) == []
    assert len(steps(samples.mixed().findings)) == 6
