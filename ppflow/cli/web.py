"""`ppflow web`: the pages, by gunicorn with threads."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask

    from ppflow.config import Settings

MEMORY = Path("/dev/shm")  # noqa: S108 - where workers say they live; a disk may stall


@click.command()
def web() -> None:
    """Serve the pages, with PPFLOW_WEB_PROCESSES processes of PPFLOW_WEB_THREADS threads."""
    from ppflow.cli.ready import ready_app

    app = ready_app()
    settings = app.config["PPFLOW"]
    app.warm(Path(settings.data_dir) / "templates")
    serve(app, options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """What gunicorn is told. Logs hold no address a person asked for: see `logs`."""
    from ppflow import logs

    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.web_processes,
        "worker_class": "gthread",
        "threads": settings.web_threads,
        "worker_tmp_dir": str(MEMORY) if MEMORY.is_dir() else None,
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 5,
        "loglevel": "warning",
        "proc_name": "ppflow-web",
        "pre_fork": _before_fork,
        "when_ready": lambda _server: click.echo(f"The pages are at {settings.base_url}"),
        **logs.gunicorn_options(),
    }


def _before_fork(_server: Any, _worker: Any) -> None:
    """What was loaded so far is shared by the processes, and stays so when it is not touched."""
    gc.freeze()


def serve(app: Flask, settings: dict[str, Any]) -> None:
    """Run gunicorn until it is told to stop."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        """gunicorn with our app and our options; it reads no file and no arguments."""

        def load_config(self) -> None:
            assert self.cfg is not None
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()  # type: ignore[no-untyped-call]
