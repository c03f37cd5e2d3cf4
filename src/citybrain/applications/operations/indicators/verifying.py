"""Proving what was shown: values are computed again, with the SELECT of their time over the lake of their time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from citybrain.applications.operations.indicators import reading
from citybrain.applications.operations.indicators.evaluating import count_rows, periods_between
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.models import IndicatorRun, IndicatorVersion
from citybrain.applications.operations.indicators.reading import Found
from citybrain.applications.operations.indicators.rolling import NOTHING, rolled_up
from citybrain.applications.operations.indicators.types import comes_out
from citybrain.base.places.queries import city
from citybrain.hubs.data.facts.lake import Lake, lake


@dataclass(frozen=True)
class Difference:
    """A stored value that does not come out again."""

    key: str
    dimension: str
    code: str
    start: datetime
    shown: float | None
    again: float | None


@dataclass
class Verified:
    """How many values were computed again, of how many indicators, and which of them came out otherwise."""

    values: int = 0
    keys: set[str] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)


def verify(data: Path, *, since: datetime, keys: Iterable[str] | None = None) -> Verified:
    """Compute the newest values of all periods that begin at `since` or later again; of these indicators, or of all.

    Raises NotFound `indicator.unknown` for a key that never was one.
    """
    where, bound = "start >= ?", [since]
    if keys is not None:
        wanted = list(keys)
        reading.check_known(wanted)
        where, bound = f"{where} AND indicator IN (SELECT unnest(?))", [since, wanted]  # type: ignore[list-item]
    found = reading.ask(data, where, bound, rest="ORDER BY run, indicator, version, start")
    done = Verified()
    for number, of_run in groupby(found, key=lambda one: int(one["run"])):
        run = IndicatorRun.objects.get(pk=number)
        with lake(data, marks=run.marks) as opened:
            for (key, version), of_one in groupby(of_run, key=lambda one: (one["indicator"], one["version"])):
                definition = IndicatorDefinition.model_validate(IndicatorVersion.objects.get(pk=version).definition)
                rows = list(of_one)
                done.differences += _differences(opened, definition, key, rows, run.recorded_at)
                done.values += len(rows)
                done.keys.add(key)
    return done


def _differences(
    opened: Lake, definition: IndicatorDefinition, key: str, shown: list[Found], recorded_at: datetime
) -> list[Difference]:
    where = city()
    zone = ZoneInfo(where.time_zone)
    begins = periods_between(definition.period, shown[0]["start"], shown[-1]["start"], zone)
    count_rows(opened, definition, begins, now=recorded_at, zone=zone)
    rolled = opened.query(f"SELECT * FROM ({rolled_up(definition, root=where.root.code)})").to_pylist()  # noqa: S608
    again = {(one["period"], one["dimension"], one["code"]): one["value"] for one in rolled}
    nothing = NOTHING.get(definition.aggregate)
    found = []
    for one in shown:
        begin = one["start"].astimezone(zone).replace(tzinfo=None)
        value = again.get((begin, one["dimension"], one["code"]), nothing)
        if not comes_out(one["value"], value):
            found.append(Difference(key, one["dimension"], one["code"], one["start"], one["value"], value))
    return found
