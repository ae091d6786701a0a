"""The front page, the pages of programmes, help, and the statements a public site owes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from ppflow import clock, web
from ppflow.db import db, read_only, writing
from ppflow.expressions.models import Expression
from ppflow.help.routes import TOPICS
from ppflow.kinds import KINDS
from ppflow.opportunities.models import Opportunity
from ppflow.programmes.models import Programme, Theme
from tests.support.arrivals import Register
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor, new_visitor

PAGES = (
    "/", "/programmes/cw-portal", "/projects", "/projects/joint-posts", "/progress",
    "/opportunities", "/opportunities/community-champions", "/help", "/privacy", "/accessibility",
    "/cookies", *(f"/help/{slug}" for slug in TOPICS),
)  # fmt: skip


def test_the_front_page_says_what_it_is_and_where_to_go(client: Visitor, sample: None) -> None:
    page = client.visit("/")
    assert "23 of our 26 projects want help" in page.text
    open_now = client.visit("/opportunities").soup.select_one("main [role=status]").get_text()
    assert f"{open_now.split()[0]} opportunities are open" in page.text
    assert page.links["Find a project"] == "/projects?looking=staff"
    assert page.links["See what is open"] == "/opportunities"
    assert "Everyone hears back from a person" in page.text
    assert "Five themes" in page.text
    assert "Regular Board steer – going on now" in page.text  # a stage in words
    assert "You do not have to give a reason" in page.text  # accessible formats
    assert "kept under review" in page.text  # why it changes


def test_themes_count_their_projects(client: Visitor, sample: None) -> None:
    page = client.visit("/")
    rows = page.soup.select("main .nhsuk-summary-list__row")
    counts = [row.dd.span.get_text() for row in rows]
    assert counts == ["6 projects", "6 projects", "5 projects", "6 projects", "3 projects"]
    for row, number in zip(rows, counts, strict=True):
        there = client.visit(row.a["href"])
        assert there.soup.select_one("main [role=status]").get_text() == number


def test_other_programmes_have_their_doors_and_their_own_numbers(
    client: Visitor, sample: None
) -> None:
    others = list(db.session.scalars(select(Programme.name).where(Programme.position > 0)))
    page = client.visit("/")
    assert all(page.links[name].startswith("/programmes/") for name in others)
    theirs = page.follow("Coventry and Warwickshire involvement and engagement portal")
    assert theirs.heading == "Coventry and Warwickshire involvement and engagement portal"
    assert "Our project wants help" in theirs.text
    assert theirs.links["Find a project"] == "/projects?looking=staff&programme=cw-portal"
    assert "0121 496 0170" in str(theirs.soup)  # its own number in the help bar


def test_a_sixth_theme_needs_no_more_than_a_row(client: Visitor, sample: None) -> None:
    first = db.session.scalars(select(Programme).order_by(Programme.position)).first()
    with writing():
        db.session.add(Theme(programme_id=first.id, number=6, slug="new", title="A new theme"))
    assert "Six themes" in client.visit("/").text


def test_an_empty_installation_says_so(client: Visitor, app: Flask) -> None:
    assert client.visit("/").heading == "Nothing is published here yet"
    for address in ("/projects", "/opportunities", "/progress", "/help", "/privacy", "/cookies"):
        assert client.visit(address).heading
    assert client.visit("/programmes/none", status=404).heading == "We cannot find that page"


def test_a_young_programme_says_what_is_there_without_noughts(client: Visitor, cast: Cast) -> None:
    page = client.visit("/programmes/elsewhere")
    assert "Our project wants help. It asks for a few hours a month" in page.text
    assert "No opportunity is open just now." in page.text
    assert "0 opportunities" not in page.text
    with writing():
        db.session.execute(
            update(Programme)
            .where(Programme.slug == "elsewhere")
            .values(about="", how_to_join="", managed_by_id=None)
        )
    assert "What the Elsewhere" not in client.visit("/programmes/elsewhere").text


def test_a_programme_that_is_not_published_is_nowhere(client: Visitor, cast: Cast) -> None:
    with writing():
        db.session.execute(
            update(Programme).where(Programme.slug == "elsewhere").values(is_published=False)
        )
    assert client.get("/programmes/elsewhere").status_code == 404
    assert "Elsewhere" not in client.visit("/").text


def test_what_belongs_to_such_a_programme_is_nowhere_either(
    client: Visitor, cast: Cast, app: Flask
) -> None:
    """Its projects and opportunities keep their own marks, and come back with it."""
    with writing():
        here = db.session.get_one(Programme, cast.programme.id)
        here.is_published = False
    for address in (
        "/projects/better-sleep", "/projects/better-sleep/register",
        "/opportunities/sleep-panel", "/opportunities/sleep-panel/register",
        "/opportunities/sleep-panel/register/eligibility",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for address in ("/", "/opportunities", "/opportunities?q=sleep", "/opportunities?state=paused",
                    "/projects", "/projects?q=sleep", "/progress"):  # fmt: skip
        words = client.visit(address).text
        assert "Better sleep" not in words, address
        assert "sleep panel" not in words, address
        assert "West Midlands" not in words, address
    outsider = sign_in(new_visitor(app), cast.outsider)
    assert outsider.get("/projects/better-sleep").status_code == 404
    facilitator = sign_in(new_visitor(app), cast.facilitator)
    assert facilitator.visit("/projects/better-sleep").heading == "Better sleep on wards"
    coordinator = sign_in(new_visitor(app), cast.coordinator)
    assert "Join our sleep panel" in coordinator.visit("/opportunities").text
    with writing():
        db.session.get_one(Programme, cast.programme.id).is_published = True
    assert client.visit("/opportunities/sleep-panel").heading == "Join our sleep panel"


def _replied(register: Register, cast: Cast, count: int, working_days: int) -> None:
    """So many forms of today's week, each answered after so many working days."""
    for _ in range(count):
        register("Rosa Reed", cast.panel)
    replied_on = clock.today() - timedelta(days=1)
    received_on = replied_on
    while clock.working_days_between(received_on, replied_on) < working_days:
        received_on -= timedelta(days=1)
    with writing():
        db.session.execute(
            update(Expression).values(
                received_at=clock.start_of(received_on), first_replied_at=clock.start_of(replied_on)
            )
        )


