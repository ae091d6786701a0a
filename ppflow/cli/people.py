"""`ppflow add-person` and `ppflow set-password`"""

from __future__ import annotations

from typing import Final

import click

ROLES: Final = ("coordinator", "administrator", "board")


def email(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """An email address, checked where it is typed."""
    from ppflow.checks import EMAIL

    if not EMAIL.fullmatch(value.strip()) or not value.isascii():
        raise click.BadParameter(f"'{value}' is not an email address")
    return value.strip()


@click.command()
@click.option("--name", prompt="Name", help="First and last name.")
@click.option("--email", prompt="Email address", callback=email, help="They sign in with it.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="May be repeated.")
@click.option(
    "--programme", "slugs", multiple=True, help="Address of a programme to coordinate; none: all."
)
@click.password_option(help="12 characters or more; asked for when not given.")
def add_person(
    name: str, email: str, roles: tuple[str, ...], slugs: tuple[str, ...], password: str
) -> None:
    """Add somebody who may sign in.

    Facilitators need no role here: they are made members of their projects on the project's page.
    """
    from ppflow import events
    from ppflow.access import Role
    from ppflow.cli.ready import ready
    from ppflow.db import writing
    from ppflow.people import acts

    if slugs and "coordinator" not in roles:
        raise click.UsageError("--programme is for coordinators: add --role coordinator.")
    with ready():
        hashed = acts.checked_password(password)
        with writing():
            person = acts.add(
                name,
                email,
                [Role(role) for role in roles],
                programmes=_programmes(slugs),
                by=events.SYSTEM,
            )
            acts.set_password(person, hashed, by=events.SYSTEM)
        click.echo(f"{person.name} can sign in with {person.email}.")


def _programmes(slugs: tuple[str, ...]) -> list[int]:
    from sqlalchemy import select

    from ppflow.db import db
    from ppflow.programmes.models import Programme

    ids = {programme.slug: programme.id for programme in db.session.scalars(select(Programme))}
    for slug in slugs:
        if slug not in ids:
            raise click.UsageError(f"There is no programme '{slug}'. Known: {', '.join(ids)}.")
    return [ids[slug] for slug in slugs]


@click.command()
@click.argument("email", callback=email)
@click.password_option(help="12 characters or more; asked for when not given.")
def set_password(email: str, password: str) -> None:
    """Give the person with the address EMAIL a new password. Their sessions end."""
    from ppflow import events
    from ppflow.cli.ready import ready
    from ppflow.db import writing
    from ppflow.errors import PpflowError
    from ppflow.people import acts

    with ready():
        hashed = acts.checked_password(password)
        with writing():
            person = acts.find(email)
            if person is None:
                raise PpflowError(f"There is nobody with the address {email}.")
            acts.set_password(person, hashed, by=events.SYSTEM)
        click.echo(f"{person.name} has a new password.")
