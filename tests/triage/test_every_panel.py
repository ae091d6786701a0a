"""Every act's panel, from every status, as the page and as it is sent empty: never a fault."""

from __future__ import annotations

import pytest

from ppflow.deciding.workflow import PANELS
from ppflow.expressions.workflow import LIFE, Status
from ppflow.workflow import Who
from tests.expressions.test_life import put
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn

# What a panel says of the email, always one of these: a click never leaves that to be guessed.
ON_EMAIL = (
    "This email goes to them",
    "Show the email",
    "No email goes to this person.",
    "An email goes to this person.",
    "Nobody is told yet.",
)


@pytest.mark.sqlite_only
def test_every_verb_that_staff_have_has_a_panel() -> None:
    verbs = {
        verb for verb, row in LIFE.transitions.items() if row.who & {Who.STAFF, Who.COORDINATOR}
    }
    assert verbs <= set(PANELS)


@pytest.mark.long
@pytest.mark.sqlite_only  # the panels ask nothing of one database alone
@pytest.mark.parametrize("about", ["panel", "study"])
def test_every_panel_of_every_status(
    about: str, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    thing = getattr(cast, about, None)
    rosa = register("Rosa Reed", thing, agreed=("share_with",))
    other = register("Omar Oak", thing)
    browser = as_staff(cast.coordinator)
    for status in Status:
        put(rosa, status, other)
        page = browser.visit(f"/expressions/{rosa.reference}")
        for words, address in page.links.items():
            if "act=" not in address:
                continue
            panel = browser.visit(address.partition("#")[0])
            title = panel.soup.select_one("#act-title").get_text()
            assert title, words
            assert panel.soup.select_one("#act button"), f"{title} in {status}"
            act = " ".join(panel.soup.select_one("#act").get_text(" ").split())
            act = act.replace("Show the email again", "")
            said = [words for words in ON_EMAIL if words in act]
            assert len(said) == 1, f"{title} in {status}: {said}"


def test_a_panel_that_is_not_open_is_not_shown(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.study)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=offer")
    assert page.soup.select_one("#act-title") is None
    assert "Offer a place" not in page.links
    assert "Pass to study team" in page.links
