"""How every edit page behaves: drawn in groups, checked, saved once, and kept on conflict.

A sheet is shown by GET. A POST with a slip comes back as 422, one made on an old version as 409
with both values; both keep what was typed. What is right is saved and leads on by 303.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, Final

from flask import Response, request

from ppflow import access, web
from ppflow.db import db
from ppflow.editing import queries
from ppflow.editing.queries import LastChange
from ppflow.errors import NotComplete
from ppflow.events import HasEvents
from ppflow.fields import Rows, in_words, label_of, values_of
from ppflow.forms import PageForm, drawn
from ppflow.programmes.forms import Groups

WORDS_SHOWN: Final = 40  # of a row, in the list of what is on the page
Link = tuple[str, str]
Difference = tuple[str, str, str]


@dataclass
class Sheet:
    """One edit page: where it leads, what stands round the form, which version it was read at."""

    title: str
    back: Link
    thing: HasEvents | None = None
    version: int = 0
    intro: str = ""
    button: str = "Save"
    links: Sequence[tuple[str, str, bool]] = ()
    saved: str = "Saved."
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def is_old(self) -> bool:
        """What was posted was made on an earlier version than the one that stands."""
        return request.form.get("version", type=int) != self.version


def actor() -> Any:
    """Whoever edits, as the record of events names them."""
    return access.standing().actor


# --- a form of fields ---------------------------------------------------------------------------


def fill_in(
    sheet: Sheet,
    make: Callable[..., PageForm],
    save: Callable[[dict[str, Any]], Response | str | None],
) -> Response:
    """Show the form, or save what was posted.

    `make()` gives the form as posted, or as it stands; `make(formdata=None)` always the latter.
    `save` changes the thing and gives where to go on to, a page to show instead, or None: back.
    """
    form = make()
    if request.method != "POST":
        return draw(sheet, form)
    if sheet.is_old:
        return _conflict(sheet, form, make(formdata=None))
    if not form.validate():
        return draw(sheet, form, status=422)
    try:
        outcome = save(values_of(form))
    except NotComplete as error:
        bound = form._fields.get(error.field)
        if bound is not None:
            bound.errors = [*bound.errors, str(error)]
        return draw(sheet, form, status=422, errors=form.error_list() or [("", str(error))])
    return finish(sheet, outcome)


def finish(sheet: Sheet, outcome: Response | str | None) -> Response:
    """Keep what was changed, say so, and lead on; a page made instead was not a change."""
    if isinstance(outcome, Response):
        return outcome
    db.session.commit()
    web.say(sheet.saved)
    return web.see_other(outcome or sheet.back[1])


def draw(sheet: Sheet, form: PageForm, *, status: int = 200, **context: Any) -> Response:
    """The page with its form."""
    groups: Groups = form.groups  # type: ignore[attr-defined]
    parts = [
        {
            "id": f"part-{n}",
            "words": heading,
            "fields": [drawn(form[name]) for name in names],
            "wrong": sum(bool(form[name].errors) for name in names),
        }
        for n, (heading, names) in enumerate(groups, start=1)
    ]
    context = {"errors": form.error_list(), **sheet.context, **context}
    return _page("editing/form.html", status, sheet=sheet, parts=parts, **context)


def _conflict(sheet: Sheet, form: PageForm, present: PageForm) -> Response:
    form.validate()
    differences = [
        (label_of(bound), in_words(present[name]), in_words(bound))
        for name, bound in form._fields.items()
        if name != "csrf_token" and in_words(present[name]) != in_words(bound)
    ]
    return draw(sheet, form, status=409, conflict=Conflict.of(sheet, differences))


@dataclass(frozen=True)
class Conflict:
    """What stands beside a form that was made on an old version: (field, now, typed)."""

    last: LastChange | None
    differences: Sequence[Difference]

    @classmethod
    def of(cls, sheet: Sheet, differences: Sequence[Difference]) -> Conflict:
        return cls(queries.last_change(sheet.thing) if sheet.thing else None, differences)


def _page(template: str, status: int, **context: Any) -> Response:
    if status == 200 and request.method != "POST":
        return web.personal(web.page(template, **context))
    return web.personal(web.invalid(template, status=status, **context))


# --- a list of rows -----------------------------------------------------------------------------


def fill_in_rows(
    sheet: Sheet,
    rows: Rows,
    save: Callable[[list[dict[str, Any]]], None],
    present: Callable[[], Sequence[str]],
    name: str,
) -> Response:
    """Show the rows, give another empty one, or save them all.

    `name` is what one row is called; `present` says in words how the list stands, for a conflict.
    """
    if request.method != "POST":
        return _draw_rows(sheet, rows, name)
    if sheet.is_old:
        typed = [" · ".join(_words_of_row(row)) for row in rows.rows if not row.is_blank]
        both = [("The list", "\n".join(present()), "\n".join(typed))]
        return _draw_rows(sheet, rows, name, status=409, conflict=Conflict.of(sheet, both))
    if request.form.get("act") == "another":
        return _draw_rows(sheet, rows, name)
    if not rows.validate():
        return _draw_rows(sheet, rows, name, status=422, errors=rows.error_list())
    try:
        save(rows.values())
    except NotComplete as error:
        return _draw_rows(sheet, rows, name, status=422, errors=[(error.field, str(error))])
    return finish(sheet, None)


def _words_of_row(row: Any) -> list[str]:
    return [in_words(row[name]) for name in row.fields if in_words(row[name])]


def _draw_rows(sheet: Sheet, rows: Rows, name: str, *, status: int = 200, **more: Any) -> Response:
    parts = []
    for n, row in enumerate(rows.rows, start=1):
        first = in_words(row[row.fields[0]])  # type: ignore[attr-defined]
        is_new = not row.key.data
        fields = [drawn(row[name]) for name in row.fields]  # type: ignore[attr-defined]
        parts.append(
            {
                "id": f"part-{n}",
                "words": shorten(first, WORDS_SHOWN, placeholder=" …") or f"{name} {n}",
                "heading": f"{name} {n}{' (new)' if is_new else ''}",
                "key": row.key,
                "fields": fields,
                "remove": None if is_new and row.is_blank else drawn(row.remove),
                "wrong": sum(bool(each.error) for each in fields),
            }
        )
    context = {"errors": [], **sheet.context, **more}
    return _page("editing/rows.html", status, sheet=sheet, parts=parts, name=name, **context)
