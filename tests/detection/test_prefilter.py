"""Two engines, the same answers; and a kept database that is not what it was."""

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kirosafe.cli.wire import shipped_rules
from kirosafe.detection.engine import Engine
from kirosafe.detection.examples import expand
from kirosafe.detection.plan import plan_anchors
from kirosafe.detection.prefilter import (
    RUN,
    Prefilter,
    RegexPrefilter,
    VectorscanPrefilter,
    library_version,
    make,
)
from kirosafe.detection.rulebook import parse_examples
from kirosafe.detection.toolkit import Toolkit
from kirosafe.model.rule import Rulebook
from kirosafe.model.source import MemorySource
from tests.support.detection import KEY
from tests.support.keys import Keys

ANCHORS = ("AKIA[A-Z2-7]{4}", "(?i)secret.{0,3}=", "[0-9a-f]{8}", r"a\s{1,2}b")
TEXT = b"AKIAABCDEFGH SECRET\n\n=0123456789abcdef a \nb"


@pytest.fixture(scope="session")
def slow_engine(shipped: Rulebook) -> Engine:
    """The shipped rules as they run where there is no Vectorscan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "hyperscan", None)
        kit = Toolkit(shipped, KEY)
        assert isinstance(kit.prefilter, RegexPrefilter)
        assert isinstance(kit.second_prefilter, RegexPrefilter)
    return Engine(kit)


def _ends(prefilter: Prefilter, data: bytes) -> set[tuple[int, int]]:
    return set(prefilter.hits(data))


@pytest.mark.parametrize("made", [VectorscanPrefilter, RegexPrefilter])
def test_hits_are_anchor_and_end(made: type[VectorscanPrefilter] | type[RegexPrefilter]) -> None:
    hits = _ends(made(ANCHORS), TEXT)
    assert hits >= {(0, 8), (1, 22), (2, 30), (3, TEXT.index(b"\nb") + 2)}
    assert {number for number, _ in hits} == {0, 1, 2, 3}
    assert _ends(made(ANCHORS), b"akia secret") == set()


@given(st.lists(st.sampled_from([*b"AKIBSsecret=0f a\nb"]), max_size=80).map(bytes))
@settings(max_examples=150)
def test_engines_agree_on_anchors_of_one_length(data: bytes) -> None:
    anchors = ("AKI[A-Z]", "(?i)secret[=a]", "[0-9a-f]{4}", r"a\sb", "s.b")
    vectorscan = VectorscanPrefilter(anchors, _COMPILED.setdefault(anchors, b""))
    _COMPILED[anchors] = vectorscan.fresh or _COMPILED[anchors]
    kept, every = _ends(vectorscan, data), _ends(RegexPrefilter(anchors), data)
    assert kept <= every
    for number, end in every - kept:  # a kept one speaks for it, and all between are ends as well
        spokesman = max(other for n, other in kept if n == number and other < end)
        assert {(number, between) for between in range(spokesman, end)} <= every


def test_an_end_at_every_byte_costs_little() -> None:
    hits = VectorscanPrefilter(("[A-Z]{40}",)).hits(b"A" * 1_000_000)
    assert len(hits) == pytest.approx(1_000_000 / RUN, rel=0.01)


_COMPILED: dict[tuple[str, ...], bytes] = {}


@st.composite
def _documents(draw: st.DrawFn) -> bytes:
    """Lines of configuration, code and noise, most of them nearly secrets."""
    keys = Keys(draw(st.integers(0, 5000)))
    values = (
        keys.aws_id(),
        keys.aws_secret(),
        keys.aws_session_token(),
        keys.github_token(),
        keys.github_token("gho_"),
        keys.password(),
        keys.hex(40),
        keys.text(draw(st.integers(1, 60))),
        "sk_live_" + keys.text(24),
        f"https://bob:{keys.password()}@db.corp.internal/x",
        keys.private_key(),
        "${NOT_A_VALUE}",
        keys.aws_secret().encode().hex(),
    )
    labels = ("password", "AWS_SECRET_ACCESS_KEY", "token", "x", "api-key", "id", "hash sha1")
    signs = (" = ", ": ", "=", ": |\n  ", "' => '", " ")
    quotes = ("", '"', "'")
    lines = draw(
        st.lists(
            st.tuples(*(st.sampled_from(which) for which in (labels, signs, quotes, values))),
            max_size=6,
        )
    )
    return "".join(f"{a}{b}{q}{c}{q}\n" for a, b, q, c in lines).encode()


@given(_documents(), st.sampled_from(["a.txt", ".env", "a.yaml", "a.json", "a.py"]))
@settings(max_examples=50)
def test_engines_lead_to_the_same_findings(
    engine: Engine, slow_engine: Engine, data: bytes, path: str
) -> None:
    source = MemorySource(path, data)
    assert engine.scan(source) == slow_engine.scan(source)


def test_engines_agree_on_the_rules_own_examples(engine: Engine, slow_engine: Engine) -> None:
    rng, found = random.Random(3), set()
    for examples in parse_examples(shipped_rules())[::3]:
        texts = [expand(text, rng) for text in (*examples.matching, *examples.other)]
        source = MemorySource("example", "\n".join(texts).encode())
        result = engine.scan(source)
        assert result == slow_engine.scan(source), examples.rule
        found |= {finding.rule for finding in result.findings}
    assert len(found) > 50


def test_what_was_compiled_is_used_again() -> None:
    first = VectorscanPrefilter(ANCHORS)
    again = VectorscanPrefilter(ANCHORS, first.fresh)
    assert first.fresh
    assert again.fresh == b""
    assert _ends(again, TEXT) == _ends(first, TEXT)


def test_a_database_of_other_anchors_is_not_used() -> None:
    others = VectorscanPrefilter(ANCHORS[::-1])
    prefilter = VectorscanPrefilter(ANCHORS, others.fresh)
    assert prefilter.fresh
    assert _ends(prefilter, TEXT) == _ends(VectorscanPrefilter(ANCHORS), TEXT)


@pytest.mark.parametrize("kept", [b"", b"\0", b"nonsense" * 40, b"\0" * 5000])
def test_what_is_no_database_is_not_used(kept: bytes) -> None:
    assert VectorscanPrefilter(ANCHORS, kept).fresh


def test_a_damaged_database_is_made_anew() -> None:
    """Every kind of damage to what was kept; Vectorscan checks a CRC-32 before it loads."""
    anchors = ANCHORS[:1]
    whole = VectorscanPrefilter(anchors).fresh
    expected = _ends(VectorscanPrefilter(anchors), TEXT)
    rng = random.Random(11)
    anew = 0
    for round_ in range(400):
        damaged = bytearray(whole)
        if round_ % 4 == 0:
            del damaged[rng.randrange(len(damaged)) :]
        elif round_ % 4 == 1:
            damaged += rng.randbytes(rng.randrange(1, 40))
        elif round_ % 4 == 2:
            damaged[rng.randrange(16 + 64)] ^= 1 << rng.randrange(8)  # our mark and the header
        else:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        prefilter = VectorscanPrefilter(anchors, bytes(damaged))
        assert _ends(prefilter, TEXT) == expected
        anew += bool(prefilter.fresh)
    assert anew > 350  # a few bytes of the header mean nothing


def test_without_the_library_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert library_version().startswith("hyperscan-0.")
    assert isinstance(make(ANCHORS), VectorscanPrefilter)
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert library_version() == "re"
    prefilter = make(ANCHORS, b"kept")
    assert isinstance(prefilter, RegexPrefilter)
    assert prefilter.fresh == b""


def test_every_shipped_anchor_works_in_both(shipped: Rulebook) -> None:
    anchors = plan_anchors(shipped.rules).anchors
    assert RegexPrefilter(anchors).hits(b"") == []
    assert len(set(anchors)) == len(anchors)
