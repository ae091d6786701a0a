"""Drafts: begin, save, come back, forget. All in the caller's transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from ppflow import clock, config, keys, letters, limits
from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.errors import NotNow
from ppflow.letters import About, Recipient
from ppflow.outbox.models import PRIVATE_LINK, Letter
from ppflow.registering.queries import Target
from ppflow.registering.workflow import Journey
from ppflow.statements import change_now, insert_all

A_DAY: Final = timedelta(days=1)
LINKS_A_DAY: Final = 3  # mailed ways back, of one form and to one address


def kept() -> timedelta:
    """How long a form that is not sent is kept; counted from when it was last saved."""
    return timedelta(days=config.current().retention_drafts_days)


def begin(journey: Journey, *, entered_by: int | None = None) -> str:
    """Keep a new form that is being filled in; the key that its browser holds."""
    key, target, about = keys.new_token(), journey.target, journey.target.context
    draft = Draft(
        key_hash=keys.token_hash(key),
        submission_key=keys.new_token(),
        kind=target.kind.key,
        programme_id=about.programme.id,
        opportunity_id=about.opportunity.id if about.opportunity else None,
        project_id=about.project.id if about.project else None,
        entered_by_id=entered_by,
        **_saved(journey),
    )
    insert_all([draft])
    return key


def save(draft: Draft, journey: Journey) -> None:
    """Keep the answers so far, encrypted. Their time counts from now."""
    change_now(draft, **_saved(journey), version=draft.version + 1)


def _saved(journey: Journey) -> dict[str, Any]:
    return {
        "sealed": keys.seal({"answers": journey.answers, "done": journey.done}),
        "updated_at": clock.now(),
        "expires_at": clock.now() + kept(),
    }


def journey_of(target: Target, draft: Draft | None) -> Journey:
    """The journey as it was left."""
    document = keys.unseal(draft.sealed) if draft else {}
    return Journey(target, document.get("answers", {}), document.get("done", []))


def forget(draft: Draft) -> None:
    """Keep nothing of it. A letter that leads back to it leads nowhere then."""
    db.session.delete(draft)


def mail_way_back(draft: Draft, target: Target, address: str) -> Letter:
    """Mail a link back to this form; those mailed before are dead at once.

    Nothing typed goes with it. Raises `NotNow` after three.
    """
    for what in (f"draft {draft.id}", address):
        if limits.count("way-back", what, A_DAY) > LINKS_A_DAY:
            raise NotNow("We sent this link three times today. Please look in your junk mail.")
    draft.return_generation += 1
    draft.return_hash = keys.token_hash(keys.draft_token(draft.id, draft.return_generation))
    programme = target.context.programme
    rendered = letters.render(
        "draft-return-link",
        link=PRIVATE_LINK,
        kept_until=draft.expires_at,
        programme=programme,
        phone=target.phone,
    )
    about = About(
        reply_to=target.email,
        programme_id=programme.id,
        link_draft_id=draft.id,
        link_generation=draft.return_generation,
    )
    return letters.write("draft-return-link", rendered, Recipient(address, ""), about)
