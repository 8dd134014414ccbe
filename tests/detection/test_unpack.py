"""What is packed is looked at, in bounded time and memory, and what is not looked at is said."""

import gzip
import io
import json
import tracemalloc
import zipfile

import pytest

from kirosafe.detection.engine import Engine, SourceResult
from kirosafe.detection.inspection import Inspection
from kirosafe.detection.piece import Piece
from kirosafe.detection.toolkit import Toolkit
from kirosafe.detection.unpack import NOTEBOOK, packing
from kirosafe.detection.views.view import Limits
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.model.source import WINDOW_OVERLAP, WINDOW_SIZE, Depth, MemorySource
from tests.support.detection import CutSource, rule, toolkit
from tests.support.packing import tarred, zipped

TOKEN = rule("token", "tok_[a-z]{4}")
INSIDE = b"x = 1\nkey = tok_abcd\n"


def _kit(limits: Limits | None = None) -> Toolkit:
    return toolkit(TOKEN, limits=limits)


def _scan(path: str, data: bytes, limits: Limits | None = None) -> SourceResult:
    return Engine(_kit(limits)).scan(MemorySource(path, data))


def _vias(result: SourceResult) -> list[tuple[str, ...]]:
    return [finding.via for finding in result.findings]


def _reasons(result: SourceResult) -> set[SkipReason]:
    return {skipped.reason for skipped in result.skipped}


@pytest.mark.parametrize(
    ("path", "head", "kind"),
    [
        ("a.ipynb", b"{}", NOTEBOOK),
        ("a.zip", b"PK\x03\x04", "zip"),
        ("a.txt", b"\x1f\x8b\x08\x00", "gzip"),
        ("a.zip", b"text", None),
    ],
)
def test_packing(path: str, head: bytes, kind: str | None) -> None:
    assert packing(path, head) == kind


def test_members_keep_lines_and_say_the_way() -> None:
    result = _scan("a.zip", zipped({"one.txt": INSIDE, "dir/two.ini": INSIDE}))
    assert sorted(_vias(result)) == [("zip:dir/two.ini",), ("zip:one.txt",)]
    assert {(finding.line, finding.column) for finding in result.findings} == {(2, 7)}
    assert {finding.path for finding in result.findings} == {"a.zip"}


def test_a_source_of_several_windows_is_put_together() -> None:
    noise = bytes(range(256)) * 600
    packed = zipped({"noise": noise, "a.txt": INSIDE}) + b"\0" * 50_000
    result = Engine(_kit()).scan(CutSource("a.zip", packed, 40_000))
    assert _vias(result) == [("zip:a.txt",)]


def test_packages_in_packages_down_to_the_limit() -> None:
    data = INSIDE
    for level in range(5):
        data = zipped({f"{level}.zip" if level else "a.txt": data})
        result = _scan("outer.zip", data)
        if level < 3:
            assert len(result.findings[0].via) == level + 1
            assert result.skipped == ()
        else:
            assert result.findings == ()
            assert _reasons(result) == {SkipReason.ARCHIVE_LIMIT}
            assert all(skipped.path == "outer.zip" for skipped in result.skipped)


def test_structure_is_read_in_members_too() -> None:
    value = rule("password", "password[^a-z]{1,8}tok_", r'password = "(?P<secret>tok_[a-z]+)"')
    text = json.dumps([{"name": "password", "value": "tok_abcd"}]).encode()
    scan = Engine(toolkit(value)).scan
    (finding,) = scan(MemorySource("a.zip", zipped({"a.json": text}))).findings
    assert (finding.via, finding.span) == (("zip:a.json", "json"), None)
    assert scan(MemorySource("a.zip", zipped({"a.txt": text}))).findings == ()


def test_wide_characters_in_members() -> None:
    result = _scan("a.zip", zipped({"a.txt": INSIDE.decode().encode("utf-16")}))
    assert [(finding.line, finding.via) for finding in result.findings] == [(2, ("zip:a.txt",))]


