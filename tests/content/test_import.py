"""A programme's file is loaded whole, once, and never over what was edited here."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from ppflow import clock, events
from ppflow.access import Role
from ppflow.db import Base, db, writing
from ppflow.events import Event
from ppflow.expressions.models import Expression, Message
from ppflow.expressions.workflow import COUNTED, Status
from ppflow.importing.books import Books
from ppflow.importing.loading import import_file
from ppflow.importing.reading import BrokenFile
from ppflow.opportunities.models import Opportunity, Publication, Question
from ppflow.outbox.models import Letter
from ppflow.people.models import Organisation, Person
from ppflow.people.queries import standing_of
from ppflow.programmes.models import BoardMeeting, Milestone, Programme, Section, Theme
from ppflow.projects.models import Brief, Member, Objective, ProgressReport, Project
from ppflow.projects.queries import projects_of
from ppflow.sample_data import PROGRAMME
from ppflow.search import SearchEntry, matching
from tests.support.pages import Visitor

ANCHOR = date(2026, 11, 23)
TABLES: tuple[type[Base], ...] = (
    Organisation, Programme, Theme, Milestone, BoardMeeting, Section, Person, Project, Brief,
    Objective, ProgressReport, Member, Opportunity, Question, Expression, Message, Event,
    SearchEntry,
)  # fmt: skip


def counts() -> dict[str, int]:
    return {
        model.__name__: db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in TABLES
    }


def shift() -> timedelta:
    return timedelta(weeks=(clock.today() - ANCHOR).days // 7)


def project(number: int) -> Project:
    return db.session.scalars(
        select(Project).where(Project.imported_as == f"wm-progression-plan/P{number:02}")
    ).one()


def expression(reference: str) -> Expression:
    return db.session.scalars(select(Expression).where(Expression.reference == reference)).one()


@pytest.fixture
def sample(app: Flask) -> Books:
    """The sample programme, loaded."""
    return import_file(PROGRAMME)


def test_the_sample_is_loaded_whole(sample: Books) -> None:
    found = counts()
    assert {name: found[name] for name in ("Programme", "Theme", "Project", "Opportunity")} == {
        "Programme": 4,
        "Theme": 5,
        "Project": 26,
        "Opportunity": 16,
    }
    assert (found["Person"], found["Organisation"], found["Milestone"]) == (15, 32, 6)
    assert (found["Objective"], found["ProgressReport"], found["Brief"]) == (35, 26, 26)
    assert (found["Question"], found["BoardMeeting"], found["Expression"]) == (30, 3, 11)
    assert found["Member"] == 52  # every project has a facilitator and a deputy
    assert sample.skipped == {
        "sample expressions of kinds to come": 3,
        "workshops": 6,
        "triage questions": 6,
        "letters": 16,
        "industry enquiry types": 8,
        "surveys": 2,
        "metrics": 7,
    }


def test_a_second_time_changes_nothing(sample: Books) -> None:
    before = counts()
    again = import_file(PROGRAMME)
    assert counts() == before
    assert sum(again.added.values()) == 0
    assert again.here["projects"] == 26


@pytest.mark.sqlite_only
def test_a_week_later_changes_nothing_either(sample: Books, later: Callable[..., None]) -> None:
    before = counts()
    later(days=8)
    import_file(PROGRAMME)
    assert counts() == before


def test_what_was_edited_here_stays(sample: Books) -> None:
    with writing():
        edited = project(1)
        edited.title, edited.slug = "A title of our own", "a-slug-of-our-own"
        edited.briefs[0].aim = "Our aim"
        asha = db.session.scalars(select(Person).where(Person.name == "Asha Sample")).one()
        asha.email = "asha@new.example.org"
        db.session.scalars(select(Programme)).first().about = "Our words"  # type: ignore[union-attr]
    before = counts()
    import_file(PROGRAMME)
    assert counts() == before
    assert project(1).title == "A title of our own"
    assert project(1).briefs[0].aim == "Our aim"
    assert db.session.scalars(select(Programme).order_by(Programme.position)).first().about == (  # type: ignore[union-attr]
        "Our words"
    )


@pytest.mark.sqlite_only
def test_only_what_is_new_is_added(
    sample: Books, sample_with: Callable[..., Path], client: Visitor
) -> None:
    file = sample_with(
        ("  - id: P03\n    number: 3\n", "  - id: P90\n    number: 90\n"),
        ("slug: flexible-delivery-team", "slug: a-new-one"),
    )
    books = import_file(file)
    assert books.added == {"projects": 1}
    assert client.visit("/projects/a-new-one").heading.endswith("A flexible research delivery team")


@pytest.mark.sqlite_only
def test_an_address_taken_here_is_named_and_nothing_is_written(
    sample: Books, sample_with: Callable[..., Path]
) -> None:
    before = counts()
    with pytest.raises(BrokenFile) as broken:
        import_file(sample_with(("  - id: P03\n", "  - id: P90\n")))
    assert broken.value.lines == [
        "projects[2].slug: another project here has the address 'flexible-delivery-team'",
        "projects[2].number: another project here has the number 3",
    ]
    assert counts() == before


@pytest.mark.sqlite_only
def test_days_move_by_whole_weeks(sample: Books) -> None:
    assert project(1).started_on == date(2025, 9, 19) + shift()
    assert project(1).started_on.weekday() == date(2025, 9, 19).weekday()  # type: ignore[union-attr]
    first = expression("PP-0001")
    assert first.reply_by == date(2026, 11, 26) + shift()
    assert clock.local(first.received_at).date() == min(date(2026, 11, 21) + shift(), clock.today())
    assert project(1).objectives[0].activities[0]["due_on"] == str(date(2026, 7, 24) + shift())


@pytest.mark.sqlite_only
def test_every_programme_has_words_and_contacts(sample: Books) -> None:
    programmes = db.session.scalars(select(Programme).order_by(Programme.position)).all()
    assert [p.slug for p in programmes] == [
        "wm-progression-plan", "cw-portal", "mha-front-door", "ap-wm"
    ]  # fmt: skip
    assert all(p.contact_phone and p.formats_phone and p.sections for p in programmes)
    assert programmes[0].formats_phone == "0121 496 0101"
    assert programmes[1].formats_phone == programmes[1].contact_phone  # none named: the main one
    headings = [s.heading for s in programmes[3].sections]
    assert headings[0] == "Key theme 1: Know the starting point"
    assert len([h for h in headings if h.startswith("Key theme")]) == 5
    assert "What happens, step by step" in [s.heading for s in programmes[2].sections]


@pytest.mark.sqlite_only
def test_people_have_their_roles_and_no_password(sample: Books) -> None:
    people = {p.email.partition(".")[0]: p for p in db.session.scalars(select(Person))}
    standings = {name: standing_of(p, projects_of(p.id)) for name, p in people.items()}
    assert standings["asha"].all_programmes
    assert standings["asha"].has(Role.ADMINISTRATOR)
    grace = standings["grace"]
    portal = db.session.scalars(select(Programme).where(Programme.slug == "cw-portal")).one()
    assert grace.programmes == {portal.id}
    assert not grace.all_programmes
    assert standings["carys"].roles == {Role.BOARD}
    assert standings["ellen"].roles == {Role.FACILITATOR}
    assert {p.password for p in people.values()} == {None}


@pytest.mark.sqlite_only
def test_opportunities_keep_their_facts_and_questions(sample: Books) -> None:
    adverts = {o.slug: o for o in db.session.scalars(select(Opportunity))}
    champions = adverts["community-champions"]
    assert (champions.places, champions.amount_gbp, champions.payment_unit) == (12, 27.5, "hour")
    assert champions.place == "Coventry"
    assert [q.key for q in champions.questions] == ["why", "support"]
    assert [q.is_sensitive for q in champions.questions] == [False, True]
    inputs = {q.input for o in adverts.values() for q in o.questions}
    assert inputs <= {
        "textarea", "text", "radios", "checkboxes", "yes_no", "select", "year", "postcode"
    }  # fmt: skip
    assert {o.publication for o in adverts.values()} == {Publication.PUBLISHED, Publication.CLOSED}


def test_sample_expressions_have_lived_without_a_letter(sample: Books) -> None:
    statuses = {e.reference: e.status for e in db.session.scalars(select(Expression))}
    assert statuses["PP-0007"] is Status.NEEDS_INFO
    assert "PP-0008" not in statuses  # an industry enquiry: a kind to come
    asked = expression("PP-0007").messages
    assert [m.is_question for m in asked] == [True]
    assert expression("PP-0002").talk_at is not None
    assert expression("PP-0011").reason
    assert expression("PP-0013").answers[0].sealed is None  # withdrawn: locked answers went
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0
    for one in db.session.scalars(select(Expression)):
        assert one.assignments[-1].why
        verbs = db.session.scalars(
            select(Event.verb).where(Event.subject == one.event_subject).order_by(Event.id)
        )
        assert list(verbs)[:2] == ["receive", "assign"]


@pytest.mark.sqlite_only
def test_numbers_of_interested_people_are_true(sample: Books) -> None:
    for advert in db.session.scalars(select(Opportunity)):
        interested = db.session.scalar(
            select(func.count())
            .select_from(Expression)
            .where(Expression.opportunity_id == advert.id, Expression.status.in_(COUNTED))
        )
        assert advert.interest_count == interested


def test_what_is_loaded_is_found_and_recorded(sample: Books) -> None:
    found = matching("opportunity", "champion punjabi")
    assert found is not None
    slugs = select(Opportunity.slug).where(Opportunity.id.in_(found))
    assert db.session.scalars(slugs).all() == ["community-champions"]
    people = matching("expression", "PP-0001")
    assert people is not None
    assert db.session.scalars(people).all() == [expression("PP-0001").id]
    imported = select(func.count()).select_from(Event).where(Event.verb == "import")
    assert db.session.scalar(imported) == 4 + 5 + 15 + 26 + 16
    assert {
        e.actor_kind for e in db.session.scalars(select(Event).where(Event.verb == "import"))
    } == {events.ActorKind.SYSTEM}


@pytest.mark.sqlite_only
def test_the_public_sees_it(sample: Books, client: Visitor) -> None:
    assert "West Midlands Progression Plan" in client.visit("/").text
    assert "community research champion" in client.visit("/opportunities/community-champions").text
    assert "26 projects" in client.visit("/projects").text


@pytest.mark.sqlite_only
def test_staff_find_the_sample_expressions_at_work(app: Flask, client: Visitor) -> None:
    """The demonstration's password opens the demonstration to each of its people."""
    import_file(PROGRAMME, password="demonstration")
    page = client.visit("/sign-in")
    assert page.submit(
        {"email": "grace.example@example.org", "password": "demonstration"}
    ).path == ("/home")
    assert "Rowan Placeholder" in client.visit("/triage").text
    for reference in ("PP-0001", "PP-0003", "PP-0007"):
        assert reference in client.visit(f"/expressions/{reference}").text
    client.visit("/expressions/PP-0004", status=404)  # of a project that is not hers
    assert "Carer for a parent" in client.visit("/expressions/PP-0001").text
