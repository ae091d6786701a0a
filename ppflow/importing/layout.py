"""What an import file holds: every part, key, type and vocabulary. `shapes` says what they mean."""

from __future__ import annotations

from typing import Final

from ppflow.access import Role
from ppflow.expressions.workflow import Status
from ppflow.importing import rules
from ppflow.importing.layout_later import INDUSTRY, LATER, PORTAL_METRICS, SURVEYS
from ppflow.importing.shapes import (
    EMAIL,
    SLUG,
    Amount,
    Day,
    Each,
    Flag,
    Maybe,
    Name,
    OneOf,
    Part,
    Refer,
    Shape,
    Text,
    Whole,
)
from ppflow.opportunities.models import Format, OpportunityKind, Payment
from ppflow.programmes.models import MilestoneState
from ppflow.projects.models import Progress, Rag, Stage

WORDS: Final = Text()
TEXTS: Final = Maybe(Each(WORDS), [])
OPTIONAL: Final = Maybe(Text(may_be_empty=True), "")
DAY: Final = Maybe(Day())
ANY_ROLE: Final = tuple(Role)
STATE_OF_ADVERT: Final = ("draft", "scheduled", "open", "paused", "closed")
QUESTION_TYPES: Final = (
    "text", "textarea", "radio", "checkboxes", "select", "yes_no", "year", "postcode_area",
)  # fmt: skip
KIND: Final = OneOf(rules.EXPRESSION_KINDS)

