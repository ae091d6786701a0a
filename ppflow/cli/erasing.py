"""`ppflow erase` and `ppflow retention`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ppflow.errors import PpflowError

if TYPE_CHECKING:
    from ppflow.access import Standing


@click.command()
@click.argument("reference")
@click.option("--by", "email", required=True, help="Your own sign-in address: it is recorded.")
@click.option("--yes", is_flag=True, help="Do not ask for the reference again.")
def erase(reference: str, email: str, yes: bool) -> None:
    """Erase the form REFERENCE, because the person asked: nothing personal of it is left.

    The bytes go with the worker's next round.
    """
    from ppflow.cli.ready import ready
    from ppflow.db import db, writing
    from ppflow.erasing import acts
    from ppflow.expressions.queries import by_reference

    with ready():
        with writing():
            standing = _standing_of(email)
            found = db.session.scalars(by_reference(reference, standing)).one_or_none()
            if found is None:
                raise PpflowError(f"There is no form {reference.upper()} that {email} may see.")
            title, received = found.title, found.received_at
        click.echo(f"{found.reference}, received {received:%d.%m.%Y}, about {title}.")
        if not yes and click.prompt("Type the reference to erase it") != found.reference:
            raise PpflowError("That is another reference. Nothing was changed.")
        with writing():
            acts.erase(found, by=standing)
        click.echo(f"{found.reference} is erased. Whoever was told of it is asked to do the same.")


def _standing_of(email: str) -> Standing:
    from ppflow.people import acts as people
    from ppflow.people.queries import standing_of
    from ppflow.projects.queries import projects_of

    person = people.find(email)
    if person is None or not person.active:
        raise PpflowError(f"There is nobody with the address {email} who can sign in.")
    return standing_of(person, projects_of(person.id))


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say how many would go, by rule.")
@click.option("--confirm", is_flag=True, help="Go on although the brake held it.")
def retention(dry_run: bool, confirm: bool) -> int:
    """Erase what is over its time, as the worker does every day. Names nobody."""
    from ppflow.cli.ready import ready
    from ppflow.db import reading

    with ready():
        with reading():
            _say_what_is_due()
        if dry_run:
            return 0
        return _run(is_confirmed=confirm)


def _say_what_is_due() -> None:
    from ppflow.erasing import queries
    from ppflow.erasing.workflow import DRAFTS, LETTERS, RULES

    counts = {**queries.counts_due(), **queries.counts_of_the_rest()}
    for rule in (*RULES, DRAFTS, LETTERS):
        click.echo(f"{counts[rule.key]:>7,}  {rule.key}: after {rule.time}")
    if endless := queries.places_without_end():
        click.echo(f"{endless:>7,}  places without a last day: complete them when they end")


def _run(*, is_confirmed: bool) -> int:
    from ppflow.db import writing
    from ppflow.erasing import acts, cleaning, clocks
    from ppflow.erasing.models import RunState

    with writing():
        acts.replay()
        run = clocks.start(is_confirmed=is_confirmed)
    if run.state is RunState.HELD:
        click.echo(f"Held: {run.held_because} Nothing was erased.", err=True)
        click.echo("Look at the numbers. If they are right, add --confirm.", err=True)
        return 1
    while run.state is RunState.GOING:
        with writing():
            run = clocks.go_on() or run
    is_clean = cleaning.clean()
    click.echo(f"{run.erased:,} forms erased.")
    if not is_clean:
        click.echo("Somebody reads the database just now: the worker empties its journal soon.")
    return 0
