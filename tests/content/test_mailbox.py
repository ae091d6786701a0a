"""The demo mailbox keeps what was mailed, and shows it only in a demonstration."""

import smtplib
import socket
import threading
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from ppflow.cli.mailbox import receive
from ppflow.mailbox import mail, queries
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.support.ports import free_port
from tests.support.waiting import eventually

pytestmark = pytest.mark.sqlite_only


def letter(subject: str, text: str, to: str = "rosa@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "team@example.org", to, subject
    message.set_content(text)
    return message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mailbox"
    folder.mkdir()
    return folder


@pytest.fixture
def reader(make_app: Callable[..., Flask], cast: Cast, folder: Path) -> Visitor:
    """Somebody who looks into the mailbox."""
    app = make_app(PPFLOW_MAILBOX_DIR=str(folder))
    app.test_client_class = Visitor
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


def keep(folder: Path, *letters: EmailMessage) -> None:
    for one in letters:
        mail.keep(folder, one.as_bytes())


def test_an_empty_mailbox_says_what_to_do(reader: Visitor) -> None:
    page = reader.visit("/mailbox")
    assert page.heading == "Demo mailbox"
    assert "No email was sent yet" in page.text
    assert "0 emails" in page.text


def test_emails_are_listed_newest_first_and_their_links_can_be_followed(
    reader: Visitor, folder: Path
) -> None:
    keep(
        folder,
        letter("PP-1: we have your form", "Look here: http://127.0.0.1:8000/status/abc-_1 Thanks."),
        letter("PP-2: a question", "Ünïcode and <script>alert(1)</script>"),
    )
    page = reader.visit("/mailbox")
    assert [w for w in page.links if w.startswith("PP-")] == [
        "PP-2: a question",
        "PP-1: we have your form",
    ]
    first = reader.visit(page.links["PP-1: we have your form"])
    assert first.links["http://127.0.0.1:8000/status/abc-_1"].endswith("/status/abc-_1")
    assert first.response.headers["Cache-Control"] == "no-store"
    second = reader.visit(page.links["PP-2: a question"])
    assert "Ünïcode and <script>" in second.text
    assert second.soup.main.script is None  # type: ignore[union-attr]


def test_emails_are_searched_and_paged(reader: Visitor, folder: Path) -> None:
    keep(folder, *(letter(f"PP-{n}: news", f"For number {n}") for n in range(30)))
    page = reader.visit("/mailbox")
    assert "30 emails" in page.text
    assert "PP-29: news" in page.links
    assert "PP-4: news" not in page.links
    assert "PP-4: news" in reader.visit("/mailbox?page=2").links
    found = reader.visit("/mailbox?q=NUMBER+17")
    assert [w for w in found.links if w.startswith("PP-")] == ["PP-17: news"]
    assert "No email has these words" in reader.visit("/mailbox?q=nothing").text


@pytest.mark.parametrize("name", ["x", "0000000000000000-00000000", "..%2F..%2Fetc%2Fpasswd"])
def test_no_such_email_is_404(name: str, reader: Visitor) -> None:
    reader.visit(f"/mailbox/{name}", status=404)


def test_elsewhere_there_is_no_mailbox(client: Visitor, cast: Cast) -> None:
    client.visit("/mailbox", status=404)
    assert "/mailbox" not in client.visit("/").links.values()


def test_it_is_a_real_mail_server(folder: Path) -> None:
    port, stop = free_port(), threading.Event()
    server = threading.Thread(target=receive, args=(folder, port, stop))
    server.start()

    def listens() -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", port)) == 0

    try:
        eventually(listens)
        with smtplib.SMTP("127.0.0.1", port) as sender:
            sender.send_message(letter("PP-3: hello", "Good morning"))
    finally:
        stop.set()
        server.join()
    (name,) = queries.names(folder)
    kept = queries.find(folder, name)
    assert kept is not None
    assert (kept.subject, kept.to, kept.text.strip()) == (
        "PP-3: hello",
        "rosa@example.org",
        "Good morning",
    )
