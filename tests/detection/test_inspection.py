"""What is kept of what is looked at: limits, doubles, second stage, plugins, markers."""

import pytest

from kirosafe.detection.engine import Engine, SourceResult
from kirosafe.detection.inspection import MOST_FINDINGS, Inspection
from kirosafe.detection.piece import Piece
from kirosafe.detection.redact import fingerprint
from kirosafe.detection.views.view import Limits
from kirosafe.model.grade import Confidence
from kirosafe.model.rule import Rule
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.model.source import MemorySource
from tests.support.detection import KEY, rule, toolkit
from tests.support.keys import Keys

TOKEN = rule("token", "tok_[a-z]{4}", encoded=("tok_",))
GUESS = rule("guess", "g_[a-z]{4}", confidence=Confidence.LOW)
NEAR = rule("near", "[A-Z]{8}", requires=("token",))


def _scan(
    data: bytes, *rules: Rule, path: str = "a.txt", limits: Limits | None = None
) -> SourceResult:
    kit = toolkit(*(rules or (TOKEN,)), limits=limits)
    return Engine(kit).scan(MemorySource(path, data))


def _rules(result: SourceResult) -> list[str]:
    return [finding.rule for finding in result.findings]


def test_what_a_finding_says() -> None:
    (finding,) = _scan(b"one\n x tok_abcd").findings
    assert (finding.line, finding.column, finding.via) == (2, 4, ())
    assert finding.span is not None
    assert finding.fingerprint == fingerprint(KEY, b"tok_abcd")
    assert finding.preview == "********"


def test_an_empty_value_is_none() -> None:
    optional = rule("optional", "tok_", "tok_(?P<secret>[a-z]*)")
    assert _scan(b"tok_ tok_ab", optional).findings[0].column == 10


def test_gates_are_asked() -> None:
    gated = TOKEN._replace(gates=("distinct:6", "not-hash-context"))
    assert [f.column for f in _scan(b"tok_aaaa tok_abcd", gated).findings] == [10]
    assert _scan(b"sha1 tok_abcd", gated).findings == ()


def test_the_plugin_has_the_last_word(keys: Keys) -> None:
    asked = rule("github", "ghp_[A-Za-z0-9]{36}", plugin="GitHubTokenDetector")
    assert _rules(_scan(f"token = {keys.github_token()}".encode(), asked)) == ["github"]
    asked = asked._replace(plugin="SlackDetector")
    assert _scan(f"token = {keys.github_token()}".encode(), asked).findings == ()


def test_markers() -> None:
    text = b"tok_abcd # kirosafe:allow\n\n# kirosafe:allow-next-line\ntok_efgh\ntok_ijkl\n"
    assert [finding.suppressed for finding in _scan(text).findings] == [
        "kirosafe:allow",
        "kirosafe:allow-next-line",
        "",
    ]
    wide = b"tok_abcd " + b"x" * 2000 + b" # kirosafe:allow"
    assert _scan(wide).findings[0].suppressed == "kirosafe:allow"
    endless = b"tok_abcd " + b"x" * 5000 + b" # kirosafe:allow"
    assert _scan(endless).findings[0].suppressed == ""


def test_the_same_rule_through_two_views_is_one_finding() -> None:
    inspection = Inspection(toolkit(TOKEN), "a")
    piece = Piece(b"tok_abcd", "a", offset=0)
    inspection.look(piece)
    inspection.look(piece)
    assert len(inspection.findings) == 1


def test_encoded_is_decoded() -> None:
    (finding,) = _scan(b"x tok_abcd ".hex().encode()).findings
    assert (finding.line, finding.column, finding.span, finding.via) == (1, 1, None, ("hex",))


def test_lines_of_what_was_encoded() -> None:
    kept = b"one\n" + b"x: " + b"tok_abcd ....".hex().encode() + b"\nthree\n"
    assert _scan(kept).findings[0].line == 2
    lost = b"one\n" + b"x: " + b"a\nb\ntok_abcd ....".hex().encode() + b"\nthree\n"
    assert _scan(lost).findings[0].line == 2


