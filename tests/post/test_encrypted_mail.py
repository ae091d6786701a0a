"""The line to the mail server: encrypted with a certificate that holds, or not at all."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select

from ppflow.db import db
from ppflow.errors import SettingsError
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter, MailBreaker
from ppflow.outbox.workflow import LetterState
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.smtp import MailServer

pytestmark = pytest.mark.sqlite_only


@dataclass(frozen=True)
class Certificate:
    """A certificate for this machine that nobody has signed but itself."""

    file: Path
    context: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test mail server")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, key_file = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, key_file)
    return Certificate(pem, context)


@pytest.fixture
def secure_server(certificate: Certificate) -> Iterator[MailServer]:
    server = MailServer(tls=certificate.context)
    server.start()
    yield server
    server.stop()


def test_a_certificate_that_holds_is_used(
    app: Flask, cast: Cast, register: Register, installation: Installation,
    secure_server: MailServer, certificate: Certificate, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    register("Rosa Reed", cast.panel)
    with installation.with_settings(mail_security="starttls", mail_port=secure_server.port):
        work_once(app)
    assert len(secure_server.letters) == 4


def test_a_certificate_that_does_not_hold_stops_the_mail(
    app: Flask, cast: Cast, register: Register, installation: Installation,
    secure_server: MailServer,
) -> None:  # fmt: skip
    register("Rosa Reed", cast.panel)
    with installation.with_settings(mail_security="starttls", mail_port=secure_server.port):
        work_once(app)
    assert secure_server.letters == []
    db.session.rollback()
    reason = db.session.scalars(select(MailBreaker.reason)).one()
    assert "certificate" in str(reason).lower()
    states = {(letter.state, letter.tries) for letter in db.session.scalars(select(Letter))}
    assert states == {(LetterState.QUEUED, 0)}


def test_a_real_installation_never_sends_in_the_open_over_a_network(
    app: Flask, installation: Installation
) -> None:
    with (
        installation.with_settings(env="production", mail_server="mail.nhs.example"),
        pytest.raises(SettingsError, match="unprotected"),
    ):
        work_once(app)
