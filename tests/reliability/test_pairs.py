"""Two people decide about the same form at the same moment, over real HTTP: again and again.

One wins; the other is told who did what, and finds their own words on the page. `PAIRS=1000 make
crash` runs as many as you like; the seed is printed by a failure.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.deciding.models import StaffDraft
from ppflow.events import Event
from ppflow.expressions.models import Expression, Message
from ppflow.opportunities.models import Opportunity
from tests.support.arrivals import Register
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import let_go, new_visitor

pytestmark = pytest.mark.crash
PAIRS = int(os.environ.get("PAIRS", "100"))
SEED = int(os.environ.get("SEED", "0")) or int(time.time())
LONGEST_WAIT = 60  # seconds for one answer
UNSENT = {"letter": "none", "shown": "none"}  # as the page says it: "and send no email"
# What each may do; all but the offer hold words of their own.
ACTS = {
    "message": UNSENT,
    "ask": UNSENT,
    "not_this_time": {**UNSENT, "reason": "full"},
    "ring": {"how": "rang_spoke"},
    "offer": {},
}


class _Stay(HTTPRedirectHandler):
    """A 303 is the answer; where it leads is of no interest."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


@dataclass
class Answer:
    """What came back, and the words on its page."""

    status: int
    text: str = ""

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")


class Desk(threading.Thread):
    """One member of staff with a browser: opens a page with an act, and sends it at the signal."""

    def __init__(self, site: str, cookie: str, address: str, act: str, words: str) -> None:
        super().__init__(daemon=True)
        self.browser = build_opener(_Stay())
        self.site, self.cookie, self.act, self.words = site, cookie, act, words
        self.where = f"{address}?act={act}"
        self.sent = self._fill_in()
        self.gate: threading.Barrier | None = None
        self.answer = Answer(0)

    def _fill_in(self) -> dict[str, str]:
        page = self._ask(None).page
        names = ("input[type=hidden]", "input[type=text]", "input[checked]")
        held = page.select(", ".join(f"#desk {name}" for name in names))
        data = {str(field["name"]): str(field.get("value", "")) for field in held}
        own = {"note" if self.act == "ring" else "body": self.words} if self.words else {}
        return {**data, **ACTS[self.act], **own}

    def run(self) -> None:
        assert self.gate is not None
        self.gate.wait(LONGEST_WAIT)
        self.answer = self._ask(self.sent)

    def _ask(self, data: dict[str, str] | None) -> Answer:
        body = urlencode(data).encode() if data is not None else None
        request = Request(self.site + self.where, body, {"Cookie": self.cookie})
        try:
            with self.browser.open(request, timeout=LONGEST_WAIT) as found:
                self._keep_cookie(found.headers.get("Set-Cookie"))
                return Answer(found.status, found.read().decode())
        except HTTPError as error:
            return Answer(error.code, error.read().decode())

    def _keep_cookie(self, given: str | None) -> None:
        if given:  # it holds what the form's token is compared with
            self.cookie = given.partition(";")[0]


def cookie_of(app: Flask, staff: Staff) -> str:
    cookie = sign_in(new_visitor(app), staff).get_cookie("ppflow")
    assert cookie is not None
    return f"ppflow={cookie.value}"


def test_pairs_of_decisions_have_one_winner_each(
    app: Flask, site: str, cast: Cast, register: Register
) -> None:
    chance = random.Random(SEED)
    people = {each.id: cookie_of(app, each) for each in (cast.facilitator, cast.deputy)}
    with writing():  # no offer is one too many
        db.session.get_one(Opportunity, cast.panel.id).places = None
    won: Counter[str] = Counter()
    for number in range(PAIRS):
        rosa = register("Rosa Reed", cast.panel, email=f"rosa{number}@mail.example")
        address, note = f"/expressions/{rosa.reference}", f"seed {SEED}, pair {number}"
        let_go()
        desks = []
        for cookie in people.values():
            act = chance.choice(list(ACTS))
            words = "" if act == "offer" else f"Words {chance.randrange(10**9)} of pair {number}."
            desks.append(Desk(site, cookie, address, act, words))
        winner = race(desks, note)
        won[winner.act] += 1
        only_the_winner_counts(rosa, desks, winner, note)
    assert sum(won.values()) == PAIRS
    assert len(won) > 1, "one act won every time: the pairs say nothing"


def race(desks: list[Desk], note: str) -> Desk:
    """Both send at once: 303 for one, 409 with everything for the other. Gives the winner."""
    gate = threading.Barrier(len(desks))
    for desk in desks:
        desk.gate = gate
        desk.start()
    for desk in desks:
        desk.join(LONGEST_WAIT)
    answers = sorted(desk.answer.status for desk in desks)
    assert answers == [303, 409], f"{answers} for {[desk.act for desk in desks]} ({note})"
    winner, loser = sorted(desks, key=lambda desk: desk.answer.status)
    page = loser.answer.page
    refused = page.find(id="refused")
    assert refused is not None, note
    assert "Somebody else changed this first" in refused.get_text(), note
    assert loser.words in page.get_text(), f"the loser's words are lost ({note})"
    return winner


def only_the_winner_counts(rosa: Expression, desks: list[Desk], winner: Desk, note: str) -> None:
    """One act, one version more; no word of the loser is said, and it is kept for them."""
    let_go()
    now = db.session.get_one(Expression, rosa.id, populate_existing=True)
    assert now.version == 2, note
    chosen = select(Event.verb).where(Event.subject == now.event_subject).order_by(Event.id)
    verbs = [verb for verb in db.session.scalars(chosen) if verb not in {"note", "receive"}]
    assert verbs == ["assign", "rang_spoke" if winner.act == "ring" else winner.act], note
    said = select(Message.body).where(Message.expression_id == now.id)
    expected = [winner.words] if winner.words and winner.act != "ring" else []
    assert list(db.session.scalars(said)) == expected, note
    kept = select(StaffDraft.panel).where(StaffDraft.expression_id == now.id)
    losers = [desk.act for desk in desks if desk is not winner and desk.words]
    # An offer has no words here; its day is kept too, where another day is proposed meanwhile.
    assert [panel for panel in db.session.scalars(kept) if panel != "offer"] == losers, note
