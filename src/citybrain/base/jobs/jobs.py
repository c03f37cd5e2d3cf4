from __future__ import annotations

from datetime import timedelta

from citybrain.base.jobs import actions
from citybrain.base.jobs.registry import every


@every(name="jobs.prune", hours=6)
def prune() -> int:
    return actions.prune(keep=timedelta(days=30))
