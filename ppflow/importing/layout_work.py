"""What projects, opportunities and sample expressions hold in an import file."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from ppflow.expressions.workflow import Status
from ppflow.importing import rules
from ppflow.importing.shapes import (
    EMAIL,
    SLUG,
    WEB,
    Amount,
    Day,
    Each,
    Flag,
    Maybe,
    Name,
    OneOf,
    Part,
    Refer,
    Text,
    Whole,
)
from ppflow.opportunities.models import Format, OpportunityKind, Payment
from ppflow.programmes.acts import OUR_ADDRESSES
from ppflow.projects.models import Progress, Rag, Stage

WORDS: Final = Text()
TEXTS: Final = Maybe(Each(WORDS), [])
OPTIONAL: Final = Maybe(Text(may_be_empty=True), "")
DAY: Final = Maybe(Day())
KIND: Final = OneOf(rules.EXPRESSION_KINDS)
STATE_OF_ADVERT: Final = ("draft", "scheduled", "open", "paused", "closed")
QUESTION_TYPES: Final = (
    "text", "textarea", "radio", "checkboxes", "select", "yes_no", "year", "postcode_area",
)  # fmt: skip
ADVERT_TEXTS: Final = (
    "lay_summary", "why_we_are_doing_this", "what_is_the_activity", "what_is_involved",
    "who_we_are_looking_for", "support_and_training", "difference_you_will_make",
    "how_you_will_hear_back", "how_to_apply", "how_we_choose", "checks", "consent_rule",
    "under_18_rule",
)  # fmt: skip

CONTACT: Final = Part(
    {"label": WORDS, "email": EMAIL, "phone": OPTIONAL, "post": OPTIONAL, "hours": OPTIONAL}
)
BRIEF: Final = Part(
    {
        "background": OPTIONAL,
        "aim": OPTIONAL,
        "in_scope": TEXTS,
        "out_of_scope": TEXTS,
        "expected_outputs": TEXTS,
        "how_we_will_know": TEXTS,
    }
)
MOST_ROWS: Final = 60  # as many as an edit page takes
NUMBERED: Final = Text(re.compile(r"\d+(\.\d+)*"), "a number such as 1.2")
ADDRESS: Final = partial(Name, form=SLUG, ours=OUR_ADDRESSES)
ACTIVITY: Final = Part(
    {
        "ref": NUMBERED,
        "activity": WORDS,
        "owner_role": OPTIONAL,
        "due": DAY,
        "status": OneOf(("not_started", "in_progress", "done", "overdue", "dropped")),
        "output_url": Maybe(WEB, ""),
    }
)
PROJECT: Final = Part(
    {
        "id": Name("project"),
        "number": Whole(1),
        "slug": ADDRESS("project address"),
        "title": WORDS,
        "theme": Maybe(Refer(("theme",))),
        "programme": Refer(("programme",)),
        "provenance": OPTIONAL,
        "provenance_note": OPTIONAL,
        "source": OPTIONAL,
        "lay_summary": OPTIONAL,
        "place": OPTIONAL,
        "brief": Maybe(BRIEF),
        "stage": OneOf(Stage),
        "status": OneOf(Progress),
        "facilitator": Maybe(Refer(("person",))),
        "deputy": Maybe(Refer(("person",))),
        "organisations": Maybe(Each(Refer(("organisation",))), []),
        "started": DAY,
        "expected_end": DAY,
        "recruiting": Part(
            {
                "staff_volunteers": Flag(),
                "public_contributors": Flag(),
                "looking_for": OPTIONAL,
                "time_ask": OPTIONAL,
            }
        ),
        "action_plan": Maybe(
            Each(
                Part(
                    {
                        "ref": NUMBERED,
                        "objective": WORDS,
                        "activities": Each(ACTIVITY, most=MOST_ROWS),
                    }
                ),
                most=MOST_ROWS,
            ),
            [],
        ),
        "progress_reports": Maybe(
            Each(
                Part(
                    {
                        "reported_on": Day(),
                        "rag": OneOf(Rag),
                        "progress": WORDS,
                        "next_steps": OPTIONAL,
                        "steer_needed": OPTIONAL,
                    }
                )
            ),
            [],
        ),
    },
    (rules.in_order("started", "expected_end"), rules.deputy_differs, rules.plan_differs),
)
QUESTION: Final = Part(
    {
        "id": WORDS,
        "label": WORDS,
        "type": OneOf(QUESTION_TYPES),
        "options": TEXTS,
        "max_words": Maybe(Whole(1)),
        "max_length": Maybe(Whole(1)),
        "required": Maybe(Flag(), False),
        "special_category": Maybe(Flag(), False),
    },
    (rules.choices_have_options,),
)
OPPORTUNITY: Final = Part(
    {
        "id": Name("opportunity"),
        "slug": ADDRESS("opportunity address"),
        "kind": OneOf(OpportunityKind),
        "project": Refer(("project",)),
        "host_organisation": Maybe(Refer(("organisation",))),
        "named_person": Maybe(Refer(("person",))),
        "provenance": OPTIONAL,
        "title": WORDS,
        **dict.fromkeys(ADVERT_TEXTS, OPTIONAL),
        "eligibility": Part(
            {
                "min_age": Maybe(Whole()),
                "area": OPTIONAL,
                "must_have": TEXTS,
                "not_suitable_if": TEXTS,
            }
        ),
        "time_commitment": Part(
            {
                "summary": WORDS,
                "total_hours": Maybe(Amount()),
                "sessions": Maybe(Whole()),
                "first_date": DAY,
                "last_date": DAY,
            },
            (rules.in_order("first_date", "last_date"),),
        ),
        "format": OneOf(Format),
        "location": Part(
            {"venue": WORDS, "area": WORDS, "getting_there": OPTIONAL, "building_access": OPTIONAL}
        ),
        "places": Maybe(Whole(1)),
        "payment": Part(
            {
                "model": OneOf(Payment),
                "amount_gbp": Maybe(Amount()),
                "unit": OPTIONAL,
                "note": OPTIONAL,
            }
        ),
        "expenses": TEXTS,
        "accessibility": TEXTS,
        "questions": Maybe(Each(QUESTION, most=6), []),
        "opens_on": DAY,
        "closes_on": DAY,
        "decision_by": DAY,
        "contact": CONTACT,
        "topics": TEXTS,
        "status": OneOf(STATE_OF_ADVERT),
        "rolling": Maybe(Flag(), False),
        "ethics": Maybe(Part({"reference": WORDS, "note": OPTIONAL})),
    },
    (
        rules.in_order("opens_on", "closes_on"),
        rules.questions_differ,
        rules.questions_leave_the_person_alone,
    ),
)
REFERENCE: Final = Text(re.compile(r"[A-Z]{2}-[A-Z0-9]{2,12}"), "a reference such as PP-0001")
SAMPLE: Final = Part(
    {
        "reference": Name("reference", REFERENCE),
        "kind": KIND,
        "target": Refer(("opportunity", "project", "workshop"), ("general",)),
        "name": WORDS,
        "email": EMAIL,
        "summary": WORDS,
        "status": OneOf(Status),
        "received_on": Day(),
        "assigned_to": Maybe(Refer(("person",))),
        "reply_by": DAY,
        "fictional": Maybe(Flag(), False),
        "special_category_recorded": Maybe(Flag(), False),
    },
    (rules.open_has_reply_by,),
)
