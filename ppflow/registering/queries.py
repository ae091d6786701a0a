"""What a form is about, whether it is open, and which of the drafts held are about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from types import SimpleNamespace
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy import Row, Select, Text, bindparam, cast, select
from sqlalchemy.orm import joinedload

from ppflow import clock
from ppflow.applicants.models import Draft
from ppflow.applicants.queries import held
from ppflow.db import db
from ppflow.kinds import KINDS, Context, Kind
from ppflow.opportunities.models import Opportunity, OpportunityKind, Publication, Question
from ppflow.opportunities.queries import is_visible_to as is_opportunity_visible
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import published
from ppflow.projects.models import Progress, Project
from ppflow.projects.queries import visible_to as visible_projects
from ppflow.ready import ready

DOORS = {"staff": "staff_volunteer", "public": "ppie_contributor"}
VISIT = timedelta(hours=2)  # how long a receipt counts as the same visit
LISTS: Final = {"must_have", "not_suitable_if", "options"}
READ: Final = 200  # adverts kept as they were read; the least asked for is forgotten
OVER = {Progress.COMPLETED, Progress.CLOSED_EARLY, Progress.ON_HOLD}


@dataclass(frozen=True)
class Target:
    """What a form is about: its kind, its programme, and where its pages are.

    `closed` names why nobody can register now: scheduled, paused, closed; empty when open.
    """

    kind: Kind
    context: Context
    path: str
    closed: str = ""

    @property
    def title(self) -> str:
        thing = self.context.opportunity or self.context.project
        return str(thing.title if thing else self.context.programme.name)

    @property
    def home(self) -> str:
        """The page this form was reached from."""
        return self.path.rpartition("/register")[0] or "/"

    @property
    def phone(self) -> str:
        opportunity = self.context.opportunity
        own = opportunity.contact_phone if opportunity else ""
        return str(own or self.context.programme.contact_phone)

    @property
    def email(self) -> str:
        opportunity = self.context.opportunity
        own = opportunity.contact_email if opportunity else ""
        return str(own or self.context.programme.contact_email)

    def page(self, slug: str) -> str:
        return f"{self.path}/{slug}"

    def is_about(self, draft: Draft) -> bool:
        """Is this a draft of this very form?"""
        about = self.context
        return (
            draft.kind == self.kind.key
            and draft.programme_id == about.programme.id
            and draft.opportunity_id == (about.opportunity.id if about.opportunity else None)
            and draft.project_id == (about.project.id if about.project else None)
        )


def _text(column: Any) -> Any:
    """A list as the text it is stored as, so that rows can be compared; see `_read`."""
    return cast(column, Text).label(column.key)


# What a form needs of an advert, its project and its programme: rows, as whole things cost a third
# of every page.
# fmt: off
_ADVERT: Final = (
    Opportunity.id, Opportunity.slug, Opportunity.kind, Opportunity.publication, Opportunity.title,
    Opportunity.min_age, Opportunity.area_limit, _text(Opportunity.must_have),
    _text(Opportunity.not_suitable_if), Opportunity.opens_on, Opportunity.closes_on,
    Opportunity.contact_label, Opportunity.contact_email, Opportunity.contact_phone,
)
_PROJECT_FACE: Final = (Project.id, Project.slug, Project.title)
_PROGRAMME_FACE: Final = (
    Programme.id, Programme.slug, Programme.name, Programme.contact_label, Programme.contact_email,
    Programme.contact_phone, Programme.contact_hours, Programme.asks_manager,
    Programme.asks_equality,
)
_QUESTION: Final = (
    Question.key, Question.label, Question.input, _text(Question.options), Question.max_words,
    Question.is_required, Question.is_sensitive,
)
# fmt: on


class Asked(NamedTuple):
    """One of an advert's own questions."""

    key: str
    label: str
    input: str
    options: tuple[str, ...]
    max_words: int | None
    is_required: bool
    is_sensitive: bool


@dataclass(frozen=True)
class Advert:
    """An opportunity as its form needs it; whether it is open is decided where the model does."""

    id: int
    slug: str
    kind: OpportunityKind
    publication: Publication
    title: str
    min_age: int | None
    area_limit: str
    must_have: tuple[str, ...]
    not_suitable_if: tuple[str, ...]
    opens_on: date | None
    closes_on: date | None
    contact_label: str
    contact_email: str
    contact_phone: str
    questions: tuple[Asked, ...]

    is_open: ClassVar[Any] = Opportunity.is_open
    is_past: ClassVar[Any] = Opportunity.is_past
    is_scheduled: ClassVar[Any] = Opportunity.is_scheduled
    expression_kind: ClassVar[Any] = Opportunity.expression_kind


