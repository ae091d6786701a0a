"""Sign-in and sessions: a new id each time, ended by idleness, age, sign-out and deactivation."""

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, template_rendered
from sqlalchemy import select, text

from ppflow import access, clock, sessions
from ppflow.access import Role
from ppflow.db import aside, db, writing
from ppflow.events import SYSTEM
from ppflow.people.acts import grant
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.programmes.models import Programme
from ppflow.projects.models import Member, MemberRole
from ppflow.projects.queries import projects_of
from ppflow.sessions import StaffSession
from tests.guard.conftest import send_sign_in, token_of
from tests.support.cast import PASSWORD, Cast, Staff
from tests.support.pages import Visitor, new_visitor

HTTPS = "https://ppflow.nhs.example"
SignedIn = Callable[[Staff], Visitor]


def is_signed_in(visitor: Visitor) -> bool:
    """A page that every visitor may open says who is signed in."""
    return (
        "Sign out" in visitor.get("/nowhere").text or "pp-staff-bar" in visitor.get("/nowhere").text
    )


def test_signing_in_leads_where_the_person_was_going(cast: Cast, client: Visitor) -> None:
    page = client.visit("/triage?status=received")
    assert page.path == "/sign-in"
    assert page.heading == "Sign in"
    answer = page.send({"email": cast.coordinator.email, "password": PASSWORD}, button="Sign in")
    assert answer.status_code == 303
    assert answer.location == "/triage?status=received"
    assert is_signed_in(client)


def test_a_wrong_password_and_an_unknown_address_read_the_same(cast: Cast, client: Visitor) -> None:
    pages = []
    for email in (cast.facilitator.email, "nobody@nhs.example"):
        answer = send_sign_in(client, email, "not the password")
        assert answer.status_code == 422
        assert email in answer.text, "the address typed is kept"
        assert "not the password" not in answer.text
        pages.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert pages[0] == pages[1]


def test_empty_boxes_are_named(cast: Cast, client: Visitor) -> None:
    page = client.visit("/sign-in").submit(button="Sign in", status=422)
    assert page.errors == ["Enter your email address.", "Enter your password."]
    assert page.soup.title is not None
    assert page.soup.title.get_text().startswith("Error: ")


def test_browsers_and_password_managers_can_fill_it_in(cast: Cast, client: Visitor) -> None:
    page = client.visit("/sign-in")
    filled = {i["name"]: i.get("autocomplete") for i in page.soup.find_all("input", id=True)}
    assert filled == {"email": "username", "password": "current-password"}
    assert "onpaste" not in str(page.soup)


def test_the_cookie_is_bound_to_https(make_app: Callable[..., Flask], cast: Cast) -> None:
    visitor = new_visitor(make_app(PPFLOW_BASE_URL=HTTPS))
    cookie = visitor.get("/sign-in", base_url=HTTPS).headers["Set-Cookie"]
    assert cookie.startswith("__Host-ppflow=")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_a_cookie_from_before_the_sign_in_is_no_use(cast: Cast, app: Flask) -> None:
    """Somebody plants their own cookie in a browser; the sign-in must not lift theirs too."""
    attacker, victim = new_visitor(app), new_visitor(app)
    planted_token = token_of(attacker)
    planted = attacker.get_cookie("ppflow")
    assert planted is not None
    victim.set_cookie("ppflow", planted.value)
    assert send_sign_in(victim, cast.coordinator.email).status_code == 303
    assert is_signed_in(victim)
    assert not is_signed_in(attacker)
    refused = victim.post("/sign-out", data={"csrf_token": planted_token})
    assert refused.status_code == 400, "the planted token ended with the sign-in"


def test_each_sign_in_is_a_new_session(cast: Cast, signed_in: SignedIn) -> None:
    signed_in(cast.coordinator)
    signed_in(cast.coordinator)
    rows = db.session.scalars(select(StaffSession)).all()
    assert len({row.id_hash for row in rows}) == 2
    assert all(len(row.id_hash) == 64 for row in rows), "only hashes are kept"


def test_sign_out_ends_the_session_also_for_a_copied_cookie(
    cast: Cast, signed_in: SignedIn, app: Flask
) -> None:
    visitor = signed_in(cast.coordinator)
    copied = visitor.get_cookie("ppflow")
    assert copied is not None
    thief = new_visitor(app)
    thief.set_cookie("ppflow", copied.value)
    assert is_signed_in(thief)
    answer = visitor.post("/sign-out", data={"csrf_token": csrf_of(visitor)})
    assert answer.status_code == 303
    assert answer.location == "/"
    assert not is_signed_in(visitor)
    assert not is_signed_in(thief)


def csrf_of(visitor: Visitor) -> str:
    """The token on a page that a signed-in person sees."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/home").text)
    assert found, "no form on /home"
    return found[1]


def test_sign_out_is_never_a_get(cast: Cast, signed_in: SignedIn) -> None:
    visitor = signed_in(cast.coordinator)
    assert visitor.get("/sign-out").status_code == 405
    assert is_signed_in(visitor)


def test_thirty_minutes_without_a_click_sign_out(
    cast: Cast, signed_in: SignedIn, later: Callable[..., None]
) -> None:
    visitor = signed_in(cast.coordinator)
    later(minutes=29)
    assert is_signed_in(visitor)
    later(minutes=29)
    assert is_signed_in(visitor), "each click counts anew"
    later(minutes=31)
    assert not is_signed_in(visitor)


def test_a_page_soon_after_another_brings_no_new_cookie(
    cast: Cast,
    signed_in: SignedIn,
    later: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The cookie carries when somebody was seen last: to the minute is enough."""
    monkeypatch.setattr(sessions, "SEEN_ANEW_SECONDS", 600)  # this machine may be slow
    visitor = signed_in(cast.coordinator)
    visitor.get("/home")  # brings the token of its forms
    assert "Set-Cookie" not in visitor.get("/home").headers
    later(minutes=11)
    assert "Set-Cookie" in visitor.get("/home").headers
    assert "Set-Cookie" not in visitor.get("/home").headers
    later(minutes=29)
    assert is_signed_in(visitor)


