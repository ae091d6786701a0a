"""Places counted from the forms themselves, the waiting list in order, and other ways to join in.

Nothing here is stored, so nothing can be stale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, func, or_, select

from ppflow.access import Standing
from ppflow.answers.queries import latest
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import OPEN, Status
from ppflow.opportunities import queries as adverts
from ppflow.opportunities import words
from ppflow.opportunities.models import EXPRESSION_KINDS, Opportunity
from ppflow.projects.models import Project

TAKEN: Final = (Status.OFFERED, Status.JOINED)
ONLINE: Final = frozenset(adverts.PLACES_OF_WORK["online"][1])
MOST_SUGGESTED, MOST_NAMED = 5, 3
LOOKED_AT: Final = 60  # open opportunities of a kind; the best of them are suggested
SHOWN: Final = 100  # rows of one list; the queue shows the rest

# --- how many -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Capacity:
    """Places and who stands for them. `places` None: as many as come."""

    places: int | None
    offered: int = 0
    joined: int = 0
    waiting: int = 0
    undecided: int = 0
    prepared: int = 0
    prepared_offers: int = 0

    @property
    def free(self) -> int | None:
        """Places that nobody has or was offered; below nothing when more were offered."""
        return None if self.places is None else self.places - self.offered - self.joined

    @property
    def is_full(self) -> bool:
        return self.free is not None and self.free <= 0

    @property
    def is_over_when_released(self) -> bool:
        """Would the prepared offers be more than the places left?"""
        return self.free is not None and self.prepared_offers > self.free


def capacity(opportunity: Opportunity) -> Capacity:
    """All numbers of one opportunity; one statement."""
    rows = db.session.execute(
        select(Expression.status, Expression.pending_verb, func.count())
        .where(
            Expression.opportunity_id == opportunity.id,
            Expression.set_aside_at.is_(None),
            Expression.erased_at.is_(None),
        )
        .group_by(Expression.status, Expression.pending_verb)
    ).all()
    statuses: Counter[Status] = Counter()
    verbs: Counter[str] = Counter()
    for status, verb, many in rows:
        statuses[status] += many
        if verb:
            verbs[verb] += many
    decided = (*TAKEN, Status.WAITING_LIST)
    return Capacity(
        opportunity.places,
        offered=statuses[Status.OFFERED],
        joined=statuses[Status.JOINED],
        waiting=statuses[Status.WAITING_LIST],
        undecided=sum(many for status, many in statuses.items() if status in OPEN - {*decided}),
        prepared=verbs.total(),
        prepared_offers=verbs["offer"],
    )


# --- who ------------------------------------------------------------------------------------------


def _people(opportunity: Opportunity, *conditions: Any) -> Any:
    return (
        select(
            Expression.id,
            Expression.reference,
            Expression.version,
            Expression.status,
            Expression.accept_by,
            Expression.waiting_since,
            Expression.reply_by,
            Expression.pending_verb,
            Expression.pending,
            Expression.received_at,
            Expression.has_needs,
            Applicant.first_name,
            Applicant.last_name,
        )
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .where(
            Expression.opportunity_id == opportunity.id,
            Expression.set_aside_at.is_(None),
            Expression.erased_at.is_(None),
            *conditions,
        )
        .limit(SHOWN)
    )


def in_status(opportunity: Opportunity, status: Status) -> Sequence[Row[Any]]:
    """Those who stand there: the waiting list in its order, offers by the day to answer."""
    first = {
        Status.WAITING_LIST: Expression.waiting_since,
        Status.OFFERED: Expression.accept_by,
    }.get(status, Expression.received_at)
    chosen = _people(opportunity, Expression.status == status).order_by(first, Expression.id)
    return db.session.execute(chosen).all()


def prepared(opportunity: Opportunity) -> Sequence[Row[Any]]:
    """Decisions that wait to be released, in the order in which the forms came."""
    chosen = _people(opportunity, Expression.pending_verb.is_not(None))
    return db.session.execute(chosen.order_by(Expression.received_at, Expression.id)).all()


def next_waiting(opportunity_id: int | None) -> Any:
    """Whose turn it is: the first of the waiting list (id, reference, names)."""
    if opportunity_id is None:
        return None
    chosen = (
        select(Expression.id, Expression.reference, Applicant.first_name, Applicant.last_name)
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .where(
            Expression.opportunity_id == opportunity_id,
            Expression.status == Status.WAITING_LIST,
            Expression.pending_verb.is_(None),
            Expression.erased_at.is_(None),
        )
        .order_by(Expression.waiting_since, Expression.id)
        .limit(1)
    )
    return db.session.execute(chosen).first()


def kept_by(standing: Standing, slug: str) -> Opportunity | None:
    """An opportunity whose forms this person may see: its coordinators and its project's people."""
    chosen = adverts.visible_to(standing).where(Opportunity.slug == slug)
    found = db.session.scalars(chosen).one_or_none()
    return found if found is not None and keeps(standing, found) else None


