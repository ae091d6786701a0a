"""Edit pages of opportunities: the advert, its questions, and telling people what has changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from ppflow import access, web
from ppflow.access import Role
from ppflow.db import db
from ppflow.editing import acts as editing_acts
from ppflow.editing import mail, queries
from ppflow.editing.mail import Telling
from ppflow.editing.sheet import Sheet, actor, draw, fill_in, fill_in_rows
from ppflow.fields import Rows
from ppflow.forms import tidy
from ppflow.kinds import KINDS
from ppflow.opportunities import acts
from ppflow.opportunities.forms import NewOpportunityForm, OpportunityForm, QuestionRow
from ppflow.opportunities.models import Opportunity
from ppflow.projects.models import Project

pages = Blueprint("editing_opportunities", __name__)

ANYBODY = "Whoever runs the project"
ASKED = ("label", "input", "options", "max_words", "is_required", "is_sensitive")
LONGEST_WHY = 1000
NOT_KEPT = {"csrf_token", "version", "step", "words_to_people"}


def sheet_of(opportunity: Opportunity, title: str, endpoint: str, **more: Any) -> Sheet:
    """A page about an opportunity, among its other parts."""
    parts = [
        ("Advert", "editing_opportunities.edit_opportunity"),
        ("Questions", "editing_opportunities.edit_questions"),
        ("Publish, pause, close", "editing_publishing.publication"),
    ]
    links = [
        (words, url_for(name, slug=opportunity.slug), name == endpoint) for words, name in parts
    ]
    back = (opportunity.title, f"/opportunities/{opportunity.slug}")
    return Sheet(title, back, opportunity, opportunity.version, links=links, **more)


@pages.route("/opportunities/new", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def new_opportunity() -> Response:
    """Add a draft; the rest of the advert comes on its own page."""
    projects = queries.projects_to_choose()
    asked = request.args.get("project", "")
    sheet = Sheet(
        "Add an opportunity",
        ("Opportunities", "/opportunities"),
        intro="It starts as a draft. Nobody else sees it before you publish it.",
        button="Add the draft",
        saved="The draft is there. Now write the rest.",
    )
    if not projects:
        return web.personal(web.page("editing/no-project.html"))

    def make(**options: Any) -> NewOpportunityForm:
        form = NewOpportunityForm(project_id=asked, **options)
        form.project_id.offer(projects, "Choose a project")
        return form

    def save(values: dict[str, Any]) -> str:
        project = db.session.get_one(Project, values.pop("project_id"))
        opportunity = acts.add_opportunity(project, values, by=actor())
        return f"/opportunities/{opportunity.slug}/edit"

    return fill_in(sheet, make, save)


@pages.route("/opportunities/<slug>/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_opportunity(slug: str) -> Response:
    """Every field of the advert. A changed date, place or format is told to everybody who waits."""
    opportunity = queries.opportunity(slug)
    host = opportunity.host.name if opportunity.host else ""
    sheet = sheet_of(
        opportunity, f"Edit “{opportunity.title}”", "editing_opportunities.edit_opportunity"
    )

    def make(**options: Any) -> OpportunityForm:
        form = OpportunityForm(obj=opportunity, host_name=host, **options)
        form.named_person_id.offer(queries.people_to_choose(opportunity.named_person_id), ANYBODY)
        return form

    why = tidy(request.form.get("words_to_people"))
    sheet.context["carried"] = [("words_to_people", why)] if why else []

    def save(values: dict[str, Any]) -> Response | None:
        if request.form.get("step") == "back":
            return draw(sheet, make())
        standing = access.standing()
        changed = editing_acts.edit_opportunity(opportunity, values, by=standing)
        telling = mail.telling(opportunity, changed, why, by=standing)
        if telling is None:
            return None
        if request.form.get("step") != "tell" or len(why) > LONGEST_WHY:
            return _show_letter(sheet, telling, why)
        told = mail.tell(opportunity, changed, why, by=standing)
        sheet.saved = f"Saved. {web.plural(told, 'person is', 'people are')} told."
        return None

    return fill_in(sheet, make, save)


def _show_letter(sheet: Sheet, telling: Telling, why: str) -> Response:
    """Before anything is saved: who gets what. The typed form is carried along."""
    kept = [(n, v) for n, v in request.form.items(multi=True) if n not in NOT_KEPT]
    error = ""
    if len(why) > LONGEST_WHY:
        error = f"Use {LONGEST_WHY:,} characters or fewer. You have used {len(why):,}."
    context = {"sheet": sheet, "telling": telling, "kept": kept, "why": why, "error": error}
    status = 422 if error else 200
    return web.personal(web.invalid("editing/tell.html", status=status, **context))


# --- its own questions --------------------------------------------------------------------------


def _replaceable(opportunity: Opportunity) -> list[tuple[str, str]]:
    """The form's own questions that an advert may word in its own way: (key, short words)."""
    fields = KINDS[opportunity.expression_kind].fields()
    return [
        (field.key, field.short)
        for field in fields
        if not (field.applicant or field.is_consent or field.is_need)
        and field.input in {"text", "textarea", "radios", "checkboxes", "select"}
    ]


@pages.route("/opportunities/<slug>/questions/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_questions(slug: str) -> Response:
    """Up to six questions that only this advert asks, or words in its own way."""
    opportunity = queries.opportunity(slug)
    replaceable = _replaceable(opportunity)
    keys = {key for key, _short in replaceable}
    own = {question.key for question in opportunity.questions}
    present = [
        {
            **{name: getattr(question, name) for name in ASKED},
            "key": question.key,
            "replaces": question.key if question.key in keys else "",
        }
        for question in opportunity.questions
    ]
    rows = Rows(QuestionRow, present)
    for row in rows.rows:
        row.replaces.choices = [  # type: ignore[attr-defined]
            ("", "Beside the form's questions"),
            *((key, f"In place of “{short}”") for key, short in replaceable),
        ]
    sheet = sheet_of(
        opportunity,
        "Edit the questions",
        "editing_opportunities.edit_questions",
        intro="At most six. The form asks for names, contact and access needs already.",
    )
    return fill_in_rows(
        sheet,
        rows,
        lambda found: acts.set_questions(
            opportunity, [_keyed(row, keys, own) for row in found], by=actor()
        ),
        lambda: [question.label for question in opportunity.questions],
        "Question",
    )


def _keyed(row: dict[str, Any], keys: set[str], own: set[str]) -> dict[str, Any]:
    """The row with its key: of the form's question it stands for, else the one it really had."""
    replaces = row.pop("replaces")
    kept = row["key"] if row["key"] in own - keys else ""
    return {**row, "key": replaces or kept}
