"""The rows of a file, a batch at a time: facts of each form, and answers that reveal nothing.

Notes, messages, encrypted answers and needs are not read here at all, so they cannot get out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, Select, func, select

from ppflow import clock
from ppflow.access import Standing
from ppflow.answers.models import Answers, FormVersion
from ppflow.answers.queries import in_words
from ppflow.applicants.models import Applicant, ContactBy
from ppflow.bulk.models import BulkItem
from ppflow.db import db, reading
from ppflow.expressions.models import LAST_CONTACT_LABELS, Expression
from ppflow.expressions.queries import visible_to
from ppflow.expressions.workflow import WORDS
from ppflow.kinds import KINDS, Sensitivity
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project

BATCH: Final = 200
Cell = str | date
CONTACT_WORDS: Final = {
    ContactBy.EMAIL: "Email", ContactBy.PHONE: "Phone", ContactBy.POST: "Post",
}  # fmt: skip
FACTS: Final = (
    "Reference", "First name", "Last name", "Email", "Phone", "Prefers", "Kind", "Programme",
    "Project", "Opportunity", "Status", "Assigned to", "Form came on", "Reply by", "Last contact",
    "Last contact on", "Closed on",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A column of answers: the question's key and its heading."""

    key: str
    heading: str


def how_many(run_id: int, standing: Standing) -> int:
    """How many forms of a run the person may still see."""
    return db.session.scalar(_theirs(run_id, standing, func.count())) or 0


def questions(run_id: int) -> list[Question]:
    """The questions that may stand in the file: those that nobody marked as revealing or a need."""
    meant = select(BulkItem.expression_id).where(BulkItem.run_id == run_id)
    used = select(Answers.form_version_id).where(Answers.expression_id.in_(meant))
    wordings = db.session.scalars(
        select(FormVersion.wording).where(FormVersion.id.in_(used)).order_by(FormVersion.id)
    )
    found: dict[str, str] = {}
    for wording in wordings:
        for key, meaning in wording.items():
            if _may_leave(meaning):
                found.setdefault(key, str(meaning["short"]))
    return _told_apart(found)


def _told_apart(found: Mapping[str, str]) -> list[Question]:
    """Two questions with the same words, of one kind or of two, do not have the same heading."""
    seen: Counter[str] = Counter(FACTS)
    questions = []
    for key, heading in found.items():
        seen[heading] += 1
        number = f" ({seen[heading]})" if seen[heading] > 1 else ""
        questions.append(Question(key, f"{heading}{number}"))
    return questions


def _may_leave(meaning: Any) -> bool:
    is_known = isinstance(meaning, dict)
    is_plain = is_known and meaning.get("sensitivity") == Sensitivity.PLAIN
    return bool(is_plain and not meaning.get("is_need"))


def rows(run_id: int, standing: Standing, asked: Sequence[Question]) -> Iterator[list[Cell]]:
    """The rows in the order of the list, each as long as `FACTS` and `asked` together.

    Two statements a batch, in a reading transaction of its own: a slow reader holds nothing.
    """
    after = 0
    while True:
        with reading():
            found = db.session.execute(_batch(run_id, standing, after)).all()
            answers = _answers([row.id for row in found])
            cells = [[*_facts(row), *_said(answers.get(row.id), asked)] for row in found]
        yield from cells
        if len(found) < BATCH:
            return
        after = found[-1].number


def _theirs(run_id: int, standing: Standing, *columns: Any) -> Select[Any]:
    """Forms of a run that this person may see, through the door."""
    chosen = visible_to(standing).join(BulkItem, BulkItem.expression_id == Expression.id)
    return chosen.where(BulkItem.run_id == run_id).with_only_columns(*columns)


def _batch(run_id: int, standing: Standing, after: int) -> Select[Any]:
    columns = (
        BulkItem.number,
        Expression.id,
        Expression.reference,
        Expression.kind,
        Expression.status,
        Expression.received_at,
        Expression.reply_by,
        Expression.last_contact,
        Expression.last_contact_at,
        Expression.closed_at,
        Applicant.first_name,
        Applicant.last_name,
        Applicant.email,
        Applicant.phone,
        Applicant.contact_by,
        Programme.name.label("programme"),
        Project.title.label("project"),
        Opportunity.title.label("opportunity"),
        Person.name.label("assignee"),
    )
    return (
        _theirs(run_id, standing, *columns)
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .join(Programme, Programme.id == Expression.programme_id)
        .outerjoin(Project, Project.id == Expression.project_id)
        .outerjoin(Opportunity, Opportunity.id == Expression.opportunity_id)
        .outerjoin(Person, Person.id == Expression.assignee_id)
        .where(BulkItem.number > after)
        .order_by(BulkItem.number)
        .limit(BATCH)
    )


def _answers(ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The present plain answers of each, with their wording; the sealed column is never read."""
    columns = select(Answers.expression_id, Answers.plain, FormVersion.wording)
    chosen = columns.join(FormVersion, FormVersion.id == Answers.form_version_id)
    newest_last = chosen.where(Answers.expression_id.in_(ids)).order_by(Answers.number)
    return {row.expression_id: row for row in db.session.execute(newest_last)}


def _facts(row: Row[Any]) -> list[Cell]:
    return [
        row.reference,
        row.first_name,
        row.last_name,
        row.email,
        row.phone,
        CONTACT_WORDS[row.contact_by],
        KINDS[row.kind].short_label,
        row.programme,
        row.project or "",
        row.opportunity or "",
        WORDS[row.status].staff_label,
        row.assignee or "Nobody yet",
        clock.local(row.received_at).date(),
        row.reply_by or "",
        LAST_CONTACT_LABELS[row.last_contact],
        clock.local(row.last_contact_at).date(),
        clock.local(row.closed_at).date() if row.closed_at else "",
    ]


def _said(answers: Row[Any] | None, asked: Sequence[Question]) -> list[Cell]:
    if answers is None:
        return ["" for _ in asked]
    return [_answer(answers.plain, answers.wording, question.key) for question in asked]


def _answer(plain: Mapping[str, Any], wording: Mapping[str, Any], key: str) -> str:
    meaning = wording.get(key)
    if key not in plain or not _may_leave(meaning):
        return ""
    return "; ".join(in_words(plain[key], meaning or {}))
