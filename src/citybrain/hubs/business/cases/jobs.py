"""Background work of casework."""

from __future__ import annotations

from citybrain.base.jobs import every, loop
from citybrain.hubs.business.cases.actions import watching


@loop("cases.clocks")
def ring_clocks() -> bool:
    """Warnings and escalations, as soon as they are due."""
    return watching.ring_clocks()


@every(minutes=5, name="cases.self_test")
def prove_clocks() -> None:
    """The daily proof that clocks are watched."""
    watching.prove_clocks_daily()
