"""The parts of a workbook with one sheet (ECMA-376, Office Open XML), written by hand.

Each text stands in its own cell as an inline string, so no table of strings grows with the rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

LONGEST_CELL: Final = 32_767  # characters; a spreadsheet takes no more
BOLD, DAY = 1, 2  # numbers of `cellXfs` in the styles
SHEET: Final = "xl/worksheets/sheet1.xml"
NO_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODED: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what a spreadsheet reads as another sign
_FIRST_DAY: Final = date(1899, 12, 30)  # day 0 of a spreadsheet's calendar

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PARTS: Final = {
    "[Content_Types].xml": f"""{_XML}
<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>
<Override PartName="/{SHEET}" ContentType="{_TYPE}.worksheet+xml"/>
</Types>""",
    "_rels/.rels": f"""{_XML}
<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/workbook.xml": f"""{_XML}
<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">
<sheets><sheet name="Forms" sheetId="1" r:id="rId1"/></sheets>
</workbook>""",
    "xl/_rels/workbook.xml.rels": f"""{_XML}
<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>
</Relationships>""",
    "xl/styles.xml": f"""{_XML}
<styleSheet xmlns="{_MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>""",
}
BEGIN: Final = f"""{_XML}
<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">
<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>
</sheetView></sheetViews><sheetData>
""".encode()
END: Final = b"</sheetData></worksheet>"


def row(number: int, cells: Sequence[str | date], style: int = 0) -> bytes:
    """One row of the sheet, the first is number 1; an empty cell is left out."""
    found = (_cell(f"{letters(place)}{number}", cell, style) for place, cell in enumerate(cells))
    return f'<row r="{number}">{"".join(found)}</row>\n'.encode()


def _cell(place: str, cell: str | date, style: int) -> str:
    if isinstance(cell, date):
        return f'<c r="{place}" s="{DAY}"><v>{(cell - _FIRST_DAY).days}</v></c>'
    if not cell:
        return ""
    text = _CODED.sub("_x005F_", NO_XML.sub("", cell.replace("\r\n", "\n"))[:LONGEST_CELL])
    words = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
    return f'<c r="{place}" s="{style}" t="inlineStr">{words}</c>'


@cache
def letters(column: int) -> str:
    """The name of a column: A, B … Z, AA; the first is number 0."""
    name, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