def test_who_is_signed_in_is_all_that_they_are(cast: Cast, app: Flask, signed_in: SignedIn) -> None:
    """Two programmes coordinated, two projects answered for, and one no longer: one statement."""
    person, programmes = cast.facilitator.person, sorted(db.session.scalars(select(Programme.id)))
    with writing():
        person = db.session.get_one(Person, person.id)
        grant(person, [Role.COORDINATOR, Role.BOARD], programmes=programmes[:2], by=SYSTEM)
        for project, until in ((cast.other_project, None), (cast.project_elsewhere, clock.today())):
            member = {"project_id": project.id, "person_id": person.id, "until_on": until}
            db.session.add(Member(role=MemberRole.DEPUTY, **member))
    seen: list[access.Standing] = []

    def drawn(_app: Flask, context: dict[str, Any], **_more: object) -> None:
        seen.append(context["person"])

    visitor = signed_in(cast.facilitator)
    with template_rendered.connected_to(drawn, app):
        visitor.get("/home")
    found = seen[-1]
    assert found == standing_of(db.session.get_one(Person, person.id), projects_of(person.id))
    assert (found.programmes, found.all_programmes) == (frozenset(programmes[:2]), False)
    assert found.projects == {cast.project.id, cast.other_project.id}
    assert found.roles == {Role.COORDINATOR, Role.BOARD, Role.FACILITATOR}


def test_twelve_hours_are_the_end_in_any_case(
    cast: Cast, signed_in: SignedIn, later: Callable[..., None]
) -> None:
    visitor = signed_in(cast.coordinator)
    for _ in range(24):
        later(minutes=29)
        assert is_signed_in(visitor)
    later(minutes=25)
    assert not is_signed_in(visitor)


def test_who_leaves_is_out_at_once_and_stays_out(
    cast: Cast, signed_in: SignedIn, client: Visitor
) -> None:
    visitor = signed_in(cast.coordinator)
    with writing():
        cast.coordinator.person.active = False
    assert not is_signed_in(visitor)
    assert send_sign_in(client, cast.coordinator.email).status_code == 422


def test_a_change_of_role_ends_every_session(cast: Cast, signed_in: SignedIn) -> None:
    one, other = signed_in(cast.coordinator), signed_in(cast.coordinator)
    somebody_else = signed_in(cast.facilitator)
    with writing():
        sessions.end_all(cast.coordinator.id)
    assert not is_signed_in(one)
    assert not is_signed_in(other)
    assert is_signed_in(somebody_else)


def test_a_form_sent_after_the_time_ran_out_keeps_its_text(
    cast: Cast, signed_in: SignedIn, later: Callable[..., None], app: Flask
) -> None:
    visitor = signed_in(cast.coordinator)
    token = csrf_of(visitor)
    later(minutes=31)
    address = next(
        re.sub(r"<int[^>]*>", "1", rule.rule).replace("<reference>", "PP-2222222")
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and not access.mark_of(app, rule.endpoint).is_public  # type: ignore[union-attr]
    )
    answer = visitor.post(address, data={"csrf_token": token, "note": "She would rather be rung"})
    assert answer.status_code == 401
    assert "She would rather be rung" in answer.text
    assert "/sign-in" in answer.text


def test_a_token_or_json_signs_nobody_in(cast: Cast, client: Visitor, app: Flask) -> None:
    answer = client.post(
        "/sign-in?include_auth_token",
        json={"email": cast.coordinator.email, "password": PASSWORD},
        headers={"X-CSRFToken": token_of(client), "Accept": "application/json"},
    )
    assert "authentication_token" not in answer.text
    with app.test_request_context():
        token = cast.coordinator.person.get_auth_token()
    stranger = new_visitor(app)
    assert stranger.get("/triage", headers={"Authentication-Token": token}).status_code == 303
    assert stranger.get(f"/triage?auth_token={token}").status_code == 303


def test_hashing_never_holds_the_write_lock(
    cast: Cast, client: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a password is hashed (a sixth of a second), somebody else's form is saved."""
    from flask_security import utils

    hashing, saved = threading.Event(), threading.Event()
    verify = utils._pwd_context.verify

    def slow(*words: str) -> bool:
        hashing.set()
        assert saved.wait(30), "the write lock was held while hashing"
        return bool(verify(*words))

    monkeypatch.setattr(
        type(utils._pwd_context._get_current_object()), "verify", staticmethod(slow)
    )

    def save() -> None:
        hashing.wait(30)
        with app.app_context(), aside() as connection:
            connection.execute(text("UPDATE person SET job_role = 'Nurse'"))
        saved.set()

    other = threading.Thread(target=save)
    other.start()
    began = time.monotonic()
    assert send_sign_in(client, cast.coordinator.email).status_code == 303
    other.join()
    assert time.monotonic() - began < 30
