"""What is found does not depend on where a source is cut into windows."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kirosafe.detection.engine import Engine, SourceResult
from kirosafe.detection.windows import EDGE, parts
from kirosafe.model.skipped import SkipReason
from kirosafe.model.source import WINDOW_OVERLAP, WINDOW_SIZE, MemorySource
from tests.support.detection import CutSource
from tests.support.keys import Keys

# Small, so that a test has many borders for little data.
STEP = 40 << 10
BORDERS = 4
LENGTH = BORDERS * STEP


def _secret(keys: Keys, number: int) -> str:
    """One of the shapes that are judged by what stands around them, behind them or far away."""
    match number % 8:
        case 0:
            return f"aws_access_key_id = {keys.aws_id()}"
        case 1:
            return f"aws_secret_access_key = {keys.aws_secret()}"
        case 2:
            return keys.private_key()
        case 3:
            return f"token: {keys.github_token()}"
        case 4:
            return f'"SessionToken": "{keys.aws_session_token(900)}"'
        case 5:
            return f"{keys.aws_id()} belongs to {keys.aws_secret()}"
        case 6:
            return f'db_password = "{keys.password()}"'
        case _:
            return f"x={keys.mixed(80)}"  # nothing, and nothing may be cut out of it


@st.composite
def _texts(draw: st.DrawFn) -> bytes:
    """Text with secrets at and around the borders of windows."""
    keys = Keys(draw(st.integers(0, 1000)))
    filler = draw(st.sampled_from([b"x = 1\n", b"a lot of words. ", b"k=v;", b"\n"]))
    text = bytearray(filler * (LENGTH // len(filler)))
    gap = draw(st.sampled_from([b"\n", b" ", b"; "]))
    for number in draw(st.lists(st.integers(0, 7), min_size=3, max_size=8)):
        border = STEP * draw(st.integers(1, BORDERS - 1))
        near = draw(st.sampled_from([0, -EDGE, -WINDOW_OVERLAP, EDGE])) + draw(
            st.integers(-1200, 1200)
        )
        piece = gap + _secret(keys, number).encode() + gap
        at = max(0, border + near)
        text[at : at + len(piece)] = piece
    return bytes(text)


def _same(engine: Engine, whole: bytes, step: int, path: str = "a.log") -> SourceResult:
    """Scan `whole` both ways and compare."""
    expected = engine.scan(MemorySource(path, whole))
    assert engine.scan(CutSource(path, whole, step)) == expected
    return expected


@given(_texts(), st.integers(WINDOW_OVERLAP, 2 * STEP))
@settings(max_examples=40)
def test_windows_find_what_one_window_finds(engine: Engine, text: bytes, step: int) -> None:
    result = _same(engine, text, step)
    for finding in result.findings:
        assert finding.span is not None
        before = text[: finding.span.start]
        assert finding.line == before.count(b"\n") + 1
        assert finding.column == len(before) - before.rfind(b"\n")


@given(_texts(), st.sampled_from(["utf-16", "utf-16-be", "utf-32-le"]))
@settings(max_examples=15)
def test_windows_of_wide_characters(engine: Engine, text: bytes, codec: str) -> None:
    # Half a gurmukhi letter and half a hair space are line ends to those who count bytes.
    wide = (text.decode() + "\u0a05\u200a\n").encode(codec)
    assert all(finding.via for finding in _same(engine, wide, STEP).findings)


@pytest.mark.parametrize("shift", range(0, 130, 13))
def test_encoded_at_a_border(shift: int, engine: Engine, keys: Keys) -> None:
    hidden = f"aws_secret_access_key = {keys.aws_secret()}\n{keys.aws_id()}\n".encode().hex()
    lines = b"a line of text\n" * (LENGTH // 15)
    cut = STEP - 65 + shift
    result = _same(engine, lines[:cut] + b"\n" + hidden.encode() + b"\n" + lines[cut:], STEP)
    assert [finding.via for finding in result.findings] == [("hex",), ("hex",)]


def test_each_byte_is_judged_once() -> None:
    source = CutSource("a", b"x" * (5 * STEP + 17), STEP)
    judged: list[int] = []
    for part in parts(source.windows(), "a", None, strict=False):
        assert part.piece.offset is not None
        judged += range(part.piece.offset + part.low, part.piece.offset + part.high)
        assert not part.whole
    assert judged == list(range(source.size))


def test_one_window_is_whole() -> None:
    (part,) = parts(MemorySource("a", b"text").windows(), "a", None, strict=True)
    assert (part.low, part.high, part.whole, part.piece.strict) == (0, 4, True, True)


def test_text_of_several_windows_can_be_one_window_of_utf_8() -> None:
    data = "one\ntwo".encode("utf-16")
    found = list(parts(CutSource("a", data, 6).windows(), "a", "utf-16-le", strict=False))
    assert [part.whole for part in found] == [False, False, True]
    assert found[-1].piece.data == b"one\ntwo"
    assert sum(part.high - part.low for part in found if part.high > part.low) == 7


def test_a_source_that_changes_keeps_its_findings(engine: Engine, keys: Keys) -> None:
    data = f"aws_secret_access_key={keys.aws_secret()}\n".encode()
    result = engine.scan(CutSource("a.txt", data, STEP, fails=True))
    assert len(result.findings) == 1
    assert [skipped.reason for skipped in result.skipped] == [SkipReason.CHANGED]


# --- hostile sources ---------------------------------------------------------------------------


def _seconds(engine: Engine, data: bytes) -> tuple[float, SourceResult]:
    begin = time.process_time()
    result = engine.scan(CutSource("a.txt", data, WINDOW_SIZE - WINDOW_OVERLAP))
    return time.process_time() - begin, result


def _limited(result: SourceResult) -> bool:
    return any(skipped.reason is SkipReason.FINDINGS_LIMIT for skipped in result.skipped)


def test_many_hits_on_one_line(engine: Engine) -> None:
    rng = random.Random(5)
    ids = (
        "AKIA" + "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16)) for _ in "x" * 1000
    )
    line = " ".join(f"{key_id}{'.' * 80}" for key_id in ids).encode()
    few, _ = _seconds(engine, line * 10)
    many, result = _seconds(engine, line * 100)
    assert len(line) * 100 > 10 * 10**6
    assert _limited(result)
    assert len(result.findings) <= 3000
    assert many < 20 * few + 1
    assert many < 20


def test_keys_that_begin_and_never_end(engine: Engine) -> None:
    seconds, result = _seconds(engine, (b"-----BEGIN " + b"PRIVATE KEY-----\n") * 60_000)
    assert result.findings == ()
    assert seconds < 10


def test_many_assignments(engine: Engine, keys: Keys) -> None:
    lines = "".join(f'db_password = "{keys.password()}"\n' for _ in range(100_000))
    seconds, result = _seconds(engine, lines.encode())
    assert _limited(result)
    assert seconds < 15


def test_a_flood_does_not_hide_what_is_certain(engine: Engine, keys: Keys) -> None:
    lines = [f'db_password = "{keys.password()}"\n' for _ in range(3000)]
    lines.append(f"aws_secret_access_key = {keys.aws_secret()}\n")
    _, result = _seconds(engine, "".join(lines).encode())
    assert _limited(result)
    assert "aws-secret-access-key" in {finding.rule for finding in result.findings}
