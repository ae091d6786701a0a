"""Edit pages of programmes: texts, stages, sections, Board meetings and themes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, url_for

from ppflow import access, web
from ppflow.access import Role
from ppflow.editing import acts, queries
from ppflow.editing.sheet import Sheet, actor, fill_in, fill_in_rows
from ppflow.fields import RowForm, Rows
from ppflow.programmes import acts as programme_acts
from ppflow.programmes.forms import MeetingRow, MilestoneRow, ProgrammeForm, SectionRow, ThemeForm
from ppflow.programmes.models import Programme, Theme

pages = Blueprint("editing_programmes", __name__)


def _sheet(programme: Programme, title: str, endpoint: str, **more: Any) -> Sheet:
    """A page about a programme, among its other parts."""
    parts = [
        ("Texts", "edit_programme"),
        ("Stages", "edit_milestones"),
        ("Sections", "edit_sections"),
        ("Board meetings", "edit_meetings"),
        ("Themes", "edit_themes"),
    ]
    links = [
        (words, url_for(f".{name}", slug=programme.slug), name == endpoint) for words, name in parts
    ]
    links.append(("Add a project", f"/projects/new?programme={programme.slug}", False))
    if access.standing().all_programmes:
        links.append(("Add a programme", "/programmes/new", False))
    back = (programme.name, f"/programmes/{programme.slug}")
    if not programme.is_published:
        back = ("Home", "/home")
    version = more.pop("version", programme.version)
    return Sheet(title, back, programme, version, links=links, **more)


# --- the programme ------------------------------------------------------------------------------


@pages.route("/programmes/new", methods=["GET", "POST"])
@access.staff(Role.ADMINISTRATOR, Role.COORDINATOR)
def new_programme() -> Response:
    """Add a programme: administrators, and coordinators of all."""
    standing = access.standing()
    if not standing.has(Role.ADMINISTRATOR) and not standing.all_programmes:
        abort(403)
    sheet = Sheet(
        "Add a programme",
        ("Home", "/home"),
        intro="Themes, stages and projects come after this. Its coordinators write the rest.",
        button="Add the programme",
        saved="The programme is there.",
    )

    def make(**options: Any) -> ProgrammeForm:
        return ProgrammeForm(
            report_title="Project progress report", tell_coordinators="now", **options
        )

    def save(values: dict[str, Any]) -> str:
        programme = programme_acts.add_programme(values, by=actor())
        if programme.is_published:
            return f"/programmes/{programme.slug}"
        return f"/programmes/{programme.slug}/edit" if standing.all_programmes else "/home"

    return fill_in(sheet, make, save)


@pages.route("/programmes/<slug>/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_programme(slug: str) -> Response:
    """A programme's texts, contacts and settings."""
    programme = queries.programme(slug)
    manager = programme.managed_by.name if programme.managed_by else ""

    def make(**options: Any) -> ProgrammeForm:
        return ProgrammeForm(obj=programme, managed_by_name=manager, **options)

    def save(values: dict[str, Any]) -> str | None:
        programme_acts.edit_programme(programme, values, by=actor())
        return None if programme.is_published else f"/programmes/{slug}/edit"

    return fill_in(_sheet(programme, f"Edit “{programme.name}”", "edit_programme"), make, save)


# --- its lists ----------------------------------------------------------------------------------


def _rows_of(things: Any, form: type[RowForm]) -> list[dict[str, Any]]:
    names = [name for name in form.fields if name != "place"]  # type: ignore[attr-defined]
    return [{"key": str(t.id), **{name: getattr(t, name) for name in names}} for t in things]


@pages.route("/programmes/<slug>/stages/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_milestones(slug: str) -> Response:
    """The stages of a programme so far."""
    programme = queries.programme(slug)
    return fill_in_rows(
        _sheet(programme, "Edit the stages", "edit_milestones"),
        Rows(MilestoneRow, _rows_of(programme.milestones, MilestoneRow)),
        lambda rows: programme_acts.set_milestones(programme, rows, by=actor()),
        lambda: [f"{each.number}. {each.title} · {each.text}" for each in programme.milestones],
        "Stage",
    )


@pages.route("/programmes/<slug>/sections/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_sections(slug: str) -> Response:
    """Further parts of a programme's page."""
    programme = queries.programme(slug)
    return fill_in_rows(
        _sheet(programme, "Edit the sections", "edit_sections"),
        Rows(SectionRow, _rows_of(programme.sections, SectionRow)),
        lambda rows: programme_acts.set_sections(programme, rows, by=actor()),
        lambda: [f"{each.position}. {each.heading} · {each.body}" for each in programme.sections],
        "Section",
    )


@pages.route("/programmes/<slug>/meetings/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_meetings(slug: str) -> Response:
    """The meetings of a programme's Board."""
    programme = queries.programme(slug)
    return fill_in_rows(
        _sheet(programme, "Edit the Board meetings", "edit_meetings"),
        Rows(MeetingRow, _rows_of(programme.meetings, MeetingRow)),
        lambda rows: programme_acts.set_meetings(programme, rows, by=actor()),
        lambda: [f"{web.plain_day(each.held_on)} · {each.note}" for each in programme.meetings],
        "Meeting",
    )


# --- themes -------------------------------------------------------------------------------------


@pages.get("/programmes/<slug>/themes/edit")
@access.staff(Role.COORDINATOR)
def edit_themes(slug: str) -> Response:
    """The themes of a programme, each with the way to change it."""
    programme = queries.programme(slug)
    return web.personal(
        web.page(
            "editing/themes.html",
            sheet=_sheet(programme, "Edit the themes", "edit_themes"),
            themes=queries.themes_of(programme.id),
            slug=slug,
            errors=[],
        )
    )


@pages.route("/programmes/<slug>/themes/new", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def new_theme(slug: str) -> Response:
    """Add a theme, at any time."""
    programme = queries.programme(slug)
    sheet = _sheet(programme, "Add a theme", "edit_themes", version=0, button="Add the theme")

    def make(**options: Any) -> ThemeForm:
        return ThemeForm(number=programme_acts.next_theme_number(programme), **options)

    def save(values: dict[str, Any]) -> str | None:
        programme_acts.add_theme(programme, values, by=actor())
        return None if programme.is_published else f"/programmes/{slug}/themes/edit"

    return fill_in(sheet, make, save)


@pages.route("/programmes/<slug>/themes/<theme_slug>/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_theme(slug: str, theme_slug: str) -> Response:
    """One theme."""
    theme: Theme = queries.theme(slug, theme_slug)
    sheet = _sheet(theme.programme, f"Edit theme {theme.number}", "edit_themes")
    sheet.thing, sheet.version = theme, theme.version

    def save(values: dict[str, Any]) -> None:
        acts.edit_theme(theme, values, by=access.standing())

    return fill_in(sheet, lambda **options: ThemeForm(obj=theme, **options), save)
