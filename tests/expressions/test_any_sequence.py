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
from ppflow.expressions.workflow import AT_WORK, LIFE, Status
from ppflow.opportunities.models import Opportunity
from ppflow.places import acts as places
from ppflow.releasing import acts as releasing
from ppflow.routing import acts as routing
from ppflow.talks import acts as talks
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

ACTORS = ("facilitator", "deputy", "coordinator", "applicant", "outsider")
BESIDE = ("claim", "undo", "prepare", "put_away", "release", "decide_on", "go_on", "no_time")
ACTS = st.lists(
    st.tuples(st.sampled_from([*LIFE.transitions, *BESIDE]), st.sampled_from(ACTORS)),
    max_size=14,
)
SOON = clock.now() + timedelta(days=3)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chosen=ACTS, is_general=st.booleans(), is_joint=st.booleans())
def test_open_ones_always_have_somebody_and_a_date(
    cast: Cast,
    register: Register,
    chosen: list[tuple[str, str]],
    is_general: bool,
    is_joint: bool,
) -> None:
    other = register("Omar Oak", cast.panel)
    rosa = register("Rosa Reed", None if is_general else cast.panel)
    with writing():
        panel = db.session.get_one(Opportunity, cast.panel.id)
        panel.is_joint_release = is_joint
    for verb, who in chosen:
        before = rosa.version
        try:
            with writing():
                _act(verb, rosa, _by(who, cast), cast, other)
        except (NotNow, NotAllowed, NotComplete, Conflict):
            db.session.refresh(rosa)
            assert rosa.version == before, f"{verb} was refused, and changed something"
        else:
            assert rosa.version > before or verb in {"release", "decide_on"}  # nobody to tell
        if rosa.is_open:
            assert rosa.reply_by is not None
            assert rosa.assignee_id is not None or rosa.is_unrouted
        assert rosa.is_open == (rosa.closed_at is None)
        assert (rosa.pending is None) == (rosa.pending_verb is None)
        assert rosa.pending_verb is None or rosa.status in AT_WORK
        assert rosa.talk_times is None or rosa.status is Status.NEEDS_INFO


def _by(who: str, cast: Cast) -> Any:
    return events.APPLICANT if who == "applicant" else standing(getattr(cast, who))


def _act(verb: str, rosa: Expression, by: Any, cast: Cast, other: Expression) -> None:
    if verb in BESIDE:
        _beside(verb, rosa, by, cast)
    else:
        acts.perform(
            verb,
            rosa,
            by=by,
            body="Thank you.",
            talk_at=SOON,
            talk_times=[SOON, SOON + timedelta(days=1)],
            talk_how="By phone",
            opportunity=db.session.get_one(Opportunity, cast.other_panel.id),
            alternatives=[cast.other_panel.slug],
            accept_by=clock.today() + timedelta(days=10),
            reason="full",
            to=cast.deputy.person,
            duplicate_of=other,
            next_reply_by=clock.today() + timedelta(days=6),
        )


def _beside(verb: str, rosa: Expression, by: Any, cast: Cast) -> None:
    """Acts that stand beside the table; they come to `perform` or change no status."""
    if by is events.APPLICANT:
        if verb == "go_on":
            places.carry_over(rosa, db.session.get_one(Opportunity, cast.other_panel.id), by=by)
        elif verb == "no_time":
            talks.ask_for_call(rosa, "")
        else:
            raise NotAllowed
    elif verb == "claim":
        routing.claim(rosa, by=by)
    elif verb == "undo":
        acts.undo(rosa, by=by)
    elif verb == "prepare":
        releasing.prepare(
            "offer", rosa, by=by, accept_by=clock.today() + timedelta(days=10), body="Welcome"
        )
    elif verb == "put_away":
        releasing.put_away(rosa, by=by)
    elif verb == "release":
        panel = db.session.get_one(Opportunity, cast.panel.id)
        releasing.release(panel, {rosa.id: rosa.version}, by=by)
    elif verb == "decide_on":
        panel = db.session.get_one(Opportunity, cast.panel.id)
        places.decide_on(panel, clock.today() + timedelta(days=9), "We need longer.", by=by)
    else:
        raise NotAllowed
