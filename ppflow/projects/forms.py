"""What coordinators fill in to write a project, and its facilitators to report progress."""

from __future__ import annotations

from urllib.parse import urlsplit

from wtforms import Field
from wtforms.validators import StopValidation

from ppflow.fields import Lines, Pick, RowForm, Whole, Word, WordRadios, YesNo
from ppflow.forms import Day, LongText, MaxCharacters, Needed, PageForm, Text, optional
from ppflow.programmes.forms import LINE, TEXT, TITLE, Groups, after
from ppflow.projects.models import ACTIVITY_LABELS, PROGRESS_LABELS, RAG_LABELS, STAGE_LABELS


class ProjectForm(PageForm):
    """A project's texts and facts."""

    groups: Groups = (
        ("What it is", ("number", "title", "theme_id", "lay_summary", "organisation_names")),
        ("Where it stands", ("stage", "progress", "started_on", "expected_end_on", "place")),
        (
            "Who is wanted",
            ("is_recruiting_staff", "is_recruiting_public", "looking_for", "time_ask"),
        ),
        ("Answering", ("promise_days",)),
        ("Who can see it", ("is_published",)),
    )

    number = Whole("Number", [Needed("Enter the project's number.")], lowest=1, highest=9999)
    title = Text("Title", [Needed("Enter the project's title."), TITLE])
    theme_id = Pick("Theme")
    lay_summary = LongText(
        "In plain words", [optional(), TEXT], hint="Two or three short sentences anyone can read."
    )
    organisation_names = Lines(
        "Partner organisations", [optional(), TEXT], hint="One on each line."
    )
    stage = Word("Stage", STAGE_LABELS)
    progress = Word("Status", PROGRESS_LABELS)
    started_on = Day("Started on", [optional()])
    expected_end_on = Day("Should end on", [optional(), after("started_on")])
    place = Text("Place", [optional(), LINE], hint="A town or area, for the filter by place.")
    is_recruiting_staff = YesNo("It looks for staff")
    is_recruiting_public = YesNo("It looks for patients, carers and the public")
    looking_for = LongText("Who you look for", [optional(), TEXT], rows=3)
    time_ask = Text("Time asked", [optional(), LINE], hint="For example: about 2 hours a month")
    promise_days = Whole(
        "First answer within so many working days",
        [optional()],
        hint="Leave empty for the usual promise. A longer time than the usual has no effect.",
        lowest=1,
        highest=60,
        width="2",
    )
    is_published = YesNo("Published: everyone can see this project")


class MembersForm(PageForm):
    """Who answers a project's forms, and who stands in."""

    groups: Groups = (
        ("Who runs it", ("facilitator", "second_facilitator")),
        ("Who stands in", ("deputy", "second_deputy")),
        ("Why", ("why",)),
    )

    facilitator = Pick("Facilitator", missing="Choose who runs the project.")
    second_facilitator = Pick("Second facilitator", [optional()])
    deputy = Pick("Deputy", [optional()])
    second_deputy = Pick("Second deputy", [optional()])
    why = Text(
        "If somebody takes over forms that wait: why",
        [optional(), LINE],
        hint="They read it beside each form. For example: because Farah has moved to another post.",
    )


class BriefForm(PageForm):
    """A project's brief. Each save is a new version."""

    groups: Groups = (
        ("", ("background", "aim", "in_scope", "out_of_scope")),
        ("What comes of it", ("expected_outputs", "how_we_will_know")),
    )

    background = LongText("Why this is needed", [optional(), TEXT])
    aim = LongText("What you aim for", [optional(), TEXT], rows=3)
    in_scope = Lines("What is part of it", [optional(), TEXT], hint="One on each line.")
    out_of_scope = Lines("What is not", [optional(), TEXT], hint="One on each line.")
    expected_outputs = Lines("What will come out", [optional(), TEXT], hint="One on each line.")
    how_we_will_know = Lines("How you will know", [optional(), TEXT], hint="One on each line.")


class ReportForm(PageForm):
    """One progress report."""

    groups: Groups = (("", ("rag", "progress", "next_steps", "steer_needed")),)

    rag = WordRadios("How is it going?", RAG_LABELS)
    progress = LongText(
        "What has moved?",
        [Needed("Say what has moved since the last report."), MaxCharacters(2000)],
        hint="Everyone can read this. Short sentences, and no names of patients or contributors.",
    )
    next_steps = LongText("What comes next?", [optional(), MaxCharacters(2000)], rows=4)
    steer_needed = LongText(
        "What do you ask of the Board?", [optional(), MaxCharacters(2000)], rows=4
    )


class ObjectiveRow(RowForm):
    """One objective of the action plan."""

    fields = ("title", "place")

    title = Text("Objective", [Needed("Enter the objective."), LINE])


def _web_address(_form: PageForm, bound: Field) -> None:
    parts = urlsplit(bound.data or "")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise StopValidation("Enter a whole web address, beginning with https://")


class ActivityRow(RowForm):
    """One activity of an objective."""

    fields = ("activity", "owner_role", "due_on", "status", "output_url", "place")

    activity = LongText("Activity", [Needed("Say what is to be done."), LINE], rows=2)
    owner_role = Text("Who does it", [optional(), LINE], hint="A role, for example: facilitator")
    due_on = Day("By when", [optional()])
    status = Word("How far", ACTIVITY_LABELS)
    output_url = Text("Web address of what came out", [optional(), LINE, _web_address])
