"""The life of an opportunity: draft, published, paused, closed; and what it takes to publish.

The checks are those of domain.md 1.7, mostly the HRA's list for adverts: what people ask first is
answered, and nobody's own address is given away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ppflow import clock
from ppflow.opportunities.models import PAID, Format, Opportunity, OpportunityKind, Publication

SHORT_NOTICE: Final = timedelta(days=10)  # domain.md 1.7
ADDRESS: Final = re.compile(r"\S+@\S+\.\S+|\b07\d{3}[ -]?\d{6}\b")
OWN_ADDRESS: Final = re.compile(r"[a-z]+[._-][a-z]+\d*@|[a-z]\.[a-z]+@", re.IGNORECASE)
ON_SITE: Final = frozenset({Format.IN_PERSON, Format.HYBRID})
PROSE: Final = (
    "lay_summary",
    "why",
    "activity",
    "involves",
    "looking_for",
    "support",
    "difference",
)


@dataclass(frozen=True)
class Step:
    """One change of state: its verb, its button, from which states, to which."""

    verb: str
    label: str
    sources: frozenset[Publication]
    target: Publication
    done: str


STEPS: Final = {
    step.verb: step
    for step in (
        Step(
            "publish",
            "Publish",
            frozenset({Publication.DRAFT}),
            Publication.PUBLISHED,
            "Published. Everyone can see it.",
        ),
        Step(
            "open_again",
            "Open it again",
            frozenset({Publication.PAUSED, Publication.CLOSED}),
            Publication.PUBLISHED,
            "Open again.",
        ),
        Step(
            "pause",
            "Pause",
            frozenset({Publication.PUBLISHED}),
            Publication.PAUSED,
            "Paused. People can read it, and nobody new can put their name forward.",
        ),
        Step(
            "close",
            "Close",
            frozenset({Publication.PUBLISHED, Publication.PAUSED}),
            Publication.CLOSED,
            "Closed. The forms that people sent still wait for an answer.",
        ),
    )
}


def steps_from(state: Publication) -> list[Step]:
    """What can be done with an opportunity in this state, in order."""
    return [step for step in STEPS.values() if state in step.sources]


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what is looked at, whether it holds, what to do, in which field.

    A block stops publishing; a warning asks to be read first.
    """

    label: str
    holds: bool
    todo: str
    field: str
    is_block: bool = True


def checks(opportunity: Opportunity, is_somebodys: Callable[[str], bool]) -> list[Check]:
    """The whole list. `is_somebodys` says whether an address is a member of staff's own."""
    facts, texts = _facts(opportunity), _texts(opportunity, is_somebodys)
    return [*facts, *texts, *_warnings(opportunity)]


def _facts(o: Opportunity) -> list[Check]:
    return [
        Check(
            "A plain summary",
            bool(o.lay_summary),
            "Write in two or three short sentences what this is.",
            "lay_summary",
        ),
        Check(
            "A closing date that is not past, or none",
            not o.is_past,
            "Enter a closing date in the future, or leave it empty.",
            "closes_on",
        ),
        Check(
            "Payment, even if there is none",
            o.payment not in PAID or bool(o.amount_gbp),
            "Enter how much is paid, or choose “No payment”.",
            "amount_gbp",
        ),
        Check(
            "How people are chosen",
            bool(o.how_we_choose),
            "Say how you choose, for example first come, or a mix of people.",
            "how_we_choose",
        ),
        Check(
            "When people hear the decision",
            o.decision_by is not None or (o.closes_on is None and bool(o.hear_back)),
            "Enter the day by which you decide. Without a closing date, say how people hear back.",
            "decision_by",
        ),
    ]


def _texts(o: Opportunity, is_somebodys: Callable[[str], bool]) -> list[Check]:
    is_study = o.kind is OpportunityKind.PARTICIPATION
    is_role_mailbox = bool(o.contact_email) and not is_somebodys(o.contact_email)
    return [
        Check(
            "A mailbox that a team reads",
            is_role_mailbox,
            "Enter the address of a team. A person's own address stops when they are away.",
            "contact_email",
        ),
        Check(
            "Help to take part",
            bool(o.accessibility),
            "List what you can offer, for example step-free access or captions.",
            "accessibility",
        ),
        Check(
            "Text approved by an ethics committee",
            not is_study or bool(o.ethics_reference),
            "Enter the ethics reference of the approved text.",
            "ethics_reference",
        ),
    ]


def _warnings(o: Opportunity) -> list[Check]:
    soon = clock.today() + SHORT_NOTICE
    is_personal = bool(OWN_ADDRESS.match(o.contact_email))
    return [
        Check(
            "At least 10 days to answer",
            o.closes_on is None or o.is_past or o.closes_on >= soon,
            "It closes in less than 10 days. Many people need longer.",
            "closes_on",
            is_block=False,
        ),
        Check(
            "An address without a person's name",
            not is_personal,
            "The address looks like one person's own. Use a team's if you can.",
            "contact_email",
            is_block=False,
        ),
        Check(
            "No private details in the text",
            not any(ADDRESS.search(getattr(o, name) or "") for name in PROSE),
            "There is an email address or a mobile number in the text. Take it out.",
            "lay_summary",
            is_block=False,
        ),
        Check(
            "How to get in, where people meet",
            o.format not in ON_SITE or bool(o.building_access),
            "Say whether there are steps, a lift, parking and a quiet room.",
            "building_access",
            is_block=False,
        ),
    ]
