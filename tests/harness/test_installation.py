"""Each test has an installation of its own, on both databases."""

from flask import Flask
from sqlalchemy import func, select

from ppflow import keys
from ppflow.db import db, writing
from ppflow.people.models import Person
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor


def _people() -> int:
    return db.session.scalar(select(func.count(Person.id))) or 0


def test_what_one_test_wrote(app: Flask) -> None:
    with writing():
        db.session.add(Person(name="Ann", email="ann@test", fs_uniquifier=keys.new_token()))
    assert _people() == 1


def test_another_does_not_see(app: Flask, database: str) -> None:
    assert _people() == 0
    assert db.engine.dialect.name == database


def test_the_cast_signs_in(client: Visitor, cast: Cast, app: Flask) -> None:
    sign_in(client, cast.facilitator)
    with client.session_transaction() as session:
        assert "sid" in session
    assert cast.facilitator.person.name == "Farah Aziz"
