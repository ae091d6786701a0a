"""Parts of an import file that are checked but not loaded yet: workshops, industry, surveys."""

from __future__ import annotations

from typing import Final

from ppflow.importing import rules
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
    Table,
    Text,
    Whole,
)
from ppflow.opportunities.models import Format

WORDS: Final = Text()
EMPTY: Final = Maybe(Text(may_be_empty=True), "")
TEXTS: Final = Maybe(Each(WORDS), [])
KIND: Final = OneOf(rules.EXPRESSION_KINDS)

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
    "metrics_note": EMPTY,
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
        "note": EMPTY,
        "contact": Refer(("person",)),
    },
    (rules.in_order("closes_on", "date"),),
)
CONTACT: Final = Part({"label": WORDS, "email": EMAIL, "phone": EMPTY})
INDUSTRY: Final = Part(
    {
        "id": Name("programme", SLUG),
        "name": WORDS,
        "provenance": EMPTY,
        "source": EMPTY,
        "promise": WORDS,
        "about_the_region": Part(
            {
                "population": WORDS,
                "area_km2": Amount(),
                "acute_trusts": Whole(),
                "source": EMPTY,
                "note": EMPTY,
            }
        ),
        "flagship_challenges": Each(Part({"id": WORDS, "title": WORDS})),
        "process": Each(
            Part({"step": Whole(1), "title": WORDS, "sla": WORDS, "note": EMPTY, "basis": EMPTY})
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
                    "provenance": EMPTY,
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
        "note": EMPTY,
        "by_kind": Each(
            Part(
                {
                    "kind": KIND,
                    "acknowledge": WORDS,
                    "first_human_reply_working_days": Whole(),
                    "questions_working_days": Maybe(Whole()),
                    "decision_working_days": Maybe(Whole()),
                    "decision": EMPTY,
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
