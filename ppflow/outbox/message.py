"""A letter as bytes: plain text, perhaps a calendar file, and headers from its row alone.

Flask-Mail's message refuses line breaks in the subject and addresses only; ours refuses them in
every header, says clearly when an address cannot be reached by mail, and keeps lines short.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.charset import BASE64, QP, Charset
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any, Final

import flask_mail

from ppflow import config, keys
from ppflow.outbox.models import PRIVATE_LINK

CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP  # plain ASCII lines of at most 76 characters, whatever was typed
_EXACT: Final = Charset("utf-8")
_EXACT.body_encoding = BASE64  # a calendar file keeps its own line ends
_METHOD: Final = re.compile(r"^METHOD:([A-Z]+)", re.MULTILINE)


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


class _Message(flask_mail.Message):
    """Plain text and perhaps a calendar file, with headers from the row alone."""

    calendar: str | None = None

    def _message(self) -> Any:
        text = MIMEText(self.body or "", "plain", _UTF8)  # type: ignore[arg-type]
        message = self._with_calendar(text) if self.calendar else text
        headers = {
            "Subject": flask_mail.sanitize_subject(self.subject),
            "From": _named(str(self.sender)),
            "To": str(self.recipients[0]),
            "Reply-To": str(self.reply_to or ""),
            **(self.extra_headers or {}),
        }
        for name, value in headers.items():
            if CONTROL.search(value.replace("\n ", "")):
                raise CannotBeSent(f"There is a line break in {name}.")
            if value:
                message[name] = value
        return message

    def _with_calendar(self, text: MIMEText) -> MIMEMultipart:
        """The text first, then the file; every copy has the same boundary."""
        calendar = self.calendar or ""
        method = _METHOD.search(calendar)
        part = MIMEText(calendar, "calendar", _EXACT)  # type: ignore[arg-type]
        part.set_param("method", method[1] if method else "PUBLISH")
        part.add_header("Content-Disposition", "attachment", filename="conversation.ics")
        mark = (self.extra_headers or {})["Message-ID"].strip("<>").partition("@")[0]
        return MIMEMultipart("mixed", f"ppflow-{mark}", [text, part])

    def as_bytes(self) -> bytes:
        """All headers and lines are plain ASCII and short by now; the generator costs 1 ms more."""
        message = self._message()
        if message.is_multipart():
            return bytes(message.as_bytes(policy=SMTP))
        head = "".join(f"{name}: {value}\n" for name, value in message.items())
        text = f"{head}\n{message.get_payload()}"
        return "\r\n".join(text.splitlines()).encode("ascii") + b"\r\n"


def _answers_to(address: str) -> str | None:
    """Where answers go. Without a usable address they go to the sender, which people read."""
    try:
        return checked_address(address) if address else None
    except CannotBeSent:
        return None


def message_of(envelope: Envelope) -> _Message:
    """The Flask-Mail message of a letter. Raises CannotBeSent."""
    thread = envelope.thread_id or ""
    message = _Message(
        subject=envelope.subject,
        recipients=[checked_address(envelope.to_address)],
        body=envelope.body,
        sender=config.current().mail_from,
        reply_to=_answers_to(envelope.reply_to),
        extra_headers={
            "Date": format_datetime(envelope.dated_at),
            "Message-ID": envelope.message_id,
            "References": thread,
            "In-Reply-To": thread,
            "Auto-Submitted": "auto-generated",
        },
    )
    message.calendar = envelope.calendar
    return message


def _private_path(letter: Any, link_generation: int | None) -> str:
    """Where the letter's private link leads; empty for a letter without one."""
    if letter.link_check_id is not None:
        return f"/status/sure/{keys.check_token(letter.link_check_id)}"
    if letter.link_draft_id is not None:
        return f"/drafts/{keys.draft_token(letter.link_draft_id, letter.link_generation or 0)}"
    if letter.link_id is not None and link_generation is not None:
        return f"/status/{keys.link_token(letter.link_id, link_generation)}"
    return ""


def envelope_of(letter: Any, link_generation: int | None) -> Envelope:
    """A letter's row as it goes: the private link is filled in now, and kept nowhere."""
    body: str = letter.body
    if path := _private_path(letter, link_generation):
        body = body.replace(PRIVATE_LINK, config.current().base_url + path)
    names = (
        "to_address", "reply_to", "subject", "message_id", "dated_at", "thread_id", "calendar",
    )  # fmt: skip
    return Envelope(body=body, **{name: getattr(letter, name) for name in names})
