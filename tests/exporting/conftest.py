"""Stories of files need somebody signed in, people in a list, and both kinds of file read again."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from ppflow.answers.models import FormVersion
from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from tests.bulk.conftest import many as many
from tests.bulk.conftest import pick
from tests.support.pages import Visitor
from tests.triage.conftest import as_staff as as_staff
from tests.triage.conftest import statements as statements

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BUTTONS = {"csv": "Download as CSV", "xlsx": "Download for Excel"}
Rows = list[list[str]]


def taken(
    browser: Visitor, chosen: Sequence[Expression] = (), kind: str = "csv", **how: Any
) -> bytes:
    """Tick these, choose the download, and take the file."""
    page = pick(browser, "export", chosen, **how)
    answer = page.send(button=BUTTONS[kind])
    assert answer.status_code == 200
    return answer.get_data()


def rows_of_csv(content: bytes) -> Rows:
    """Every line, with the heading first."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet_of(content: bytes) -> ET.Element:
    """The only sheet of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return ET.fromstring(book.read("xl/worksheets/sheet1.xml"))


def texts_of(content: bytes) -> list[str]:
    """Every text that stands in a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = ET.fromstring(book.read("xl/sharedStrings.xml"))
    return ["".join(item.itertext()) for item in strings]


def worded(kind: str, **sensitivities: str) -> None:
    """Say how sensitive each question of this kind's form was when it was asked."""
    with writing():
        version = db.session.scalars(select(FormVersion).where(FormVersion.kind == kind)).one()
        version.wording = {
            key: {"group": "You", "label": f"About {key}?", "short": key.capitalize(),
                  "sensitivity": sensitivity}
            for key, sensitivity in sensitivities.items()
        }  # fmt: skip


@pytest.fixture
def dangerous() -> list[str]:
    """What a spreadsheet would calculate, or send away."""
    return [
        '=HYPERLINK("http://evil.example","x")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", " =1", '"=1',
        "＝1",
    ]  # fmt: skip
