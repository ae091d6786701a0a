"""Other opportunities that many may read of beside "not this time"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.opportunities import queries as adverts
from ppflow.opportunities import words
from ppflow.opportunities.models import EXPRESSION_KINDS, Opportunity
from ppflow.places.queries import LOOKED_AT, TAKEN, Suggestion
from ppflow.projects.models import Project

MOST_OFFERED: Final = 10  # to choose from


@dataclass(frozen=True)
class Others:
    """The ones that were chosen for all, and what each person has asked about already."""

    chosen: Sequence[Any] = ()  # id, slug and kind of each, in the order of the page
    asked: frozenset[tuple[int, int]] = field(default_factory=frozenset)  # form, opportunity

    def fitting(self, expression: Expression) -> list[str]:
        """Slugs of those that fit this person: of their kind, and not asked about before."""
        kinds = _kinds_for(expression.kind, expression.opportunity)
        return [
            each.slug
            for each in self.chosen
            if each.kind in kinds and (expression.id, each.id) not in self.asked
        ]


def _kinds_for(kind: str, opportunity: Opportunity | None) -> set[Any]:
    if opportunity is not None:
        return {opportunity.kind}
    return {each for each, form in EXPRESSION_KINDS.items() if form == kind}


def chosen(slugs: Sequence[str], forms: ColumnElement[bool]) -> Others:
    """The opportunities with these slugs, for the forms that this condition means."""
    if not slugs:
        return Others()
    columns = select(Opportunity.id, Opportunity.slug, Opportunity.kind)
    found = {row.slug: row for row in
             db.session.execute(columns.where(Opportunity.slug.in_(slugs)))}  # fmt: skip
    ids = [row.id for row in found.values()]
    asked = frozenset((row[0], row[1]) for row in db.session.execute(_asked(forms, ids)))
    return Others([found[slug] for slug in slugs if slug in found], asked)


def _asked(forms: ColumnElement[bool], opportunities: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """(form, opportunity) where the same person asked about one of these before."""
    them, other = aliased(Applicant), aliased(Expression)
    same = (them.email == Applicant.email, them.first_name == Applicant.first_name)
    return (
        select(Expression.id, other.opportunity_id)
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .join(them, or_(them.id == Applicant.id, (Applicant.email != "") & same[0] & same[1]))
        .join(other, other.applicant_id == them.id)
        .where(forms, other.opportunity_id.in_(opportunities))
    )


# --- to choose from -------------------------------------------------------------------------------


def suggested(forms: Select[int]) -> list[Suggestion]:
    """Open ones with places left that fit these forms (a select of ids), the best first.

    In common with one of them: a topic, the project or the theme.
    """
    here = db.session.execute(_about(forms)).all()
    adverts_here = {row.opportunity_id for row in here} - {None}
    projects = {row.project_id for row in here} - {None}
    kinds, topics = _wanted(here, adverts_here)
    themes = set(db.session.scalars(select(Project.theme_id).where(Project.id.in_(projects))))
    found: list[tuple[tuple[int, bool], Suggestion]] = []
    for other, its_theme, left in db.session.execute(_open_ones(kinds, adverts_here)):
        shared = [topic for topic in other.topics if topic.lower() in topics]
        is_same = other.project_id in projects
        if shared or is_same or its_theme in themes - {None}:
            found.append(((-len(shared), not is_same), _worded(other, shared, left)))
    found.sort(key=lambda ranked: ranked[0])
    return [suggestion for _rank, suggestion in found[:MOST_OFFERED]]


def _about(forms: Select[int]) -> Select[*tuple[Any, ...]]:
    """What they are about, each once."""
    columns = (Expression.kind, Expression.opportunity_id, Expression.project_id)
    return select(*columns).where(Expression.id.in_(forms)).distinct()


def _wanted(here: Sequence[Row[Any]], adverts_here: set[int]) -> tuple[set[Any], set[str]]:
    """The kinds that fit one of them at least, and the topics of what they are about."""
    kinds: set[Any] = set()
    for row in here:
        kinds |= set() if row.opportunity_id is not None else _kinds_for(row.kind, None)
    topics: set[str] = set()
    columns = select(Opportunity.kind, Opportunity.topics)
    for kind, its_topics in db.session.execute(columns.where(Opportunity.id.in_(adverts_here))):
        kinds.add(kind)
        topics |= {str(topic).lower() for topic in its_topics}
    return kinds, topics


def _open_ones(kinds: set[Any], but: set[int]) -> Select[*tuple[Any, ...]]:
    taken = (
        select(func.count())
        .select_from(Expression)
        .where(Expression.opportunity_id == Opportunity.id, Expression.status.in_(TAKEN))
        .correlate(Opportunity)
        .scalar_subquery()
    )
    return (
        select(Opportunity, Project.theme_id, Opportunity.places - taken)
        .join(Project, Project.id == Opportunity.project_id)
        .where(
            adverts.is_open(),
            Opportunity.kind.in_(kinds),
            Opportunity.id.not_in(but),
            or_(Opportunity.places.is_(None), Opportunity.places > taken),
        )
        .order_by(Opportunity.closes_on.asc().nulls_last(), Opportunity.id)
        .limit(LOOKED_AT)
    )


def _worded(other: Opportunity, shared: list[str], left: int | None) -> Suggestion:
    why = [f"Also about {', '.join(shared).lower()}"] if shared else []
    why += [words.where(other)]
    why += [f"{left} of {other.places} places left"] if other.places is not None else []
    return Suggestion(other.slug, other.title, ". ".join(why) + ".")
