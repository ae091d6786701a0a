"""What a form is about, whether it is open, and the drafts that this browser holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from ppflow import clock, keys
from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.kinds import KINDS, Context, Kind
from ppflow.opportunities.models import Opportunity, Publication, Question
from ppflow.opportunities.queries import is_visible_to as is_opportunity_visible
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import published
from ppflow.projects.models import Progress, Project
from ppflow.projects.queries import visible_to as visible_projects
from ppflow.ready import ready

DOORS = {"staff": "staff_volunteer", "public": "ppie_contributor"}
VISIT = timedelta(hours=2)  # how long a receipt counts as the same visit
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


# What a form needs of an advert, its project and its programme: rows, as whole things cost a third
# of every page.
# fmt: off
_ADVERT: Final = (
    Opportunity.id, Opportunity.slug, Opportunity.kind, Opportunity.publication, Opportunity.title,
    Opportunity.min_age, Opportunity.area_limit, Opportunity.must_have,
    Opportunity.not_suitable_if, Opportunity.opens_on, Opportunity.closes_on,
    Opportunity.contact_label, Opportunity.contact_email, Opportunity.contact_phone,
)
_PROJECT_FACE: Final = (Project.id, Project.slug, Project.title)
_PROGRAMME_FACE: Final = (
    Programme.id, Programme.slug, Programme.name, Programme.contact_label, Programme.contact_email,
    Programme.contact_phone, Programme.contact_hours,
)
_QUESTION: Final = (
    Question.key, Question.label, Question.input, Question.options, Question.max_words,
    Question.is_required, Question.is_sensitive,
)
# fmt: on


class Advert(SimpleNamespace):
    """An opportunity as its form needs it; whether it is open is decided where the model does."""

    is_open: Any = Opportunity.is_open
    is_past: Any = Opportunity.is_past
    is_scheduled: Any = Opportunity.is_scheduled
    expression_kind: Any = Opportunity.expression_kind


def _named(columns: Sequence[Any], values: Sequence[Any]) -> dict[str, Any]:
    return {column.key: value for column, value in zip(columns, values, strict=True)}


@ready
def _advert(slug: str) -> Select[*tuple[Any, ...]]:
    return (
        select(*_ADVERT, *_PROJECT_FACE, *_PROGRAMME_FACE)
        .join(Project, Project.id == Opportunity.project_id)
        .join(Programme, Programme.id == Opportunity.programme_id)
        .where(is_opportunity_visible(None), Opportunity.slug == slug)
    )


@ready
def _questions(opportunity_id: int) -> Select[*tuple[Any, ...]]:
    asked = select(*_QUESTION).where(Question.opportunity_id == opportunity_id)
    return asked.order_by(Question.position)


# Built once: putting a statement together would cost more than asking.
_PROJECT: Final = (
    visible_projects(None)
    .where(Project.slug == bindparam("slug"))
    .options(joinedload(Project.programme))
)
_PROGRAMME: Final = published().limit(1)
_HELD: Final = select(Draft).where(
    Draft.key_hash.in_(bindparam("keys", expanding=True))
    | Draft.return_hash.in_(bindparam("keys", expanding=True)),
    Draft.expires_at > bindparam("now", type_=Draft.expires_at.type),
)
_LOCKED: Final = _HELD.where(Draft.submission_key == bindparam("submission")).with_for_update()


def for_opportunity(slug: str) -> Target | None:
    """The form of an opportunity that everyone may see."""
    row = _advert(slug).one_or_none()
    if row is None:
        return None
    advert_end = len(_ADVERT)
    project_end = advert_end + len(_PROJECT_FACE)
    advert = Advert(**_named(_ADVERT, row[:advert_end]))
    advert.questions = _questions(advert.id).all()
    about = Context(
        programme=SimpleNamespace(**_named(_PROGRAMME_FACE, row[project_end:])),
        opportunity=advert,
        project=SimpleNamespace(**_named(_PROJECT_FACE, row[advert_end:project_end])),
    )
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


def held(cookie: list[str], person_id: int | None) -> list[Draft]:
    """The forms whose keys a browser holds, oldest first; those begun by staff only for them."""
    if not cookie:
        return []
    found = db.session.scalars(_HELD, _asked(cookie))
    mine = [draft for draft in found if draft.entered_by_id in {None, person_id}]
    return sorted(mine, key=lambda draft: draft.id)


def _asked(cookie: list[str]) -> dict[str, Any]:
    return {"keys": [keys.token_hash(key) for key in cookie], "now": clock.now()}


def draft_of(target: Target, cookie: list[str], person_id: int | None) -> Draft | None:
    """The newest form about this that the browser holds and that is not sent yet."""
    found = [d for d in held(cookie, person_id) if target.is_about(d) and d.sent_at is None]
    return found[-1] if found else None


def last_sent(target: Target, cookie: list[str], person_id: int | None) -> Draft | None:
    """The form about this that was sent from this browser in the present visit."""
    since = clock.now() - VISIT
    found = [d for d in held(cookie, person_id) if target.is_about(d) and d.sent_at]
    return next((d for d in reversed(found) if d.sent_at and d.sent_at > since), None)


def draft_by_submission(
    submission_key: str, cookie: list[str], person_id: int | None, *, is_locked: bool = False
) -> Draft | None:
    """The draft a page was made for, if this browser holds it; locked while it is being sent."""
    if not is_locked:
        found = held(cookie, person_id)
        return next((d for d in found if d.submission_key == submission_key), None)
    draft = db.session.scalars(
        _LOCKED,
        {**_asked(cookie), "submission": submission_key},
        execution_options={"populate_existing": True},
    ).one_or_none()
    return draft if draft and draft.entered_by_id in {None, person_id} else None


def draft_by_return_token(token: str) -> Draft | None:
    """The form that a mailed link leads back to."""
    return db.session.scalars(
        select(Draft).where(
            Draft.return_hash == keys.token_hash(token),
            Draft.expires_at > clock.now(),
            Draft.sent_at.is_(None),
        )
    ).one_or_none()
