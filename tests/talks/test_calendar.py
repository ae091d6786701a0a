"""The calendar file: what RFC 5545 asks, and what people must never read in a diary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppflow import clock
from ppflow.db import writing
from ppflow.expressions import acts, calendar
from ppflow.expressions.models import Expression
from ppflow.ics import Meeting, calendar_of
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast


def meeting(**changes: object) -> Meeting:
    facts: dict[str, object] = {
        "uid": "talk-pp-0001@example.org",
        "sequence": 0,
        "changed_at": datetime(2026, 11, 20, 9, tzinfo=UTC),
        "starts_at": datetime(2026, 11, 26, 10, tzinfo=UTC),
        "lasts": timedelta(minutes=30),
        "summary": "Our talk",
        "description": "A friendly talk",
        "location": "By phone",
        "url": "https://example.org/status",
        "organiser": ("Programme office", "office@example.org"),
        **changes,
    }
    return Meeting(**facts)  # type: ignore[arg-type]


def unfolded(text: str) -> dict[str, str]:
    """The properties by name, as a diary reads them."""
    lines = text.replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in lines if line)


@pytest.mark.sqlite_only
def test_a_whole_file() -> None:
    assert calendar_of(meeting()).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ppflow//Conversations//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:talk-pp-0001@example.org",
        "SEQUENCE:0",
        "DTSTAMP:20261120T090000Z",
        "DTSTART:20261126T100000Z",
        "DTEND:20261126T103000Z",
        "SUMMARY:Our talk",
        "DESCRIPTION:A friendly talk",
        "LOCATION:By phone",
        "URL:https://example.org/status",
        'ORGANIZER;CN="Programme office":mailto:office@example.org',
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.sqlite_only
@given(typed=st.text(max_size=300))
def test_whatever_is_typed_stays_one_value(typed: str) -> None:
    """No line breaks out of its property; no line is longer than 75 octets; no letter is cut."""
    text = calendar_of(meeting(location=typed, organiser=(typed, "office@example.org")))
    assert len(text.replace("\r\n ", "").split("\r\n")) == 21
    for line in text.split("\r\n"):
        assert len(line.encode(errors="surrogatepass")) <= 75
        assert "\n" not in line
        assert "\r" not in line


@pytest.mark.sqlite_only
def test_signs_that_mean_something_are_escaped() -> None:
    text = calendar_of(meeting(location="Room 2; north, ground\nfloor \\ left"))
    assert unfolded(text)["LOCATION"] == r"Room 2\; north\, ground\nfloor \\ left"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("on_the_wall", "in_utc"),
    [
        ((2027, 3, 27, 10), "20270327T100000Z"),  # the day before clocks go forward
        ((2027, 3, 28, 10), "20270328T090000Z"),
        ((2026, 10, 24, 10), "20261024T090000Z"),
        ((2026, 10, 25, 10), "20261025T100000Z"),  # clocks have gone back
    ],
)
def test_ten_in_the_morning_stays_ten_when_clocks_change(
    on_the_wall: tuple[int, int, int, int], in_utc: str
) -> None:
    at = datetime(*on_the_wall, tzinfo=clock.LONDON)
    assert unfolded(calendar_of(meeting(starts_at=at)))["DTSTART"] == in_utc


def arrange(expression: Expression, cast: Cast, *, verb: str = "arrange", days: int = 3) -> None:
    with writing():
        acts.perform(
            verb,
            expression,
            by=standing(cast.facilitator),
            talk_at=clock.now() + timedelta(days=days),
            talk_how="In person: Canary hall, room 2",
        )


def test_one_meeting_from_first_to_last(cast: Cast, register: Register) -> None:
    """The identifier stays, the sequence rises, and what ends the talk cancels it."""
    rosa = register("Rosa Reed", cast.panel)
    seen = []
    arrange(rosa, cast)
    seen.append(unfolded(calendar.for_applicant(rosa) or ""))
    arrange(rosa, cast, verb="move", days=5)
    seen.append(unfolded(calendar.for_applicant(rosa) or ""))
    with writing():
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    seen.append(unfolded(calendar.for_applicant(rosa) or ""))
    assert len({each["UID"] for each in seen}) == 1
    assert [each["SEQUENCE"] for each in seen] == ["0", "1", "2"]
    assert [each["METHOD"] for each in seen] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [each["STATUS"] for each in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert seen[0]["DTSTART"] != seen[1]["DTSTART"]


def test_a_diary_tells_nothing_of_health_and_staff_read_no_name(
    cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.study, plain={"why": "canary-parkinson"})
    arrange(rosa, cast)
    theirs, ours = calendar.for_applicant(rosa) or "", calendar.for_staff(rosa) or ""
    for text in (theirs, ours):
        assert "sleep" not in text.lower()
        assert "study" not in text.lower()
        assert "canary-parkinson" not in text
        assert rosa.reference in text
    assert "Canary hall" in theirs
    assert unfolded(ours)["LOCATION"] == "In person"
    assert "Rosa" not in ours
    assert "Reed" not in ours
