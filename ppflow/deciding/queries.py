"""What the decision page shows beside the act: answers, contact, colleagues, other forms."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from ppflow.access import Standing
from ppflow.answers.queries import Answered, Group
from ppflow.applicants.models import Applicant, ContactBy
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import by_reference
from ppflow.handling.queries import colleagues
from ppflow.kinds.words import TIMES
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.projects.models import Member, MemberRole, Project


def load(reference: str, standing: Standing) -> Expression | None:
    """One expression through the door. What hangs on it is read when the page asks: an act locks
    the row alone."""
    return db.session.scalars(by_reference(reference, standing)).one_or_none()


# --- reading ------------------------------------------------------------------------------------


def needs_of(expression: Expression, groups: list[Group]) -> list[tuple[str, str]]:
    """Access and communication needs, and how to ring: (what, words), always on top."""
    found = [
        (row.short, ". ".join(row.lines)) for row in _rows(groups) if row.is_need and row.lines
    ]
    if expression.applicant.contact_by is ContactBy.PHONE:
        found.insert(0, ("By phone", ringing(expression.applicant)))
    return found


def ringing(applicant: Applicant) -> str:
    """When to ring, and whether a message may be left."""
    labels = dict(TIMES)
    times = [labels[time] for time in applicant.best_time if time in labels and time != "message"]
    may_leave = applicant.may_leave_message or "message" in applicant.best_time
    when = " or ".join(times) if times else "At any time"
    return f"{when}. {'You may leave a message.' if may_leave else 'Leave no message.'}"


def _rows(groups: list[Group]) -> list[Answered]:
    return [row for group in groups for row in group.rows]


def has_locked(groups: list[Group]) -> bool:
    """Is there an answer that only the person who answers may open?"""
    return any(row.is_locked for row in _rows(groups))


def without_needs(groups: list[Group]) -> list[Group]:
    """The answers below the box of needs, each once."""
    kept = [
        Group(group.heading, group.who_sees, tuple(row for row in group.rows if not row.is_need))
        for group in groups
    ]
    return [group for group in kept if group.rows]


def why_assigned(expression: Expression) -> str:
    """Why the present assignee answers: read after "You, "."""
    given = expression.assignments[-1] if expression.assignments else None
    return given.why if given and given.person_id == expression.assignee_id else ""


def deputies(expression: Expression) -> list[str]:
    """Names of those who cover the project, without whoever has it."""
    return list(
        db.session.scalars(
            select(Person.name)
            .join(Member, Member.person_id == Person.id)
            .where(
                Member.project_id == expression.project_id,
                Member.role == MemberRole.DEPUTY,
                Member.until_on.is_(None),
                Person.id.is_distinct_from(expression.assignee_id),
            )
            .order_by(Member.id)
        )
    )


def by_hand(letters: list[Letter]) -> list[Letter]:
    """Those to print or read out."""
    return [letter for letter in letters if letter.state is LetterState.BY_HAND]


STUDY: Final = "research_participation"

# --- who may answer -------------------------------------------------------------------------------


def other_projects(expression: Expression) -> list[Project]:
    """Published projects to which it may be passed on: of its own programme, never of a study."""
    if expression.kind == STUDY:
        return []
    rows = db.session.scalars(
        select(Project)
        .where(
            Project.is_published,
            Project.programme_id == expression.programme_id,
            Project.id.is_distinct_from(expression.project_id),
        )
        .order_by(Project.number, Project.id)
    )
    return list(rows)


def people_for(panel_act: str, expression: Expression, me: int) -> dict[str, list[tuple[str, str]]]:
    """The options of a panel that asks who answers from now on; read only when it does."""
    if panel_act not in {"pass_on", "assign"}:
        return {}
    known = [(p, words) for p, words in colleagues(expression) if p.id != expression.assignee_id]
    people = [(str(p.id), "Me" if p.id == me else f"{p.name}, {_words(p, w)}") for p, w in known]
    if panel_act == "assign":
        return {"colleague": people}
    projects = [(f"project-{p.id}", f"Project {p.title}") for p in other_projects(expression)]
    return {"to": [*((f"person-{value}", label) for value, label in people), *projects]}


def may_be_told(expression: Expression) -> list[tuple[str, str]]:
    """Whom a note may be told: the colleagues who may see the form."""
    people = [(str(p.id), f"{p.name}, {words}") for p, words in colleagues(expression)]
    return [("", "Nobody"), *people]


def _words(person: Person, role: str) -> str:
    return f"{role} (away)" if person.is_away() else role
