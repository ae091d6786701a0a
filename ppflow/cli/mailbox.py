"""`ppflow mailbox`: a mail server that keeps every email in a folder, for demonstrations."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Any

import click


@click.command(hidden=True)
def mailbox() -> None:
    """Receive mail at PPFLOW_MAIL_PORT into PPFLOW_MAILBOX_DIR, until told to stop."""
    from ppflow import config
    from ppflow.errors import SettingsError

    settings = config.load()
    if not settings.mailbox_dir:
        raise SettingsError("PPFLOW_MAILBOX_DIR is not set: the demo mailbox needs a folder.")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    receive(Path(settings.mailbox_dir), settings.mail_port, stop)


def receive(folder: Path, port: int, stop: Event) -> None:
    """Take every email in, each as one file, until `stop` is set."""
    from aiosmtpd.controller import Controller

    from ppflow.mailbox import mail

    class Keeper:
        """aiosmtpd's handler: answers only when the file is there."""

        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            mail.keep(folder, envelope.original_content)
            return "250 Kept"

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    controller = Controller(
        Keeper(), hostname="127.0.0.1", port=port, server_hostname="demo-mailbox",
        enable_SMTPUTF8=True, decode_data=False,
    )  # fmt: skip
    controller.start()
    stop.wait()
    controller.stop()
