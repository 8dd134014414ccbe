"""What is in archives comes out, within limits, and nothing raises."""

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.views.containers import container_kind, members
from kirosafe.detection.views.view import Budget, Limits, View
from kirosafe.model.skipped import Skipped, SkipReason
from tests.support.keys import Keys

Files = dict[str, bytes]
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of `files`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files: Files, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of `files`, with a folder and a link in it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def database(script: str, *rows: tuple[str, tuple[object, ...]]) -> bytes:
    """An SQLite database."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    for statement, values in rows:
        connection.execute(statement, values)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def unpack(data: bytes, limits: Limits | None = None, path: str = "box") -> list[View | Skipped]:
    """The members of one level."""
    kind = container_kind(path, data[:8192])
    assert kind is not None
    return list(members(kind, path, data, limits=limits))


def reasons(found: list[View | Skipped]) -> list[SkipReason]:
    """Why something was skipped."""
    return [item.reason for item in found if isinstance(item, Skipped)]


def views(found: list[View | Skipped]) -> dict[str, bytes]:
    """What came out, by last step."""
    return {item.via[-1]: item.data for item in found if isinstance(item, View)}


FILES = {"conf/app.ini": b"[a]\nb = c\n", "é.txt": b"text", "empty": b""}
FULL = {name: data for name, data in FILES.items() if data}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_zip_gives_its_members(method: int) -> None:
    found = unpack(zipped({**FILES, "folder/": b""}, method))
    assert views(found) == {f"zip:{name}": data for name, data in FULL.items()}
    assert [item.path for item in found] == list(FULL)
    assert reasons(found) == []


def test_zip_behind_a_program() -> None:
    data = b"#!/usr/bin/env python3\n" + zipped(FILES)
    assert set(views(unpack(data, path="tool.pyz"))) == {f"zip:{name}" for name in FULL}


def test_zip_with_wide_numbers() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("wide.txt")
        info.extra = b"UT\x01\x00x"
        with archive.open(info, "w", force_zip64=True) as member:
            member.write(b"content")
    assert views(unpack(buffer.getvalue())) == {"zip:wide.txt": b"content"}


def wide(data: bytes) -> bytes:
    """The archive with its numbers moved into zip64 records, as only huge ones have them."""
    entry, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    directory = bytearray(data[entry:end])
    packed, size, offset = (directory[20:24], directory[24:28], directory[42:46])
    extra = b"\x01\0\x18\0" + size + b"\0" * 4 + packed + b"\0" * 4 + offset + b"\0" * 4
    directory[20:28] = b"\xff" * 8
    directory[42:46] = b"\xff" * 4
    directory = directory[: 46 + int.from_bytes(directory[28:30], "little")]
    directory[30:32] = len(extra).to_bytes(2, "little")
    directory += extra
    record = b"PK\x06\x06" + b"\0" * 36
    record += len(directory).to_bytes(8, "little") + entry.to_bytes(8, "little")
    return (
        data[:entry] + bytes(directory) + record + b"PK\x05\x06" + b"\0" * 8 + b"\xff" * 8 + b"\0\0"
    )


def test_zip64_directories_are_read() -> None:
    assert views(unpack(wide(zipped({"a.txt": b"content"})))) == {"zip:a.txt": b"content"}


@pytest.mark.parametrize("mark", [b"PK\x05\x06", b"PK\x06\x06", b"PK\x01\x02", b"PK\x03\x04"])
def test_archives_without_a_part_are_damaged(mark: bytes) -> None:
    data = wide(zipped({"a.txt": b"content"})).replace(mark, b"PKPK")
    found = list(members("zip", "box", data))
    assert (views(found), reasons(found)) == ({}, [SkipReason.ARCHIVE_DAMAGED])


def test_directories_outside_the_file_are_damage() -> None:
    data = b"PK\x05\x06" + b"\0" * 8 + b"\xfe\xff\xff\xff" * 2 + b"\0\0"
    assert reasons(unpack(data)) == [SkipReason.ARCHIVE_DAMAGED]


def test_names_in_the_dos_alphabet_and_broken_ones() -> None:
    data = zipped({"abc.txt": b"1"})
    assert views(unpack(data.replace(b"abc.txt", b"\x84bc.txt"))) == {"zip:äbc.txt": b"1"}
    marked = zipped({"éx.txt": b"1"}).replace("éx".encode(), b"\xff\xfex")
    assert list(views(unpack(marked))) == ["zip:\ufffd\ufffdx.txt"]


def test_encrypted_members_are_said_once() -> None:
    data = bytearray(zipped({"a": b"1", "b": b"2", "c": b"3"}))
    entries = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    data[entries[0] + 8] |= 1
    data[entries[1] + 8] |= 1
    found = unpack(bytes(data))
    assert views(found) == {"zip:c": b"3"}
    assert found[-1] == Skipped("box", SkipReason.ARCHIVE_ENCRYPTED, "zip:a")


def test_an_unknown_method_is_said() -> None:
    found = unpack(zipped({"a": b"1"}, zipfile.ZIP_LZMA))
    assert found == [Skipped("box", SkipReason.ARCHIVE_DAMAGED, "zip:a: method 14")]


def test_overlapping_members_stop() -> None:
    data = zipped({"a": b"1" * 100, "b": b"2" * 100}, zipfile.ZIP_STORED)
    entry = data.index(b"PK\x01\x02")
    bomb = bytearray(data)
    bomb[entry + 20 : entry + 24] = len(data).to_bytes(4, "little")
    assert SkipReason.ARCHIVE_DAMAGED in reasons(unpack(bytes(bomb)))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_tar_gives_its_files_and_follows_nothing(form: int) -> None:
    files = {"a.txt": b"x" * 700, "d/" * 60 + "long.txt": b"y", **FILES}
    if form != tarfile.USTAR_FORMAT:
        files["é" * 80] = b"z"
    found = unpack(tarred(files, form))
    assert views(found) == {f"tar:{name}": data for name, data in files.items() if data}
    assert reasons(found) == []


def test_old_tar_without_a_mark() -> None:
    data = bytearray(tarred({"a": b"1"}, tarfile.USTAR_FORMAT))
    data[257:265] = b"\0" * 8
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert views(unpack(bytes(data))) == {"tar:a": b"1"}


def header(kind: bytes, size: int, name: bytes = b"name", tail: bytes = b"") -> bytes:
    """One tar header with the right sum."""
    block = bytearray(name.ljust(100, b"\0") + b"\0" * 24 + b"%011o " % size)
    block += b"\0" * 12 + b" " * 8 + kind
    block = bytearray(bytes(block).ljust(482, b"\0") + tail).ljust(512, b"\0")
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def test_tar_oddities() -> None:
    binary = bytearray(header(b"0", 0))
    binary[124:136] = b"\x80" + (3).to_bytes(11, "big")
    binary[148:156] = b" " * 8
    binary[148:156] = b"%06o\0 " % sum(binary)
    assert views(unpack(bytes(binary) + b"abc".ljust(512, b"\0"))) == {"tar:name": b"abc"}
    sparse = header(b"S", 4, tail=b"\x01") + b"\0" * 504 + b"\x01" + b"\0" * 7 + b"\0" * 512
    assert views(unpack(sparse + b"abcd".ljust(512, b"\0"))) == {"tar:name": b"abcd"}
    cut = header(b"S", 4, tail=b"\x01")
    assert reasons(unpack(cut)) == [SkipReason.ARCHIVE_DAMAGED]
    record = b"9 size=5\n11 path=wx\n12 mtime=1.5\n9 size=?\n"
    pax = header(b"x", len(record)) + record.ljust(512, b"\0")
    pax += header(b"0", 0) + b"12345".ljust(512, b"\0")
    assert views(unpack(pax)) == {"tar:wx": b"12345"}
    bad = bytearray(header(b"0", 0))
    bad[124:136] = b"99999999999\0"
    bad[148:156] = b" " * 8
    bad[148:156] = b"%06o\0 " % sum(bad)
    assert reasons(unpack(bytes(bad))) == [SkipReason.ARCHIVE_DAMAGED]


def test_tar_that_turns_into_something_else() -> None:
    data = tarred({"a": b"1"})
    end = data.index(b"1" + b"\0" * 511) + 512
    found = unpack(data[:end] + b"\0" * 1024 + b"rubbish" * 100)
    assert views(found) == {"tar:a": b"1"}
    assert reasons(found) == [SkipReason.ARCHIVE_DAMAGED]


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_files_and_what_follows_them(kind: str) -> None:
    pack = PACKERS[kind]
    suffix = {"gzip": ".gz", "bzip2": ".bz2", "xz": ".xz"}[kind]
    found = unpack(pack(b"one ") + pack(b"two") + b"\0rest", path=f"logs/app.log{suffix}")
    assert found == [View((kind,), "logs/app.log", b"one two")]
    assert unpack(pack(b"")) == []


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_tar_is_read_on_the_way(kind: str) -> None:
    found = unpack(PACKERS[kind](tarred(FILES)))
    assert views(found) == {f"tar.{kind}:{name}": data for name, data in FULL.items()}


@pytest.mark.parametrize("kind", PACKERS)
def test_a_cut_stream_gives_what_there_is(kind: str, keys: Keys) -> None:
    content = keys.text(400_000).encode()
    packed = PACKERS[kind](content)
    found = unpack(packed[: len(packed) * 3 // 4])
    assert reasons(found) == [SkipReason.ARCHIVE_DAMAGED]
    if kind != "bzip2":  # which has blocks of 900 kB
        (data,) = views(found).values()
        assert content.startswith(data)
    broken = bytearray(packed)
    broken[len(packed) // 2 : len(packed) // 2 + 64] = bytes(64)
    assert SkipReason.ARCHIVE_DAMAGED in reasons(unpack(bytes(broken)))


@pytest.mark.parametrize("kind", PACKERS)
def test_a_cut_tar_in_a_stream(kind: str, keys: Keys) -> None:
    packed = PACKERS[kind](tarred({"a": b"1", "b": keys.text(2_000_000).encode()}))
    found = unpack(packed[: len(packed) * 3 // 4])
    assert views(found)[f"tar.{kind}:a"] == b"1"
    assert reasons(found) == [SkipReason.ARCHIVE_DAMAGED]


def test_a_tar_cut_inside_a_member() -> None:
    data = tarred({"a": b"1" * 600})
    cut = data[: data.index(b"1" * 600) + 300]
    found = unpack(cut)
    assert views(found) == {"tar:a": b"1" * 300}
    assert reasons(found) == [SkipReason.ARCHIVE_DAMAGED]


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz"])
def test_too_many_streams_end(kind: str) -> None:
    found = unpack(PACKERS[kind](b"x") * 5, Limits(members=4))
    assert views(found) == {kind: b"xxxx"}
    assert reasons(found) == [SkipReason.ARCHIVE_DAMAGED]


@pytest.mark.parametrize("pack", [*PACKERS.values(), lambda raw: zipped({"bomb": raw})])
def test_bombs_are_cut_at_the_ratio(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(bytes(8_000_000))
    limits = Limits(ratio=2, ratio_floor=100_000)
    found = unpack(packed, limits)
    assert reasons(found) == [SkipReason.ARCHIVE_LIMIT]
    (data,) = views(found).values()
    assert len(data) <= max(100_000, 2 * len(packed))


def test_long_members_are_cut_and_the_next_still_read() -> None:
    files = {"long": b"l" * 300_000, "exact": b"e" * 1000, "short": b"s"}
    limits = Limits(member_bytes=1000)
    for pack, step in ((zipped, "zip"), (tarred, "tar")):
        found = unpack(pack(files), limits)
        lengths = {name: len(data) for name, data in views(found).items()}
        assert lengths == {f"{step}:long": 1000, f"{step}:exact": 1000, f"{step}:short": 1}
        assert found[1] == Skipped("box", SkipReason.ARCHIVE_LIMIT, f"{step}:long")
        assert len(reasons(found)) == 1
    found = unpack(gzip.compress(b"x" * 1000), limits)
    assert (len(views(found)["gzip"]), reasons(found)) == (1000, [])


def test_one_budget_for_all_levels() -> None:
    budget = Budget(Limits(unpacked_bytes=250, members=5))
    data = zipped({"a": b"a" * 100, "b": b"b" * 100, "c": b"c" * 100, "d": b"d"})
    first = list(members("zip", "box", data, limits=Limits(), budget=budget))
    assert [len(data) for data in views(first).values()] == [100, 100, 50]
    assert reasons(first) == [SkipReason.ARCHIVE_LIMIT]
    second = list(members("zip", "box", data, limits=Limits(), budget=budget))
    assert reasons(second) == [SkipReason.ARCHIVE_LIMIT]
    third = list(members("tar", "box", tarred({"a": b""}), limits=Limits(), budget=budget))
    assert reasons(third) == [SkipReason.ARCHIVE_LIMIT]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_members_are_counted(pack: Callable[[Files], bytes]) -> None:
    found = unpack(pack({f"f{n}": b"x" for n in range(20)}), Limits(members=10))
    assert len(views(found)) <= 10
    assert reasons(found) == [SkipReason.ARCHIVE_LIMIT]


def test_depth_size_and_unreadable_kinds() -> None:
    data = zipped({"a": b"1"})
    deep = list(members("zip", "box", data, ("zip:1", "zip:2", "zip:3")))
    assert deep == [Skipped("box", SkipReason.ARCHIVE_LIMIT, "zip:1 > zip:2 > zip:3 > zip")]
    assert reasons(unpack(data, Limits(container_bytes=10))) == [SkipReason.ARCHIVE_TOO_LARGE]
    for magic, kind in ((b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\0", "rar")):
        assert unpack(magic) == [Skipped("box", SkipReason.ARCHIVE_DAMAGED, kind)]


def test_what_is_no_container() -> None:
    for data in (b"", b"BZh9 is how it begins", b"#!/bin/sh\n", b"text", b"\0" * 512, b"\0text"):
        assert container_kind("a.tar", data) is None


def test_office_documents_join_split_runs(keys: Keys) -> None:
    key_id, secret = keys.aws_id(), keys.aws_secret()
    document = (
        f"<w:document><w:p><w:r><w:t>{key_id[:3]}</w:t></w:r><w:r><w:t>{key_id[3:]}</w:t></w:r>"
        f"</w:p><w:p><w:t>{secret}</w:t></w:p></w:document>"
    )
    found = views(unpack(zipped({"word/document.xml": document.encode(), "a.xml": b"<a/>"})))
    assert found["zip:word/document.xml"].split() == [key_id.encode(), secret.encode()]
    assert found["zip:a.xml"] == b"<a/>"


def test_sqlite_gives_texts_by_table(keys: Keys) -> None:
    key_id, secret = keys.aws_id(), keys.aws_secret()
    data = database(
        'CREATE TABLE "ke""ys" (n INTEGER, id TEXT, secret BLOB);'
        "CREATE TABLE settings (name TEXT, value TEXT);"
        "CREATE VIEW v AS SELECT * FROM settings; CREATE TABLE empty (a);",
        ('INSERT INTO "ke""ys" VALUES (1, ?, ?)', (key_id, secret.encode())),
        ("INSERT INTO settings VALUES ('DB_PASSWORD', ?)", (secret,)),
    )
    assert views(unpack(data)) == {
        'sqlite:ke"ys': f"id = {key_id}\nsecret = {secret}".encode(),
        "sqlite:settings": f"DB_PASSWORD = {secret}".encode(),
    }


def test_sqlite_in_write_ahead_mode_is_read() -> None:
    data = bytearray(database("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('text');"))
    data[18:20] = b"\2\2"
    assert views(unpack(bytes(data))) == {"sqlite:t": b"a = text"}


def test_sqlite_computes_nothing_that_the_schema_asks_for() -> None:
    costly = "length(hex(zeroblob(30000000)))"
    data = database(
        f"CREATE TABLE t (a TEXT, b AS ({costly}) VIRTUAL, c TEXT AS (a || 'z') STORED);"
        + "INSERT INTO t (a) VALUES ('x'); " * 20
    )
    started = time.process_time()
    assert views(unpack(data)) == {"sqlite:t": b"\n".join([b"a = x\nc = xz"] * 20)}
    assert time.process_time() - started < 0.2  # computing `b` takes a second and more


def test_sqlite_limits() -> None:
    data = database(
        "CREATE TABLE t (a TEXT); CREATE TABLE u (a TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9000)"
        "INSERT INTO t SELECT 'text' || i FROM n; INSERT INTO u VALUES (hex(zeroblob(9000)));"
    )
    assert SkipReason.TIMEOUT in reasons(unpack(data, Limits(database_steps=20_000)))
    found = unpack(data, Limits(member_bytes=10_000))
    assert reasons(found) == [SkipReason.ARCHIVE_LIMIT, SkipReason.ARCHIVE_LIMIT]
    assert len(views(found)["sqlite:t"]) < 20_000
    assert reasons(unpack(data, Limits(members=1))) == [SkipReason.ARCHIVE_LIMIT]


def test_damaged_databases_are_said() -> None:
    data = bytearray(database("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('text');"))
    assert reasons(unpack(bytes(data[:100]))) == [SkipReason.ARCHIVE_DAMAGED]
    data[4096:] = b"\xff" * (len(data) - 4096)
    assert reasons(unpack(bytes(data))) == [SkipReason.ARCHIVE_DAMAGED]


def test_the_definitions_of_tables_are_bounded_and_their_names_counted() -> None:
    small = "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('text');"
    long = database(f"{small} CREATE TABLE u (a TEXT /* {'x' * 100_000} */);")
    assert reasons(unpack(long)) == [SkipReason.ARCHIVE_DAMAGED]
    wide_table = ", ".join(f"c{number}" for number in range(501))
    assert reasons(unpack(database(f"{small} CREATE TABLE u ({wide_table});"))) == [
        SkipReason.ARCHIVE_DAMAGED
    ]
    name = "n" * 200
    data = database(f"CREATE TABLE {name} (a TEXT); CREATE TABLE {name}2 (a TEXT);")
    assert reasons(unpack(data)) == []
    assert reasons(unpack(data, Limits(unpacked_bytes=300))) == [SkipReason.ARCHIVE_LIMIT]


def test_a_message_that_is_no_text_is_damage() -> None:
    data = database("CREATE TABLE tQQQQ (a)")
    data = data.replace(b"CREATE TABLE tQQQQ", b"CREATE TABLX t\xff\xff\xffQ")
    assert reasons(unpack(data)) == [SkipReason.ARCHIVE_DAMAGED]


def test_long_names_are_clipped_in_steps() -> None:
    name = "n" * 5000 + ".txt"
    (view, gap) = unpack(zipped({name: b"content"}), Limits(member_bytes=3))
    assert isinstance(view, View)
    assert (view.via, view.path) == ((f"zip:{name}"[:256],), name)
    assert gap == Skipped("box", SkipReason.ARCHIVE_LIMIT, f"zip:{name}"[:256])


SAMPLES = {
    "zip": zipped({**FILES, "word/document.xml": b"<a>b</a>"}),
    "zip64": wide(zipped({"a.txt": b"content"})),
    "tar": tarred({**FILES, "n" * 200: b"long"}),
    "gzip": gzip.compress(tarred(FILES)),
    "bzip2": bz2.compress(b"text" * 30),
    "xz": lzma.compress(b"text" * 30),
    "sqlite": database("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('text');"),
}


@pytest.mark.parametrize("name", SAMPLES)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    cut=st.floats(0, 1),
)
def test_damage_never_raises(name: str, changes: list[tuple[float, bytes]], cut: float) -> None:
    data = bytearray(SAMPLES[name])
    for place, change in changes:
        at = int(place * (len(data) - len(change)))
        data[at : at + len(change)] = change
    damaged = bytes(data[: max(1, int(cut * 2 * len(data)))])
    kind = name.removesuffix("64")
    for item in members(kind, "box", damaged, limits=Limits(database_steps=100_000)):
        assert isinstance(item, View | Skipped)


@given(st.binary(max_size=600))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    container_kind("box", data)
    for kind in ("zip", "tar", "gzip", "bzip2", "xz", "sqlite", "rar"):
        assert len(list(members(kind, "box", data))) <= 4


def test_hostile_headers_take_bounded_time() -> None:
    started = time.process_time()
    chain = header(b"L", 4) + b"name".ljust(512, b"\0")
    assert reasons(unpack(chain * 20_000)) == [SkipReason.ARCHIVE_LIMIT]
    assert reasons(unpack(gzip.compress(b"") * 20_000)) == [SkipReason.ARCHIVE_DAMAGED]
    assert time.process_time() - started < 10
