"""`ppflow make-load N`: many made-up expressions, to measure with."""

from __future__ import annotations

import click


@click.command()
@click.argument("count", type=click.IntRange(1, 10_000_000))
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same rows.")
@click.option(
    "--open",
    "share",
    type=click.IntRange(0, 100),
    default=3,
    show_default=True,
    help="How many in 100 are open.",
)
def make_load(count: int, seed: int, share: int) -> None:
    """Add COUNT made-up expressions over the projects here; most are answered, as in life."""
    from ppflow.cli.ready import ready
    from ppflow.errors import PpflowError
    from ppflow.importing import bulk

    with ready() as app:
        if app.config["PPFLOW"].is_production:
            raise PpflowError("Made-up people do not belong among real ones. Set PPFLOW_ENV.")
        bulk.make_load(
            count,
            seed=seed,
            open_share=share / 100,
            told=lambda done: click.echo(f"{done:,} of {count:,}"),
        )
