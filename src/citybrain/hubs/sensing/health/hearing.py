"""When each thing was last heard from, for all things of the city at once.

A thing is online while any of its properties is not older than three of that property's periods (of an hour where no
period is declared), silent when something came once, and `never` when nothing ever did.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Count, Max
from numpy.typing import NDArray

from citybrain.base import clock
from citybrain.hubs.sensing.ingest.columns import NEVER
from citybrain.hubs.sensing.ingest.latest import read_latest
from citybrain.hubs.sensing.things.models import Stream, ThingModel
from citybrain.hubs.sensing.things.queries import PERIODS, USUAL_PERIOD

Numbers = NDArray[np.int64]
NOTHING, SILENT, ONLINE = 0, 1, 2
_known: tuple[Any, Roll] | None = None


@dataclass(frozen=True)
class Roll:
    """Every stream, in the order of its thing: its number, its thing, and for how long one reading counts (µs)."""

    streams: NDArray[np.int32]
    things: Numbers
    patience: Numbers


@dataclass(frozen=True)
class Heard:
    """Keys of things, ascending, and the contact of each as NOTHING, SILENT or ONLINE."""

    things: Numbers
    contact: NDArray[np.int8]

    def contact_of(self, things: Numbers) -> NDArray[np.int8]:
        """The contact of some things; one without streams was never heard from."""
        if not len(self.things):
            return np.zeros(len(things), np.int8)
        at = np.minimum(np.searchsorted(self.things, things), len(self.things) - 1)
        return np.where(self.things[at] == things, self.contact[at], NOTHING).astype(np.int8)


def hear() -> Heard:
    """How it stands now, in city time."""
    roll = _roll()
    if not len(roll.streams):
        return Heard(np.zeros(0, np.int64), np.zeros(0, np.int8))
    at = np.full(len(roll.streams), NEVER, np.int64)
    view = read_latest(Path(settings.DATA_DIR) / "hot" / "latest.bin", roll.streams)
    if view is not None:
        at = view.records["at"]
    return gather(roll, at, clock.to_micros(clock.now()))


def gather(roll: Roll, at: Numbers, now: int) -> Heard:
    """The best contact among the streams of each thing, from the moments of their latest readings."""
    things, starts = np.unique(roll.things, return_index=True)
    came = at != NEVER
    age = now - np.where(came, at, now)
    contact = np.where(came, np.where(age <= roll.patience, ONLINE, SILENT), NOTHING)
    return Heard(things, np.maximum.reduceat(contact, starts).astype(np.int8))


def _roll() -> Roll:
    """Streams are only ever added, so that their number and the age of the models tell whether the roll is right."""
    global _known
    streams = Stream.objects.aggregate(count=Count("pk"), last=Max("pk"))
    key = (settings.DATA_DIR, *streams.values(), ThingModel.objects.aggregate(last=Max("updated_at"))["last"])
    if _known is None or _known[0] != key:
        _known = (key, _call())
    return _known[1]


def _call() -> Roll:
    patience = {
        (pk, name): int(PERIODS * declared.get("period_seconds", USUAL_PERIOD) * 1_000_000)
        for pk, properties in ThingModel.objects.values_list("pk", "properties")
        for name, declared in properties.items()
    }
    rows = Stream.objects.order_by("thing_id", "pk").values_list("pk", "thing_id", "property", "thing__model_id")
    usual = int(PERIODS * USUAL_PERIOD * 1_000_000)
    plain = [(pk, thing, patience.get((model, name), usual)) for pk, thing, name, model in rows.iterator()]
    table = np.array(plain, np.int64).reshape(-1, 3)
    return Roll(table[:, 0].astype(np.int32), table[:, 1], table[:, 2])
