"""Text of office documents without the tags."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.views.office import is_office_part, office_text


@pytest.mark.parametrize("name", ["word/document.xml", "xl/sharedStrings.xml", "content.xml"])
def test_parts(name: str) -> None:
    assert is_office_part(name)


@pytest.mark.parametrize("name", ["pom.xml", "a/word/document.xml", "word/media/image.png"])
def test_other_members(name: str) -> None:
    assert not is_office_part(name)


def test_paragraphs_are_lines_and_runs_are_joined() -> None:
    xml = b"<w:p><w:r><w:t>a</w:t></w:r><w:tab/><w:t>b</w:t><w:br/>c</w:p><w:p>d</w:p>"
    assert office_text(xml) == b"a\tb\nc\nd\n"


def test_shared_strings_and_cells_are_lines() -> None:
    assert office_text(b"<si><t>a</t><r><t>b</t></r></si><si><t>c</t></si>") == b"ab\nc\n"
    assert office_text(b"<row><c><is><t>a</t></is></c><c>b</c></row>") == b"a\nb\n\n"


def test_entities() -> None:
    assert office_text(b"&amp;&lt;&gt;&quot;&apos;&#65;&#x42;&#9999999;&other;") == (
        b"&<>\"'AB?&other;"
    )


def test_comments_and_cdata_are_text() -> None:
    assert office_text(b"<!--a--><![CDATA[b]]>") == b"ab"


def test_long_attributes_are_kept_and_schemas_are_not() -> None:
    xml = b'<c xmlns:x="http://example.test/long" short="x" s="http://schemas.example.test/x"'
    xml += b" connection=\"Server=db;Password=tiger\" single='Server=db;Uid=somebody'/>"
    assert office_text(xml).split(b"\n") == [
        b"",
        b'connection="Server=db;Password=tiger"',
        b"single='Server=db;Uid=somebody'",
    ]


@given(st.text("<>!-[]&#x;'\"= apw:/", max_size=200))
def test_anything_gives_bytes(text: str) -> None:
    assert isinstance(office_text(text.encode()), bytes)


@pytest.mark.parametrize("unit", [b"<", b"<!--", b"&#", b' a="', b" a='x", b"</", b"<w:br "])
def test_hostile_text_takes_bounded_time(unit: bytes) -> None:
    started = time.process_time()
    office_text((unit * 1_000_000)[:1_000_000])
    assert time.process_time() - started < 3
