"""Load projects with brief, action plan, progress reports and members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from ppflow import clock
from ppflow.db import db
from ppflow.importing.books import Books
from ppflow.projects import acts
from ppflow.projects.models import (
    Brief,
    Member,
    MemberRole,
    Objective,
    Progress,
    ProgressReport,
    Project,
    Rag,
    Stage,
)

Row = Mapping[str, Any]
EVERYWHERE: Final = "Across the region"


def projects(books: Books) -> None:
    """Projects, known by what they were imported as."""
    here = {project.imported_as: project for project in db.session.scalars(select(Project))}
    places = _places(books)
    for row in books.document["projects"]:
        project = here.get(books.name_of(row))
        if project is None:
            project = _project(books, row, places)
            books.add("projects", project)
            acts.reindex(project)
        else:
            books.here["projects"] += 1
        books.projects[row["id"]] = project


def _places(books: Books) -> list[str]:
    """The single towns that the file's opportunities name, for the filter by place."""
    areas = {row["location"]["area"] for row in books.document["opportunities"]}
    return sorted(area for area in areas if area.replace("-", "").isalpha())


def _place_of(books: Books, row: Row, places: list[str]) -> str:
    """Where a project says it is, else the one town that its organisations are named after."""
    if row["place"]:
        return str(row["place"])
    names = " ".join(books.organisations[o].name for o in row["organisations"])
    named = [place for place in places if place in names]
    return named[0] if len(named) == 1 else EVERYWHERE


def _project(books: Books, row: Row, places: list[str]) -> Project:
    recruiting = row["recruiting"]
    reports = [_report(report) for report in row["progress_reports"]]
    project = Project(
        programme=books.programmes[row["programme"]],
        theme=books.themes.get(row["theme"]),
        number=row["number"],
        slug=row["slug"],
        title=row["title"],
        lay_summary=row["lay_summary"],
        place=_place_of(books, row, places),
        stage=Stage(row["stage"]),
        progress=Progress(row["status"]),
        is_published=True,
        started_on=row["started"],
        expected_end_on=row["expected_end"],
        is_recruiting_staff=recruiting["staff_volunteers"],
        is_recruiting_public=recruiting["public_contributors"],
        looking_for=recruiting["looking_for"],
        time_ask=recruiting["time_ask"],
        provenance=row["provenance"],
        imported_as=books.name_of(row),
        organisations=[books.organisations[o] for o in dict.fromkeys(row["organisations"])],
        members=_members(books, row),
        reports=reports,
        objectives=[_objective(n, plan) for n, plan in enumerate(row["action_plan"], start=1)],
    )
    if row["brief"]:
        dated = row["started"] or clock.today()
        project.briefs = [Brief(number=1, dated_on=dated, **row["brief"])]
    if reports:
        newest = max(report.reported_on for report in reports)
        project.updated_at = min(clock.start_of(newest), clock.now())
    return project


def _members(books: Books, row: Row) -> list[Member]:
    roles = (("facilitator", MemberRole.FACILITATOR), ("deputy", MemberRole.DEPUTY))
    return [
        Member(
            person=books.people[row[key]],
            role=role,
            since_on=min(row["started"] or clock.today(), clock.today()),
        )
        for key, role in roles
        if row[key]
    ]


def _objective(position: int, plan: Row) -> Objective:
    activities = [
        {
            "ref": a["ref"],
            "activity": a["activity"],
            "owner_role": a["owner_role"],
            "due_on": a["due"].isoformat() if a["due"] else "",
            "status": a["status"],
            "output_url": a["output_url"],
        }
        for a in plan["activities"]
    ]
    return Objective(
        position=position, ref=plan["ref"], title=plan["objective"], activities=activities
    )


def _report(report: Row) -> ProgressReport:
    return ProgressReport(
        reported_on=report["reported_on"],
        rag=Rag(report["rag"]),
        progress=report["progress"],
        next_steps=report["next_steps"],
        steer_needed=report["steer_needed"],
    )