def keeps(standing: Standing, opportunity: Any) -> bool:
    """May this person see and answer the forms of an opportunity (or a row of one)?"""
    is_theirs = opportunity.project_id in standing.projects
    return is_theirs or standing.coordinates(opportunity.programme_id)


# --- other ways to join in ------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """Another opportunity that may fit, and why."""

    slug: str
    title: str
    why: str


def suggestions(expression: Expression) -> list[Suggestion]:
    """Open ones of the same kind with places left and something in common, the best first.

    In common: a topic, the project or the theme. Those the person has asked about are left out.
    """
    here = expression.opportunity
    topics = _topics_of(expression)
    theme = expression.project.theme_id if expression.project else None
    place = here.place if here else ""
    found: list[tuple[tuple[int, ...], Suggestion]] = []
    for other, its_theme, left in db.session.execute(_open_ones(expression)).all():
        shared = [topic for topic in other.topics if topic.lower() in topics]
        is_same = other.project_id == expression.project_id
        is_near = other.format in ONLINE or (bool(place) and other.place == place)
        if not shared and not is_same and (theme is None or its_theme != theme):
            continue
        rank = (-len(shared), -is_near, -is_same)
        why = [f"Also about {', '.join(shared).lower()}"] if shared else []
        why += [words.where(other)]
        why += [f"{left} of {other.places} places left"] if other.places is not None else []
        found.append((rank, Suggestion(other.slug, other.title, ". ".join(why) + ".")))
    found.sort(key=lambda ranked: ranked[0])
    return [suggestion for _rank, suggestion in found[:MOST_SUGGESTED]]


def _topics_of(expression: Expression) -> set[str]:
    answers = latest(expression.id)
    named = answers.plain.get("topics") if answers else None
    own = expression.opportunity.topics if expression.opportunity else []
    return {str(topic).lower() for topic in [*own, *(named if isinstance(named, list) else [])]}


def _open_ones(expression: Expression) -> Any:
    kinds = [kind for kind, key in EXPRESSION_KINDS.items() if key == expression.kind]
    if expression.opportunity is not None:
        kinds = [expression.opportunity.kind]
    taken = (
        select(func.count())
        .select_from(Expression)
        .where(Expression.opportunity_id == Opportunity.id, Expression.status.in_(TAKEN))
        .correlate(Opportunity)
        .scalar_subquery()
    )
    asked = select(Expression.opportunity_id).where(
        Expression.opportunity_id.is_not(None), _same_person(expression)
    )
    return (
        select(Opportunity, Project.theme_id, Opportunity.places - taken)
        .join(Project, Project.id == Opportunity.project_id)
        .where(
            adverts.is_open(),
            Opportunity.kind.in_(kinds),
            Opportunity.id.not_in(asked),
            or_(Opportunity.places.is_(None), Opportunity.places > taken),
        )
        .order_by(Opportunity.closes_on.asc().nulls_last(), Opportunity.id)
        .limit(LOOKED_AT)
    )


def _same_person(expression: Expression) -> Any:
    """This form, and those from the same address by somebody of the same name."""
    applicant = expression.applicant
    if not applicant.email:
        return Expression.id == expression.id
    same = select(Applicant.id).where(
        Applicant.email == applicant.email, Applicant.first_name == applicant.first_name
    )
    return Expression.applicant_id.in_(same)
