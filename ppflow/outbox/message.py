"""A letter as bytes: plain text, perhaps a calendar file, and headers from its row alone.

Flask-Mail's message refuses line breaks in the subject and addresses only; ours refuses them in
every header, says clearly when an address cannot be reached by mail, and keeps lines short.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any, Final

import flask_mail

from ppflow import config, keys
from ppflow.outbox.checks import Verdict
from ppflow.outbox.models import PRIVATE_LINK

CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NOT_PLAIN: Final = re.compile(r"[^\n\x20-\x7e]|[^\n]{79}")
_METHOD: Final = re.compile(r"^METHOD:([A-Z]+)", re.MULTILINE)
_LIST_HEADERS: Final = {
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
    "Precedence": "bulk",
}


@dataclass(frozen=True)
class Envelope:
    """All that is sent of a letter. Every copy is the same."""

    to_address: str
    reply_to: str
    subject: str
    body: str
    message_id: str
    dated_at: datetime
    thread_id: str | None = None
    calendar: str | None = None
    unsubscribe: str | None = None  # an address that stops letters like this one by one POST


class CannotBeSent(ValueError):
    """Something in the letter itself makes sending impossible; said in words for staff."""

    def __init__(self, words: str, *, is_address: bool = False) -> None:
        super().__init__(words)
        self.is_address = is_address


def checked_address(address: str) -> str:
    """One plain address as SMTP takes it (international domains as ASCII). Raises CannotBeSent."""
    if _PLAIN.fullmatch(address):
        return address
    name, bare = parseaddr(address)
    local, _, domain = bare.rpartition("@")
    if name or bare != address.strip() or not local or not domain or CONTROL.search(address):
        raise CannotBeSent("This is not one email address.", is_address=True)
    if not local.isascii():
        words = "The part before the @ has letters that many mail servers cannot take."
        raise CannotBeSent(words, is_address=True)
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise CannotBeSent("The part after the @ is not right.", is_address=True) from None


@cache
def _named(sender: str) -> str:
    """The sender of the settings, perhaps with a name, as a header."""
    return flask_mail.sanitize_address(sender)


@cache
def sender_of(sender: str) -> str:
    """The bare address of the sender of the settings, as SMTP takes it. Raises CannotBeSent."""
    return checked_address(parseaddr(sender)[1])


def bytes_of(envelope: Envelope) -> bytes:
    """A letter as it goes over the line: ASCII lines, short ones. Raises CannotBeSent.

    Written by hand: the library's generator costs a worker more time than the mail server does.
    """
    parts = _part("text/plain", envelope.body)
    if envelope.calendar:  # the text first, then the file; every copy has the same boundary
        mark = f"ppflow-{envelope.message_id.strip('<>').partition('@')[0]}"
        parts = (
            f'Content-Type: multipart/mixed; boundary="{mark}"\n\n--{mark}\n{parts}\n'
            f"--{mark}\n{_calendar_part(envelope.calendar)}\n--{mark}--\n"
        )
    text = f"{_head(envelope)}MIME-Version: 1.0\n{parts}"
    return text.replace("\n", "\r\n").encode("ascii")


def _head(envelope: Envelope) -> str:
    sender = _named(config.current().mail_from)
    headers = {
        "Subject": flask_mail.sanitize_subject(envelope.subject),
        "From": sender,
        "To": checked_address(envelope.to_address),
        "Reply-To": _answers_to(envelope.reply_to) or "",
        "Date": format_datetime(envelope.dated_at),
        "Message-ID": envelope.message_id,
        "References": envelope.thread_id or "",
        "In-Reply-To": envelope.thread_id or "",
        "Auto-Submitted": "auto-generated",
        **(_LIST_HEADERS if envelope.unsubscribe else {}),
        "List-Unsubscribe": f"<{envelope.unsubscribe}>" if envelope.unsubscribe else "",
    }
    for name, value in headers.items():
        if CONTROL.search(value.replace("\n ", "")):
            raise CannotBeSent(f"There is a line break in {name}.")
    return "".join(f"{name}: {value}\n" for name, value in headers.items() if value)


def _part(kind: str, text: str) -> str:
    """Text as it is where it is plain and its lines are short, else quoted-printable."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text += "" if text.endswith("\n") else "\n"
    encoding = "7bit"
    if _NOT_PLAIN.search(text):
        encoding = "quoted-printable"
        text = b2a_qp(text.encode()).decode("ascii")
    return f'Content-Type: {kind}; charset="utf-8"\nContent-Transfer-Encoding: {encoding}\n\n{text}'


def _calendar_part(calendar: str) -> str:
    """A calendar file; base64, because it keeps its own line ends."""
    method = _METHOD.search(calendar)
    return (
        f'Content-Type: text/calendar; charset="utf-8"; method={method[1] if method else "PUBLISH"}'
        "\nContent-Transfer-Encoding: base64\n"
        'Content-Disposition: attachment; filename="conversation.ics"\n\n'
        f"{encodebytes(calendar.encode()).decode('ascii')}"
    )


def _answers_to(address: str) -> str | None:
    """Where answers go. Without a usable address they go to the sender, which people read."""
    try:
        return checked_address(address) if address else None
    except CannotBeSent:
        return None


def _private_path(letter: Any, link_generation: int | None) -> str:
    """Where the letter's private link leads; empty for a letter without one."""
    if letter.link_check_id is not None:
        return f"/status/sure/{keys.check_token(letter.link_check_id)}"
    if letter.link_draft_id is not None:
        return f"/drafts/{keys.draft_token(letter.link_draft_id, letter.link_generation or 0)}"
    if letter.link_id is not None and link_generation is not None:
        return f"/status/{keys.link_token(letter.link_id, link_generation)}"
    return ""


def envelope_of(letter: Any, verdict: Verdict) -> Envelope:
    """A letter's row as it goes: private links are filled in now, and kept nowhere."""
    body: str = letter.body
    if path := _private_path(letter, verdict.link_generation):
        body = body.replace(PRIVATE_LINK, config.current().base_url + path)
    names = (
        "to_address", "reply_to", "subject", "message_id", "dated_at", "thread_id", "calendar",
    )  # fmt: skip
    return Envelope(
        body=body,
        unsubscribe=verdict.unsubscribe,
        **{name: getattr(letter, name) for name in names},
    )
