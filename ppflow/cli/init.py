"""`ppflow init`: an empty installation that somebody can sign in to."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from ppflow.cli.people import email


@click.command()
@click.option("--programme", prompt="Name of the programme", help="It heads the pages.")
@click.option("--phone", prompt="Phone number for the public", help="Stands on every page.")
@click.option("--name", prompt="Your name", help="The first administrator.")
@click.option("--email", prompt="Your email address", callback=email, help="To sign in with.")
@click.password_option(help="12 characters or more; asked for when not given.")
@click.option(
    "--coordinator/--no-coordinator",
    default=True,
    show_default=True,
    help="May the first administrator also publish, and see what people send?",
)
def init(
    programme: str, phone: str, name: str, email: str, password: str, coordinator: bool
) -> None:
    """Start an empty installation: keys, database, a first programme and an administrator."""
    from ppflow import config
    from ppflow.cli.ready import make_folder, ready_app

    folder = Path(config.sources().get("PPFLOW_DATA_DIR", config.Settings.data_dir))
    make_folder(folder)
    file = folder / config.FILE_NAME
    is_made = make_keys(file)
    app = ready_app()
    with app.app_context():
        _begin(programme, phone, name, email, password, coordinator)
    if is_made:
        click.echo(f"Keys are in {file}. Keep a copy of it in a safe place: backups need them.")
    click.echo(f"{name} can sign in with {email}. Start with 'ppflow web' and 'ppflow worker'.")


def make_keys(file: Path) -> bool:
    """Write new keys for their owner alone, unless the file is there; says whether it did."""
    from cryptography.fernet import Fernet

    if file.exists():
        return False
    lines = [
        "# Made by ppflow init. Other settings may be added here; the environment wins.",
        f"PPFLOW_SECRET_KEY={secrets.token_urlsafe(48)}",
        f"PPFLOW_LINK_KEY={secrets.token_urlsafe(48)}",
        f"PPFLOW_ANSWER_KEYS={Fernet.generate_key().decode()}",
    ]
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return True


def _begin(
    programme: str, phone: str, name: str, email: str, password: str, is_coordinator: bool
) -> None:
    from ppflow import events
    from ppflow.access import Role
    from ppflow.db import writing
    from ppflow.errors import PpflowError
    from ppflow.people import acts
    from ppflow.programmes.acts import add_programme

    roles = [Role.ADMINISTRATOR, *([Role.COORDINATOR] if is_coordinator else [])]
    hashed = acts.checked_password(password)
    with writing():
        if not acts.is_nobody_here():
            raise PpflowError(
                "Somebody can sign in here already; nothing was changed. "
                "To add a person: ppflow add-person."
            )
        person = acts.add(name, email, roles, by=events.SYSTEM)
        acts.set_password(person, hashed, by=events.SYSTEM)
        first = {
            "name": programme.strip(),
            "contact_label": programme.strip(),
            "contact_email": person.email,
            "contact_phone": phone.strip(),
            "formats_email": person.email,
            "formats_phone": phone.strip(),
        }
        add_programme(first, by=person.actor)
