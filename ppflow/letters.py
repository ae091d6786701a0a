"""Writing letters: one template file each, rendered and put in the outbox with what caused it.

A template has a `subject` and a `text` block. The subject never holds health words: it starts with
the reference. Applicant text goes in as values and is never run as a template.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from jinja2.runtime import Context

from ppflow import clock, config
from ppflow.db import db
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState

NOW = timedelta(0)
_BLANK_LINES = re.compile(r"\n{3,}")
_ONE_LINE = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Recipient:
    """One person to write to. No address: the letter is done by hand (printed, or a call)."""

    address: str
    name: str
    person_id: int | None = None


@dataclass(frozen=True)
class Rendered:
    """A letter as staff see it before it goes: the private link stands as `[private link]`."""

    subject: str
    body: str


@dataclass(frozen=True)
class About:
    """What a letter belongs to, and where answers to it go."""

    reply_to: str
    programme_id: int | None = None
    expression_id: int | None = None
    thread: str | None = None
    link_id: int | None = None
    link_generation: int | None = None
    link_draft_id: int | None = None
    link_check_id: int | None = None


def render(name: str, **context: Any) -> Rendered:
    """Render `templates/mail/<name>.txt` from `context` alone: a letter knows of no request.

    Raises `jinja2.TemplateNotFound` for a wrong name.
    """
    template = current_app.jinja_env.get_template(f"mail/{name}.txt")
    known = template.new_context(context)
    subject = "".join(template.blocks["subject"](known))
    known.blocks["subject"] = [_nothing]  # a letter without a layout would say it twice
    body = "".join(template.root_render_func(known))
    return Rendered(one_line(subject), _BLANK_LINES.sub("\n\n", body).strip() + "\n")


def _nothing(_known: Context) -> Iterator[str]:
    return iter(())


def one_line(text: str) -> str:
    """A header value: one line, no control characters, at most 200 characters."""
    return _ONE_LINE.sub(" ", text).strip()[:200]


def thread_id(reference: str) -> str:
    """What `References` holds, so that a mailbox keeps one expression together."""
    return f"<{reference.lower()}@{_host()}>"


def _host() -> str:
    return urlsplit(config.current().base_url).hostname or "localhost"


def write(name: str, rendered: Rendered, to: Recipient, about: About, **how: Any) -> Letter:
    """Put one letter to one person in the outbox, in the present transaction; see `compose`."""
    letter = compose(name, rendered, to, about, **how)
    db.session.add(letter)
    return letter


def compose(
    name: str,
    rendered: Rendered,
    to: Recipient,
    about: About,
    *,
    hold: timedelta = NOW,
    is_automatic: bool = True,
    is_about_status: bool = False,
    calendar: str | None = None,
) -> Letter:
    """One letter to one person, not yet in the outbox; every try sends it the same.

    `hold` is how long it can still be undone; `calendar` is a file that goes with it.
    """
    now = clock.now()
    return Letter(
        name=name,
        state=LetterState.QUEUED if to.address else LetterState.BY_HAND,
        programme_id=about.programme_id,
        expression_id=about.expression_id,
        person_id=to.person_id,
        to_address=to.address,
        to_name=one_line(to.name),
        reply_to=about.reply_to,
        subject=one_line(rendered.subject),
        body=rendered.body,
        calendar=calendar,
        link_id=about.link_id,
        link_generation=about.link_generation,
        link_draft_id=about.link_draft_id,
        link_check_id=about.link_check_id,
        message_id=f"<{uuid.uuid4().hex}@{_host()}>",
        thread_id=about.thread,
        dated_at=now,
        created_at=now,
        is_automatic=is_automatic,
        is_about_status=is_about_status,
        due_at=now + hold,
    )
