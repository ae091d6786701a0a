"""What the receipt says comes next."""

from __future__ import annotations

from datetime import timedelta

from ppflow import clock
from tests.public.looks import change_advert
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Visitor


def test_the_days_that_come_stand_in_their_order(client: Visitor, cast: Cast) -> None:
    """It closes before the promised day and is decided on the promised day: our reply is first."""
    promised = clock.working_days_after(clock.today(), 5)
    change_advert(
        cast.panel.slug,
        closes_on=clock.today() + timedelta(days=1),
        decision_by=promised,
        first_on=promised + timedelta(days=30),
    )
    receipt = walking.register(client, f"/opportunities/{cast.panel.slug}/register", walking.PUBLIC)
    steps = [step.get_text(" ", strip=True) for step in receipt.soup.select(".pp-dates li")]
    words = ["form is safe", "opportunity closes", "writes to you", "our decision", "first date"]
    assert [word for step in steps for word in words if word in step] == words
