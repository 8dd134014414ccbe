"""Policy: how layers merge (laws), what they quiet, and every error in a policy file (a table)."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.app.policy import excluded_by_option, merge, policy_suppression
from kirosafe.app.policy_text import MAX_ENTRIES, MAX_ERRORS, MAX_LINE, parse_policy
from kirosafe.errors import PolicyError, UsageError
from kirosafe.model.finding import Finding
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.policy import (
    DisabledRule,
    EffectivePolicy,
    ExcludedPath,
    Origin,
    ScanPolicy,
)

TODAY = date(2026, 11, 22)
ABSENT = ScanPolicy()

Layers = Sequence[tuple[Origin, ScanPolicy]]


def merged(*layers: tuple[Origin, ScanPolicy]) -> EffectivePolicy:
    return merge(layers, lambda: TODAY)


def excluded(
    *patterns: str, origin: Origin, expires: date | None = None
) -> tuple[Origin, ScanPolicy]:
    entries = tuple(ExcludedPath(p, "test data", expires, origin) for p in patterns)
    return origin, ScanPolicy(excluded_paths=entries)


# --- thresholds ---------------------------------------------------------------------------------


def test_no_layers_are_the_defaults() -> None:
    assert merge([], lambda: TODAY) == EffectivePolicy()
    assert merged(*[(origin, ABSENT) for origin in Origin]) == EffectivePolicy()


def test_user_may_loosen_and_command_line_has_the_later_word() -> None:
    policy = merged(
        (Origin.USER, ScanPolicy(fail_on=Severity.HIGH, require_coverage=True)),
        (Origin.COMMAND_LINE, ScanPolicy(require_coverage=False)),
    )
    assert (policy.fail_on, policy.require_coverage, policy.notes) == (Severity.HIGH, False, ())


def test_repository_tightens() -> None:
    policy = merged((Origin.REPOSITORY, ScanPolicy(Severity.LOW, Confidence.LOW, True)))
    assert policy == EffectivePolicy(Severity.LOW, Confidence.LOW, True)


def test_repository_that_loosens_is_ignored_and_noted() -> None:
    policy = merged((Origin.REPOSITORY, ScanPolicy(Severity.HIGH, Confidence.HIGH, False)))
    assert policy == EffectivePolicy(
        notes=(
            "fail_on = high (repository) is looser than may be set there; medium holds",
            "min_confidence = high (repository) is looser than may be set there; medium holds",
        )
    )


def test_administrator_binds_everybody() -> None:
    policy = merged(
        (Origin.ADMINISTRATOR, ScanPolicy(fail_on=Severity.LOW, require_coverage=True)),
        (Origin.USER, ScanPolicy(fail_on=Severity.HIGH)),
        (Origin.COMMAND_LINE, ScanPolicy(require_coverage=False)),
    )
    assert (policy.fail_on, policy.require_coverage) == (Severity.LOW, True)
    assert policy.notes == (
        "fail_on = high (user) is looser than may be set there; low holds",
        "require_coverage = false (command line) is looser than may be set there; true holds",
    )


def test_administrator_cannot_loosen_the_defaults() -> None:
    policy = merged((Origin.ADMINISTRATOR, ScanPolicy(fail_on=Severity.HIGH)))
    assert policy.fail_on is Severity.MEDIUM
    assert len(policy.notes) == 1


# --- laws ---------------------------------------------------------------------------------------

_patterns = st.sampled_from(["a", "b/**", "*.pem"])
_days = st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 1))


def _layer(origin: Origin) -> st.SearchStrategy[tuple[Origin, ScanPolicy]]:
    paths = st.builds(ExcludedPath, _patterns, st.just("r"), _days, st.just(origin))
    rules = st.builds(DisabledRule, _patterns, st.just("r"), _days, st.just(origin))
    policies = st.builds(
        ScanPolicy,
        st.none() | st.sampled_from(Severity),
        st.none() | st.sampled_from(Confidence),
        st.none() | st.booleans(),
        st.none() | st.lists(paths, max_size=3).map(tuple),
        st.none() | st.lists(rules, max_size=3).map(tuple),
    )
    return st.tuples(st.just(origin), policies)


_layers = st.lists(st.sampled_from(Origin).flatmap(_layer), max_size=5)
_one_of_each = st.tuples(*[_layer(origin) for origin in Origin])


def _looseness(policy: EffectivePolicy) -> tuple[int, int, bool]:
    return policy.fail_on, policy.min_confidence, not policy.require_coverage


@given(_layers, _layer(Origin.REPOSITORY))
def test_law_a_repository_never_loosens_a_threshold(
    layers: Layers, repository: tuple[Origin, ScanPolicy]
) -> None:
    before, after = _looseness(merged(*layers)), _looseness(merged(*layers, repository))
    assert all(a <= b for a, b in zip(after, before, strict=True))


@given(_layers, _layer(Origin.ADMINISTRATOR))
def test_law_nobody_gets_looser_than_the_administrator(
    layers: Layers, administrator: tuple[Origin, ScanPolicy]
) -> None:
    policy, bound = merged(*layers, administrator), administrator[1]
    assert bound.fail_on is None or policy.fail_on <= bound.fail_on
    assert bound.min_confidence is None or policy.min_confidence <= bound.min_confidence
    assert bound.require_coverage is not True or policy.require_coverage
    for entries, allowed in (
        (policy.excluded_paths, bound.excluded_paths),
        (policy.disabled_rules, bound.disabled_rules),
    ):
        if allowed is not None:
            assert {e.pattern for e in entries} <= {e.pattern for e in allowed}


@given(_layers, st.sampled_from(Origin), st.integers(0, 5))
def test_law_a_layer_without_opinions_changes_nothing(
    layers: Layers, origin: Origin, at: int
) -> None:
    more = [*layers[:at], (origin, ABSENT), *layers[at:]]
    assert merged(*more) == merged(*layers)


@given(_one_of_each)
def test_law_the_order_in_which_layers_are_given_does_not_matter(layers: Layers) -> None:
    results = {merged(*order) for order in list(permutations(layers))[::17]}
    assert len(results) == 1


@given(_layers, _layer(Origin.REPOSITORY), _layer(Origin.REPOSITORY))
def test_law_two_repositories_commute(
    layers: Layers, one: tuple[Origin, ScanPolicy], two: tuple[Origin, ScanPolicy]
) -> None:
    first, second = merged(*layers, one, two), merged(*layers, two, one)
    assert _looseness(first) == _looseness(second)
    assert set(first.excluded_paths) == set(second.excluded_paths)
    assert set(first.disabled_rules) == set(second.disabled_rules)


@given(_layers)
def test_law_nothing_that_has_expired_quiets(layers: Layers) -> None:
    policy = merged(*layers)
    ends = [e.expires for e in policy.excluded_paths] + [e.expires for e in policy.disabled_rules]
    assert all(end is None or end > TODAY for end in ends)


@given(_layers)
def test_law_every_entry_is_kept_taken_away_by_an_empty_list_or_noted(layers: Layers) -> None:
    policy = merged(*layers)
    asked = sum(len(layer.excluded_paths or ()) for _, layer in layers)
    emptied = any(layer.excluded_paths == () for _, layer in layers)
    noted = sum(note.startswith("excluded path") for note in policy.notes)
    assert emptied or asked == len(policy.excluded_paths) + noted


# --- what is quiet ------------------------------------------------------------------------------


def test_repository_may_quiet_and_entries_add_up() -> None:
    policy = merged(
        excluded("tests/**", origin=Origin.REPOSITORY), excluded("vendor", origin=Origin.USER)
    )
    assert [e.pattern for e in policy.excluded_paths] == ["vendor", "tests/**"]
    assert policy.notes == ()


def test_empty_list_of_the_user_keeps_repositories_from_quieting() -> None:
    policy = merged(
        (Origin.USER, ScanPolicy(excluded_paths=())),
        excluded("tests/**", origin=Origin.REPOSITORY),
        excluded("mine", origin=Origin.COMMAND_LINE),
    )
    assert [e.pattern for e in policy.excluded_paths] == ["mine"]
    assert policy.notes == (
        "excluded path tests/** (repository) quiets nothing: an empty list in a policy above it"
        " says that nothing is to be quiet",
    )


def test_empty_list_of_the_repository_takes_away_what_the_user_excluded() -> None:
    policy = merged(
        excluded("vendor", origin=Origin.USER), (Origin.REPOSITORY, ScanPolicy(excluded_paths=()))
    )
    assert policy.excluded_paths == ()


def test_administrator_allows_and_quiets_nothing() -> None:
    policy = merged(
        excluded("vendor", origin=Origin.ADMINISTRATOR),
        excluded("vendor", "secrets", origin=Origin.REPOSITORY),
    )
    assert [(e.pattern, e.origin) for e in policy.excluded_paths] == [("vendor", Origin.REPOSITORY)]
    assert policy.notes == (
        "excluded path vendor (administrator) is allowed there, not asked for",
        "excluded path secrets (repository) is not allowed by the administrator's policy and"
        " quiets nothing",
    )


@pytest.mark.parametrize(
    ("expires", "quiet"), [(date(2026, 11, 23), True), (TODAY, False), (date(2020, 1, 1), False)]
)
def test_entry_holds_until_the_day_it_expires(expires: date, quiet: bool) -> None:
    policy = merged(excluded("a", origin=Origin.USER, expires=expires))
    assert bool(policy.excluded_paths) is quiet
    noted = (f"excluded path a (user) expired on {expires} and quiets nothing",)
    assert policy.notes == (() if quiet else noted)


def test_the_day_is_asked_for_only_where_an_entry_ends() -> None:
    def unasked() -> date:
        raise AssertionError

    assert merge([excluded("a", origin=Origin.USER)], unasked).excluded_paths


FINDING = Finding("aws-key-id", "", Severity.HIGH, Confidence.HIGH, "/r/tests/k", 1, 1, "", "", "")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/k", "excluded path tests/** (repository: test data)"),
        ("src/k", ""),
    ],
)
def test_excluded_path_says_who_and_why(path: str, text: str) -> None:
    policy = merged(excluded("tests/**", origin=Origin.REPOSITORY))
    assert policy_suppression(FINDING, policy, path) == text


def test_disabled_rule_says_who_and_why() -> None:
    rules = (
        DisabledRule("gcp-*", "none here", origin=Origin.USER),
        DisabledRule("aws-*", "own check", origin=Origin.USER),
    )
    policy = merged((Origin.USER, ScanPolicy(disabled_rules=rules)))
    assert policy_suppression(FINDING, policy, "x") == "disabled rule aws-* (user: own check)"
    lifted = policy.without_suppressions()
    assert policy_suppression(FINDING, lifted, "x") == ""
    assert lifted.fail_on is policy.fail_on


def test_exclude_option() -> None:
    assert excluded_by_option("a/**") == ExcludedPath(
        "a/**", "--exclude", None, Origin.COMMAND_LINE
    )
    with pytest.raises(UsageError, match="--exclude is empty"):
        excluded_by_option("")


# --- the file -----------------------------------------------------------------------------------

WHOLE = """\
version = 1

