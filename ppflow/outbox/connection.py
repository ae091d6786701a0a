"""The line to the mail server: a verified, kept-open connection with a deadline of our own.

Flask-Mail knows the server; smtplib's timeout is per read and its errors do not say how far an
attempt came. Here every step is taken by itself, so that it is known whether a copy may have gone.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from email.utils import parseaddr
from typing import Any, Final

import flask_mail
from flask import Flask

from ppflow import config
from ppflow.outbox.message import CannotBeSent, Envelope, checked_address, message_of
from ppflow.outbox.workflow import Outcome, Result

IDLE_SECONDS: Final = 20.0  # a kept-open connection is closed before the server does it
LOST: Final = (OSError, smtplib.SMTPException, ValueError)
_IS_ADDRESS: Final = re.compile(r"5\.1\.\d|5\.4\.6")  # RFC 3463: about the address itself
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_HAS_CODE: Final = re.compile(r"\b5\.\d+\.\d+\b")


class Connection(flask_mail.Connection):
    """A connection to the mail server that another thread can end when its time is up."""

    def __init__(self, mail: Any) -> None:
        super().__init__(mail)
        self.settings = config.current()
        self.deadline = 0.0  # monotonic; 0 while nothing is under way
        self.began_at = 0.0
        self.used_at = 0.0
        self.is_fresh = True
        self._hold: socket.socket | None = None
        self._lock = threading.Lock()

    def configure_host(self) -> smtplib.SMTP:
        """Connect, secure and sign in; the certificate is always verified."""
        keep = self._keep_socket

        class Smtp(smtplib.SMTP):
            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
                return keep(socket.create_connection((host, port), timeout))

        class SmtpOverTls(smtplib.SMTP_SSL):
            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
                plain = keep(socket.create_connection((host, port), timeout))
                return self.context.wrap_socket(plain, server_hostname=host)

        settings = self.settings
        where: dict[str, Any] = {
            "host": settings.mail_server,
            "port": settings.mail_port,
            "timeout": settings.mail_connect_seconds,
        }
        if settings.mail_security == "tls":
            host: smtplib.SMTP = SmtpOverTls(**where, context=ssl.create_default_context())
        else:
            host = Smtp(**where)
        try:
            self._secure(host)
        except LOST:
            host.close()
            raise
        return host

    def _secure(self, host: smtplib.SMTP) -> None:
        if self.settings.mail_security == "starttls":
            host.starttls(context=ssl.create_default_context())
        if self.settings.mail_username:
            host.login(self.settings.mail_username, self.settings.mail_password)
        host.ehlo_or_helo_if_needed()

    def _keep_socket(self, sock: socket.socket) -> socket.socket:
        """Keep a second hold on the line: encryption takes the first one over."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._hold = sock.dup()
        return sock

    @property
    def is_idle(self) -> bool:
        """Nothing has gone over it for so long that it is better closed."""
        return time.monotonic() - self.used_at > IDLE_SECONDS

    def open(self) -> Outcome | None:
        """Be connected; None when ready, else why the server refuses everyone."""
        self.began_at = time.monotonic()
        if self.host is not None and not self.is_idle:
            return None
        self.close()
        self.is_fresh = True
        self.deadline = self.began_at + self.settings.mail_connect_seconds
        try:
            self.host = self.configure_host()
        except LOST as error:
            self.drop()
            return Outcome(Result.SERVER_DOWN, said=said(error))
        finally:
            self.deadline = 0.0
        self.used_at = time.monotonic()
        return None

    def deliver(self, envelope: Envelope) -> Outcome:
        """Try once to hand a letter to the server, over the open connection."""
        try:
            text = message_of(envelope).as_bytes()
            sender = checked_address(parseaddr(self.settings.mail_from)[1])
            recipient = checked_address(envelope.to_address)
        except CannotBeSent as problem:
            result = Result.BAD_ADDRESS if problem.is_address else Result.BROKEN
            return Outcome(result, words=str(problem))
        outcome = self._mail(sender)
        if outcome is None:
            self.deadline = self.began_at + self.settings.mail_attempt_seconds
            outcome = self._rcpt(recipient) or self._data(text)
        self.deadline = 0.0
        self.is_fresh = False
        self.used_at = time.monotonic()
        return outcome

    def knock(self) -> Outcome | None:
        """Does the server take mail from us? None when it does. No letter is touched."""
        self.drop()
        problem = self.open() or self._mail(checked_address(parseaddr(self.settings.mail_from)[1]))
        self.deadline = 0.0
        self.close()
        return problem if problem and problem.result is Result.SERVER_DOWN else None

    def _mail(self, sender: str) -> Outcome | None:
        """MAIL FROM; a kept-open connection that the server has left is opened anew, once."""
        assert self.host is not None
        self.deadline = self.began_at + self.settings.mail_attempt_seconds
        try:
            code, words = self.host.docmd("MAIL", f"FROM:<{sender}>")
        except LOST as error:
            code, words = 421, said(error).encode()
        if code == 250:
            return None
        if code == 421 or code >= 500:  # no recipient was named: this is about everyone
            self.drop()
            if self.is_fresh:
                return Outcome(Result.SERVER_DOWN, said=_said(code, words))
            return self.open() or self._mail(sender)
        return self._refused(Result.LATER, code, words)

    def _rcpt(self, recipient: str) -> Outcome | None:
        assert self.host is not None
        try:
            code, words = self.host.docmd("RCPT", f"TO:<{recipient}>")
        except LOST as error:
            self.drop()
            return Outcome(Result.LATER, said=said(error))
        if code in {250, 251}:
            return None
        return self._refused(Result.LATER if code < 500 else Result.BAD_ADDRESS, code, words)

    def _data(self, text: bytes) -> Outcome:
        """DATA and the text. Only a line that breaks after the last dot leaves us unsure."""
        host, result = self.host, Result.LATER
        assert host is not None
        try:
            code, words = host.docmd("DATA")
            if code == 354:
                host.send(_DOT.sub(b"..", text) + b".\r\n")
                result = Result.UNSURE
                code, words = host.getreply()
        except LOST as error:
            self.drop()
            return Outcome(result, said=said(error))
        if 200 <= code < 300:
            return Outcome(Result.ACCEPTED, said=_said(code, words))
        return self._refused(Result.LATER if code < 500 else Result.REFUSED, code, words)

    def _refused(self, result: Result, code: int, words: bytes) -> Outcome:
        text = _said(code, words)
        if result is Result.REFUSED and _IS_ADDRESS.search(text):
            result = Result.BAD_ADDRESS
        is_dead = bool(_IS_ADDRESS.search(text)) or not _HAS_CODE.search(text)
        try:
            if code == 421 or self.host is None or self.host.rset()[0] != 250:
                self.drop()
        except LOST:
            self.drop()
        return Outcome(result, said=text, is_dead=result is Result.BAD_ADDRESS and is_dead)

    def end_if_overdue(self) -> None:
        """Break the line when the time is up. Called from another thread."""
        if not 0 < self.deadline < time.monotonic():
            return
        with self._lock:
            if self._hold is not None:
                with suppress(OSError):  # it is broken already
                    self._hold.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        """Forget this connection at once, without a word to the server."""
        host, self.host = self.host, None
        if host is not None:
            host.close()
        with self._lock:
            hold, self._hold = self._hold, None
        if hold is not None:
            hold.close()

    def close(self) -> None:
        """Say goodbye to the server, when there is anyone to say it to."""
        if self.host is None:
            return
        self.deadline = time.monotonic() + self.settings.mail_connect_seconds
        with suppress(*LOST):  # nobody is there: dropped all the same
            self.host.quit()
        self.deadline = 0.0
        self.drop()


def said(error: BaseException) -> str:
    """The server's own words, or those of the failure, cut to a sentence's length."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _said(error.smtp_code, words if isinstance(words, bytes) else words.encode())
    return f"{type(error).__name__}: {error}"[:500]


def _said(code: int, words: bytes) -> str:
    return f"{code} {words.decode('utf-8', 'replace')}"[:500]


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
