"""Indicators are computed every few minutes of wall time, and at once when somebody asks."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from citybrain.applications.operations.indicators import computing, values
from citybrain.base.jobs import every, job
from citybrain.hubs.data.facts.store import only_writer


@every(minutes=2, name="indicators.compute")
def compute_all() -> int:
    run = computing.compute(Path(settings.DATA_DIR))
    return run.written if run else 0


@job(name="indicators.compute_now")
def compute_now(keys: list[str] | None = None) -> int:
    run = computing.compute(Path(settings.DATA_DIR), keys)
    return run.written if run else 0


@every(hours=1, name="indicators.compact")
def compact() -> int:
    data = Path(settings.DATA_DIR)
    with only_writer(data):
        return values.store_of(data).compact()
