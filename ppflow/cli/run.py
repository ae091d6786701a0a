"""`ppflow run`: the demonstration in one command. `make run` starts it."""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from flask import Flask

TOP: Final = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG: Final = 1  # of linux/prctl.h
LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


@click.command()
def run() -> int:
    """Start web, worker and, unless PPFLOW_MAIL_SERVER is set, a mailbox to look into.

    The sample programme is loaded into an empty database; a database with a programme is kept as
    it is. One part that ends stops them all; so does Ctrl-C.
    """
    from ppflow.cli.demo import load_sample
    from ppflow.cli.ready import ready_app
    from ppflow.cli.sign_ins import table

    has_mailbox = prepare()
    click.echo("Getting the database ready ...")
    app = ready_app()
    refuse_taken_port(app)
    books = load_sample(app)
    if books is not None:
        click.echo("Loaded the sample programme: " + "; ".join(books.lines()[1:7]) + ".")
    click.echo(table(app))
    _say_where(app, has_mailbox)
    return _watch(["web", "worker", *(["mailbox"] if has_mailbox else [])])


def prepare() -> bool:
    """Set what a demonstration needs and nobody has set. Says whether it has a mailbox."""
    from ppflow import config

    os.environ.setdefault("PPFLOW_ENV", "demonstration")
    source = config.sources()
    data_dir = Path(source.get("PPFLOW_DATA_DIR", config.Settings.data_dir)).resolve()
    os.environ["PPFLOW_DATA_DIR"] = str(data_dir)
    defaults = {"PPFLOW_LOG_LEVEL": "WARNING"}
    port = source.get("PPFLOW_PORT", config.Settings.port)
    defaults["PPFLOW_BASE_URL"] = f"http://127.0.0.1:{port}"
    server = source.get("PPFLOW_MAIL_SERVER", "")
    if not server:
        defaults["PPFLOW_MAIL_SERVER"] = "127.0.0.1"
        defaults["PPFLOW_MAIL_PORT"] = str(free_port())
        defaults["PPFLOW_MAILBOX_DIR"] = str(data_dir / "mailbox")
    if not server or server in LOOPBACK:
        defaults["PPFLOW_MAIL_SECURITY"] = "none"  # it does not leave this computer
    for name, value in defaults.items():
        if not source.get(name):
            os.environ[name] = value
    return not server


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def refuse_taken_port(app: Flask) -> None:
    """Say at once, in one line, that the port is taken: gunicorn would try for a while."""
    from ppflow.errors import PpflowError

    settings = app.config["PPFLOW"]
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError:
        raise PpflowError(
            f"Something listens on port {settings.port} already. Stop it, or choose another port: "
            f"PORT={settings.port + 1} make run"
        ) from None


def _say_where(app: Flask, has_mailbox: bool) -> None:
    settings = app.config["PPFLOW"]
    mail = f"{settings.base_url}/mailbox" if has_mailbox else "your mail server"
    click.echo(f"\n  The site:      {settings.base_url}/")
    click.echo(f"  Staff:         {settings.base_url}/sign-in")
    click.echo(f"  What it mails: {mail}")
    click.echo(f"  Data:          {settings.data_dir}   (Ctrl-C stops everything)\n")


def _watch(parts: list[str]) -> int:
    """Run the parts until one ends or somebody stops us; gives the exit code."""
    import multiprocessing

    from honcho.manager import SIGNALS, Manager
    from honcho.process import Popen, Process

    class Part(Process):
        """A part of the demonstration and the process that reads what it says. Both end with us,
        even when we are killed."""

        def run(self, events: Any = None, ignore_signals: bool = False) -> None:
            ends_with_parent(signal.SIGKILL)  # it lets other signals pass
            self._child_ctor = partial(Popen, preexec_fn=ends_with_parent)  # type: ignore[assignment]
            super().run(events, ignore_signals)  # type: ignore[no-untyped-call]

    multiprocessing.set_start_method("fork", force=True)  # its parts cannot be pickled
    paths = [str(TOP), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    manager = Manager()
    manager._process_ctor = Part
    for part in parts:
        command = shlex.join([sys.executable, "-m", "ppflow.cli", part])
        manager.add_process(part, f"exec {command}", env=environment)
    sys.stdout.flush()
    manager.loop()
    stopped_by_us = {each["rc"] for each in SIGNALS.values()}
    return 0 if manager.returncode in stopped_by_us else manager.returncode or 1


def ends_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send this process a signal when its parent ends, however that ends.

    Only Linux can (`prctl` with `PR_SET_PDEATHSIG`); elsewhere nothing is done. The wish outlives
    `exec`, so it may be made for a command that is about to start.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by.value)
