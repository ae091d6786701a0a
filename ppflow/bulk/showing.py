"""The pages of an act on many: what it asks, what it would do, and what came of it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from ppflow import faults, web
from ppflow.access import Standing
from ppflow.bulk import acts, keeping, letters, mail, queries
from ppflow.bulk.forms import GoForm, ManyForm
from ppflow.bulk.models import BulkRun, RunState, Told
from ppflow.bulk.words import TOLD_WORDS, came_words, undo_until, undo_words
from ppflow.bulk.workflow import ACTS, IN_BACKGROUND, TYPED_ABOVE
from ppflow.db import db, end_writing
from ppflow.errors import NotComplete
from ppflow.forms import drawn

DONE_ONCE = "You did this already. It was done once."


def asking(
    run: BulkRun, standing: Standing, form: ManyForm, status: int = 200, **more: Any
) -> Response:
    """The fields of the act and, once they are filled in, everything that will happen."""
    act = ACTS[run.act]
    context: dict[str, Any] = {"run": run, "act": act, "form": form, "drawn": drawn, "found": None}
    context |= {"go": GoForm(formdata=None), "errors": form.error_list(), "many": mail.many_words}
    if run.state is RunState.READY and not context["errors"]:
        asked = keeping.asked(run, standing)
        found = mail.foresee(asked, run.id)
        context |= {
            "found": found,
            "letters": mail.letters_of(asked, found),
            "sample": mail.sample(asked, found, request.args.get("letter", "")),
            "named": letters.name_of,
            "value_of": letters.value_of,
            "button_words": mail.button_words(act, found),
            "undo_words": undo_words(asked, found),
            "is_typed": found.many > TYPED_ABOVE,
            "is_told": asked.to is not None and asked.to.person_id != standing.person_id,
            "is_in_background": run.total > IN_BACKGROUND,
        }
    else:
        context["own_kept"] = sum(item.sealed is not None for item in queries.items(run.id))
    return web.personal(web.page("bulk/act.html", status, **{**context, **more}))


def incomplete(run: BulkRun, standing: Standing, form: ManyForm, missing: NotComplete) -> Response:
    """422: what is missing stands beside its field; letters that somebody changed are kept."""
    db.session.commit()
    end_writing()
    if missing.field in form:
        form[missing.field].errors = [str(missing)]
    errors = form.error_list() or [(missing.field, str(missing))]
    return asking(run, standing, form, 422, errors=errors)


def begun(run: BulkRun, standing: Standing, form: ManyForm, words: str) -> Response:
    """It was carried out already, perhaps by pressing twice. Other words than went come back."""
    here, kept = f"/triage/bulk/{run.key}", keeping.other_words(run, standing, form)
    if kept:
        return faults.page(409, message=words, kept=kept, again_href=here)
    web.say(DONE_ONCE)
    return web.see_other(here)


def results(run: BulkRun, standing: Standing) -> Response:
    """How far it is, then what came of each."""
    act, came = ACTS[run.act], queries.came(run, standing)
    context: dict[str, Any] = {
        "run": run,
        "act": act,
        "came": came,
        "words": came_words(act, run, came),
        "until": undo_until(act, acts.kept_details(run.sealed), run, came),
        "by_hand": Told.BY_HAND in came.told,
        "told_words": TOLD_WORDS,
    }
    answer = web.page("bulk/result.html", fragments={"progress": "progress"}, **context)
    return web.personal(answer)
