"""An app that a command can work with: its folder is there, its database is up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from ppflow import config, create_app, migrations
from ppflow.db import db, writing
from ppflow.errors import PpflowError
from ppflow.site import Site


def ready_app(overrides: Mapping[str, Any] | None = None) -> Site:
    """The app, after making its folder and bringing its database up to date.

    Raises `PpflowError` when a setting is wrong or the database cannot be reached.
    """
    from ppflow.erasing import acts as erasing  # it brings the whole house along

    settings = config.load(overrides)
    make_folder(Path(settings.data_dir))
    app = create_app(overrides)
    try:
        with app.app_context():
            with db.engine.connect() as connection:
                is_ready = migrations.present(connection) == migrations.newest()
            if not is_ready:
                migrations.upgrade(app)
            with writing():
                erasing.replay()  # a crash between the list of erased forms and the database
            db.session.remove()
            db.engine.dispose()
    except OperationalError as error:
        raise PpflowError(f"The database cannot be used: {error.orig}") from None
    return app


def make_folder(folder: Path) -> None:
    """Make the data folder, for its owner alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PpflowError(f"The data folder {folder} cannot be made: {error.strerror}.") from None


@contextmanager
def ready() -> Iterator[Site]:
    """The app of this installation, with its context pushed."""
    app = ready_app()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
