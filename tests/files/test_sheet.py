"""Workbooks are read back with nothing but XML: texts stay texts, whatever they begin with."""

import io
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.files.sheet import Workbook

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
T = datetime(2026, 11, 23, 2, tzinfo=UTC)


def read(raw: bytes, number: int = 1) -> list[list[tuple[str, str]]]:
    """Each cell of a sheet as (type, value)."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    assert not root.findall(".//m:f", NS)  # no formula anywhere
    return [
        [(cell.get("t", ""), "".join(cell.itertext())) for cell in row.findall("m:c", NS)]
        for row in root.findall(".//m:row", NS)
    ]


def book(*rows: list[object]) -> bytes:
    out = io.BytesIO()
    made = Workbook(out)
    made.sheet("satu: [a/b]", ["kepala"])
    for row in rows:
        made.row(row)
    made.sheet("dua", ["x"])
    made.close()
    return out.getvalue()


def test_cells_keep_their_kind() -> None:
    raw = book(["=1+1", "+62", -3, 0.5, None, "", True, T, "a<b>&\"'", " spasi "])
    assert read(raw)[1] == [
        ("inlineStr", "=1+1"), ("inlineStr", "+62"), ("", "-3"), ("", "0.5"), ("", ""), ("", ""), ("b", "1"),
        ("inlineStr", "2026-11-23T02:00:00Z"), ("inlineStr", "a<b>&\"'"), ("inlineStr", " spasi "),
    ]  # fmt: skip
    assert read(raw, 2) == [[("inlineStr", "x")]]
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = ElementTree.fromstring(archive.read("xl/workbook.xml")).findall(".//m:sheet", NS)
    assert [each.get("name") for each in names] == ["satu   a b", "dua"]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
@settings(max_examples=30)
def test_any_text_makes_a_file_that_can_be_read(texts: list[str]) -> None:
    row = read(book(list(texts)))[1]
    assert [kind for kind, _ in row if kind] == ["inlineStr"] * sum(text != "" for text in texts)
