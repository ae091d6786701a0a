"""The digests as letters: counts, references and links; never a word about an applicant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ppflow import config, letters
from ppflow.db import db
from ppflow.digests.overview import Overview
from ppflow.digests.queries import Facilitators, Reader
from ppflow.letters import About, Recipient
from ppflow.outbox.models import Letter
from ppflow.programmes.models import Programme
from ppflow.web import plural

SHOWN = 10  # lines of one list; the rest is a number and a link


def to_facilitator(reader: Reader, theirs: Facilitators) -> Letter:
    """What waits for one person."""
    counts = {
        "overdue": len(theirs.overdue),
        "to answer now": len(theirs.now),
        "wrote back": len(theirs.replied),
        "new": len(theirs.new),
    }
    return _write("staff-digest-facilitator", reader, counts, theirs=theirs)


def to_coordinator(reader: Reader, overview: Overview) -> Letter:
    """How the programmes of one person stand."""
    counts = {
        "unrouted": len(overview.unrouted),
        "late for 2 days or more": len(overview.escalated),
        "new": len(overview.new),
    }
    return _write("staff-digest-coordinator", reader, counts, overview=overview)


def _write(name: str, reader: Reader, counts: dict[str, int], **context: Any) -> Letter:
    summary = ", ".join(f"{many} {word}" for word, many in counts.items() if many)
    rendered = letters.render(
        name,
        person_name=reader.person.name.split()[0],
        summary=summary or "how things stand",
        site=config.current().base_url,
        shown=SHOWN,
        plural=plural,
        **context,
    )
    to = Recipient(reader.person.email, reader.person.name, reader.person.id)
    first = select(Programme.contact_email).order_by(Programme.position, Programme.id).limit(1)
    return letters.write(name, rendered, to, About(reply_to=db.session.scalar(first) or ""))
