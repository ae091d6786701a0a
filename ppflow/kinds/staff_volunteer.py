"""Staff who offer to help with a project (domain.md 3.1): four pages with the check page."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from ppflow.db import db
from ppflow.kinds import reaching, shared, words, working
from ppflow.kinds.form import Context, Field, Kind, Page
from ppflow.projects.models import Objective, Project
from ppflow.projects.queries import is_public


def other_projects(context: Context) -> tuple[tuple[str, str], ...]:
    """Published projects of the programme that look for staff, without the one chosen."""
    chosen = context.project.id if context.project else 0
    rows = db.session.execute(
        select(Project.slug, Project.title)
        .where(
            Project.programme_id == context.programme.id,
            is_public(),
            Project.is_recruiting_staff,
            Project.id != chosen,
        )
        .order_by(Project.number)
        .limit(30)
    )
    return tuple((row.slug, row.title) for row in rows)


def activities(context: Context) -> tuple[tuple[str, str], ...]:
    """The activities of the project's action plan, and something of their own."""
    plan = db.session.scalars(
        select(Objective)
        .where(Objective.project_id == (context.project.id if context.project else None))
        .order_by(Objective.position)
    )
    found = [
        (str(activity.get("ref") or f"{objective.ref}-{number}"), str(activity["activity"]))
        for objective in plan
        for number, activity in enumerate(objective.activities, start=1)
        if activity.get("status") not in {"done", "dropped"}
    ]
    return (*found, ("other", "Something else, said below"))


REASON: Final = Field(
    key="reason",
    label="What draws you to this project?",
    hint="A sentence is enough.",
    input="textarea",
    max_words=150,
    short="Why this project",
    why="To understand what you hope for.",
    missing="Tell us in a few words what draws you to this project.",
    is_searchable=True,
    stands_for=("why",),
)
OFFER: Final = Field(
    key="offer",
    label="Which part of the plan would you like to help with?",
    input="checkboxes",
    options=activities,
    short="Part of the plan",
    why="To match what you can bring with what is planned.",
    missing="Choose at least one part. “Something else” is fine.",
)
OFFER_MORE: Final = Field(
    key="offer_more",
    label="What could you bring?",
    input="textarea",
    max_words=150,
    is_needed=False,
    short="What you could bring",
    why="To know of skills that the plan does not list.",
    is_searchable=True,
)
HOURS: Final = Field(
    key="hours",
    label="How many hours a month could you give?",
    input="number",
    lowest=1,
    highest=40,
    width="3",
    max_characters=5,
    short="Hours a month",
    why="To plan the work with you.",
    missing="Enter a number of hours from 1 to 40.",
)
UNTIL: Final = Field(
    key="until",
    label="Until when?",
    hint="Leave empty if you do not know. For example, 31 3 2027.",
    input="date",
    is_needed=False,
    short="Until",
    why="To plan the work with you.",
)
OTHERS: Final = Field(
    key="other_projects",
    label="Are there other projects that you could help?",
    hint="Choose up to 2. This form goes to the project above.",
    input="checkboxes",
    options=other_projects,
    most=2,
    is_needed=False,
    short="Other projects",
    why="To pass your offer on if this project has enough help.",
    shown=lambda _answers, context: bool(context.project) and not context.opportunity,
)
STAFF_VOLUNTEER = Kind(
    key="staff_volunteer",
    label="Staff volunteer",
    short_label="Staff",
    public_label="Help with a project (staff)",
    start_title="Offer your help",
    start_text=(
        "For people who work in health, care or research. You offer some of your time.",
        "Saying you are interested does not commit you to anything.",
    ),
    minutes="About 5 minutes",
    promise_days=5,
    subject_words="helping with a project",
    special_purpose="to arrange what I need at work and to plan the work with me",
    extras_page="offer",
    advice_after="offer",
    advice=shared.advise_on_fit,
    pages=(
        Page(
            slug="offer",
            title="What could you bring?",
            group=words.THIS,
            fields=(shared.self_check(), REASON, OFFER, OFFER_MORE, HOURS, UNTIL, OTHERS),
        ),
        Page(
            slug="you",
            title="You and your work",
            group=words.YOU,
            fields=(*shared.names(), *working.FOR_WHOM, *working.WORK),
            intro="Is it for a colleague? Then give their name and their work here.",
            check=working.check_work,
        ),
        reaching.contact_page(
            reaching.access(),
            reaching.formats(),
            reaching.keep_for_future(),
            more_title="",
            check=working.check_contact,
        ),
    ),
    triage_questions=(
        "What draws you to this project?",
        "How much time have you agreed, and until when?",
        "Does your line manager know?",
        "Which part of the action plan would you like to help with?",
        "Is there anything we should arrange so that you can join in?",
    ),
)
