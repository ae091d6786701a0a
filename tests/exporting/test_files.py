"""A list as a file: what may be seen and no more, nothing that starts by itself, an event each."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.exporting import queries, words
from ppflow.expressions.models import Message, Note
from ppflow.projects.models import Member
from tests.bulk.conftest import Many, fresh, pick, the_run
from tests.exporting.conftest import BUTTONS, SHEET, rows_of_csv, sheet_of, taken, texts_of, worded
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn, Statements


def test_one_line_for_each_form_in_the_order_of_the_list(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    chosen = many(3)
    rows = rows_of_csv(taken(as_staff(cast.facilitator), whom="all"))
    assert rows[0][: len(queries.FACTS)] == list(queries.FACTS)
    assert [row[0] for row in rows[1:]] == [each.reference for each in chosen]
    rosa = dict(zip(rows[0], rows[1], strict=True))
    assert (rosa["First name"], rosa["Email"]) == ("Rosa", chosen[0].applicant.email)
    assert (rosa["Status"], rosa["Opportunity"]) == ("New", cast.panel.title)


def test_both_files_hold_the_same(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    browser, chosen = as_staff(cast.facilitator), many(2)
    lines = rows_of_csv(taken(browser, chosen))
    texts = texts_of(taken(browser, chosen, "xlsx"))
    days = {"Form came on", "Reply by", "Last contact on", "Closed on"}
    for line in lines[1:]:
        told = dict(zip(lines[0], line, strict=True))
        assert all(value in texts for name, value in told.items() if value and name not in days)


def test_only_what_is_ticked(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    _rosa, omar, _lea = many(3)
    rows = rows_of_csv(taken(as_staff(cast.facilitator), [omar]))
    assert [row[0] for row in rows[1:]] == [omar.reference]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_note_no_message_and_no_sensitive_answer(
    kind: str, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Each of them holds a word that stands nowhere else."""
    rosa = register(
        "Rosa Reed", cast.panel,
        plain={"why": "walnut", "mood": "chestnut", "lift": "hazelnut"},
        sealed={"my_condition": "asthmaword", "access": "largeprintword"},
    )  # fmt: skip
    worded(rosa.kind, why="plain", mood="may_reveal", my_condition="special", access="may_reveal")
    with writing():
        db.session.add(Note(expression_id=rosa.id, by_id=cast.deputy.id, body="noteword"))
        db.session.add(Message(expression_id=rosa.id, body="messageword"))
    content = taken(as_staff(cast.facilitator), [rosa], kind)
    everything = content.decode() if kind == "csv" else " ".join(texts_of(content))
    assert "walnut" in everything
    for secret in ("chestnut", "hazelnut", "asthmaword", "largeprintword", "noteword",
                   "messageword"):  # fmt: skip
        assert secret not in everything


def test_an_answer_once_marked_as_a_need_stays_out(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, plain={"why": "walnut"})
    worded(rosa.kind, why="plain")
    version = fresh(rosa).answers[0].form_version
    with writing():
        version.wording = {"why": {**version.wording["why"], "is_need": True}}
    assert b"walnut" not in taken(as_staff(cast.facilitator), [rosa])


def test_the_newest_answers_count(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel, plain={"why": "walnut"})
    worded(rosa.kind, why="plain")
    with writing():
        old = fresh(rosa).answers[0]
        new = type(old)(expression_id=rosa.id, number=2, plain={"why": "acorn"},
                        form_version_id=old.form_version_id)  # fmt: skip
        db.session.add(new)
    rows = rows_of_csv(taken(as_staff(cast.facilitator), [rosa]))
    assert rows[1][-1] == "acorn"


