"""Acts on projects: adding, editing, brief, plan, progress; and the words they are found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, select

from ppflow import clock, events, search
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.events import Actor
from ppflow.programmes.acts import edit, lock, organisation_named, slug_for
from ppflow.programmes.models import Programme
from ppflow.projects.models import (
    STAGE_LABELS,
    Brief,
    Objective,
    Progress,
    ProgressReport,
    Project,
)

Values = Mapping[str, Any]
ROOM = "project"
OVER: Final = frozenset({Progress.COMPLETED, Progress.CLOSED_EARLY})
BRIEF_FIELDS: Final = (
    "background",
    "aim",
    "in_scope",
    "out_of_scope",
    "expected_outputs",
    "how_we_will_know",
)


def searchable(project: Project) -> list[str]:
    """The words a project is found by: what stands on its page, and never a person's name.

    Uses the project's theme, organisations and newest brief, so flush new ones first.
    """
    words = [
        f"{project.number}. {project.title}",
        project.lay_summary,
        project.place,
        project.looking_for,
        STAGE_LABELS[project.stage],
        project.theme.title if project.theme else "",
        *(organisation.name for organisation in project.organisations),
    ]
    if project.briefs:
        brief = max(project.briefs, key=lambda brief: brief.number)
        words += [brief.background, brief.aim, *brief.in_scope, *brief.expected_outputs]
    return [text for text in words if text]


def reindex(project: Project) -> None:
    """Put a project's words into the index, in the present transaction. Call after every edit."""
    search.index(ROOM, project.id, *searchable(project))


# --- the project itself -------------------------------------------------------------------------


def next_number(programme_id: int) -> int:
    """The number after the last project's of a programme."""
    numbers = select(func.max(Project.number)).where(Project.programme_id == programme_id)
    return (db.session.scalar(numbers) or 0) + 1


def add_project(programme: Programme, values: Values, *, by: Actor) -> Project:
    """A new project of a programme, a draft unless said. Raises `NotComplete`."""
    _check_number(programme.id, values["number"], None)
    slug = slug_for(values["title"], _is_slug_taken)
    project = Project(programme_id=programme.id, slug=slug)
    for name, value in _columns(project, values).items():
        setattr(project, name, value)
    db.session.add(project)
    db.session.flush()
    reindex(project)
    events.record("add", project, by)
    return project


def edit_project(project: Project, values: Values, *, by: Actor) -> list[str]:
    """Change a project; its address stays. Raises `NotComplete`."""
    _check_number(project.programme_id, values["number"], project.id)
    before = [each.name for each in project.organisations]
    columns = _columns(project, values)
    more = [] if before == [each.name for each in project.organisations] else ["organisations"]
    changed = edit(project, columns, by=by, more=more)
    _is_new(project, changed)
    return changed


def _is_slug_taken(slug: str) -> bool:
    return db.session.scalars(select(Project.id).where(Project.slug == slug)).first() is not None


def _check_number(programme_id: int, number: int, own_id: int | None) -> None:
    lock(programme_id)
    same = select(Project.title).where(
        Project.programme_id == programme_id, Project.number == number
    )
    other = db.session.scalars(same.where(Project.id != (own_id or 0))).first()
    if other is not None:
        raise NotComplete("number", f"Project {number} is “{other}”. Choose another number.")


def _columns(project: Project, values: Values) -> dict[str, Any]:
    """The columns of an edit. A project that is over looks for nobody."""
    columns = {name: value for name, value in values.items() if name != "organisation_names"}
    if "organisation_names" in values:
        found = [organisation_named(name) for name in values["organisation_names"]]
        named = {each.id: each for each in found if each is not None}
        project.organisations = sorted(named.values(), key=lambda each: each.name)
    if columns.get("progress") in OVER:
        columns |= {"is_recruiting_staff": False, "is_recruiting_public": False}
    return columns


def _is_new(project: Project, changed: Sequence[str]) -> None:
    """After a change: the day of the last change, and the words it is found by."""
    if changed:
        project.updated_at = clock.now()
        db.session.flush()
        db.session.expire(project, ["theme", "briefs", "objectives", "reports"])
        reindex(project)


# --- brief, action plan, progress ---------------------------------------------------------------


def write_brief(project: Project, values: Values, *, by: Actor) -> Brief | None:
    """A new version of the brief; the old ones are kept. None when nothing changed."""
    newest = project.briefs[0] if project.briefs else None
    changed = [
        name for name in BRIEF_FIELDS if values[name] != (getattr(newest, name) if newest else "")
    ]
    if not changed or not any(values[name] for name in BRIEF_FIELDS):
        return None
    number = newest.number + 1 if newest else 1
    brief = Brief(project_id=project.id, number=number, by_id=by.person_id, **values)
    db.session.add(brief)
    events.record("write_brief", project, by, fields=changed)
    _is_new(project, changed)
    return brief


def set_objectives(project: Project, rows: Sequence[Values], *, by: Actor) -> None:
    """The objectives of the action plan, in order. Their names (1.0) and activities stay."""
    before = {objective.ref: objective for objective in project.objectives}
    used = [int(ref.partition(".")[0]) for ref in before if ref.partition(".")[0].isdecimal()]
    number = max(used, default=0)
    objectives = []
    for position, row in enumerate(rows, start=1):
        old = before.get(row["key"])
        number += old is None
        ref = old.ref if old else f"{number}.0"
        kept = list(old.activities) if old else []
        objectives.append(
            Objective(
                project_id=project.id,
                position=position,
                ref=ref,
                title=row["title"],
                activities=kept,
            )
        )
    db.session.execute(delete(Objective).where(Objective.project_id == project.id))
    db.session.add_all(objectives)
    edit(project, {}, by=by, more=["objectives"])
    _is_new(project, ["objectives"])


def set_activities(
    project: Project, objective: Objective, rows: Sequence[Values], *, by: Actor
) -> None:
    """The activities of one objective, in order; a new one takes the next number."""
    start = objective.ref.partition(".")[0]
    known = {each["ref"] for each in objective.activities}
    used = [ref.rpartition(".")[2] for ref in known]
    number = max((int(last) for last in used if last.isdecimal()), default=0)
    activities = []
    for row in rows:
        is_known = row["key"] in known
        number += not is_known
        due_on = row["due_on"].isoformat() if row["due_on"] else None
        ref = row["key"] if is_known else f"{start}.{number}"
        status = row["status"].value
        activities.append({**row, "ref": ref, "due_on": due_on, "status": status})
    objective.activities = [
        {name: value for name, value in row.items() if name != "key"} for row in activities
    ]
    edit(project, {}, by=by, more=[f"activities {objective.ref}"])
    _is_new(project, ["activities"])


def report_progress(project: Project, values: Values, *, by: Actor) -> ProgressReport:
    """What moved and what comes next; the newest report is the one on the page."""
    report = ProgressReport(
        project_id=project.id, reported_on=clock.today(), by_id=by.person_id, **values
    )
    db.session.add(report)
    events.record("report_progress", project, by, fields=[n for n, v in values.items() if v])
    _is_new(project, ["reports"])
    return report
