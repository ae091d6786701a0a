"""What the editor of rules needs: the rules of a programme, and all that a rule may name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import joinedload

from ppflow import clock
from ppflow.access import Role
from ppflow.db import db
from ppflow.expressions.models import Source
from ppflow.kinds import KINDS
from ppflow.opportunities.models import EXPRESSION_KINDS, Opportunity, Publication
from ppflow.people.models import Grant, Person, RoleName
from ppflow.programmes.models import Theme
from ppflow.projects.acts import OVER
from ppflow.projects.models import Member, Project
from ppflow.routing.models import Rule
from ppflow.routing.workflow import ALWAYS_THERE, EMPTY, NO, YES, Facts, Field

SOURCES: Final = {Source.WEB: "On this website", Source.PHONE: "By phone", Source.PAPER: "On paper"}
NEEDS: Final = {YES: "They told us of some", NO: "They told us of none"}
NOTHING: Final = "Nothing here: it is empty"

Option = tuple[str, str]


def rules_of(programme_id: int) -> list[Rule]:
    """Every rule of a programme in its order, with whom it names, in one statement."""
    around = (Rule.person, Rule.project, Rule.changed_by)
    chosen = select(Rule).where(Rule.programme_id == programme_id)
    in_order = chosen.order_by(Rule.position, Rule.id).options(*map(joinedload, around))
    return list(db.session.scalars(in_order, execution_options={"populate_existing": True}))


@dataclass(frozen=True)
class Known:
    """What there is in a programme for a rule to name.

    Rows of projects (id, number, title, theme, place, progress), opportunities (id, title, kind,
    project_id, theme, topics, place, publication, closes_on), themes (slug, title), people
    (id, name) who answer forms here; `staffed`: ids of projects where somebody can answer.
    """

    projects: list[Row[*tuple[Any, ...]]]
    opportunities: list[Row[*tuple[Any, ...]]]
    themes: list[Row[*tuple[Any, ...]]]
    people: list[Row[*tuple[Any, ...]]]
    staffed: frozenset[int]

    def options(self) -> dict[Field, list[Option]]:
        """(value, label) to choose from for each field but the area, which is typed."""
        topics = sorted({topic for each in self.opportunities for topic in each.topics})
        both = [*self.projects, *self.opportunities]
        places = sorted({each.place for each in both if each.place})
        found: dict[Field, list[Option]] = {
            Field.KIND: [(kind.key, kind.label) for kind in KINDS.values()],
            Field.PROJECT: [(str(p.id), f"{p.number}. {p.title}") for p in self.projects],
            Field.THEME: [(each.slug, each.title) for each in self.themes],
            Field.OPPORTUNITY: [(str(each.id), each.title) for each in self.opportunities],
            Field.TOPIC: [(topic, topic) for topic in topics],
            Field.PLACE: [(place, place) for place in places],
            Field.SOURCE: [(source.value, label) for source, label in SOURCES.items()],
            Field.NEEDS: list(NEEDS.items()),
        }
        for name, options in found.items():
            if name not in ALWAYS_THERE:
                options.append((EMPTY, NOTHING))
        return found

    def targets(self) -> list[Option]:
        """Whom a rule may give a form to."""
        people = [(f"person-{each.id}", each.name) for each in self.people]
        teams = [(f"project-{p.id}", f"The people of “{p.title}”") for p in self.projects]
        return [("coordinators", "The coordinators"), *people, *teams]

    def shapes(self) -> Iterator[Facts]:
        """What a new form can be about, as the facts of `workflow.SUBJECT`."""
        today = clock.today()
        for each in self.opportunities:
            is_past = each.closes_on is not None and each.closes_on < today
            if each.publication is not Publication.CLOSED and not is_past:
                about = (each.project_id, each.theme, each.id, each.place)
                yield _shape(EXPRESSION_KINDS[each.kind], *about, topics=frozenset(each.topics))
        own = [kind for kind in KINDS.values() if kind.needs_target and kind.may_be_offered]
        for project in self.projects:
            for kind in own if project.progress not in OVER else ():
                yield _shape(kind.key, project.id, project.theme, None, project.place)
        for kind in KINDS.values():
            if not kind.needs_target or kind.goes_to_pool:
                yield from (_shape(kind.key, None, theme.slug) for theme in self.themes)
                yield _shape(kind.key)


def _shape(
    kind: str,
    project: int | None = None,
    theme: str | None = None,
    opportunity: int | None = None,
    place: str = "",
    topics: frozenset[str] = frozenset(),
) -> Facts:
    def known(value: Any) -> frozenset[str]:
        return frozenset({str(value)}) if value else frozenset()

    return {
        Field.KIND: known(kind),
        Field.PROJECT: known(project),
        Field.THEME: known(theme),
        Field.OPPORTUNITY: known(opportunity),
        Field.TOPIC: topics,
        Field.PLACE: known(place),
    }


def known(programme_id: int) -> Known:
    """What there is in a programme for a rule to name; five statements."""
    projects = (
        select(
            Project.id, Project.number, Project.title, Project.place, Project.progress,
            Theme.slug.label("theme"),
        )
        .outerjoin(Theme, Theme.id == Project.theme_id)
        .where(Project.programme_id == programme_id)
        .order_by(Project.number)
    )  # fmt: skip
    opportunities = (
        select(
            Opportunity.id, Opportunity.title, Opportunity.kind, Opportunity.project_id,
            Opportunity.topics, Opportunity.place, Opportunity.publication, Opportunity.closes_on,
            Theme.slug.label("theme"),
        )
        .join(Project, Project.id == Opportunity.project_id)
        .outerjoin(Theme, Theme.id == Project.theme_id)
        .where(Opportunity.programme_id == programme_id)
        .order_by(Opportunity.title, Opportunity.id)
    )  # fmt: skip
    themes = select(Theme.slug, Theme.title).where(Theme.programme_id == programme_id)
    people = select(Person.id, Person.name).where(Person.active, _answers(programme_id))
    ask = db.session.execute
    return Known(
        list(ask(projects)),
        list(ask(opportunities)),
        list(ask(themes.order_by(Theme.number))),
        list(ask(people.order_by(Person.name, Person.id))),
        frozenset(db.session.scalars(_staffed(programme_id))),
    )


def _answers(programme_id: int) -> Any:
    here = select(Project.id).where(Project.programme_id == programme_id)
    members = select(Member.person_id).where(Member.project_id.in_(here), Member.until_on.is_(None))
    coordinators = (
        select(Grant.person_id)
        .join(RoleName, RoleName.id == Grant.role_id)
        .where(
            RoleName.name == Role.COORDINATOR,
            or_(Grant.programme_id == programme_id, Grant.programme_id.is_(None)),
        )
    )
    return or_(Person.id.in_(members), Person.id.in_(coordinators))


def _staffed(programme_id: int) -> Select[int]:
    return (
        select(Member.project_id)
        .join(Project, Project.id == Member.project_id)
        .join(Person, Person.id == Member.person_id)
        .where(Project.programme_id == programme_id, Member.until_on.is_(None), Person.active)
        .distinct()
    )
