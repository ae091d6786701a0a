"""Who works together on a form: colleagues who may see it, and those asked to read a note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, or_, select

from ppflow.access import Role, Standing
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.handling.models import Mention
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member, MemberRole

MENTIONS_SHOWN: Final = 10
ROLE_WORDS: Final = {
    MemberRole.FACILITATOR.value: "facilitator of this project",
    MemberRole.DEPUTY.value: "deputy of this project",
    Role.COORDINATOR.value: "coordinator",
}
_AT_A_NAME: Final = re.compile(r"(?<![\w.@])@(?=[^\W\d_])")  # not the sign inside an email address
_WORD: Final = re.compile(r"[\w’'-]+")


def colleagues(expression: Expression) -> list[tuple[Person, str]]:
    """People who may see it, with what they are here: the project's, coordinators, who has it."""
    members = (
        select(Person, Member.role)
        .join(Member, Member.person_id == Person.id)
        .where(Member.project_id == expression.project_id, Member.until_on.is_(None))
    )
    own = or_(Grant.programme_id == expression.programme_id, Grant.programme_id.is_(None))
    coordinators = (
        select(Person, RoleName.name)
        .join(Grant, Grant.person_id == Person.id)
        .join(RoleName, RoleName.id == Grant.role_id)
        .where(RoleName.name == Role.COORDINATOR, own)
    )
    found: dict[int, tuple[Person, str]] = {}
    for chosen in (members.order_by(Member.id), coordinators.order_by(Person.name)):
        for person, role in db.session.execute(chosen.where(Person.active)):
            found.setdefault(person.id, (person, ROLE_WORDS[str(role)]))
    has_it = expression.assignee
    if has_it is not None and has_it.active:
        found.setdefault(has_it.id, (has_it, "answers this form"))
    return list(found.values())


# --- mentions -------------------------------------------------------------------------------------


def named_in(body: str, people: Sequence[Person]) -> list[Person]:
    """The people whom a note names as "@Dev Patel" or "@Dev".

    Raises `NotComplete` for a name that is nobody's among `people`, or that two share.
    """
    found = []
    for at in _AT_A_NAME.finditer(body):
        rest = body[at.end() :].lower()
        word = (_WORD.match(body[at.end() :]) or at)[0]
        known = [p for p in people if rest.startswith(p.name.lower())]
        known = known or [p for p in people if p.first_name.lower() == word.lower()]
        if len(known) == 1:
            found += known
        elif known:
            raise NotComplete("note", f"Two people are called “{word}”. Write the whole name.")
        elif word[0].isupper():
            words = "may not see this form, or is not here. Choose a colleague from the list."
            raise NotComplete("note", f"“@{word}” {words}")
    return found


def _unread(standing: Standing) -> Select[Any]:
    return select(Mention).where(Mention.person_id == standing.person_id, Mention.read_at.is_(None))


def unread_mentions(expression: Expression, standing: Standing) -> list[Mention]:
    """Where this person was mentioned on a form and has not said that they read it."""
    return list(db.session.scalars(_unread(standing).where(Mention.expression_id == expression.id)))


def mentions_for(standing: Standing) -> list[Row[*tuple[Any, ...]]]:
    """Forms on which this person was mentioned and which they may see: the newest first.

    Rows: reference, first_name, last_name, by (a colleague's name), at. One statement.
    """
    chosen = (
        _unread(standing)
        .with_only_columns(
            Expression.reference,
            Applicant.first_name,
            Applicant.last_name,
            Person.name.label("by"),
            Mention.at,
        )
        .join(Expression, Expression.id == Mention.expression_id)
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .join(Person, Person.id == Mention.by_id)
        .where(is_visible_to(standing), Expression.erased_at.is_(None))
        .order_by(Mention.id.desc())
        .limit(MENTIONS_SHOWN)
    )
    return list(db.session.execute(chosen))
