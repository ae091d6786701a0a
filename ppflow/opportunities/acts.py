"""Acts on opportunities: adding, editing, publishing; and the words they are found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from ppflow import clock, events, search
from ppflow.db import db
from ppflow.errors import NotComplete, NotNow
from ppflow.events import Actor
from ppflow.opportunities.models import (
    FORMAT_LABELS,
    KIND_LABELS,
    PAYMENT_LABELS,
    Opportunity,
    Publication,
    Question,
)
from ppflow.opportunities.workflow import STEPS, Check, Step, checks
from ppflow.people.models import Person
from ppflow.programmes.acts import edit, lock, organisation_named, slug_for
from ppflow.projects.models import Project

Values = Mapping[str, Any]
ROOM = "opportunity"
MOST_QUESTIONS: Final = 6  # domain.md 1.7
NOT_COPIED: Final = frozenset(
    {"id", "slug", "title", "publication", "first_on", "last_on", "opens_on", "closes_on"}
    | {"decision_by", "interest_count", "imported_as", "updated_at", "version"}
)


def searchable(opportunity: Opportunity) -> list[str]:
    """The words an opportunity is found by: its advert, its project and its host.

    Uses the opportunity's project, theme and host, so flush new ones first.
    """
    project = opportunity.project
    words = [
        opportunity.title,
        opportunity.lay_summary,
        KIND_LABELS[opportunity.kind],
        FORMAT_LABELS[opportunity.format],
        PAYMENT_LABELS[opportunity.payment],
        opportunity.why,
        opportunity.activity,
        opportunity.involves,
        opportunity.looking_for,
        opportunity.place,
        opportunity.venue,
        opportunity.area_limit,
        *opportunity.must_have,
        *opportunity.topics,
        project.title,
        project.theme.title if project.theme else "",
        opportunity.host.name if opportunity.host else "",
    ]
    return [text for text in words if text]


def reindex(opportunity: Opportunity) -> None:
    """Put an opportunity's words into the index, in the present transaction.

    Call after every edit, and after an edit of its project's title or theme.
    """
    search.index(ROOM, opportunity.id, *searchable(opportunity))


# --- adding and editing -------------------------------------------------------------------------


def add_opportunity(project: Project, values: Values, *, by: Actor) -> Opportunity:
    """A new draft for a project; its contact starts as the programme's."""
    programme = project.programme
    lock(programme.id)
    opportunity = Opportunity(
        programme_id=programme.id,
        project_id=project.id,
        slug=slug_for(values["title"], _is_slug_taken),
        contact_label=programme.contact_label,
        contact_email=programme.contact_email,
        contact_phone=programme.contact_phone,
        **values,
    )
    return _add(opportunity, by)


def copy(opportunity: Opportunity, *, by: Actor) -> Opportunity:
    """A draft with the same texts and questions, and without its dates."""
    lock(opportunity.programme_id)
    names = [column.name for column in Opportunity.__table__.columns]
    title = f"{opportunity.title} (copy)"
    kept = {name: getattr(opportunity, name) for name in names if name not in NOT_COPIED}
    twin = Opportunity(**kept, title=title, slug=slug_for(title, _is_slug_taken))
    names = [c.name for c in Question.__table__.columns if c.name not in {"id", "opportunity_id"}]
    twin.questions = [
        Question(**{name: getattr(question, name) for name in names})
        for question in opportunity.questions
    ]
    return _add(twin, by)


def _add(opportunity: Opportunity, by: Actor) -> Opportunity:
    db.session.add(opportunity)
    db.session.flush()
    reindex(opportunity)
    events.record("add", opportunity, by, to_status=opportunity.publication)
    return opportunity


def _is_slug_taken(slug: str) -> bool:
    taken = select(Opportunity.id).where(Opportunity.slug == slug)
    return db.session.scalars(taken).first() is not None


def edit_opportunity(opportunity: Opportunity, values: Values, *, by: Actor) -> list[str]:
    """Change an advert; its address stays. Gives the names of what changed.

    While people can see it, no edit may break a check that held: raises `NotComplete`.
    """
    columns = dict(values)
    if "host_name" in columns:
        host = organisation_named(columns.pop("host_name"))
        columns["host_id"] = host.id if host else None
    held = {check.label for check in checklist(opportunity) if check.holds}
    changed = edit(opportunity, columns, by=by)
    if opportunity.publication is Publication.PUBLISHED:
        for check in checklist(opportunity):
            if check.is_block and not check.holds and check.label in held:
                raise NotComplete(check.field, f"{check.todo} It is published now.")
    _is_new(opportunity, changed)
    return changed


def set_questions(opportunity: Opportunity, rows: Sequence[Values], *, by: Actor) -> None:
    """Its own questions, in order, at most six. A question keeps its key, and so its answers."""
    if len(rows) > MOST_QUESTIONS:
        raise NotComplete("", f"Ask at most {MOST_QUESTIONS} questions. Take some out.")
    keys = {row["key"] for row in rows if row["key"]}
    if len(keys) < sum(bool(row["key"]) for row in rows):
        raise NotComplete("", "Two questions stand for the same question of the form.")
    opportunity.questions.clear()
    db.session.flush()
    for position, row in enumerate(rows, start=1):
        key = row["key"] or slug_for(f"own {row['label']}", lambda slug: slug in keys)
        keys.add(key)
        opportunity.questions.append(Question(**{**row, "key": key, "position": position}))
    edit(opportunity, {}, by=by, more=["questions"])
    _is_new(opportunity, ["questions"])


def _is_new(opportunity: Opportunity, changed: Sequence[str]) -> None:
    if changed:
        opportunity.updated_at = clock.now()
        db.session.flush()
        db.session.expire(opportunity, ["host", "named_person"])
        reindex(opportunity)


# --- publishing ---------------------------------------------------------------------------------


def checklist(opportunity: Opportunity) -> list[Check]:
    """What must stand, and what should, before everyone can see it."""
    return checks(opportunity, _is_somebodys)


def _is_somebodys(address: str) -> bool:
    same = select(Person.id).where(Person.email == func.lower(address))
    return db.session.scalars(same).first() is not None


def move(
    opportunity: Opportunity, verb: str, *, by: Actor, has_read_warnings: bool = False
) -> Step:
    """Publish, pause, close or open again.

    Raises `NotNow` when that is not open, `NotComplete` when a check stands in the way.
    """
    step = STEPS.get(verb)
    if step is None or opportunity.publication not in step.sources:
        raise NotNow("This cannot be done with it now. Somebody else may have changed it.")
    if step.target is Publication.PUBLISHED:
        failing = [check for check in checklist(opportunity) if not check.holds]
        if any(check.is_block for check in failing):
            raise NotComplete("checklist", "Do what the list asks for first.")
        if failing and not has_read_warnings:
            raise NotComplete("has_read_warnings", "Read the warnings and tick the box.")
    before = opportunity.publication
    opportunity.publication = step.target
    opportunity.version += 1
    opportunity.updated_at = clock.now()
    events.record(verb, opportunity, by, from_status=before, to_status=step.target)
    return step
