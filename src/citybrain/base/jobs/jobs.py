"""The housekeeping of the ground: delivering messages, sealing evidence, forgetting what has been read by everybody."""

from __future__ import annotations

from citybrain.base.bus.delivery import Dispatcher
from citybrain.base.jobs.registry import loop

_dispatcher = Dispatcher()


@loop("bus.deliver")
def deliver() -> bool:
    return _dispatcher.run_once() > 0
