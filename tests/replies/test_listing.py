"""A list by title: nothing is shown twice or left out, and it is counted to 1,000."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import insert

from ppflow.db import db, writing
from ppflow.listing import COUNT_TO, ROWS, from_place, place_in
from ppflow.replies.models import CannedReply
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn

LIST = "/settings/replies"


def kept(cast: Cast, *titles: str) -> None:
    """Ready-made replies, as many as there are titles."""
    facts = {
        "programme_id": cast.programme.id,
        "body": "We post the papers.",
        "changed_by_id": cast.coordinator.id,
    }
    with writing():
        db.session.execute(insert(CannedReply), [{**facts, "title": title} for title in titles])


def addresses(page: Page) -> list[str]:
    return [str(a["href"]) for a in page.soup.select("main th a[href^='/settings/replies/']")]


def test_replies_of_one_name_are_each_shown_once(cast: Cast, as_staff: SignedIn) -> None:
    kept(cast, *["Papers by post"] * (2 * ROWS + 3))
    page = as_staff(cast.coordinator).visit(LIST)
    seen = addresses(page)
    while "Next page" in page.links:
        page = page.follow("Next page")
        seen += addresses(page)
    assert len(seen) == len(set(seen)) == 2 * ROWS + 3


def test_what_is_added_meanwhile_shifts_nothing(cast: Cast, as_staff: SignedIn) -> None:
    names = [f"Reply {number:02}" for number in range(ROWS + 2)]
    kept(cast, *names)
    page = as_staff(cast.coordinator).visit(LIST)
    kept(cast, "A new one, before all others")
    page = page.follow("Next page")
    assert [name for name in names if name in page.text] == names[ROWS:]
    assert "Next page" not in page.links


def test_a_long_list_is_counted_to_a_bound(cast: Cast, as_staff: SignedIn) -> None:
    browser = as_staff(cast.coordinator)
    kept(cast, *[f"Reply {number}" for number in range(COUNT_TO)])
    assert f"{COUNT_TO:,} replies" in browser.visit(LIST).text
    kept(cast, "One more")
    assert "More than 1,000 replies" in browser.visit(LIST).text


def test_a_place_is_read_as_it_was_written() -> None:
    for place in (("Papers ~ by post", 7), ("", 1), ("موارد 🌳", 12)):
        query = urlsplit(from_place(LIST, {"q": "a b"}, place)).query
        assert place_in(dict(parse_qsl(query))) == place
    assert from_place(LIST, {"q": "a b"}, None) == ""
    for nonsense in ("", "x", "x~", "~", "x~-1", "x~²", "x~99999999999", "\0~1"):
        assert place_in({"after": nonsense}) is None