def test_a_form_lost_meanwhile_is_not_in_the_file(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """The page stood open while the project went to somebody else."""
    page = pick(as_staff(cast.deputy), "export", many(2))
    with writing():
        member = db.session.scalars(select(Member).where(Member.person_id == cast.deputy.id)).one()
        member.until_on = member.since_on
    page.submit(button=BUTTONS["csv"], status=422)


def test_each_download_is_an_event_with_the_number(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    browser, chosen = as_staff(cast.facilitator), many(3)
    taken(browser, chosen)
    taken(browser, chosen[:1], "xlsx")
    made = db.session.scalars(select(Event).where(Event.verb == "export").order_by(Event.id)).all()
    assert [(each.reason, each.fields) for each in made] == [
        ("3 forms", ["csv"]), ("1 forms", ["xlsx"])
    ]  # fmt: skip
    assert {each.actor_id for each in made} == {cast.facilitator.id}
    assert all(fresh(each).version == 1 for each in chosen)


def test_looking_at_the_page_takes_nothing_away(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    page = pick(as_staff(cast.facilitator), "export", many(2))
    assert page.heading == "Download: 2 forms"
    assert db.session.scalars(select(Event).where(Event.verb == "export")).all() == []


def test_above_25_the_number_is_typed(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    many(26)
    page = pick(as_staff(cast.facilitator), "export", whom="all")
    page = page.submit(button=BUTTONS["csv"], status=422)
    assert page.errors == ["Type 26 in the box, so that we know that you mean so many."]
    answer = page.send({"number": "26"}, button=BUTTONS["csv"])
    assert len(rows_of_csv(answer.get_data())) == 27


def test_a_download_is_its_owners_alone(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    pick(as_staff(cast.facilitator), "export", many(2))
    address = f"/triage/export/{the_run().key}"
    assert as_staff(cast.coordinator).get(address).status_code == 404
    for onlooker in (cast.board_member, cast.administrator):
        assert as_staff(onlooker).get(address).status_code == 403


def test_the_answer_is_a_file_that_nobody_stores(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    page = pick(as_staff(cast.facilitator), "export", many(1))
    for kind, button in BUTTONS.items():
        answer = page.send(button=button)
        assert answer.headers["Content-Type"] == words.TYPES[kind]
        assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_unknown_kind_of_file_is_refused(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    browser = as_staff(cast.facilitator)
    page = pick(browser, "export", many(1))
    token = page.soup.find(attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    assert browser.post(page.path, data={"kind": "exe", "csrf_token": token}).status_code == 400


# --- nothing starts by itself ---------------------------------------------------------------------


@pytest.mark.sqlite_only
def test_a_guarded_cell_gets_an_apostrophe_and_no_more(dangerous: list[str]) -> None:
    for text in [*dangerous, "\r=1", "\n=1", "\0=1", "＋1", "－1", "＠1", "'=1"]:
        assert words.guarded(text) == f"'{text}"
    for text in ("", "Rosa", "2 - 1", "O’Neill", "a=b", "rosa@mail.example", "'quoted'"):
        assert words.guarded(text) == text


def test_no_name_is_read_as_a_formula(
    cast: Cast, many: Many, dangerous: list[str], as_staff: SignedIn
) -> None:
    chosen = many(len(dangerous))
    with writing():
        for each, text in zip(chosen, dangerous, strict=True):
            fresh(each).applicant.first_name = text
    browser = as_staff(cast.facilitator)
    names = [row[1] for row in rows_of_csv(taken(browser, whom="all"))[1:]]
    assert names == [f"'{text}" for text in dangerous]
    content = taken(browser, kind="xlsx", whom="all")
    cells = list(sheet_of(content).iter(f"{SHEET}c"))
    assert all(cell.find("{*}f") is None for cell in cells)
    assert set(dangerous) <= set(texts_of(content))


# --- many -----------------------------------------------------------------------------------------


@pytest.mark.sqlite_only
def test_a_batch_costs_two_statements(
    cast: Cast, many: Many, as_staff: SignedIn, statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    many(12)
    pick(as_staff(cast.facilitator), "export", whom="all")
    run_id, by = the_run().id, standing(cast.facilitator)
    db.session.rollback()
    monkeypatch.setattr(queries, "BATCH", 5)
    with statements() as seen:
        rows = list(queries.rows(run_id, by, []))
    assert len(rows) == 12
    assert len([each for each in seen if each.startswith("SELECT")]) == 6
