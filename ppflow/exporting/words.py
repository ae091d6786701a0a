"""Rows as a file that opens in any program, and starts none: no cell is ever read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterable, Sequence
from datetime import date
from typing import Final

from ppflow.exporting.queries import Cell

STARTS_FORMULA: Final = frozenset("=+-@\t\r\n\0＝＋－＠")  # full-width ones are read alike
LONGEST_CELL: Final = 32_767  # of a workbook
CHUNK: Final = 64 * 1024
CSV, XLSX = "csv", "xlsx"
TYPES: Final = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def guarded(cell: Cell) -> str:
    """A cell of a CSV file: what a program might calculate gets an apostrophe in front."""
    text = cell.isoformat() if isinstance(cell, date) else cell
    first = text[:1] if text[:1] in STARTS_FORMULA else text.lstrip(" '\"")[:1]
    return f"'{text}" if first and first in STARTS_FORMULA else text


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Generator[bytes]:
    """Line after line, as they are read; in UTF-8, with the mark that Excel looks for."""
    yield "\ufeff".encode()
    yield _line(heading)
    for cells in rows:
        yield _line(cells)


def _line(cells: Sequence[Cell]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow([guarded(cell) for cell in cells])
    return line.getvalue().encode()


def as_xlsx(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Generator[bytes]:
    """A workbook with one sheet; texts stay texts. Made in memory: no copy stays on a disk."""
    import xlsxwriter  # here: a web process that writes no workbook is spared 16 MiB

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Forms")
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, heading, bold)
        for number, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell:
                    sheet.write_string(number, column, cell[:LONGEST_CELL])
    made.seek(0)
    while part := made.read(CHUNK):
        yield part
