"""`ppflow demo`: the sample programme, where there is none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from flask import Flask

    from ppflow.importing.books import Books

PASSWORD: Final = "demonstration"  # noqa: S105 - shown to everyone; only demonstrations set it


def password_for(app: Flask) -> str | None:
    """The password of imported people: in a demonstration the known one, else none."""
    return PASSWORD if app.config["PPFLOW"].is_demonstration else None


def load_sample(app: Flask) -> Books | None:
    """Load the sample programme into an empty database; None when there is a programme."""
    from sqlalchemy import select

    from ppflow.db import db, reading
    from ppflow.importing.loading import import_file
    from ppflow.programmes.models import Programme
    from ppflow.sample_data import PROGRAMME

    with app.app_context():
        with reading():
            is_empty = db.session.scalar(select(Programme.id).limit(1)) is None
        return import_file(PROGRAMME, password=password_for(app)) if is_empty else None


@click.command()
def demo() -> None:
    """Load the sample programme when there is none."""
    from ppflow.cli.ready import ready_app

    books = load_sample(ready_app())
    if books is None:
        click.echo("There is a programme here already; nothing was changed.")
    else:
        click.echo("\n".join(books.lines()))
