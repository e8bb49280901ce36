"""A workbook for a spreadsheet (Office Open XML): rows are written as they come, texts are texts and never formulas.

Some forty lines of our own and no library: what we write is tables of texts and numbers, row by row into a file. A library would
be one more thing to keep for colours and formulas that must not be in it.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import IO, Any

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767
"""Letters of a cell."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Workbook:
    """`sheet`, `row`, `row`, `sheet` …, `close`."""

    def __init__(self, into: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED)
        self._names: list[str] = []
        self._sheet: IO[bytes] | None = None

    def sheet(self, name: str, head: Sequence[str]) -> None:
        """The next sheet; what Excel does not take in a name is left out."""
        self._end()
        self._names.append(re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip() or "Data")
        self._sheet = self._zip.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w", force_zip64=True)
        self._sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
        self.row(head)

    def row(self, values: Iterable[Any]) -> None:
        assert self._sheet is not None, "a row belongs to a sheet"
        self._sheet.write(f"<row>{''.join(map(_cell, values))}</row>".encode())

    def close(self) -> None:
        self._end()
        numbered = list(enumerate(self._names, 1))
        sheets = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
        links = "".join(_link(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered)
        types = "".join(_type(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n, _ in numbered)
        self._put(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
        )
        self._put(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
        )
        root = _link("rId1", "officeDocument", "xl/workbook.xml")
        self._put("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>')
        known = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        types = known + _type("/xl/workbook.xml", "sheet.main") + types
        self._put("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>')
        self._zip.close()

    def _end(self) -> None:
        if self._sheet is not None:
            self._sheet.write(b"</sheetData></worksheet>")
            self._sheet.close()
            self._sheet = None

    def _put(self, path: str, xml: str) -> None:
        self._zip.writestr(path, _HEAD + xml)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    text = value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(_NOT_XML.sub("", text)[:LONGEST], quote=False)}</t></is></c>'


def _link(id_: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _type(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="{_KIND}.{kind}+xml"/>'