CONTACT: Final = Part(
    {"label": WORDS, "email": EMAIL, "phone": OPTIONAL, "post": OPTIONAL, "hours": OPTIONAL}
)
META: Final = Part(
    {
        "schema_version": Whole(1),
        "kind": WORDS,
        "anchor_date": DAY,
        "date_rule": OPTIONAL,
        "notice": OPTIONAL,
        "contact_rule": OPTIONAL,
        "provenance_values": Maybe(rules.free_texts(), {}),
        "payment_note": OPTIONAL,
    },
    (rules.known_version,),
)
BOARD: Final = Part(
    {
        "name": WORDS,
        "role": OPTIONAL,
        "cadence": OPTIONAL,
        "first_cadence": OPTIONAL,
        "meetings": Maybe(
            Each(Part({"date": Day(), "state": OneOf(("held", "planned")), "note": OPTIONAL})), []
        ),
    }
)
PROGRAMME: Final = Part(
    {
        "id": Name("programme", SLUG),
        "name": WORDS,
        "formerly": OPTIONAL,
        "strapline": OPTIONAL,
        "about": OPTIONAL,
        "why_it_changes": OPTIONAL,
        "how_to_join": OPTIONAL,
        "accessible_formats": OPTIONAL,
        "managed_by": Maybe(Refer(("organisation",))),
        "contact": CONTACT,
        "formats_contact": Maybe(CONTACT),
        "milestones": Maybe(
            Each(
                Part(
                    {
                        "stage": Whole(1),
                        "title": WORDS,
                        "text": WORDS,
                        "state": OneOf(MilestoneState),
                        "provenance": OPTIONAL,
                    }
                )
            ),
            [],
        ),
        "board": Maybe(BOARD),
        "check_ins": Maybe(
            Part({"cadence": WORDS, "between": WORDS, "covers": Each(WORDS)}),
        ),
        "progress_report": Maybe(
            Part({"title": WORDS, "last_updated": DAY, "columns": TEXTS, "note": OPTIONAL})
        ),
    },
    (rules.milestones_differ,),
)
THEME: Final = Part(
    {
        "id": Name("theme", SLUG),
        "number": Whole(1),
        "title": WORDS,
        "colour": OneOf(("blue", "purple", "green", "orange", "red", "pink", "yellow", "grey")),
        "provenance": OPTIONAL,
        "source": OPTIONAL,
        "summary": OPTIONAL,
    }
)
ORGANISATION: Final = Part(
    {
        "id": Name("organisation", SLUG),
        "name": WORDS,
        "formerly": OPTIONAL,
        "type": OneOf(rules.ORGANISATION_TYPES),
        "real": Flag(),
    }
)
PERSON: Final = Part(
    {
        "id": Name("person"),
        "name": WORDS,
        "job_role": OPTIONAL,
        "organisation": Maybe(Refer(("organisation",))),
        "app_roles": Each(OneOf(ANY_ROLE)),
        "coordinates": Maybe(rules.AllOrSome("programme")),
        "covers": OPTIONAL,
        "email": Name("email address", EMAIL),
        "phone": OPTIONAL,
        "fictional": Maybe(Flag(), False),
    },
    (rules.coordinators_coordinate,),
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
ACTIVITY: Final = Part(
    {
        "ref": WORDS,
        "activity": WORDS,
        "owner_role": OPTIONAL,
        "due": DAY,
        "status": OneOf(("not_started", "in_progress", "done", "overdue", "dropped")),
        "output_url": OPTIONAL,
    }
)
PROJECT: Final = Part(
    {
        "id": Name("project"),
        "number": Whole(1),
        "slug": Name("project address", SLUG),
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
            Each(Part({"ref": WORDS, "objective": WORDS, "activities": Each(ACTIVITY)})), []
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
    (rules.in_order("started", "expected_end"), rules.deputy_differs),
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
        "slug": Name("opportunity address", SLUG),
        "kind": OneOf(OpportunityKind),
        "project": Refer(("project",)),
        "host_organisation": Maybe(Refer(("organisation",))),
        "named_person": Maybe(Refer(("person",))),
        "provenance": OPTIONAL,
        "title": WORDS,
        **dict.fromkeys(
            [
                "lay_summary",
                "why_we_are_doing_this",
                "what_is_the_activity",
                "what_is_involved",
                "who_we_are_looking_for",
                "support_and_training",
                "difference_you_will_make",
                "how_you_will_hear_back",
                "how_to_apply",
                "how_we_choose",
                "checks",
                "consent_rule",
                "under_18_rule",
            ],
            OPTIONAL,
        ),
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
    (rules.in_order("opens_on", "closes_on"), rules.questions_differ),
)
SAMPLE: Final = Part(
    {
        "reference": Name("reference"),
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
PORTAL: Final = Part(
    {
        "id": Name("programme", SLUG),
        "contact": CONTACT,
        "name": WORDS,
        "source": OPTIONAL,
        "provenance": OPTIONAL,
        "what_people_can_do": Each(Part({"id": WORDS, "label": WORDS, "eoi_kind": KIND})),
        "open_to": TEXTS,
        "governance": Part({"committee": WORDS, "clinical_advice": WORDS, "innovation": WORDS}),
        **PORTAL_METRICS,
    }
)
ADVANCED: Final = Part(
    {
        "id": Name("programme", SLUG),
        "contact": CONTACT,
        "name": WORDS,
        "source": OPTIONAL,
        "provenance": OPTIONAL,
        "about": WORDS,
        "key_themes": Each(
            Part(
                {
                    "number": Whole(1),
                    "title": WORDS,
                    "text": WORDS,
                    "findings": TEXTS,
                    "title_from_source": Maybe(Flag()),
                }
            )
        ),
        "key_themes_note": OPTIONAL,
        "framework": Part({"title": WORDS, "covers": Each(WORDS), "settings": Each(WORDS)}),
        "documents_to_bring": TEXTS,
        **SURVEYS,
    }
)
FILE_KEYS: Final[dict[str, Shape]] = {
    "meta": META,
    "programme": PROGRAMME,
    "themes_note": OPTIONAL,
    "themes": Maybe(Each(THEME), []),
    "organisations": Maybe(Each(ORGANISATION), []),
    "people": Maybe(Each(PERSON), []),
    "projects": Maybe(Each(PROJECT), []),
    "opportunities": Maybe(Each(OPPORTUNITY), []),
    "sample_eois": Maybe(Each(SAMPLE), []),
    "ics_portal": Maybe(PORTAL),
    "industry_front_door": Maybe(INDUSTRY),
    "advanced_practice": Maybe(ADVANCED),
    **LATER,
}
FILE: Final = Part(FILE_KEYS, rules.ACROSS)
