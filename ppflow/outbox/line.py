"""The line to the mail server: a verified, kept-open connection with a deadline of our own.

Flask-Mail knows the server, but its connection has no deadline and does not verify certificates;
smtplib's timeout is per read.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any, Final

import flask_mail

from ppflow import config
from ppflow.outbox.workflow import Outcome, Result

IDLE_SECONDS: Final = 20.0  # a kept-open connection is closed before the server does it
LOST: Final = (OSError, smtplib.SMTPException, ValueError)


class Line(flask_mail.Connection):
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
        return reply(error.smtp_code, words if isinstance(words, bytes) else words.encode())
    return f"{type(error).__name__}: {error}"[:500]


def reply(code: int, words: bytes) -> str:
    """A reply as one sentence; without a code where the line broke instead."""
    return f"{code or ''} {words.decode('utf-8', 'replace')}".strip()[:500]
