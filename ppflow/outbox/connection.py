"""A letter handed to the mail server, step by step, so that it is known whether a copy went.

smtplib's errors do not say how far an attempt came. Only a line that breaks between the last dot
and the answer leaves us unsure.
"""

from __future__ import annotations

import re
import time
from typing import Final

import flask_mail
from flask import Flask

from ppflow.outbox.line import LOST, Line, reply, said
from ppflow.outbox.message import CannotBeSent, Envelope, bytes_of, checked_address, sender_of
from ppflow.outbox.workflow import Outcome, Result

Reply = tuple[int, bytes]
LINE_LOST: Final = 0  # instead of a reply's code
NOT_ASKED: Final[Reply] = (LINE_LOST, b"")
TAKEN: Final = {250, 251}
GO_ON: Final = 354
CLOSING: Final = 421
_IS_ADDRESS: Final = re.compile(r"5\.1\.\d|5\.4\.6")  # RFC 3463: about the address itself
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_HAS_CODE: Final = re.compile(r"\b5\.\d+\.\d+\b")


class Connection(Line):
    """A line over which letters are delivered, one after the other."""

    def deliver(self, envelope: Envelope) -> Outcome:
        """Try once to hand a letter to the server, over the open connection."""
        self.began_at = time.monotonic()
        try:
            text = bytes_of(envelope)
            sender = self._sender()
            recipient = checked_address(envelope.to_address)
        except CannotBeSent as problem:
            result = Result.BAD_ADDRESS if problem.is_address else Result.BROKEN
            return Outcome(result, words=str(problem))
        outcome = self._address(sender, recipient) or self._hand_over(text)
        self.deadline = 0.0
        self.is_fresh = False
        self.used_at = time.monotonic()
        return outcome

    def knock(self) -> Outcome | None:
        """Does the server take mail from us? None when it does. No letter is touched."""
        self.drop()
        problem = self.open() or self._knock()
        self.deadline = 0.0
        self.close()
        return problem if problem and problem.result is Result.SERVER_DOWN else None

    def _knock(self) -> Outcome | None:
        self.deadline = self.began_at + self.settings.mail_attempt_seconds
        [answer] = self._ask(f"MAIL FROM:<{self._sender()}>")
        return None if answer[0] in TAKEN else self._sender_refused(answer)

    def _sender(self) -> str:
        return sender_of(self.settings.mail_from)

    def _address(self, sender: str, recipient: str) -> Outcome | None:
        """MAIL, RCPT and DATA. None when the server waits for the text.

        A kept-open connection that the server has left is opened anew, once.
        """
        self.deadline = self.began_at + self.settings.mail_attempt_seconds
        mail, rcpt, data = self._ask(f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
        is_wanted = mail[0] in TAKEN and rcpt[0] in TAKEN
        if data[0] == GO_ON and not is_wanted:  # it waits for the text all the same: it gets none
            self.drop()
        if mail[0] not in TAKEN:
            is_left = mail[0] in {LINE_LOST, CLOSING} or mail[0] >= 500
            if is_left and not self.is_fresh:
                self.drop()
                return self.open() or self._address(sender, recipient)
            return self._sender_refused(mail)
        if rcpt[0] not in TAKEN:
            return self._refused(rcpt, Result.BAD_ADDRESS)
        return None if data[0] == GO_ON else self._refused(data, Result.REFUSED)

    def _ask(self, *commands: str) -> list[Reply]:
        """The reply to each command; after a refusal the rest is not asked.

        A server that offers PIPELINING (RFC 2920) gets them together: one journey for all.
        """
        assert self.host is not None
        is_together = "pipelining" in self.host.esmtp_features
        replies: list[Reply] = []
        try:
            if is_together:
                self.host.send("".join(f"{command}\r\n" for command in commands))
            for command in commands:
                replies.append(self.host.getreply() if is_together else self.host.docmd(command))
                if replies[-1][0] >= 400 and not is_together:
                    break
        except LOST as error:
            replies.append((LINE_LOST, said(error).encode()))
        return replies + [NOT_ASKED] * (len(commands) - len(replies))

    def _sender_refused(self, answer: Reply) -> Outcome:
        """No recipient was named: a lasting refusal is about everyone."""
        if answer[0] in {LINE_LOST, CLOSING} or answer[0] >= 500:
            self.drop()
            return Outcome(Result.SERVER_DOWN, said=reply(*answer))
        return self._refused(answer, Result.LATER)

    def _hand_over(self, text: bytes) -> Outcome:
        """The text. Only a line that breaks after the last dot leaves us unsure."""
        host, result = self.host, Result.LATER
        assert host is not None
        try:
            host.send(_DOT.sub(b"..", text) + b".\r\n")
            result = Result.UNSURE
            answer = host.getreply()
        except LOST as error:
            self.drop()
            return Outcome(result, said=said(error))
        if 200 <= answer[0] < 300:
            return Outcome(Result.ACCEPTED, said=reply(*answer))
        return self._refused(answer, Result.REFUSED)

    def _refused(self, answer: Reply, finally_: Result) -> Outcome:
        """Refused for good (`finally_`) or for now; the line is made ready for the next letter."""
        code, text = answer[0], reply(*answer)
        result = finally_ if code >= 500 else Result.LATER
        if result is Result.REFUSED and _IS_ADDRESS.search(text):
            result = Result.BAD_ADDRESS
        is_dead = bool(_IS_ADDRESS.search(text)) or not _HAS_CODE.search(text)
        try:
            if code in {LINE_LOST, CLOSING} or self.host is None or self.host.rset()[0] != 250:
                self.drop()
        except LOST:
            self.drop()
        return Outcome(result, said=text, is_dead=result is Result.BAD_ADDRESS and is_dead)


def init_app(app: Flask) -> None:
    """Give Flask-Mail the server of our settings."""
    settings = app.config["PPFLOW"]
    app.config.update(
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_DEFAULT_SENDER=settings.mail_from,
        MAIL_SUPPRESS_SEND=False,
    )
    flask_mail.Mail(app)
