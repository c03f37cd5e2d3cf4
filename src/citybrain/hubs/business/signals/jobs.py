"""Work that comes round for signals."""

from __future__ import annotations

from citybrain.base.jobs import every
from citybrain.hubs.business.signals import actions


@every(name="signals.give_up_asking", seconds=30)
def give_up_asking() -> int:
    """Signals that no classifier answered for in time go to a person."""
    return actions.give_up_asking()
