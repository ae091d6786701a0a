"""`/triage/export`: a list of forms as a file. Each download is a POST, and an event."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request

from ppflow import access, clock, web
from ppflow.access import Standing
from ppflow.bulk.forms import GoForm, wrong_number
from ppflow.bulk.models import BulkRun
from ppflow.bulk.queries import run_of
from ppflow.bulk.workflow import EXPORT, TYPED_ABOVE
from ppflow.db import db, end_writing
from ppflow.exporting import acts, queries, words
from ppflow.triage.routes import refuse_onlookers

pages = Blueprint("exporting", __name__, url_prefix="/triage/export")


def _mine(key: str) -> tuple[BulkRun, Standing]:
    standing = access.standing()
    refuse_onlookers(standing)
    run = run_of(key, standing)
    return (run, standing) if run is not None and run.act == EXPORT else abort(404)


@pages.get("/<key>")
@access.staff()
def ask(key: str) -> Response:
    """What would stand in the file, and the buttons that make it."""
    return _page(*_mine(key))


def _page(
    run: BulkRun, standing: Standing, form: GoForm | None = None, status: int = 200
) -> Response:
    form, many = form or GoForm(formdata=None), queries.how_many(run.id, standing)
    context: dict[str, Any] = {
        "run": run,
        "many": many,
        "headings": [*queries.FACTS, *(each.heading for each in queries.questions(run.id))],
        "is_typed": many > TYPED_ABOVE,
        "form": form,
        "errors": form.error_list(),
    }
    return web.personal(web.page("exporting/export.html", status, **context))


@pages.post("/<key>")
@access.staff()
def take_away(key: str) -> Response:
    """The file itself, line after line as it is read."""
    run, standing = _mine(key)
    kind, form = request.form.get("kind", ""), GoForm()
    if kind not in words.TYPES:
        abort(400)
    many = queries.how_many(run.id, standing)
    wrong = wrong_number(form, many)
    if wrong or not many:
        end_writing()
        form.number.errors = [wrong] if wrong else []
        return _page(run, standing, form, 422)
    acts.take_away(run, many, kind, by=standing)
    run_id, asked = run.id, queries.questions(run.id)
    db.session.commit()
    heading = [*queries.FACTS, *(each.heading for each in asked)]
    make = words.as_csv if kind == words.CSV else words.as_xlsx
    parts = make(heading, queries.rows(run_id, standing, asked))
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    answer = Response(_in_context(app, parts))
    answer.headers["Content-Type"] = words.TYPES[kind]
    name = f"forms-{clock.today().isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return web.personal(answer)


def _in_context(app: Flask, parts: Generator[bytes]) -> Generator[bytes]:
    """Each part in a context of its own: the request has ended when a slow reader takes them.

    Who goes away in the middle ends the reading too.
    """
    with closing(parts):
        while True:
            with app.app_context():
                part = next(parts, None)
            if part is None:
                return
            yield part


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
