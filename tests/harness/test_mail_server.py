"""The mail server of the tests has the faults it says it has."""

import smtplib
from collections.abc import Iterator

import pytest

from tests.support.smtp import Fault, MailServer

PATIENT, IMPATIENT = 30, 0.5  # seconds; nobody waits longer than it must
LETTER = "Subject: Hello\r\nMessage-ID: <1@test>\r\n\r\nSee http://127.0.0.1/status/abc.\r\n"


@pytest.fixture
def sender(mailbox: MailServer) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("127.0.0.1", mailbox.port, timeout=PATIENT)
    yield client
    client.close()


def test_a_letter_lies_in_the_mailbox(mailbox: MailServer, sender: smtplib.SMTP) -> None:
    sender.sendmail("us@test", ["ann@test"], LETTER)
    [letter] = mailbox.wait_for(1, to="ann@test")
    assert letter.subject == "Hello"
    assert letter.links == ["http://127.0.0.1/status/abc"]


def test_a_busy_server_says_421_at_the_greeting_and_once_connected(
    mailbox: MailServer, sender: smtplib.SMTP
) -> None:
    mailbox.fail(Fault.BUSY_421)
    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        smtplib.SMTP("127.0.0.1", mailbox.port, timeout=PATIENT)
    with pytest.raises(smtplib.SMTPSenderRefused, match="421"):
        sender.sendmail("us@test", ["ann@test"], LETTER)


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.GREYLIST_450, 450), (Fault.NO_SUCH_ADDRESS_550, 550)]
)
def test_one_recipient_is_refused_and_another_is_not(
    mailbox: MailServer, sender: smtplib.SMTP, fault: Fault, code: int
) -> None:
    mailbox.fail(fault, recipient="ann@test")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        sender.sendmail("us@test", ["ann@test"], LETTER)
    assert refusal.value.recipients["ann@test"][0] == code
    sender.sendmail("us@test", ["bob@test"], LETTER)
    assert [letter.recipients for letter in mailbox.letters] == [("bob@test",)]


def test_a_greylist_passes_after_so_many_tries(mailbox: MailServer, sender: smtplib.SMTP) -> None:
    mailbox.fail(Fault.GREYLIST_450, times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        sender.sendmail("us@test", ["ann@test"], LETTER)
    sender.sendmail("us@test", ["ann@test"], LETTER)
    assert len(mailbox.letters) == 1


def test_a_password_is_refused(mailbox: MailServer, sender: smtplib.SMTP) -> None:
    sender.login("us", "right")
    mailbox.fail(Fault.SIGN_IN_535)
    with (
        smtplib.SMTP("127.0.0.1", mailbox.port, timeout=PATIENT) as another,
        pytest.raises(smtplib.SMTPAuthenticationError, match="535"),
    ):
        another.login("us", "wrong")


def test_it_hangs_after_the_text(mailbox: MailServer, sender: smtplib.SMTP) -> None:
    mailbox.fail(Fault.HANG_AFTER_DATA)
    sender.ehlo()
    sender.mail("us@test")
    sender.rcpt("ann@test")
    assert sender.sock is not None
    sender.sock.settimeout(IMPATIENT)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        sender.data(LETTER)
    assert mailbox.letters == []


def test_it_keeps_the_letter_and_drops_the_answer(
    mailbox: MailServer, sender: smtplib.SMTP
) -> None:
    mailbox.fail(Fault.DROP_BEFORE_250)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        sender.sendmail("us@test", ["ann@test"], LETTER)
    assert len(mailbox.letters) == 1


def test_it_never_greets(mailbox: MailServer) -> None:
    mailbox.fail(Fault.NEVER_GREET)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        smtplib.SMTP("127.0.0.1", mailbox.port, timeout=IMPATIENT)


def test_it_refuses_and_comes_back(mailbox: MailServer) -> None:
    with mailbox.refusing(), pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", mailbox.port, timeout=PATIENT)
    smtplib.SMTP("127.0.0.1", mailbox.port, timeout=PATIENT).close()