def test_a_median_needs_ten_first_replies(client: Visitor, cast: Cast, register: Register) -> None:
    words = "Half of people had their first reply"
    assert words not in client.visit("/").text
    _replied(register, cast, 9, working_days=3)
    assert words not in client.visit("/").text
    _replied(register, cast, 1, working_days=3)
    page = client.visit("/")
    assert page.soup.select_one(".pp-number").get_text() == "3 working days"
    assert words in page.text


def test_old_replies_do_not_count(client: Visitor, cast: Cast, register: Register) -> None:
    _replied(register, cast, 12, working_days=2)
    long_ago = clock.now() - timedelta(days=100)
    with writing():
        db.session.execute(
            update(Expression).values(received_at=long_ago, first_replied_at=long_ago)
        )
    assert client.visit("/").soup.select_one(".pp-number") is None


# --- on every page --------------------------------------------------------------------------------


@pytest.mark.sqlite_only  # the frame of the page; each page itself is read on both elsewhere
@pytest.mark.parametrize("address", PAGES)
def test_help_by_phone_stands_in_the_same_place(
    client: Visitor, sample: None, address: str
) -> None:
    soup = client.visit(address).soup
    bar = soup.select_one("main + aside[aria-label='Help by phone']")
    assert bar is not None
    assert bar.a["href"].startswith("tel:")
    footer = [a["href"] for a in soup.select("footer a")]
    for place in ("/help/formats", "/accessibility", "/privacy", "/cookies", "/status"):
        assert place in footer


def test_no_public_page_writes(client: Visitor, sample: None) -> None:
    read_only(True)
    before = {row: row.version for row in db.session.scalars(select(Opportunity))}
    for address in PAGES:
        response = client.get(address)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
    db.session.expire_all()
    assert all(row.version == version for row, version in before.items())


@pytest.mark.parametrize("address", ["/projects/%00", "/opportunities/%00", "/help/%00"])
def test_an_address_nobody_could_type_is_not_found(
    client: Visitor, cast: Cast, address: str
) -> None:
    assert client.get(address).status_code == 404


def test_assets_are_named_by_their_content(app: Flask) -> None:
    with app.test_request_context():
        address = web.asset("css/ppflow.css")
    assert address.startswith("/static/css/ppflow.css?v=")
    with app.test_client().get(address) as answer:
        assert answer.status_code == 200


def test_menus_are_those_of_the_person(client: Visitor, cast: Cast) -> None:
    public = client.visit("/opportunities")
    current = public.soup.select("nav[aria-label=Menu] [aria-current]")
    assert [a.get_text() for a in current] == ["Opportunities"]
    assert cast.coordinator.name not in public.text
    sign_in(client, cast.coordinator)
    assert cast.coordinator.name in str(client.visit("/opportunities").soup.body)


# --- help and statements ------------------------------------------------------------------------


def test_every_help_page_is_linked_from_the_index(client: Visitor, cast: Cast) -> None:
    links = client.visit("/help").links.values()
    assert all(f"/help/{slug}" in links for slug, (_title, line) in TOPICS.items() if line)
    assert client.get("/help/no-such-page").status_code == 404


def test_reply_times_are_those_the_kinds_promise(client: Visitor, cast: Cast) -> None:
    text = client.visit("/help/reply-times").text
    for kind in KINDS.values():
        assert f"{kind.public_label} {kind.promise_days} working days" in text


def test_the_privacy_page_names_every_question_with_its_reason(client: Visitor, cast: Cast) -> None:
    text = client.visit("/privacy").text
    for kind in KINDS.values():
        assert kind.public_label in text
        for field in kind.fields():
            assert field.short in text
            assert field.why in text


def test_the_accessibility_statement_is_honest(client: Visitor, cast: Cast) -> None:
    text = client.visit("/accessibility").text
    assert "not yet been tested by disabled people" in text
    for heading in (
        "How accessible this website is", "Feedback and contact", "Enforcement procedure",
        "Compliance status", "Non-accessible content", "Preparation of this accessibility",
    ):  # fmt: skip
        assert heading in text


def test_an_installation_without_a_phone_still_has_help(client: Visitor, cast: Cast) -> None:
    with writing():
        db.session.execute(
            update(Programme).values(contact_phone="", contact_hours="", contact_email="")
        )
    for slug in TOPICS:
        assert client.visit(f"/help/{slug}").heading == TOPICS[slug][0]


@pytest.mark.parametrize(
    "address", ["/no-such-page", "/", "/help", *(f"/help/{s}" for s in TOPICS)]
)
def test_without_a_number_nobody_is_told_to_ring(client: Visitor, app: Flask, address: str) -> None:
    page = client.get(address).get_data(as_text=True)
    assert "tel:" not in page
    for words in ("If you ring", "ring us instead", "Ring us.", "ring us on", "They can ring us"):
        assert words not in page