@pytest.mark.parametrize("depth", range(5))
def test_encoded_in_encoded_down_to_the_limit(depth: int) -> None:
    data = b"tok_abcd tok_efgh"
    for _ in range(depth):
        data = data.hex().encode()
    layers = ["tok_"]
    for _ in range(3):
        layers.append(layers[-1].encode().hex())
    result = _scan(data, TOKEN._replace(encoded=tuple(layers)))
    expected = {("hex",) * depth} if depth < 4 else set()
    assert {finding.via for finding in result.findings} == expected


def test_the_decoding_budget_is_said_once() -> None:
    blob = (b"tok_abcd" + b" " * 56).hex().encode() + b"\n"
    limits = Limits(decoded_bytes=10_000, encoded_reach=256)
    result = _scan(blob * 2000, limits=limits)
    assert result.skipped == (Skipped("a.txt", SkipReason.DECODE_LIMIT),)
    assert 0 < len(result.findings) < 2000
    views = _scan(blob * 4 + b"\n", limits=Limits(decoded_bytes=100_000))
    assert views.skipped == ()


def test_the_second_stage_waits_for_the_first() -> None:
    assert _rules(_scan(b"ABCDEFGH", TOKEN, NEAR)) == []
    assert _rules(_scan(b"ABCDEFGH\ntok_abcd", TOKEN, NEAR)) == ["near", "token"]
    assert _rules(_scan(b"tok_abcd\nno number", TOKEN, NEAR)) == ["token"]
    other = rule("other", "oth_[a-z]{4}")
    assert _rules(_scan(b"oth_abcd ABCDEFGH", TOKEN, other, NEAR)) == ["other"]


@pytest.mark.parametrize("padding", [0, 300_000])
def test_the_second_stage_in_small_and_large_sources(padding: int) -> None:
    elsewhere = rule("elsewhere", "_{8}", requires=("guess",))
    data = b"ABCDEFGH\n" + b".\n" * padding + b"tok_abcd ________\n"
    assert _rules(_scan(data, TOKEN, GUESS, elsewhere, NEAR)) == ["near", "token"]
    assert _rules(_scan(b".\n" * padding + b"tok_abcd\n", TOKEN, NEAR)) == ["token"]


def test_the_second_stage_in_what_was_encoded() -> None:
    result = _scan(b"tok_abcd ABCDEFGH".hex().encode(), TOKEN, NEAR)
    assert sorted(_rules(result)) == ["near", "token"]


def test_binaries_hear_only_what_is_certain() -> None:
    binary = b"\x7fELF" + b"\0" * 100 + b"tok_abcd g_abcd ABCDEFGH" + b"\0" * 100
    assert _rules(_scan(binary, TOKEN, GUESS, NEAR)) == ["token"]
    hidden = b"\x7fELF" + b"\0" * 100 + b"tok_abcd ABCDEFGH".hex().encode() + b"\0" * 100
    assert _rules(_scan(hidden, TOKEN, NEAR)) == ["token"]


def _many(prefix: bytes, number: int) -> bytes:
    return b"".join(
        prefix + bytes(97 + at // 26**place % 26 for place in range(4)) + b"\n"
        for at in range(number)
    )


def test_more_findings_than_are_kept() -> None:
    result = _scan(_many(b"tok_", MOST_FINDINGS))
    assert (len(result.findings), result.skipped, result.limited) == (MOST_FINDINGS, (), 0)
    result = _scan(_many(b"tok_", MOST_FINDINGS + 7))
    assert (len(result.findings), result.limited) == (MOST_FINDINGS, 7)
    assert result.skipped == (Skipped("a.txt", SkipReason.FINDINGS_LIMIT),)


def test_guesses_do_not_push_out_what_is_certain() -> None:
    data = _many(b"g_", 3000) + b"tok_abcd\n"
    result = _scan(data, GUESS, GUESS._replace(id="again"), TOKEN)
    assert "token" in _rules(result)
    assert result.limited == 2000 + 3000
