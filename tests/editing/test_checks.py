"""Each check before publishing, one by one: what it asks for, and that it stands in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ppflow import clock
from ppflow.db import db, writing
from ppflow.opportunities.models import Format, Opportunity, OpportunityKind, Payment, Publication
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor

PUBLICATION = "/opportunities/sleep-panel/publication"
# What is wrong with it, the field it is mended in, what the coordinator is told to do.
BLOCKS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no plain summary": ({"lay_summary": ""}, "lay_summary", "Write in two or three short"),
    "closed already": ({"closes_on": -1}, "closes_on-day", "Enter a closing date in the future"),
    "paid, and no sum": ({"amount_gbp": None}, "amount_gbp", "Enter how much is paid"),
    "no way of choosing": ({"how_we_choose": ""}, "how_we_choose", "Say how you choose"),
    "no decision date": ({"decision_by": None}, "decision_by-day", "Enter the day by which"),
    "open until filled, and no word on hearing back": (
        {"closes_on": None, "decision_by": None, "hear_back": ""},
        "decision_by-day",
        "Without a closing date, say how people hear back",
    ),
    "no mailbox": ({"contact_email": ""}, "contact_email", "Enter the address of a team"),
    "the mailbox of one person": (
        {"contact_email": "Farah@nhs.example"}, "contact_email", "Enter the address of a team"
    ),
    "no help to take part": ({"accessibility": []}, "accessibility", "List what you can offer"),
    "a study without approval": (
        {"kind": OpportunityKind.PARTICIPATION}, "ethics_reference", "Enter the ethics reference"
    ),
}  # fmt: skip
WARNINGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "it closes soon": ({"closes_on": 9}, "closes_on-day", "It closes in less than 10 days"),
    "an address with a name in it": (
        {"contact_email": "pat.jones@trust.example"}, "contact_email", "looks like one person"
    ),
    "an email address in the text": (
        {"activity": "Write to pat@trust.example today."}, "lay_summary", "Take it out"
    ),
    "a mobile number in the text": ({"why": "Ring 07700 900123."}, "lay_summary", "Take it out"),
    "nothing on getting in": ({"building_access": ""}, "building_access", "Say whether there are"),
}  # fmt: skip
FINE: dict[str, dict[str, Any]] = {
    "as it is": {},
    "it closes in 10 days": {"closes_on": 10},
    "no payment and no sum": {"payment": Payment.NONE, "amount_gbp": None},
    "open until filled, with a word on hearing back": {
        "closes_on": None, "decision_by": None, "hear_back": "Within a week.",
    },
    "an approved study": {"kind": OpportunityKind.PARTICIPATION, "ethics_reference": "26/WM/1"},
    "online, and nothing on getting in": {"format": Format.ONLINE, "building_access": ""},
    "a landline in the text": {"why": "Ring 0121 496 0000."},
}  # fmt: skip


@pytest.fixture
def desk(client: Visitor, cast: Cast) -> Visitor:
    """The coordinator's desk."""
    return sign_in(client, cast.coordinator)


def draft(cast: Cast, **facts: Any) -> None:
    """A draft that needs nothing more, but for these facts; days count from today."""
    ready = {
        "publication": Publication.DRAFT,
        "accessibility": ["Captions"],
        "building_access": "A lift and no steps.",
        "decision_by": 80,
        "hear_back": "",
        "contact_email": "office@nhs.example",
    }
    with writing():
        opportunity = db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)
        for name, value in {**ready, **facts}.items():
            is_day = name in {"closes_on", "decision_by"} and value is not None
            value = clock.today() + timedelta(days=value) if is_day else value
            setattr(opportunity, name, value)


def state(cast: Cast) -> Publication:
    return db.session.get_one(Opportunity, cast.panel.id, populate_existing=True).publication


def press_publish(page: Page, **more: str) -> int:
    """As somebody would whose page still shows the button."""
    hidden = {
        name: str(page.soup.select_one(f"form[method=post] input[name={name}]")["value"])
        for name in ("version", "csrf_token")
    }
    return page.visitor.post(PUBLICATION, data={**hidden, "verb": "publish", **more}).status_code


@pytest.mark.parametrize("case", BLOCKS)
def test_a_block_is_told_linked_and_stands_in_the_way(desk: Visitor, cast: Cast, case: str) -> None:
    facts, field, todo = BLOCKS[case]
    draft(cast, **facts)
    page = desk.visit(PUBLICATION)
    assert page.text.count("To do") == 1
    (words,) = (words for words in page.links if todo in words)
    assert page.links[words] == f"/opportunities/sleep-panel/edit#{field}"
    assert desk.visit("/opportunities/sleep-panel/edit").soup.find(id=field) is not None
    assert page.soup.find("button", string="Publish") is None
    assert press_publish(page, has_read_warnings="yes") == 422
    assert state(cast) is Publication.DRAFT


@pytest.mark.parametrize("case", WARNINGS)
def test_a_warning_is_told_and_must_be_read(desk: Visitor, cast: Cast, case: str) -> None:
    facts, field, todo = WARNINGS[case]
    draft(cast, **facts)
    page = desk.visit(PUBLICATION)
    assert page.text.count("Look at this") == 1
    (words,) = (words for words in page.links if todo in words)
    assert page.links[words] == f"/opportunities/sleep-panel/edit#{field}"
    assert press_publish(page) == 422
    assert state(cast) is Publication.DRAFT
    page.submit({"has_read_warnings": "yes"}, button="Publish")
    assert state(cast) is Publication.PUBLISHED


@pytest.mark.parametrize("case", FINE)
def test_what_is_complete_is_published_at_one_press(desk: Visitor, cast: Cast, case: str) -> None:
    draft(cast, **FINE[case])
    page = desk.visit(PUBLICATION)
    assert "To do" not in page.text
    assert "Look at this" not in page.text
    page = page.submit(button="Publish")
    assert "Published. Everyone can see it." in page.text
    assert state(cast) is Publication.PUBLISHED


@pytest.mark.parametrize("case", BLOCKS)
def test_what_was_paused_is_checked_again(desk: Visitor, cast: Cast, case: str) -> None:
    facts, _field, _todo = BLOCKS[case]
    draft(cast, **facts)
    with writing():
        opportunity = db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)
        opportunity.publication = Publication.PAUSED
    page = desk.visit(PUBLICATION)
    assert page.soup.find("button", string="Open it again") is None
    assert page.soup.find("button", string="Close") is not None
    assert press_publish(page, verb="open_again", has_read_warnings="yes") == 422
    assert state(cast) is Publication.PAUSED


@pytest.mark.parametrize(
    ("publication", "buttons"),
    [
        (Publication.DRAFT, ["Publish"]),
        (Publication.PUBLISHED, ["Pause", "Close"]),
        (Publication.PAUSED, ["Open it again", "Close"]),
        (Publication.CLOSED, ["Open it again"]),
    ],
)
def test_only_the_steps_open_now_are_offered_and_no_other_is_taken(
    desk: Visitor, cast: Cast, publication: Publication, buttons: list[str]
) -> None:
    draft(cast, publication=publication)
    page = desk.visit(PUBLICATION)
    offered = [b.get_text() for b in page.soup.select("button[name=verb]")]
    assert offered == buttons
    verbs = {
        "Publish": "publish",
        "Open it again": "open_again",
        "Pause": "pause",
        "Close": "close",
    }
    for words, verb in verbs.items():
        if words not in buttons:
            assert press_publish(page, verb=verb) == 409
    assert press_publish(page, verb="fly") == 409
    assert state(cast) is publication
