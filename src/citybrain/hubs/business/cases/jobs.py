"""Background work of casework."""

from __future__ import annotations

from citybrain.base.jobs import every, job, loop
from citybrain.base.jobs.running import Progress
from citybrain.hubs.business.cases.actions import calendaring, watching


@loop("cases.clocks")
def ring_clocks() -> bool:
    """Warnings and escalations, as soon as they are due."""
    return watching.ring_clocks()


@job(name="cases.recount")
def recount(calendar: str, progress: Progress) -> None:
    """A working calendar changed: running clocks are counted again."""
    calendaring.recount_cases(calendar, progress=progress)


@every(minutes=5, name="cases.self_test")
def prove_clocks() -> None:
    """The daily proof that clocks are watched."""
    watching.prove_clocks_daily()
