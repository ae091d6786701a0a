"""One page of the queue, and the people before and after one expression in it.

Columns only, never whole rows; the number of statements is the same for 1 row and for 50, and the
two-thousandth page is found by its key like the first (design.md 12).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Row, Select, func, select
from werkzeug.datastructures import MultiDict

from ppflow import clock
from ppflow.access import Standing
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.ready import ready
from ppflow.tagging.queries import all_on
from ppflow.triage import forms
from ppflow.triage.counting import COUNT_TO
from ppflow.triage.finding import conditions, listed, with_hits
from ppflow.triage.forms import Asked, Mark
from ppflow.triage.options import stamp

ROWS: Final = 25
SHOWN: Final = (
    Expression.reference,
    Expression.kind,
    Expression.status,
    Expression.reply_by,
    Expression.closed_at,
    Expression.last_contact,
    Expression.last_contact_at,
    Expression.confirmed_at.is_not(None).label("is_confirmed"),
    Expression.has_needs,
    Expression.has_email_trouble,
    Expression.shares_address,
    Applicant.first_name,
    Applicant.last_name,
    Applicant.email,
    Applicant.contact_by,
    Opportunity.title.label("opportunity"),
    Opportunity.decision_by,
    Project.title.label("project"),
    Programme.name.label("programme"),
    Person.name.label("assignee"),
)  # of each row, beside its id and its place


@dataclass(frozen=True)
class Page:
    """One page of the queue, with the addresses of the pages before and after ("" for none)."""

    rows: list[Row[Any]]
    start: int
    previous: str
    next: str

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1


def page(asked: Asked, standing: Standing) -> Page:
    """The rows somebody asked for; one statement."""
    is_back = asked.mark is not None and asked.mark.is_back
    found = list(_rows(asked, standing, clock.today()).all())
    has_more, rows = len(found) > ROWS, found[:ROWS]
    if is_back:
        rows.reverse()
    start = asked.start if asked.mark and (has_more or not is_back) else 1
    has_before = has_more if is_back else asked.mark is not None
    has_after = bool(rows) if is_back else has_more
    before = Mark(rows[0].place, rows[0].id, is_back=True) if rows and has_before else None
    after = Mark(rows[-1].place, rows[-1].id) if rows and has_after else None
    return Page(
        rows=rows,
        start=start,
        previous=asked.address(before, max(1, start - ROWS)) if before else "",
        next=asked.address(after, start + len(rows)) if after else "",
    )


@ready
def _rows(asked: Asked, standing: Standing, _today: date) -> Select[*tuple[Any, ...]]:
    """One page of rows and one more; what is due depends on the day.

    First which they are, then what stands in them: nothing is joined to a row that is not shown.
    """
    is_back = asked.mark is not None and asked.mark.is_back
    here = listed(asked, standing, mark=asked.mark, is_back=is_back, most=ROWS + 1).subquery()
    chosen = (
        select(
            here.c.id,
            here.c.place,
            *SHOWN,
            all_on(here.c.id).label("tags"),
        )
        .select_from(here)
        .join(Expression, Expression.id == here.c.id)
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .join(Programme, Programme.id == Expression.programme_id)
        .outerjoin(Project, Project.id == Expression.project_id)
        .outerjoin(Opportunity, Opportunity.id == Expression.opportunity_id)
        .outerjoin(Person, Person.id == Expression.assignee_id)
    )
    falls = asked.order.is_newest_first is not is_back
    columns = (here.c.place, here.c.id)
    return chosen.order_by(*(column.desc() for column in columns) if falls else columns)


# --- the place of one person in a view ------------------------------------------------------------


@dataclass(frozen=True)
class Neighbours:
    """Where one expression stands in the list it was opened from, and who stands beside it.

    `previous` and `next` are addresses ("" for none). Somebody who has left the list, because they
    were just answered, still has neighbours: the list can be walked to its end.
    """

    words: str  # "2 of 40"
    previous: str
    next: str
    view_href: str
    view_label: str


def neighbours(
    standing: Standing, args: MultiDict[str, str], expression: Expression
) -> Neighbours | None:
    """The neighbours of an expression in the list that the address names; None when it names none.

    `at` in the address keeps the place where the expression stood when it was opened: an act may
    give it another date, and the walk goes on from where it was. Three small statements.
    """
    if "view" not in args:
        return None
    asked = replace(forms.read(args, standing), mark=None, start=1)
    asked = with_hits(asked, stamp()) if asked.q else asked
    mark = forms.read_mark(args.get("at", ""), asked.order) or _own_mark(expression, asked)
    before = _beside(asked, standing, mark, is_back=True) if mark else ""
    number, total, is_here = _position(asked, standing, mark, expression)
    if is_here and mark:
        words = f"{_many(number)} of {_many(total)}" if total <= COUNT_TO else _many(total)
    else:
        words = f"Not in this view now; {_many(total)} in it"
    return Neighbours(
        words=words,
        previous=before,
        next=_beside(asked, standing, mark, is_back=False),
        view_href=asked.address(),
        view_label=f"{asked.view.label} ({_many(total)})",
    )


def place_in_address(asked: Asked, mark: Mark) -> str:
    """The query of one person's page: the list they were opened from, and where they stood."""
    return f"{asked.query()}&{urlencode({'at': mark.words})}"


def _own_mark(expression: Expression, asked: Asked) -> Mark | None:
    value = getattr(expression, asked.order.column.key)
    return None if value is None else Mark(value, expression.id)


def _beside(asked: Asked, standing: Standing, mark: Mark | None, *, is_back: bool) -> str:
    chosen = listed(asked, standing, Expression.reference, mark=mark, is_back=is_back, most=1)
    row = db.session.execute(chosen).first()
    if row is None:
        return ""
    return f"/expressions/{row.reference}?{place_in_address(asked, Mark(row.place, row.id))}"


def _position(
    asked: Asked, standing: Standing, mark: Mark | None, expression: Expression
) -> tuple[int, int, bool]:
    """The number of its place, how many there are, and whether it stands in the list now."""
    everyone = listed(asked, standing, most=COUNT_TO + 1, in_order=False)
    before = listed(asked, standing, mark=mark, is_back=True, most=COUNT_TO + 1)
    here = select(func.count()).select_from(Expression).where(*conditions(asked, standing))
    row = db.session.execute(
        select(
            select(func.count()).select_from(before.subquery()).scalar_subquery(),
            select(func.count()).select_from(everyone.subquery()).scalar_subquery(),
            here.where(Expression.id == expression.id).scalar_subquery(),
        )
    ).one()
    return row[0] + 1, row[1], bool(row[2])


def _many(number: int) -> str:
    return f"more than {COUNT_TO:,}" if number > COUNT_TO else f"{number:,}"