@ready
def _advert(slug: str) -> Select[*tuple[Any, ...]]:
    """Its facts, its project's, its programme's; a row for each question, or one without any."""
    return (
        select(*_ADVERT, *_PROJECT_FACE, *_PROGRAMME_FACE, *_QUESTION)
        .join(Project, Project.id == Opportunity.project_id)
        .join(Programme, Programme.id == Opportunity.programme_id)
        .outerjoin(Question, Question.opportunity_id == Opportunity.id)
        .where(is_opportunity_visible(None), Opportunity.slug == slug)
        .order_by(Question.position)
    )


@lru_cache(maxsize=READ)
def _read(rows: tuple[Row[*tuple[Any, ...]], ...]) -> tuple[Advert, Any, Any]:
    """An advert with its questions, its project and its programme, made once of the same rows."""
    first = iter(rows[0])
    facts, project_face = _taken(first, _ADVERT), _taken(first, _PROJECT_FACE)
    programme_face = _taken(first, _PROGRAMME_FACE)
    questions = (_taken(iter(row[-len(_QUESTION) :]), _QUESTION) for row in rows)
    own = tuple(Asked(**question) for question in questions if question["key"] is not None)
    advert = Advert(**facts, questions=own)
    return advert, SimpleNamespace(**project_face), SimpleNamespace(**programme_face)


def _taken(row: Iterator[Any], columns: Sequence[Any]) -> dict[str, Any]:
    """The next values of a row, by the names of these columns; lists as tuples."""
    found = zip((column.key for column in columns), islice(row, len(columns)), strict=True)
    return {n: tuple(json.loads(v or "[]")) if n in LISTS else v for n, v in found}


# Built once: putting a statement together would cost more than asking.
_PROJECT: Final = (
    visible_projects(None)
    .where(Project.slug == bindparam("slug"))
    .options(joinedload(Project.programme))
)
_PROGRAMME: Final = published().limit(1)


def for_opportunity(slug: str) -> Target | None:
    """The form of an opportunity that everyone may see."""
    rows = _advert(slug).all()
    if not rows:
        return None
    advert, its_project, its_programme = _read(tuple(rows))
    about = Context(its_programme, advert, its_project)
    kind = KINDS[advert.expression_kind]
    return Target(kind, about, f"/opportunities/{slug}/register", _why_closed(advert))


def _why_closed(opportunity: Advert) -> str:
    if opportunity.is_open:
        return ""
    if opportunity.publication is Publication.PAUSED:
        return "paused"
    if opportunity.is_scheduled and opportunity.publication is Publication.PUBLISHED:
        return "scheduled"
    return "closed"


def project(slug: str) -> Project | None:
    """A project that everyone may see, with its programme."""
    return db.session.scalars(_PROJECT, {"slug": slug}).one_or_none()


def open_doors(found: Project) -> list[str]:
    """Whom a project looks for now: staff, public, both or nobody."""
    if found.progress in OVER:
        return []
    doors = {"staff": found.is_recruiting_staff, "public": found.is_recruiting_public}
    return [door for door, is_open in doors.items() if is_open]


def for_project(slug: str, door: str) -> Target | None:
    """The form of a project, for staff or for the public."""
    found = project(slug)
    if found is None:
        return None
    closed = "" if door in open_doors(found) else "closed"
    context = Context(found.programme, None, found)
    return Target(KINDS[DOORS[door]], context, f"/projects/{slug}/register/{door}", closed)


def for_programme(kind: str, path: str) -> Target | None:
    """A form that is about no project, for the first programme: general, or a research need."""
    programme = db.session.scalars(_PROGRAMME).first()
    return Target(KINDS[kind], Context(programme), path) if programme else None


def draft_of(target: Target, cookie: list[str], person_id: int | None) -> Draft | None:
    """The newest form about this that the browser holds and that is not sent yet."""
    found = [d for d in held(cookie, person_id) if target.is_about(d) and d.sent_at is None]
    return found[-1] if found else None


def last_sent(target: Target, cookie: list[str], person_id: int | None) -> Draft | None:
    """The form about this that was sent from this browser in the present visit."""
    since = clock.now() - VISIT
    found = [d for d in held(cookie, person_id) if target.is_about(d) and d.sent_at]
    return next((d for d in reversed(found) if d.sent_at and d.sent_at > since), None)
