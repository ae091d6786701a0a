"""Rows as a file that opens in any program, and starts none: no cell is ever read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterable, Sequence
from datetime import date
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from ppflow.exporting import workbook
from ppflow.exporting.queries import Cell

STARTS_FORMULA: Final = frozenset("=+-@\t\r\n\0＝＋－＠")  # full-width ones are read alike
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


# --- a workbook -----------------------------------------------------------------------------------


def as_xlsx(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Generator[bytes]:
    """A workbook with one sheet, part after part as rows are read; texts stay texts.

    Nothing of it stays on a disk, and no more than a part of it in memory.
    """
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as book:
        for name, text in workbook.PARTS.items():
            book.writestr(name, text)
        with book.open(workbook.SHEET, "w") as sheet:
            sheet.write(workbook.BEGIN)
            sheet.write(workbook.row(1, heading, style=workbook.BOLD))
            for number, cells in enumerate(rows, start=2):
                sheet.write(workbook.row(number, cells))
                if pipe.holds >= CHUNK:
                    yield pipe.take()
            sheet.write(workbook.END)
    yield pipe.take()


class _Pipe:
    """What a zip file has written and nobody has taken yet; it cannot be gone back in."""

    def __init__(self) -> None:
        self._kept = bytearray()

    @property
    def holds(self) -> int:
        return len(self._kept)

    def write(self, part: bytes) -> int:
        self._kept += part
        return len(part)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """It is closed when all is taken."""

    def take(self) -> bytes:
        part = bytes(self._kept)
        self._kept.clear()
        return part