[scan]
fail_on = "high"
min_confidence = "low"
require_coverage = true

[[scan.excluded_paths]]
path = "tests/fixtures/**"
reason = "keys made up for tests"
expires = 2027-01-01

[[scan.disabled_rules]]
rule = "generic-*"
reason = "too noisy here"
"""


def test_whole_file() -> None:
    assert parse_policy(WHOLE, "p.toml", Origin.USER) == ScanPolicy(
        Severity.HIGH,
        Confidence.LOW,
        True,
        (
            ExcludedPath(
                "tests/fixtures/**",
                "keys made up for tests",
                date(2027, 1, 1),
                Origin.USER,
                "p.toml:8",
            ),
        ),
        (DisabledRule("generic-*", "too noisy here", None, Origin.USER, "p.toml:13"),),
    )


def test_absent_is_no_opinion_and_empty_is_nothing() -> None:
    assert parse_policy("version = 1", "p", Origin.USER) == ABSENT
    assert parse_policy("version = 1\n[scan]\n", "p", Origin.USER) == ABSENT
    text = "version = 1\nscan.excluded_paths = []\nscan.disabled_rules = []"
    assert parse_policy(text, "p", Origin.USER) == ScanPolicy(excluded_paths=(), disabled_rules=())


def _scan(body: str) -> str:
    return f"version = 1\n[scan]\n{body}\n"


KNOWN_ENTRY = "known here: path, reason, expires"
ERRORS = [
    ("", ["p:1: version is missing; put 'version = 1' in the first line"]),
    ("[scan]", ["p:1: version is missing; put 'version = 1' in the first line"]),
    ("\nversion = true", ["p:2: version must be the number 1"]),
    ("version = '1'", ["p:1: version must be the number 1"]),
    ("version = 0", ["p:1: version must be the number 1"]),
    (
        "version = 2\nnew = 1",
        ["p:1: this is a newer kind of policy; this kirosafe reads version 1"],
    ),
    ("version = 1\nscan = 3", ["p:2: scan must be a table: [scan]"]),
    ("version = 1\n[scna]", ["p:2: unknown key 'scna'; did you mean 'scan'?"]),
    ("version = 1\nfail_on = 'low'", ["p:2: unknown key 'fail_on'; it belongs beneath [scan]"]),
    ("version = 1\nzzz = 1", ["p:2: unknown key 'zzz'; known here: version, scan"]),
    (_scan("\nfail_no = 1"), ["p:4: unknown key 'fail_no'; did you mean 'fail_on'?"]),
    (_scan("fail_on = 'severe'"), ["p:3: fail_on must be one of low, medium, high, in quotes"]),
    (_scan("fail_on = 'HIGH'"), ["p:3: fail_on must be one of low, medium, high, in quotes"]),
    (_scan("fail_on = 3"), ["p:3: fail_on must be one of low, medium, high, in quotes"]),
    (_scan("fail_on = []"), ["p:3: fail_on must be one of low, medium, high, in quotes"]),
    (
        _scan("min_confidence = ''"),
        ["p:3: min_confidence must be one of low, medium, high, in quotes"],
    ),
    (
        _scan("require_coverage = 'yes'"),
        ["p:3: require_coverage must be true or false, without quotes"],
    ),
    (
        _scan("excluded_paths = ['a']"),
        ["p:3: excluded_paths must be a list of tables: [[scan.excluded_paths]], or [] for none"],
    ),
    (
        _scan("disabled_rules = 'a'"),
        ["p:3: disabled_rules must be a list of tables: [[scan.disabled_rules]], or [] for none"],
    ),
    (
        _scan("excluded_paths = [\n" + "{},\n" * (MAX_ENTRIES + 1) + "]"),
        [f"p:3: excluded_paths has more than {MAX_ENTRIES} entries; use patterns"],
    ),
    (
        _scan("[[scan.excluded_paths]]\npath = 'a'"),
        ["p:3: reason is missing; whoever reads the report must learn why this is quiet"],
    ),
    (
        _scan("[[scan.excluded_paths]]\nreason = 'a'"),
        ["p:3: path is missing; it says what the entry is about"],
    ),
    (
        _scan("[[scan.disabled_rules]]\nreason = 'a'\nrule = ' '\n"),
        ["p:5: rule must be a text in quotes, and not an empty one"],
    ),
    (
        _scan("[[scan.disabled_rules]]\nreason = 'a'\nrule = '[a'\n"),
        ["p:5: the rule's pattern has a '[' without its ']'; write '\\[' for the character"],
    ),
    (
        _scan("[[scan.excluded_paths]]\nreason = 3\npath = '../a'\n"),
        [
            "p:4: reason must be a text in quotes, and not an empty one",
            "p:5: the path's pattern has an empty, '.' or '..' component; paths start at the"
            " scanned folder",
        ],
    ),
    (
        _scan('[[scan.excluded_paths]]\npath = "a"\nreason = "a\\u001bb"\n'),
        ["p:5: reason holds a line break or another unprintable character"],
    ),
    (
        _scan(f"[[scan.excluded_paths]]\npath = 'a'\nreason = '{'r' * 201}'\n"),
        ["p:5: the reason is longer than 200 characters"],
    ),
    (
        _scan("[[scan.excluded_paths]]\npath = 'a'\nreason = 'b'\nexpires = '2027-01-01'\n"),
        ["p:6: expires must be a day without quotes: 2027-01-31"],
    ),
    (
        _scan("[[scan.excluded_paths]]\npath = 'a'\nreason = 'b'\nexpires = 2027-01-01T00:00:00Z"),
        ["p:6: expires must be a day without quotes: 2027-01-31"],
    ),
    (
        _scan(
            "[[scan.excluded_paths]]\npath = 'a'\nreason = 'b'\n"
            "[[scan.excluded_paths]]\npath = 'a'\nreasons = 'b'\n"
        ),
        [
            "p:6: reason is missing; whoever reads the report must learn why this is quiet",
            "p:8: unknown key 'reasons'; did you mean 'reason'?",
        ],
    ),
    (
        _scan("excluded_paths = [\n  {path='{a', reason='b'},\n  {path='a', reason='b', why='c'}]"),
        [f"p:5: unknown key 'why'; {KNOWN_ENTRY}"],
    ),
    (
        "version = 1\n[scan]\nfail_on = '''\nrequire_coverage = 1\n'''\nrequire_coverage = 1",
        [
            "p:3: fail_on must be one of low, medium, high, in quotes",
            "p:6: require_coverage must be true or false, without quotes",
        ],
    ),
    ("version = 1\nx = = 1", ["p:2: not valid TOML: Invalid value"]),
    ("version = 1\n\nx = [1,", ["p:3: not valid TOML: Invalid value"]),
    ("a = " + "9" * 900 + "\n" * 2 + "b = ", ["p:3: not valid TOML: Invalid value"]),
    ("\n\n" + "x" * (MAX_LINE + 1), [f"p:3: the line is longer than {MAX_LINE} characters"]),
    ("a = " + "[\n" * 20_000, ["p:1: nested too deeply"]),
]


@pytest.mark.parametrize(("text", "problems"), ERRORS)
def test_error_message(text: str, problems: list[str]) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "p", Origin.REPOSITORY)
    assert caught.value.what.split("\n") == problems
    assert caught.value.next_step
    assert caught.value.exit_code == 20


def test_keys_are_shown_without_escapes() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(_scan('"\\u001b[1mlong' + "x" * 50 + '" = 1'), "p", Origin.USER)
    assert caught.value.what.startswith("p:2: unknown key '\\x1b[1mlongxxx")
    assert "x..." in caught.value.what
    assert caught.value.what.isprintable()


def test_values_are_not_repeated() -> None:
    value = "canary"
    for body in (f"fail_on='{value}'", f"require_coverage='{value}'", f"excluded_paths='{value}'"):
        with pytest.raises(PolicyError) as caught:
            parse_policy(_scan(body), "p", Origin.USER)
        assert value not in caught.value.what + caught.value.next_step


def test_many_errors_are_counted() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(_scan("\n".join(f"x{n} = 1" for n in range(50))), "p", Origin.USER)
    lines = caught.value.what.split("\n")
    assert len(lines) == MAX_ERRORS + 1
    assert lines[-1] == "and 30 more"


_bits = st.sampled_from(
    [
        *["version = 1\n", "[scan]\n", "[[scan.excluded_paths]]\n", "path = 'a'\n", "'''\n"],
        *["reason = '''b\n", "x.y = {a = [{b = 1}, 2]}\n", "expires = 2027-01-01\n"],
        *["[", "]", "=", '"', "#\n"],
    ]
)


@given(st.lists(_bits | st.text(max_size=5), max_size=12).map("".join))
def test_any_text_gives_a_policy_or_an_error_with_a_line(text: str) -> None:
    try:
        parse_policy(text, "p", Origin.REPOSITORY)
    except PolicyError as error:
        for line in error.what.split("\n"):
            name, number, _ = line.split(":", 2)
            assert name == "p"
            assert 1 <= int(number) <= text.count("\n") + 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(lambda: ("k" + ".a" * 490 + "=1\n") * 250, id="dotted keys"),
        pytest.param(lambda: "[[a]]\n" * 40_000, id="tables"),
    ],
)
def test_hostile_file_ends_soon(body: Callable[[], str]) -> None:
    text = "version = 1\n" + body()[: 256 * 1024]
    with pytest.raises(PolicyError):
        parse_policy(text, "p", Origin.REPOSITORY)


def test_the_page_shows_a_file_that_is_the_defaults() -> None:
    page = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    layer = parse_policy(example, "policy.md", Origin.USER)
    defaults = EffectivePolicy()
    assert layer[:3] == defaults[:3]
    assert [e.pattern for e in layer.excluded_paths or ()] == ["tests/fixtures/**"]
    assert [e.pattern for e in layer.disabled_rules or ()] == ["generic-*"]