def test_a_large_member_is_judged_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    look = Inspection.look

    def measured(self: Inspection, piece: Piece, low: int = 0, high: int | None = None) -> None:
        sizes.append(len(piece.data))
        look(self, piece, low, high)

    monkeypatch.setattr(Inspection, "look", measured)
    line = b"." * 63 + b"\n"
    text = bytearray(line * ((2 * WINDOW_SIZE + (1 << 19)) // len(line)))
    step = WINDOW_SIZE - WINDOW_OVERLAP
    places = [0, step - 4, step + WINDOW_OVERLAP // 2 - 4, WINDOW_SIZE - 4, 2 * step, len(text) - 9]
    for place in places:
        text[place : place + 8] = b"tok_abcd"
    rows = [1 + text.count(b"\n", 0, place) for place in places]
    result = _scan("a.zip", zipped({"a.txt": bytes(text)}))
    found = [finding.line for finding in result.findings if finding.via == ("zip:a.txt",)]
    assert found == rows
    assert max(sizes[1:]) == WINDOW_SIZE
    assert len(sizes) == 4  # the archive itself and three windows


def test_the_second_stage_looks_at_every_window() -> None:
    needy = rule("needy", "sec_[a-z]{4}", requires=("token",))
    text = b"sec_abcd\n" + b"\n" * (2 * WINDOW_SIZE) + b"tok_abcd"
    result = Engine(toolkit(TOKEN, needy)).scan(MemorySource("a.zip", zipped({"a.txt": text})))
    assert {finding.rule for finding in result.findings} == {"token", "needy"}


def test_a_notebook_in_a_package() -> None:
    cells = {"cells": [{"source": ["key = 'tok_", "abcd'"]}]}
    result = _scan("a.zip", zipped({"n.ipynb": json.dumps(cells).encode()}))
    assert _vias(result) == [("zip:n.ipynb", "notebook")]
    inner = {"cells": [{"source": [json.dumps(cells)]}]}
    assert _vias(_scan("a.ipynb", json.dumps(inner).encode())) == []  # a notebook holds none


def test_no_notebook_in_spite_of_its_name() -> None:
    result = _scan("a.ipynb", b"tok_abcd")
    assert (_vias(result), result.skipped) == ([()], ())


def test_dependencies_are_not_unpacked() -> None:
    source = MemorySource("a.zip", zipped({"a.txt": INSIDE}), depth=Depth.BULK)
    assert Engine(_kit()).scan(source) == SourceResult((), (), source.size)


def test_too_large_to_be_unpacked() -> None:
    data = zipped({"a.txt": INSIDE})
    limits = Limits(container_bytes=len(data) - 1, notebook_bytes=10)
    result = _scan("a.zip", data, limits)
    assert result.skipped == (Skipped("a.zip", SkipReason.ARCHIVE_TOO_LARGE),)
    assert _vias(_scan("a.zip", data, limits._replace(container_bytes=len(data)))) != []
    result = _scan("a.ipynb", b'{"cells": [{"source": "tok_abcd"}]}', limits)
    assert (_vias(result), result.skipped) == ([()], ())  # as text


def test_a_bomb_is_said_and_costs_little(engine: Engine) -> None:
    inner = zipped({f"{number}.txt": b" " * (20 << 20) for number in range(3)})
    bomb = zipped({f"{number}.zip": inner for number in range(40)} | {"a.txt": INSIDE})
    assert len(bomb) < 300_000
    tracemalloc.start()
    try:
        result = engine.scan(MemorySource("bomb.zip", bomb))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert _reasons(result) == {SkipReason.ARCHIVE_LIMIT}
    assert peak < 100 << 20


def test_one_file_of_blanks_is_a_bomb_too() -> None:
    result = _scan("a.gz", gzip.compress(b" " * (40 << 20)))
    assert _reasons(result) == {SkipReason.ARCHIVE_LIMIT}


def _encrypted() -> bytes:
    """A zip whose only member says that it is encrypted."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", INSIDE)
    data = bytearray(out.getvalue())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1
    return bytes(data)


def test_encrypted() -> None:
    result = _scan("a.zip", _encrypted())
    assert _reasons(result) == {SkipReason.ARCHIVE_ENCRYPTED}


@pytest.mark.parametrize("made", [zipped, tarred])
def test_damaged(made: object) -> None:
    data = (zipped if made is zipped else tarred)({"a.txt": INSIDE * 2000})
    result = _scan("a.bin", data[: len(data) // 2])
    assert _reasons(result) <= {SkipReason.ARCHIVE_DAMAGED}
    assert result.skipped
