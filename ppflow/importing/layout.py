"""What an import file holds: every part, key, type and vocabulary. `shapes` says what they mean."""

from __future__ import annotations

from typing import Final

from ppflow.access import Role
from ppflow.importing import rules
from ppflow.importing.layout_later import INDUSTRY, LATER, PORTAL_METRICS, SURVEYS
from ppflow.importing.layout_work import (
    ADDRESS,
    CONTACT,
    DAY,
    KIND,
    MOST_ROWS,
    OPPORTUNITY,
    OPTIONAL,
    PROJECT,
    SAMPLE,
    TEXTS,
    WORDS,
)
from ppflow.importing.shapes import (
    EMAIL,
    SLUG,
    Day,
    Each,
    Flag,
    Maybe,
    Name,
    OneOf,
    Part,
    Refer,
    Shape,
    Whole,
)
from ppflow.programmes.models import MilestoneState

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
            Each(
                Part({"date": Day(), "state": OneOf(("held", "planned")), "note": OPTIONAL}),
                most=MOST_ROWS,
            ),
            [],
        ),
    }
)
PROGRAMME: Final = Part(
    {
        "id": ADDRESS("programme"),
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
                ),
                most=MOST_ROWS,
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
        "app_roles": Each(OneOf(Role)),
        "coordinates": Maybe(rules.AllOrSome("programme")),
        "covers": OPTIONAL,
        "email": Name("email address", EMAIL),
        "phone": OPTIONAL,
        "fictional": Maybe(Flag(), False),
    },
    (rules.coordinators_coordinate,),
)
PORTAL: Final = Part(
    {
        "id": ADDRESS("programme"),
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
        "id": ADDRESS("programme"),
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
