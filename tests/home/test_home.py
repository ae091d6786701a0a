"""Nine o'clock: what waits for a facilitator, a coordinator, and for nobody in particular."""

from __future__ import annotations

from datetime import timedelta

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import writing
from ppflow.expressions import acts
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor


def test_the_facilitator_sees_who_to_answer_first_and_why(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    omar = register("Omar Oak", cast.panel)
    register("Noor Else", cast.other_panel)
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator))
        rosa.reply_by = clock.today() - timedelta(days=5)
    page = sign_in(client, cast.facilitator).visit("/home")
    names = [row.th.a.text for row in page.soup.select("table.pp-queue tbody tr")]
    assert names == ["Rosa Reed", "Omar Oak"]
    assert "Write a first reply : Omar Oak" in page.text
    assert "Noor Else" not in page.text
    assert page.links["1 Overdue"] == "/triage?view=overdue"
    assert page.follow("Omar Oak").path == f"/expressions/{omar.reference}"


def test_people_without_email_are_a_task_to_ring_or_post(
    client: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0999")
    page = sign_in(client, cast.facilitator).visit("/home")
    assert "Ring or post" in page.text
    assert page.links["0121 496 0999"] == "tel:01214960999"


def test_the_coordinator_also_sees_unrouted_and_spam(
    client: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed")
    register("Bot Bot", cast.panel, is_set_aside=True)
    page = sign_in(client, cast.coordinator).visit("/home")
    assert "Nobody answers this yet." in page.text
    assert {"1 Unrouted", "1 Spam to judge"} <= set(page.links)
    assert "Bot Bot" not in page.text
    other = sign_in(client, cast.other_coordinator).visit("/home")
    assert "Rosa Reed" not in other.text


def test_somebody_without_forms_is_told_so(client: Visitor, cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    for staff in (cast.board_member, cast.administrator, cast.outsider):
        page = sign_in(client, staff).visit("/home")
        assert "You have no forms to answer here." in page.text
        assert "Rosa" not in page.text
