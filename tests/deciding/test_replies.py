"""Ready-made replies: kept by coordinators, offered where a message is written."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.replies import acts
from ppflow.replies.models import CannedReply
from ppflow.replies.workflow import PLACEHOLDERS, fill, unknown_in
from tests.deciding.looking import address, letters, typed
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Thing
from tests.triage.conftest import SignedIn

PAPERS = "We post the papers for {title} to you. Ring {phone} and say {reference}."


def written(
    cast: Cast, title: str = "Papers by post", body: str = PAPERS, kind: str = "",
    programme: Thing | None = None, is_offered: bool = True,
) -> CannedReply:  # fmt: skip
    who = cast.other_coordinator if programme == cast.other_programme else cast.coordinator
    with writing():
        return acts.add(
            {"programme_id": (programme or cast.programme).id, "kind": kind, "title": title,
             "body": body, "is_offered": is_offered},
            by=standing(who),
        )  # fmt: skip


def choices(cast: Cast, register: Register, as_staff: SignedIn) -> list[str]:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    return [o.get_text() for o in page.soup.select("select[name=ready_reply] option")]


def test_a_coordinator_writes_a_reply_down(cast: Cast, as_staff: SignedIn) -> None:
    browser = as_staff(cast.coordinator)
    page = browser.visit("/settings").follow("Ready-made replies")
    assert "No replies yet" in page.text
    empty = page.follow("Write a reply").submit(button="Keep this reply", status=422)
    assert len(empty.errors) == 2
    wrong = empty.submit(
        {"title": "Papers by post", "body": "Dear {first_name}, {{ config }}"},
        button="Keep this reply", status=422,
    )  # fmt: skip
    assert "“{first_name}” is not a word that we can fill in." in wrong.errors[0]
    kept = wrong.submit({"body": PAPERS}, button="Keep this reply")
    assert "Papers by post: kept." in kept.text
    (reply,) = db.session.scalars(select(CannedReply))
    assert (reply.body, reply.programme_id, reply.kind) == (PAPERS, cast.programme.id, "")
    of_it = select(Event.verb).where(Event.subject == reply.event_subject).order_by(Event.id)
    events = db.session.scalars(of_it)
    assert list(events) == ["add_reply"]


def test_a_reply_is_put_into_a_message(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """Without JavaScript: a button fills the words in, below what was written already."""
    reply = written(cast)
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    filled = page.submit(
        {"body": "Hello again.", "ready_reply": str(reply.id), "note_body": "Kept too"},
        button="Put it in",
    )
    words = f"We post the papers for {cast.panel.title} to you. Ring 0121 496 0000 and say "
    assert typed(filled, "body") == f"Hello again.\n\n{words}{rosa.reference}."
    assert typed(filled, "note_body") == "Kept too"
    assert words in filled.soup.select_one(".pp-email__body").get_text()
    assert letters(rosa, "expression-message") == []
    filled.submit(button="Send 1 email")
    (letter,) = letters(rosa, "expression-message")
    assert f"{words}{rosa.reference}." in letter.body.replace("\n", " ")


def test_htmx_fills_it_in_when_it_is_chosen(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    reply = written(cast, body="Thank you for asking.")
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "ask"))
    part = page.send(
        {"ready_reply": str(reply.id)}, button="Show the email",
        headers={"HX-Request": "true", "HX-Target": "act"},
    ).get_data(as_text=True)  # fmt: skip
    assert "Thank you for asking.</textarea>" in part
    assert "<main" not in part


def test_replies_fit_the_programme_and_the_kind(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    written(cast, "For everybody")
    written(cast, "For the public", kind="ppie_contributor")
    written(cast, "For staff", kind="staff_volunteer")
    written(cast, "Of another programme", programme=cast.other_programme)
    written(cast, "Not offered now", is_offered=False)
    assert choices(cast, register, as_staff) == ["Choose", "For everybody", "For the public"]


def test_a_reply_of_another_programme_is_not_put_in(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    written(cast)
    theirs = written(cast, programme=cast.other_programme, body="Not yours.")
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    for number in (str(theirs.id), "9" * 30, "x"):
        assert typed(page.submit({"ready_reply": number}, button="Put it in"), "body") == ""


def test_what_the_person_wrote_is_never_run(cast: Cast) -> None:
    """A title with braces in it stays as it is: one pass, and no template."""
    assert fill("{title} {reference}", {"title": "{reference} {{ 7*7 }}", "reference": "PP-1"}) == (
        "{reference} {{ 7*7 }} PP-1"
    )


@pytest.mark.parametrize(
    ("body", "found"),
    [("{title}", []), ("{name} and {title}", ["{name}"]), ("{", ["{"]), ("a } b", ["}"]),
     ("{{ x }}", ["{ x }", "{", "}"]), ("".join(f"{{{name}}}" for name in PLACEHOLDERS), [])],
)  # fmt: skip
def test_braces_hold_what_we_can_fill_in(body: str, found: list[str]) -> None:
    assert unknown_in(body) == found


def test_a_reply_is_changed_and_no_longer_offered(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    reply = written(cast)
    browser = as_staff(cast.coordinator)
    page = browser.visit("/settings/replies").follow("Papers by post")
    page.submit({"title": "Papers", "is_offered": []}, button="Keep this reply")
    db.session.refresh(reply)
    assert (reply.title, reply.is_offered, reply.version) == ("Papers", False, 2)
    chosen = select(Event.fields).where(Event.subject == reply.event_subject)
    fields = db.session.scalars(chosen.order_by(Event.id)).all()
    assert sorted(fields[-1]) == ["is_offered", "title"]
    assert choices(cast, register, as_staff) == []


def test_two_change_the_same_reply(cast: Cast, as_staff: SignedIn) -> None:
    reply = written(cast)
    first = as_staff(cast.coordinator).visit(f"/settings/replies/{reply.id}")
    second = as_staff(cast.coordinator).visit(f"/settings/replies/{reply.id}")
    first.submit({"body": "Their words."}, button="Keep this reply")
    late = second.submit({"body": "My words."}, button="Keep this reply", status=409)
    assert "Somebody else changed this reply first." in late.text
    assert "Their words." in late.soup.select_one(".pp-kept").get_text()
    assert typed(late, "body") == "My words."
    late.submit(button="Keep this reply")
    db.session.refresh(reply)
    assert reply.body == "My words."


def test_only_coordinators_of_the_programme(cast: Cast, as_staff: SignedIn) -> None:
    reply = written(cast)
    for who in (cast.facilitator, cast.administrator, cast.board_member, cast.outsider):
        as_staff(who).visit("/settings/replies", status=403)
        as_staff(who).visit(f"/settings/replies/{reply.id}", status=403)
    theirs = as_staff(cast.other_coordinator)
    theirs.visit(f"/settings/replies/{reply.id}", status=404)
    assert "Papers by post" not in theirs.visit("/settings/replies").text
    page = theirs.visit("/settings/replies/new")
    answer = page.send(
        {"title": "Mine", "body": "Words", "programme": str(cast.programme.id)},
        button="Keep this reply",
    )
    assert answer.status_code == 422
    assert [each.title for each in db.session.scalars(select(CannedReply))] == ["Papers by post"]


def test_the_list_is_searched_and_read_on(cast: Cast, as_staff: SignedIn) -> None:
    for number in range(27):
        written(cast, f"Reply {number:02}", body="About tea" if number % 2 else "About cake",
                kind="general" if number == 3 else "")  # fmt: skip
    browser = as_staff(cast.coordinator)
    first = browser.visit("/settings/replies")
    assert "27 replies" in first.text
    rows = [a.get_text() for a in first.soup.select(".pp-queue .pp-who")]
    assert rows == [f"Reply {number:02}" for number in range(25)]
    more = first.follow("Next page")
    assert [a.get_text() for a in more.soup.select(".pp-queue .pp-who")] == ["Reply 25", "Reply 26"]
    assert "13 replies" in browser.visit("/settings/replies?q=tea").text
    assert "1 reply" in browser.visit("/settings/replies?kind=general").text
    assert "No reply fits" in browser.visit("/settings/replies?q=biscuits").text
    for nonsense in ("after=~~~", "after=x~99999999999999999999", "kind=%00", "q=%00"):
        browser.visit(f"/settings/replies?{nonsense}")
