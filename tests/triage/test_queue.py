"""The queue: each sees what is theirs, in every view, page by page, with few statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from ppflow import clock, events, search
from ppflow.applicants.models import ContactBy
from ppflow.db import writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn

MOST_STATEMENTS = 8  # for the whole page, with session and standing (design.md 12)


def names(page: Page) -> list[str]:
    return [link.get_text() for link in page.soup.select(".pp-queue .pp-who")]


def counts(page: Page) -> dict[str, str]:
    """The number beside each view."""
    found = {}
    for link in page.soup.select(".pp-views a"):
        number = link.select_one(".pp-views__count")
        label = link.get_text(" ", strip=True).removesuffix(number.get_text()).strip()
        found[label] = number.get_text()
    return found


def counted(page: Page) -> str:
    return page.soup.select_one(".pp-count [role=status]").get_text()


def many(register: Register, cast: Cast, number: int) -> list[Expression]:
    return [register(f"Rosa Reed{n:02}", cast.panel) for n in range(number)]


def test_each_sees_their_own(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.other_panel)
    register("Nia Nettle", cast.project_elsewhere)
    register("Gita Gorse")
    facilitator = as_staff(cast.facilitator)
    assert names(facilitator.visit("/triage")) == ["Rosa Reed"]
    assert names(facilitator.visit("/triage?view=open")) == ["Rosa Reed"]
    assert sorted(names(as_staff(cast.coordinator).visit("/triage?view=open"))) == [
        "Gita Gorse", "Omar Oak", "Rosa Reed",
    ]  # fmt: skip
    assert names(as_staff(cast.other_coordinator).visit("/triage?view=open")) == ["Nia Nettle"]
    assert names(as_staff(cast.outsider).visit("/triage?view=open")) == []


def test_those_who_only_see_counts_are_refused(cast: Cast, as_staff: SignedIn) -> None:
    as_staff(cast.board_member).visit("/triage", status=403)
    as_staff(cast.administrator).visit("/triage", status=403)


def test_signed_out_leads_to_sign_in(cast: Cast, client: Any) -> None:
    answer = client.get("/triage?view=open")
    assert (answer.status_code, "/sign-in" in answer.location) == (303, True)


def test_every_view_counts_and_shows_its_own(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    farah = standing(cast.facilitator)
    late, asked, talk, wrote, post, failed, closed = (
        register(f"{name} Reed", cast.panel)
        for name in ("Late", "Asked", "Talk", "Wrote", "Post", "Failed", "Closed")
    )
    register("Una Unrouted")
    register("Sly Spammer", cast.panel, is_set_aside=True)
    with writing():
        late.reply_by = clock.today() - timedelta(days=7)
        acts.perform("ask", asked, by=farah, body="Which days?")
        acts.perform("arrange", talk, by=farah, talk_at=soon(), talk_how="By phone")
        acts.perform("write", wrote, by=events.APPLICANT, body="Any news?")
        post.applicant.contact_by, post.applicant.email = ContactBy.POST, ""
        acts.perform("message", post, by=farah, body="On paper.")
        failed.has_email_trouble = True
        late.pending_verb = "offer"
        acts.perform("not_this_time", closed, by=farah, reason="full")
    browser = as_staff(cast.facilitator)
    assert counts(browser.visit("/triage")) == {
        "Mine": "6", "Overdue": "1", "They wrote back": "1", "Waiting for applicant": "1",
        "Conversation today": "1", "Ring or post": "1", "Emails that failed": "1",
        "Decisions to release": "1", "Unassigned": "0", "Unrouted": "0", "All open": "6",
        "Closed": "1",
    }  # fmt: skip
    for key, name in {
        "overdue": "Late Reed", "waiting": "Asked Reed", "talks-today": "Talk Reed",
        "wrote-back": "Wrote Reed", "by-hand": "Post Reed", "email-failed": "Failed Reed",
        "closed": "Closed Reed", "to-release": "Late Reed",
    }.items():  # fmt: skip
        assert names(browser.visit(f"/triage?view={key}")) == [name], key
    coordinator = as_staff(cast.coordinator)
    assert names(coordinator.visit("/triage?view=unrouted")) == ["Una Unrouted"]
    assert names(coordinator.visit("/triage?view=spam")) == ["Sly Spammer"]
    assert counts(coordinator.visit("/triage"))["Spam to judge"] == "1"
    assert counts(as_staff(cast.other_coordinator).visit("/triage"))["Spam to judge"] == "0"


def soon() -> datetime:
    """A moment still to come today, or the last one of today."""
    return min(clock.now() + timedelta(minutes=1), clock.end_of(clock.today()))


def test_pages_go_both_ways_over_people_with_the_same_date(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    everybody = [each.reference for each in many(register, cast, 53)]
    first = as_staff(cast.facilitator).visit("/triage")
    assert counted(first) == "1 to 25 of 53"
    second = Page.of(first.visitor, first.visitor.get(turn(first, "next")), 200)
    third = Page.of(first.visitor, first.visitor.get(turn(second, "next")), 200)
    assert (counted(second), counted(third)) == ("26 to 50 of 53", "51 to 53 of 53")
    assert turn(third, "next") == ""
    assert [*references(first), *references(second), *references(third)] == everybody
    back = Page.of(first.visitor, first.visitor.get(turn(third, "prev")), 200)
    assert (references(back), counted(back)) == (references(second), counted(second))
    start = Page.of(first.visitor, first.visitor.get(turn(back, "prev")), 200)
    assert (references(start), turn(start, "prev")) == (references(first), "")


def turn(page: Page, rel: str) -> str:
    link = page.soup.select_one(f".nhsuk-pagination a[rel={rel}]")
    return str(link["href"]) if link else ""


def references(page: Page) -> list[str]:
    links = page.soup.select(".pp-queue .pp-who")
    return [str(link["href"]).partition("?")[0].rpartition("/")[2] for link in links]


def test_the_newest_closed_stand_first(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    closed = many(register, cast, 27)
    with writing():
        for number, each in enumerate(closed):
            acts.perform("not_this_time", each, by=standing(cast.facilitator), reason="full")
            each.closed_at = clock.now() - timedelta(hours=number // 2)  # two at each moment
    first = as_staff(cast.facilitator).visit("/triage?view=closed")
    second = Page.of(first.visitor, first.visitor.get(turn(first, "next")), 200)
    found = [*references(first), *references(second)]
    assert sorted(found) == sorted(each.reference for each in closed)
    moments = {each.reference: each.closed_at for each in closed}
    assert [moments[r] for r in found] == sorted(moments.values(), reverse=True)


def test_filters_stand_in_the_address(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    omar = register("Omar Oak", cast.study)
    with writing():
        acts.perform("start", omar, by=standing(cast.facilitator))
        rosa.reply_by = clock.today()
    browser = as_staff(cast.facilitator)
    page = browser.visit("/triage?view=open")
    for values, expected in (
        ({"status": "in_review"}, ["Omar Oak"]),
        ({"kind": "ppie_contributor"}, ["Rosa Reed"]),
        ({"opportunity": str(cast.study.id)}, ["Omar Oak"]),
        ({"project": str(cast.project.id)}, ["Rosa Reed", "Omar Oak"]),
        ({"needs": "yes"}, []),
        ({"due": "today"}, ["Rosa Reed"]),
        ({"assignee": str(cast.facilitator.id)}, ["Rosa Reed", "Omar Oak"]),
        ({"assignee": "nobody"}, []),
    ):
        found = page.submit(values, button="Filter")
        assert names(found) == expected, values
        (name, value), *_ = values.items()
        assert f"{name}={value}" in found.response.request.query_string.decode()
    assert "Nobody matches this" in page.submit({"assignee": "nobody"}, button="Filter").text
    assert names(browser.visit("/triage?view=nonsense&status=x&about=y-1&after=z~9&start=-3")) == [
        "Rosa Reed", "Omar Oak",
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["rosa", "REED ros", "rosa@mail.example", "walking", ""])
def test_search_finds_by_name_email_and_words(
    typed: str, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    with writing():
        for each, words in ((rosa, "I like walking"), (omar, "I swim")):
            search.index(
                "expression", each.id, each.reference, each.applicant.name, each.applicant.email,
                words,
            )  # fmt: skip
    page = as_staff(cast.facilitator).visit("/triage").submit({"q": typed}, button="Filter")
    assert names(page) == (["Rosa Reed"] if typed else ["Rosa Reed", "Omar Oak"])
    found = page.submit({"q": rosa.reference.lower()}, button="Filter")
    assert names(found) == ["Rosa Reed"]


def test_what_to_look_out_for(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    ring = register("Omar Oak", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0199")
    with writing():
        rosa.has_needs = rosa.shares_address = rosa.has_email_trouble = True
        ring.reply_by = clock.today() + timedelta(days=30)
    page = as_staff(cast.facilitator).visit("/triage")
    first, second = (
        row.get_text(" ", strip=True) for row in page.soup.select(".pp-queue tbody tr")
    )
    for words in ("Access needs", "Email failed", "Address not confirmed", "Same address"):
        assert words in first
    assert "No email: ring" in second
    assert "1 has access needs, 1 has email trouble" in page.text


def test_the_queue_asks_little_however_long_it_is(
    cast: Cast, register: Register, as_staff: SignedIn, statements: Any
) -> None:
    register("Rosa Reed", cast.panel)
    browsers = [as_staff(who) for who in (cast.facilitator, cast.coordinator)]

    def asked() -> list[int]:
        found = []
        for browser in browsers:
            with statements() as seen:
                browser.visit("/triage?view=open")
            found.append(len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA", "SET"))]))
        return found

    with_one = asked()
    many(register, cast, 50)
    assert asked() == with_one
    assert max(with_one) <= MOST_STATEMENTS, with_one


def test_an_empty_queue_is_calm(cast: Cast, as_staff: SignedIn) -> None:
    page = as_staff(cast.facilitator).visit("/triage")
    assert "Nothing waits for you." in page.text
    assert counted(page) == "Nobody here"


def test_people_before_and_after_in_the_view(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    first, second, third = many(register, cast, 3)
    page = as_staff(cast.facilitator).visit("/triage").follow(second.applicant.name)
    assert "2 of 3" in page.text
    assert page.links["Previous"].startswith(f"/expressions/{first.reference}?view=mine&at=")
    assert page.follow("Next").heading == third.applicant.name
    assert "Mine (3)" in page.links


def test_only_the_list_is_sent_where_only_the_list_changes(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    register("Rosa Reed", cast.panel)
    headers = {"HX-Request": "true", "HX-Target": "queue-area"}
    answer = as_staff(cast.facilitator).get("/triage?q=", headers=headers)
    text = answer.get_data(as_text=True)
    assert "Rosa Reed" in text
    assert "<html" not in text
    assert "pp-views" not in text
