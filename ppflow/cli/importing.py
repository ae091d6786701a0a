"""`ppflow import FILE`"""

from __future__ import annotations

from pathlib import Path

import click


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(file: Path) -> None:
    """Load the programme in FILE: all of it, or nothing when something in it is wrong.

    What is here already is left as it is, so that the same file can be loaded again.
    """
    from ppflow.cli.demo import password_for
    from ppflow.cli.ready import ready
    from ppflow.importing.loading import import_file

    with ready() as app:
        books = import_file(file, password=password_for(app))
    click.echo("\n".join(books.lines()))
