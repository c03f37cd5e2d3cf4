from __future__ import annotations

from datetime import timedelta

from citybrain.base import clock
from citybrain.base.jobs import every
from citybrain.base.notices import actions


@every(name="notices.deliver", seconds=1)
def deliver() -> int:
    return actions.deliver_due()


@every(name="notices.hear", seconds=1)
def hear() -> int:
    return actions.follow_outbox()


@every(name="notices.send", seconds=1)
def send() -> int:
    return actions.deliver_outgoing()


@every(name="notices.prune", hours=6)
def prune() -> int:
    return actions.prune(clock.now() - timedelta(days=365), copies=clock.now() - timedelta(days=30))
