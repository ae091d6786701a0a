"""A real mail server with a mailbox to read, and the faults that real servers have."""

import asyncio
import email
import email.policy
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

ACCEPTED = "250 Message accepted"
ALWAYS = 10**9


class Fault(StrEnum):
    """What goes wrong, named by what the sender sees."""

    NEVER_GREET = "connects, and hears nothing"
    BUSY_421 = "421 at the greeting, or at MAIL FROM on a connection kept open"
    SIGN_IN_535 = "535 to every password"
    GREYLIST_450 = "450 on the recipient"
    NO_SUCH_ADDRESS_550 = "550 on the recipient"
    HANG_AFTER_DATA = "the text is taken, the answer never comes; the letter is not kept"
    DROP_BEFORE_250 = "the letter is kept, and the connection breaks before the answer"


@dataclass(frozen=True)
class Received:
    """One letter as it lay on the wire: envelope and message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://[^\s<>\"]+[^\s<>\".,]", self.text)


class MailServer:
    """Listens on a free port of this machine. `letters` holds what was accepted, in order."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.letters: list[Received] = []
        self.port = 0
        self.connections = 0
        self.offers_pipelining = False
        self._tls = tls
        self._faults: dict[tuple[Fault, str | None], int] = {}
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        self._thread.start()
        self._run(self._listen())

    def stop(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def clear(self) -> None:
        """Empty the mailbox and mend every fault."""
        self.letters.clear()
        self._faults.clear()
        self.connections = 0
        self.offers_pipelining = False

    def fail(self, fault: Fault, *, recipient: str | None = None, times: int = ALWAYS) -> None:
        """Be faulty `times` times, for everyone or for one recipient."""
        self._faults[fault, recipient] = times

    def mend(self) -> None:
        self._faults.clear()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Nobody listens on the port meanwhile: connection refused."""
        self._run(self._close())
        try:
            yield
        finally:
            self._run(self._listen())

    def to(self, address: str) -> list[Received]:
        return [letter for letter in self.letters if address in letter.recipients]

    def wait_for(self, count: int, *, to: str | None = None, seconds: float = 30) -> list[Received]:
        """The letters (to one address), as soon as there are `count`; fails after `seconds`."""

        def arrived() -> list[Received]:
            return self.to(to) if to else self.letters

        with self._changed:
            enough = self._changed.wait_for(lambda: len(arrived()) >= count, timeout=seconds)
        assert enough, f"{len(arrived())} of {count} letters arrived in {seconds} seconds"
        return list(arrived())

    def strikes(self, fault: Fault, recipients: list[str] | None = None) -> bool:
        """Whether this fault happens now; each happening is counted off."""
        for recipient in (None, *(recipients or ())):
            left = self._faults.get((fault, recipient), 0)
            if left > 0:
                self._faults[fault, recipient] = left - 1
                return True
        return False

    def keep(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        letter = Received(str(envelope.mail_from), tuple(envelope.rcpt_tos), message)
        with self._changed:
            self.letters.append(letter)
            self._changed.notify_all()

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _listen(self) -> None:
        def session() -> SMTP:
            self.connections += 1
            return _FaultySession(self, loop=self._loop, tls_context=self._tls)

        self._server = await self._loop.create_server(session, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:  # open sessions, hung ones included
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class _FaultySession(SMTP):
    """One connection. What is not faulty is aiosmtpd's own behaviour."""

    def __init__(self, mail_server: MailServer, **options: Any) -> None:
        super().__init__(
            _Handler(mail_server),
            hostname="localhost",
            authenticator=self._sign_in,
            auth_require_tls=False,
            **options,
        )
        self._mail_server = mail_server

    async def _handle_client(self) -> None:
        assert self.transport is not None
        try:
            if self._mail_server.strikes(Fault.NEVER_GREET):
                await _forever()
            if self._mail_server.strikes(Fault.BUSY_421):
                await self.push("421 4.3.2 Too busy, come back later")
            else:
                await super()._handle_client()
        finally:
            if self.transport is not None:
                self.transport.close()

    def _sign_in(self, *_details: object) -> AuthResult:
        is_refused = self._mail_server.strikes(Fault.SIGN_IN_535)
        return AuthResult(success=not is_refused, handled=False)


class _Handler:
    """What aiosmtpd asks at each step."""

    def __init__(self, mail_server: MailServer) -> None:
        self._mail_server = mail_server

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        if self._mail_server.offers_pipelining:  # as most real servers do
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._mail_server.strikes(Fault.BUSY_421):
            return "421 4.3.2 Too busy, come back later"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._mail_server.strikes(Fault.GREYLIST_450, [address]):
            return "450 4.7.1 Greylisted, come back later"
        if self._mail_server.strikes(Fault.NO_SUCH_ADDRESS_550, [address]):
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipients = envelope.rcpt_tos
        if self._mail_server.strikes(Fault.HANG_AFTER_DATA, recipients):
            await _forever()
        self._mail_server.keep(envelope)
        if self._mail_server.strikes(Fault.DROP_BEFORE_250, recipients):
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return ACCEPTED


async def _forever() -> None:
    await asyncio.Event().wait()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """One server for each worker of the session; `mailbox` is the same, emptied for a test."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailbox(mail_server: MailServer) -> Iterator[MailServer]:
    """The mail server with an empty mailbox and no fault."""
    mail_server.clear()
    yield mail_server
    mail_server.clear()
