"""Parts of an import file that are checked but not loaded yet: workshops, industry, surveys."""

from __future__ import annotations

from typing import Final

from ppflow.importing import rules
from ppflow.importing.layout_work import ADDRESS, KIND, OPTIONAL, TEXTS, WORDS
from ppflow.importing.shapes import (
    EMAIL,
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
    Table,
    Whole,
)
from ppflow.opportunities.models import Format

METRIC: Final = Part(
    {
        "id": WORDS,
        "label": WORDS,
        "baseline": Maybe(WORDS),
        "target": Maybe(WORDS),
        "by": Maybe(WORDS),
    }
)
PORTAL_METRICS: Final[dict[str, Shape]] = {
    "metrics": Maybe(Each(METRIC), []),
    "metrics_note": OPTIONAL,
}
SURVEYS: Final[dict[str, Shape]] = {
    "surveys": Maybe(
        Each(
            Part(
                {
                    "id": Name("survey"),
                    "title": WORDS,
                    "audience": WORDS,
                    "opens_on": Day(),
                    "closes_on": Day(),
                    "replies": Whole(),
                },
                (rules.in_order("opens_on", "closes_on"),),
            )
        ),
        [],
    )
}
WORKSHOP: Final = Part(
    {
        "id": Name("workshop"),
        "title": WORDS,
        "programme": Refer(("programme",)),
        "project": Maybe(Refer(("project",))),
        "audience": Each(WORDS),
        "date": Day(),
        "start": rules.TIME,
        "end": rules.TIME,
        "format": OneOf(Format),
        "venue": WORDS,
        "capacity": Whole(1),
        "booked": Whole(),
        "waiting_list": Flag(),
        "price": WORDS,
        "closes_on": Day(),
        "asks": TEXTS,
        "note": OPTIONAL,
        "contact": Refer(("person",)),
    },
    (rules.in_order("closes_on", "date"),),
)
CONTACT: Final = Part({"label": WORDS, "email": EMAIL, "phone": OPTIONAL})
INDUSTRY: Final = Part(
    {
        "id": ADDRESS("programme"),
        "name": WORDS,
        "provenance": OPTIONAL,
        "source": OPTIONAL,
        "promise": WORDS,
        "about_the_region": Part(
            {
                "population": WORDS,
                "area_km2": Amount(),
                "acute_trusts": Whole(),
                "source": OPTIONAL,
                "note": OPTIONAL,
            }
        ),
        "flagship_challenges": Each(Part({"id": WORDS, "title": WORDS})),
        "process": Each(
            Part(
                {
                    "step": Whole(1),
                    "title": WORDS,
                    "sla": WORDS,
                    "note": OPTIONAL,
                    "basis": OPTIONAL,
                }
            )
        ),
        "enquiry_types": Maybe(Each(Part({"id": Name("enquiry type"), "label": WORDS})), []),
        "capability_areas": Each(
            Part(
                {
                    "id": WORDS,
                    "title": WORDS,
                    "summary": WORDS,
                    "partners": Each(Refer(("organisation",))),
                    "routes": Each(Refer(("enquiry type",))),
                    "provenance": OPTIONAL,
                }
            )
        ),
        "partners": Each(Refer(("organisation",))),
        "associated_organisations": Maybe(Each(Refer(("organisation",))), []),
        "contact": CONTACT,
    }
)
STANDARDS: Final = Part(
    {
        "note": OPTIONAL,
        "by_kind": Each(
            Part(
                {
                    "kind": KIND,
                    "acknowledge": WORDS,
                    "first_human_reply_working_days": Whole(),
                    "questions_working_days": Maybe(Whole()),
                    "decision_working_days": Maybe(Whole()),
                    "decision": OPTIONAL,
                }
            )
        ),
        "lapse_after_days_without_reply": Whole(1),
        "reminder_days": Each(Whole(1)),
    }
)
LETTER: Final = Part(
    {
        "id": Name("letter"),
        "to": WORDS,
        "when": WORDS,
        "subject": WORDS,
        "body": WORDS,
    }
)
LATER: Final[dict[str, Shape]] = {
    "sources": Maybe(rules.free_texts(), {}),
    "vocabularies": Maybe(Table(Each(rules.WordOrEntry())), {}),
    "workshops": Maybe(Each(WORKSHOP), []),
    "service_standards": Maybe(STANDARDS),
    "triage_questions": Maybe(Table(Each(WORDS)), {}),
    "message_templates": Maybe(Each(LETTER), []),
}
