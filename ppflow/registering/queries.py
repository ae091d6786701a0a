"""What a form is about, whether it is open, and the drafts that this browser holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from ppflow import clock, keys
from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.kinds import KINDS, Context, Kind
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.opportunities.queries import visible_to as visible_opportunities
from ppflow.programmes.queries import published
from ppflow.projects.models import Progress, Project
from ppflow.projects.queries import visible_to as visible_projects

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

    def drafts(self) -> Select[Draft]:
        """Drafts of this very form, whoever's."""
        about = self.context
        return select(Draft).where(
            Draft.kind == self.kind.key,
            Draft.programme_id == about.programme.id,
            Draft.opportunity_id == (about.opportunity.id if about.opportunity else None),
            Draft.project_id == (about.project.id if about.project else None),
        )


def for_opportunity(slug: str) -> Target | None:
    """The form of an opportunity that everyone may see."""
    found = db.session.scalars(
        visible_opportunities(None)
        .where(Opportunity.slug == slug)
        .options(
            joinedload(Opportunity.programme),
            joinedload(Opportunity.project),
            selectinload(Opportunity.questions),
        )
    ).one_or_none()
    if found is None:
        return None
    context = Context(found.programme, found, found.project)
    kind = KINDS[found.expression_kind]
    return Target(kind, context, f"/opportunities/{slug}/register", _why_closed(found))


def _why_closed(opportunity: Opportunity) -> str:
    if opportunity.is_open:
        return ""
    if opportunity.publication is Publication.PAUSED:
        return "paused"
    if opportunity.is_scheduled and opportunity.publication is Publication.PUBLISHED:
        return "scheduled"
    return "closed"


def project(slug: str) -> Project | None:
    """A project that everyone may see, with its programme."""
    return db.session.scalars(
        visible_projects(None).where(Project.slug == slug).options(joinedload(Project.programme))
    ).one_or_none()


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
    programme = db.session.scalars(published().limit(1)).first()
    return Target(KINDS[kind], Context(programme), path) if programme else None


def held(cookie: list[str]) -> list[str]:
    """The hashes of the keys a browser holds."""
    return [keys.token_hash(key) for key in cookie]


def draft_of(target: Target, cookie: list[str], person_id: int | None) -> Draft | None:
    """The newest form about this that the browser holds and that is not sent yet."""
    if not cookie:
        return None
    chosen = mine(target.drafts(), cookie, person_id).where(Draft.sent_at.is_(None))
    return db.session.scalars(chosen.order_by(Draft.id.desc()).limit(1)).first()


def mine(chosen: Select[Any], cookie: list[str], person_id: int | None) -> Select[Any]:
    """Only drafts whose key the browser holds; those begun by staff only for that person."""
    return chosen.where(
        Draft.key_hash.in_(held(cookie)) | Draft.return_hash.in_(held(cookie)),
        Draft.expires_at > clock.now(),
        Draft.entered_by_id.is_(None) | (Draft.entered_by_id == person_id),
    )


def draft_by_submission(
    submission_key: str, cookie: list[str], person_id: int | None, *, is_locked: bool = False
) -> Draft | None:
    """The draft a page was made for, if this browser holds it; locked while it is being sent."""
    chosen = mine(select(Draft), cookie, person_id).where(Draft.submission_key == submission_key)
    if is_locked:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(chosen).one_or_none()


def last_sent(target: Target, cookie: list[str], person_id: int | None) -> Draft | None:
    """The form about this that was sent from this browser in the present visit."""
    if not cookie:
        return None
    chosen = mine(target.drafts(), cookie, person_id).where(Draft.sent_at > clock.now() - VISIT)
    return db.session.scalars(chosen.order_by(Draft.id.desc()).limit(1)).first()


def draft_by_return_token(token: str) -> Draft | None:
    """The form that a mailed link leads back to."""
    return db.session.scalars(
        select(Draft).where(
            Draft.return_hash == keys.token_hash(token),
            Draft.expires_at > clock.now(),
            Draft.sent_at.is_(None),
        )
    ).one_or_none()
