"""Write made-up expressions fast: rows in batches, one transaction, either database."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any, Final

from sqlalchemy import Table, func, select, text, update

from ppflow import clock
from ppflow.answers.models import Answers, FormVersion
from ppflow.answers.queries import wording_of
from ppflow.applicants.models import Applicant
from ppflow.db import Base, db, writing
from ppflow.errors import PpflowError
from ppflow.events import Event
from ppflow.expressions.models import Assignment, Expression
from ppflow.expressions.workflow import COUNTED
from ppflow.importing.chances import OPEN_SHARE
from ppflow.importing.made_up import Form, Maker, Rows, Target
from ppflow.importing.pouring import pour
from ppflow.importing.sample_answers import free_question
from ppflow.kinds import KINDS
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.projects.models import Member, Project
from ppflow.search import SearchEntry

BATCH: Final = 5000
CACHE_KIB: Final = 256 * 1024
NUMBERED: Final[tuple[type[Base], ...]] = (Applicant, Expression, Answers, Assignment, SearchEntry)
ORDER: Final[tuple[type[Base], ...]] = (*NUMBERED, Event)


def make_load(
    count: int, *, seed: int, told: Callable[[int], None], open_share: float = OPEN_SHARE
) -> None:
    """Add `count` expressions over the projects and opportunities that are here.

    `open_share` of 1 are still open. `told` is called with the number written so far. Raises
    `PpflowError` when there is no project.
    """
    with writing():
        _keep_others_out()
        laid_aside = _lay_indexes_aside(count)
        highest = {_table(model).name: _highest(model) for model in NUMBERED}
        drawn = Random(f"{seed} after {highest['expression']}")  # noqa: S311 - made-up data
        forms = {kind: _form(kind) for kind in KINDS}
        maker = Maker(drawn, targets(), forms, highest, clock.now(), open_share)
        interest: Counter[tuple[type[Base], int]] = Counter()
        for first in range(1, count + 1, BATCH):
            rows = maker.batch(first, min(BATCH, count + 1 - first))
            for model in ORDER:
                pour(_table(model), rows[_table(model).name])
            interest.update(_interested(rows))
            told(min(first + BATCH - 1, count))
        for definition in laid_aside:
            db.session.execute(text(definition))
        _count(interest)
        _raise_sequences()


def targets() -> list[Target]:
    """Published opportunities, projects, and one general thing for each programme."""
    people: dict[int, list[int]] = {}
    now = select(Member.project_id, Member.person_id).where(Member.until_on.is_(None))
    for project_id, person_id in db.session.execute(now.order_by(Member.id)):
        people.setdefault(project_id, []).append(person_id)
    found = [
        Target(o.programme_id, o.project_id, o.id, o.title, o.expression_kind,
               tuple(people.get(o.project_id, ())))
        for o in db.session.scalars(
            select(Opportunity)
            .where(Opportunity.publication == Publication.PUBLISHED)
            .order_by(Opportunity.id)
        )
    ]  # fmt: skip
    projects = db.session.scalars(select(Project).order_by(Project.id)).all()
    for p in projects:
        who = tuple(people.get(p.id, ()))
        found.append(Target(p.programme_id, p.id, None, p.title, "staff_volunteer", who))
    if not found:
        raise PpflowError("There is no project to be interested in. Load some first: ppflow demo")
    return found


def _form(kind: str) -> Form:
    """The kind's free question, with its wording kept as the answers of a real form keep it."""
    page, question = free_question(kind)
    wording = {question.key: wording_of(page.group, question, ())} if question else {}
    body = json.dumps(["made up", kind, wording], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(body.encode()).hexdigest()
    version = db.session.scalars(select(FormVersion).where(FormVersion.digest == digest)).first()
    if version is None:
        version = FormVersion(digest=digest, kind=kind, wording=wording)
        db.session.add(version)
        db.session.flush()
    is_sealed = question is not None and question.is_sealed
    return Form(version.id, question.key if question else "", is_sealed)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _highest(model: type[Base]) -> int:
    return db.session.scalar(select(func.max(_table(model).c.id))) or 0


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def _keep_others_out() -> None:
    """We choose ids ourselves. On SQLite the write lock keeps others out; more memory for its
    pages saves writing each of them many times."""
    if _is_postgresql():
        names = ", ".join(_table(model).name for model in NUMBERED)
        db.session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    else:
        db.session.execute(text(f"PRAGMA cache_size = -{CACHE_KIB}"))


def _lay_indexes_aside(count: int) -> list[str]:
    """How to make the indexes again that were dropped for the time of the load.

    PostgreSQL makes an index of a whole table in a fraction of the time that it takes row by row;
    worth it where more rows come than are there. Those that keep rows unique stay.
    """
    if not _is_postgresql() or count < max(BATCH, _highest(Expression)):
        return []
    found = db.session.execute(
        text(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i "
            "JOIN pg_class c ON c.relname = i.indexname "
            "AND c.relnamespace = i.schemaname::regnamespace "
            "JOIN pg_index x ON x.indexrelid = c.oid "
            "WHERE i.schemaname = current_schema() AND i.tablename = ANY(:tables) "
            "AND NOT x.indisunique ORDER BY i.indexname"
        ),
        {"tables": [_table(model).name for model in ORDER]},
    ).all()
    for name, _ in found:
        db.session.execute(text(f'DROP INDEX "{name}"'))
    return [definition for _, definition in found]


def _raise_sequences() -> None:
    if _is_postgresql():
        for model in NUMBERED:
            name = _table(model).name
            db.session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), :highest)"),
                {"highest": _highest(model)},
            )


def _interested(rows: Rows) -> list[tuple[type[Base], int]]:
    found: list[tuple[type[Base], int]] = []
    for row in rows["expression"]:
        if row["status"] in COUNTED:
            if row["opportunity_id"]:
                found.append((Opportunity, row["opportunity_id"]))
            elif row["project_id"]:
                found.append((Project, row["project_id"]))
    return found


def _count(interest: Counter[tuple[type[Base], int]]) -> None:
    for (model, thing_id), people in interest.items():
        table: Any = _table(model)
        db.session.execute(
            update(table)
            .where(table.c.id == thing_id)
            .values(interest_count=table.c.interest_count + people)
        )
