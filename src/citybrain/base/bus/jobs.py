from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from citybrain.base.bus import actions
from citybrain.base.bus.delivery import Dispatcher
from citybrain.base.jobs import every, loop

_dispatcher = Dispatcher(retry_every=0.25)  # the first pause of a failure is a second


@loop("bus.deliver")
def deliver() -> bool:
    return _dispatcher.run_once() > 0


@every(name="bus.prune", hours=1)
def prune() -> int:
    return actions.prune(timedelta(days=settings.BUS_KEEP_DAYS))
