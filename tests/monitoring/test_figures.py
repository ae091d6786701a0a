"""What coordinators see: quarters that are over, small numbers hidden."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from ppflow import clock
from ppflow.db import db, writing
from ppflow.monitoring.models import EqualityCount
from ppflow.monitoring.queries import Quarter, quarter_of
from ppflow.monitoring.workflow import QUESTIONS, shown
from tests.monitoring.conftest import Answer
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import Page, Visitor

PAST = Quarter(2026, 2)


def tell(cast: Cast, month: date, **people: int) -> None:
    """Numbers of one month for the question on sex; the other questions were left empty."""
    answered = sum(people.values())
    with writing():
        for question in QUESTIONS:
            for value, _words in question.counted:
                number = people.get(value or "empty", 0) if question.key == "sex" else 0
                if question.key != "sex" and value == "":
                    number = answered
                db.session.add(
                    EqualityCount(
                        programme_id=cast.programme.id,
                        month=month,
                        question=question.key,
                        answer=value,
                        people=number,
                    )
                )


def table(page: Page, caption: str) -> dict[str, str]:
    (found,) = [
        t for t in page.soup.select("main table") if t.caption and t.caption.get_text() == caption
    ]
    cells = [(row.th, row.td) for row in found.select("tbody tr")]
    return {th.get_text(): td.get_text().removeprefix("1 to 7") for th, td in cells if th and td}


@pytest.mark.parametrize(
    ("people", "seen"),
    [(0, "0"), (1, "*"), (7, "*"), (8, "10"), (12, "10"), (13, "15"), (1002, "1,000")],
)
def test_small_numbers_are_hidden_and_others_rounded(people: int, seen: str) -> None:
    assert shown(people) == seen


def test_no_hidden_number_can_be_told_from_what_is_shown() -> None:
    for people in range(1, 8):
        assert shown(people) == "*"
    for total in range(10, 60):  # a total, less the other row, never leaves one number alone
        for small in range(1, 8):
            rest = total - small
            if shown(rest) == "*":
                continue
            fits = {s for s in range(1, 8) for r in range(total + 8) if shown(r) == shown(rest)
                    and shown(r + s) == shown(total)}  # fmt: skip
            assert len(fits) > 1, (total, small)


def test_a_quarter_that_is_over(client: Visitor, asking: Cast) -> None:
    tell(asking, date(2026, 4, 1), female=6, male=3, not_said=1)
    tell(asking, date(2026, 6, 1), female=8, empty=2)
    sign_in(client, asking.coordinator)
    page = client.visit("/equality/figures?quarter=2026-2")
    assert "April to June 2026" in page.text
    assert "About 20 people answered" in page.text
    assert table(page, "What is your sex?") == {
        "Female": "15", "Male": "*", "Prefer not to say": "*", "Left empty": "*",
    }  # fmt: skip
    assert table(page, "How old are you?")["16 to 24"] == "0"


def test_the_present_quarter_is_never_shown(
    client: Visitor, asking: Cast, answer: Answer, later: Callable[..., None]
) -> None:
    for _person in range(11):
        answer(sex="female")
    sign_in(client, asking.coordinator)
    page = client.visit("/equality/figures")
    assert "No quarter is over yet" in page.text
    assert "people answered" not in page.text.replace("10 people answered", "")
    later(days=100)
    sign_in(client, asking.coordinator)
    page = client.visit("/equality/figures")
    assert "About 10 people answered" in page.text
    assert table(page, "What is your sex?")["Female"] == "10"


def test_fewer_than_ten_are_not_shown_at_all(client: Visitor, asking: Cast) -> None:
    tell(asking, date(2026, 5, 1), female=9)
    sign_in(client, asking.coordinator)
    page = client.visit("/equality/figures?quarter=2026-2")
    assert "Fewer than 10 people answered" in page.text
    assert not page.soup.select("main table")


def test_quarters_stand_newest_first(client: Visitor, asking: Cast) -> None:
    tell(asking, date(2026, 1, 1), female=12)
    tell(asking, date(2026, 6, 1), male=14)
    sign_in(client, asking.coordinator)
    page = client.visit("/equality/figures")
    assert table(page, "What is your sex?")["Male"] == "15"
    page = page.follow("January to March 2026")
    assert table(page, "What is your sex?")["Female"] == "10"


def test_only_coordinators_of_the_programme_see_them(client: Visitor, asking: Cast) -> None:
    tell(asking, date(2026, 4, 1), female=20)

    def status(staff: Staff) -> int:
        return sign_in(client, staff).get("/equality/figures").status_code

    for staff in (asking.facilitator, asking.board_member, asking.administrator, asking.outsider):
        assert status(staff) == 403
    assert status(asking.other_coordinator) == 404
    sign_in(client, asking.other_coordinator)
    client.visit(f"/equality/figures?programme={asking.programme.slug}", status=404)
    assert status(asking.coordinator) == 200


def test_signed_out_leads_to_sign_in(app: Flask, client: Visitor, asking: Cast) -> None:
    assert client.get("/equality/figures").headers["Location"].startswith("/sign-in")


def test_nonsense_in_the_address_is_a_page(client: Visitor, asking: Cast) -> None:
    tell(asking, date(2026, 4, 1), female=20)
    sign_in(client, asking.coordinator)
    for query in ("quarter=9999-9", "quarter=%00", "quarter=x"):
        assert client.get(f"/equality/figures?{query}").status_code == 200
    assert client.get("/equality/figures?programme=%00").status_code == 200  # nothing is asked
    assert client.get("/equality/figures?programme=nowhere").status_code == 404


def test_a_quarter_in_words() -> None:
    assert quarter_of(date(2026, 6, 30)) == PAST
    assert quarter_of(clock.today()).months[0].day == 1
    assert PAST.words == "April to June 2026"
