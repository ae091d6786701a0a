"""The queue: who waits for an answer, by view, with search and filters."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, Response, abort, request
from werkzeug.datastructures import MultiDict

from ppflow import access, web
from ppflow.access import Role, Standing
from ppflow.bulk.workflow import LISTED
from ppflow.triage import counting, finding, forms, queries, showing
from ppflow.triage.forms import Asked
from ppflow.triage.options import Options, stamped
from ppflow.triage.workflow import ALL, WORK

pages = Blueprint("triage", __name__)

ONLY_COUNTS: Final = (Role.BOARD, Role.ADMINISTRATOR)  # they never see an applicant's details
BULK_ACTS: Final = [("", "Choose what to do"), *((act.key, act.label) for act in LISTED.values())]
SAVED_COUNTED: Final = 10  # saved views with a number beside them; words in one cost too much


def refuse_onlookers(standing: Standing) -> None:
    """403 for those whose role never sees an applicant; others see what is theirs, or nothing."""
    answers = standing.has(Role.COORDINATOR, Role.FACILITATOR)
    if standing.has(*ONLY_COUNTS) and not answers:
        abort(403)


@pages.get("/triage")
@access.staff()
def queue() -> Response:
    """One page of the queue of what this person may see."""
    standing = access.standing()
    refuse_onlookers(standing)
    return show(standing)


def show(standing: Standing, status: int = 200, **chosen: Any) -> Response:
    """The list of the address; `chosen` is what was ticked and asked, where it is shown again."""
    asked = forms.read(request.args, standing)
    is_list = request.headers.get("HX-Target") == "queue-area"  # the views do not change
    groups = () if is_list else tuple(forms.views_for(standing, each) for each in (WORK, ALL))
    offered, stamp = stamped(standing)
    asked = finding.with_hits(asked, stamp)
    page = queries.page(asked, standing)
    counted = counting.count(
        asked,
        standing,
        stamp,
        tuple([view for group in groups for view in group]),
        () if is_list else _counted_of(offered, standing),
        counting.BESIDE_TO,
    )
    beside = showing.beside(asked, offered, counted, groups)
    context: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "rows": showing.rows(page.rows, asked),
        "counted": counted,
        "count_to": counting.COUNT_TO,
        "most_found": finding.MOST_FOUND,
        "beside": beside,
        "chips": showing.chips(asked, beside.filters),
        "here": request.query_string.decode(),
        "bulk_acts": BULK_ACTS,
        "picked": (),
        "chosen_whom": "picked",
        "chosen_act": "",
        "errors": [],
        **chosen,
    }
    answer = web.page("triage/queue.html", status, fragments={"queue-area": "area"}, **context)
    return web.personal(answer)


def _counted_of(offered: Options, standing: Standing) -> tuple[Asked, ...]:
    """The saved views that get a number: few, and none that searches for words."""
    found = [read_query(query, standing) for query, _ in offered.saved]
    return tuple(each for each in found if not each.q)[:SAVED_COUNTED]


def read_query(query: str, standing: Standing) -> Asked:
    """The list that a saved query means to this person."""
    return forms.read(MultiDict(parse_qsl(query)), standing)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
