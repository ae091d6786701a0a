"""The filter form of the queue: what it offers, what somebody asks, read from the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, literal, or_, select, union_all
from werkzeug.datastructures import MultiDict

from ppflow.access import Role, Standing
from ppflow.db import UtcDateTime
from ppflow.expressions.workflow import WORDS
from ppflow.filters import MAX_SEARCH_CHARACTERS
from ppflow.forms import tidy
from ppflow.kinds import KINDS
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member, Project
from ppflow.ready import ready
from ppflow.triage.workflow import VIEWS, View

DUE: Final = {"late": "Overdue", "today": "Today", "week": "This week"}
NOBODY: Final = "nobody"
QUESTIONS: Final = ("q", "about", "kind", "status", "due", "assignee")
OPTIONS: Final = 300  # of one filter; more could not be looked through
LAST_ID: Final = 2**63 - 1  # what both databases can compare a key with


@dataclass(frozen=True)
class Mark:
    """A place in the queue: beyond the row with this value and id, forwards or backwards."""

    value: date | datetime
    id: int
    is_back: bool = False


@dataclass(frozen=True)
class Asked:
    """A view, what is searched and filtered in it, and the place to read on from."""

    view: View
    q: str = ""
    about: str = ""  # "opportunity-7" or "project-3"
    kind: str = ""
    status: str = ""
    due: str = ""
    assignee: str = ""  # a person's id, or "nobody"
    mark: Mark | None = None
    start: int = 1  # the number of the first row, for the words "26 to 50"

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, name) for name in QUESTIONS)

    def query(self) -> str:
        """View and filters, without a place: also how a person's page knows where it came from."""
        pairs = [("view", self.view.key)]
        pairs += [(name, getattr(self, name)) for name in QUESTIONS if getattr(self, name)]
        return urlencode(pairs)

    def address(self, mark: Mark | None = None, start: int = 1) -> str:
        """This list, read on from a place."""
        if mark is None:
            return (
                f"/triage?{self.query()}" if self.is_narrowed else f"/triage?view={self.view.key}"
            )
        name = "before" if mark.is_back else "after"
        place = {name: f"{mark.value.isoformat()}~{mark.id}", "start": start}
        return f"/triage?{self.query()}&{urlencode(place)}"


def views_for(standing: Standing, views: tuple[View, ...]) -> list[View]:
    """The views this person works with."""
    judges = standing.has(Role.COORDINATOR)
    return [view for view in views if judges or not view.is_for_coordinators]


def read(args: MultiDict[str, str], standing: Standing) -> Asked:
    """What an address asks; what it cannot mean is left out, so that an old address still works."""
    view = VIEWS.get(args.get("view", ""), VIEWS["mine"])
    if view.is_for_coordinators and not standing.has(Role.COORDINATOR):
        view = VIEWS["mine"]
    start = _number(args.get("start", ""))
    return Asked(
        view=view,
        q=tidy(args.get("q"))[:MAX_SEARCH_CHARACTERS],
        about=_about(args.get("about", "")),
        kind=args.get("kind", "") if args.get("kind") in KINDS else "",
        status=args.get("status", "") if args.get("status") in list(WORDS) else "",
        due=args.get("due", "") if args.get("due") in DUE else "",
        assignee=_assignee(args.get("assignee", "")),
        mark=_mark(args, view),
        start=start or 1,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _about(text: str) -> str:
    what, _, number = text.partition("-")
    return text if what in {"opportunity", "project"} and _number(number) else ""


def _assignee(text: str) -> str:
    return text if text == NOBODY or _number(text) else ""


def _mark(args: MultiDict[str, str], view: View) -> Mark | None:
    is_back = "before" in args
    value, _, number = args.get("before" if is_back else "after", "").rpartition("~")
    is_number = number.isascii() and number.isdigit() and len(number) < 20
    if not value or not is_number or int(number) > LAST_ID:
        return None
    try:
        return Mark(_value(view, value), int(number), is_back)
    except (ValueError, OverflowError):
        return None


def _value(view: View, text: str) -> date | datetime:
    kind: Any = view.order.column.type
    if not isinstance(kind, UtcDateTime):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(UTC)  # the ends of time have no UTC


# --- what the filters offer --------------------------------------------------------------------


@dataclass(frozen=True)
class Options:
    """(value, label) pairs of the filters that depend on who asks."""

    about: list[tuple[str, str]]
    assignees: list[tuple[str, str]]


def options(standing: Standing) -> Options:
    """Opportunities, projects and colleagues within what this person may see; one statement."""
    found: dict[str, list[tuple[str, str]]] = {"opportunity": [], "project": [], "person": []}
    for what, number, name in _options(standing):
        found[what].append((str(number) if what == "person" else f"{what}-{number}", name))
    about = found["opportunity"] + [(value, f"Project: {name}") for value, name in found["project"]]
    return Options(about, found["person"])


@ready
def _options(standing: Standing) -> Select[*tuple[Any, ...]]:
    adverts = _own(standing, Opportunity.programme_id, Opportunity.project_id)
    projects = _own(standing, Project.programme_id, Project.id)
    chosen = [
        select(
            literal("opportunity").label("what"), Opportunity.id, Opportunity.title.label("name")
        )
        .where(adverts, Opportunity.publication != Publication.DRAFT)
        .limit(OPTIONS),
        select(literal("project"), Project.id, Project.title).where(projects).limit(OPTIONS),
        select(literal("person"), Person.id, Person.name)
        .where(Person.active, Person.id.in_(_colleagues(standing, projects)))
        .limit(OPTIONS),
    ]
    together = union_all(*(select(part.subquery()) for part in chosen)).subquery()
    return select(together).order_by(together.c.what, together.c.name)


def _own(standing: Standing, programme: Any, project: Any) -> ColumnElement[bool]:
    if standing.all_programmes:
        return literal(1) == literal(1)
    return or_(programme.in_(sorted(standing.programmes)), project.in_(sorted(standing.projects)))


def _colleagues(standing: Standing, projects: ColumnElement[bool]) -> Select[Any]:
    """Ids of people who answer here: members of these projects, and coordinators."""
    members = (
        select(Member.person_id)
        .join(Project, Project.id == Member.project_id)
        .where(Member.until_on.is_(None), projects)
    )
    coordinators = (
        select(Grant.person_id)
        .join(RoleName, RoleName.id == Grant.role_id)
        .where(RoleName.name == Role.COORDINATOR)
    )
    if not standing.all_programmes:
        own = Grant.programme_id.in_(sorted(standing.programmes))
        coordinators = coordinators.where(or_(own, Grant.programme_id.is_(None)))
    return select(union_all(members, coordinators).subquery())
