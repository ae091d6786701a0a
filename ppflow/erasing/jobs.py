"""What the worker does about erasing: the clocks, the ledger played again, and the bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ppflow import clock
from ppflow.erasing import acts, cleaning, clocks
from ppflow.outbox.periodic import Afterwards, Period, every

LATELY: Final = timedelta(days=2)


@every("erasing-replay", Period.HOUR)
def erase_what_the_ledger_names() -> None:
    """A crash between ledger and commit: erased again. Older lines are seen to at every start."""
    acts.replay(since=clock.now() - LATELY)


@every("retention", Period.DAY)
def start_the_clocks() -> None:
    """Once a day: what is over its time, unless the brake holds it."""
    clocks.start()


@every("retention-batch", Period.MINUTE)
def go_on() -> None:
    """A batch of the run that is going."""
    clocks.go_on()


@every("erased-letters", Period.HOUR)
def clear_letters() -> None:
    """What a letter still held that was on its way."""
    acts.clear_after_sending()


@every("erasing-clean", Period.MINUTE)
def clean_up() -> Afterwards | None:
    """The bytes of what was erased."""

    def afterwards() -> None:
        cleaning.clean()

    return afterwards if cleaning.newest_to_clean() is not None else None
