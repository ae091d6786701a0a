"""Whatever people do, in whatever order: nobody is left without an answerer or a date."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppflow import clock, events
from ppflow.db import db, writing
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import LIFE
from ppflow.routing import acts as routing
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

ACTORS = ("facilitator", "deputy", "coordinator", "applicant", "outsider")
ACTS = st.lists(
    st.tuples(st.sampled_from([*LIFE.transitions, "claim", "undo"]), st.sampled_from(ACTORS)),
    max_size=12,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chosen=ACTS, is_general=st.booleans())
def test_open_ones_always_have_somebody_and_a_date(
    cast: Cast, register: Register, chosen: list[tuple[str, str]], is_general: bool
) -> None:
    other = register("Omar Oak", cast.panel)
    rosa = register("Rosa Reed", None if is_general else cast.panel)
    for verb, who in chosen:
        before = rosa.version
        try:
            with writing():
                _act(verb, rosa, _by(who, cast), cast, other)
        except (NotNow, NotAllowed, NotComplete, Conflict):
            db.session.refresh(rosa)
            assert rosa.version == before, f"{verb} was refused, and changed something"
        else:
            assert rosa.version > before
        if rosa.is_open:
            assert rosa.reply_by is not None
            assert rosa.assignee_id is not None or rosa.is_unrouted
        assert rosa.is_open == (rosa.closed_at is None)


def _by(who: str, cast: Cast) -> Any:
    return events.APPLICANT if who == "applicant" else standing(getattr(cast, who))


def _act(verb: str, rosa: Expression, by: Any, cast: Cast, other: Expression) -> None:
    if verb in {"claim", "undo"} and by is events.APPLICANT:
        raise NotAllowed
    if verb == "claim":
        routing.claim(rosa, by=by)
    elif verb == "undo":
        acts.undo(rosa, by=by)
    else:
        acts.perform(
            verb,
            rosa,
            by=by,
            body="Thank you.",
            talk_at=clock.now() + timedelta(days=3),
            talk_how="by phone",
            accept_by=clock.today() + timedelta(days=10),
            reason="full",
            to=cast.deputy.person,
            duplicate_of=other,
            next_reply_by=clock.today() + timedelta(days=6),
        )
