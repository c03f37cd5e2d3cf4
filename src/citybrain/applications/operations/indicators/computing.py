"""Computing indicators: all that are due, over one state of the lake, each for the periods that may have changed.

Late data changes old periods. What arrived since the last time says how far back it reaches, and everything from there
on is computed again; only what differs from the stored values is written, and the old values stay.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
from django.db import transaction

from citybrain.applications.operations.indicators import values
from citybrain.applications.operations.indicators.crossing import tell_crossings
from citybrain.applications.operations.indicators.evaluating import (
    PERIODS,
    begin_of,
    count_rows,
    moment_of,
    periods_between,
    teach,
)
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition, Period
from citybrain.applications.operations.indicators.models import Indicator, IndicatorRun
from citybrain.applications.operations.indicators.reading import definition_of
from citybrain.applications.operations.indicators.rolling import columns_of, rolled_up, with_nothing
from citybrain.base import clock
from citybrain.base.errors import BadInput
from citybrain.base.places.queries import city, find_city
from citybrain.hubs.data.facts.lake import Lake, lake
from citybrain.hubs.data.facts.projecting import project
from citybrain.hubs.data.facts.registry import facts
from citybrain.hubs.data.facts.store import only_writer, reach_of
from citybrain.hubs.data.facts.types import FactTable, View

log = logging.getLogger(__name__)
FARTHEST: dict[Period, timedelta] = {
    "hour": timedelta(days=35), "day": timedelta(days=400), "week": timedelta(days=400), "month": timedelta(days=400),
}  # fmt: skip
"""How far back the first computation goes, and late data may reach."""


@dataclass(frozen=True)
class Wanted:
    """An indicator that is due, and the stored tables that it reads."""

    row: Indicator
    definition: IndicatorDefinition
    tables: frozenset[str]


def compute(data: Path, keys: Iterable[str] | None = None) -> IndicatorRun | None:
    """Compute all enabled indicators (or these) up to now; None where there is no city or nothing to compute.

    One that cannot be computed is named in the run with the reason; the others are written all the same.
    """
    rows = Indicator.objects.filter(is_enabled=True, retired_at=None).select_related("version").order_by("key")
    chosen = list(rows if keys is None else rows.filter(key__in=set(keys)))
    if not chosen or find_city() is None:
        return None
    project(data)
    run = IndicatorRun.objects.create(recorded_at=clock.now(), wall_at=clock.wall_now())
    began = clock.monotonic()
    with lake(data) as opened:
        teach(opened)
        opened.register("periods", PERIODS.empty_table())
        wanted = [_wanted(opened, row) for row in chosen]
        _hold_shared(opened, wanted)
        fresh = _Fresh(opened, data, run)
        for one in sorted(wanted, key=lambda one: (one.row.pack, one.definition.period)):  # views serve the next too
            fresh.take(one)
        run.marks, run.newest = opened.marks, _newest(opened)
        run.save(update_fields=["marks", "newest"])  # before the values: after a kill they are explained all the same
        with only_writer(data):
            run.written = fresh.write()
    run.computed, run.failures = len(fresh.done), fresh.failures
    run.seconds, run.finished_at = round(clock.monotonic() - began, 3), clock.now()
    _keep(run, fresh.done)
    tell_crossings(data, [one.row.key for one in fresh.done])
    return run


@transaction.atomic
def _keep(run: IndicatorRun, done: list[Wanted]) -> None:
    run.save()
    for one in done:
        one.row.computed_version = one.row.version_id
        one.row.computed_until = run.recorded_at
        one.row.computed_marks = {name: run.marks[name] for name in sorted(one.tables) if name in run.marks}
    Indicator.objects.bulk_update([one.row for one in done], ["computed_version", "computed_until", "computed_marks"])


def _wanted(opened: Lake, row: Indicator) -> Wanted:
    definition = definition_of(row)
    return Wanted(row, definition, frozenset(opened.tables_of(definition.select)))


def _hold_shared(opened: Lake, wanted: list[Wanted]) -> None:
    """Views that several indicators read are computed once."""
    readers: dict[str, int] = {}
    for one in wanted:
        for name in opened.names_in(one.definition.select):
            if isinstance(facts().entries.get(name), View):
                readers[name] = readers.get(name, 0) + 1
    for name, count in sorted(readers.items()):
        if count > 1:
            opened.hold(name)


def _newest(opened: Lake) -> dict[str, str]:
    """When the newest row of each table was recorded."""
    found = {}
    for name in sorted(opened.marks):
        if isinstance(facts().entries.get(name), FactTable):
            (row,) = opened.query(f'SELECT max(recorded_at) AS newest FROM "{name}"').to_pylist()  # noqa: S608
            newest = row["newest"]
        elif name == "readings":
            newest = clock.from_micros(opened.marks[name])
        else:
            continue
        if newest is not None:
            found[name] = newest.isoformat()
    return found


class _Fresh:
    """What one run finds: values that differ from the stored ones."""

    def __init__(self, opened: Lake, data: Path, run: IndicatorRun):
        self.opened, self.data, self.run = opened, data, run
        where = city()
        self.zone, self.root = ZoneInfo(where.time_zone), where.root.code
        self.done: list[Wanted] = []
        self.failures: dict[str, str] = {}
        self.found: list[pa.Table] = []
        self.oldest: dict[str, datetime | None] = {}
        opened.make_view("stored", values.files(data), values.SCHEMA)

    def take(self, one: Wanted) -> None:
        try:
            begins = self._begins(one)
            wanted = columns_of(one.definition)
            count_rows(self.opened, one.definition, begins, now=self.run.recorded_at, zone=self.zone, columns=wanted)
            self.found.append(self.opened.query(self._changes(one, begins[0])))
            self.done.append(one)
        except (duckdb.Error, BadInput) as error:
            log.warning("the indicator %s could not be computed: %s", one.row.key, error)
            self.failures[one.row.key] = str(error).splitlines()[0]

    def write(self) -> int:
        """Append what was found; returns the number of values."""
        rows = pa.concat_tables(self.found) if self.found else None
        if rows is None or not rows.num_rows:
            return 0
        store = values.store_of(self.data)
        last = reach_of(store.table)[1]
        recorded = self.run.recorded_at
        rows = rows.append_column("seq", pa.array(np.arange(last + 1, last + 1 + rows.num_rows)))
        rows = rows.append_column("month", pa.array([f"{recorded:%Y-%m}"] * rows.num_rows))
        rows = rows.append_column("recorded_at", pa.array([recorded] * rows.num_rows, pa.timestamp("us", tz="UTC")))
        store.append_table(rows.select(values.SCHEMA.names).cast(values.SCHEMA))
        return int(rows.num_rows)

    def _begins(self, one: Wanted) -> list[datetime]:
        now, kind = self.run.recorded_at, one.definition.period
        is_new = one.row.computed_version != one.row.version_id
        last = None if is_new else one.row.computed_until
        touched = self._touched(one, {} if is_new else one.row.computed_marks)
        since = min((moment for moment in (touched, last) if moment is not None), default=now)
        since = max(min(since, now), now - FARTHEST[kind])
        return periods_between(kind, moment_of(begin_of(kind, since, self.zone), self.zone), now, self.zone)

    def _touched(self, one: Wanted, marks: Mapping[str, int]) -> datetime | None:
        """How far back what arrived since `marks` reaches; None where nothing did."""
        oldest = []
        for name in sorted(one.tables):
            entry = facts().entries.get(name)
            mark = int(marks.get(name, 0))
            if isinstance(entry, FactTable):
                sql = f'SELECT min("{entry.reaches_back}") AS oldest FROM "{name}" WHERE seq > {mark}'  # noqa: S608
            elif name == "readings":
                sql = f"SELECT min(occurred_at) AS oldest FROM readings WHERE recorded_at >= make_timestamptz({mark})"  # noqa: S608
            else:
                continue
            oldest.append(self._oldest(sql))
        return min((moment for moment in oldest if moment is not None), default=None)

    def _oldest(self, sql: str) -> datetime | None:
        """Most indicators have come equally far in the same tables: each is looked at once."""
        if sql not in self.oldest:
            (row,) = self.opened.query(sql).to_pylist()
            self.oldest[sql] = row["oldest"]
        return self.oldest[sql]

    def _changes(self, one: Wanted, since: datetime) -> str:
        """SELECT the values that are new or differ; one that lost all its rows is written as empty."""
        kind, zone = one.definition.period, str(self.zone)
        first = clock.to_micros(moment_of(since, self.zone))
        differ = " OR ".join(f"f.{name} IS DISTINCT FROM o.{name}" for name in ("value", "numerator", "denominator"))
        return f"""
        WITH old AS (
          SELECT * FROM stored
          WHERE indicator = '{one.row.key}' AND start >= make_timestamptz({first})
          QUALIFY row_number() OVER (PARTITION BY dimension, code, start ORDER BY seq DESC) = 1),
        found AS ({rolled_up(one.definition, root=self.root)}),
        fresh AS ({with_nothing("found", one.definition, before="old", root=self.root)}),
        changed AS (
          SELECT coalesce(f.period, timezone('{zone}', o.start)) AS period, f.value, f.numerator, f.denominator,
            coalesce(f.dimension, o.dimension) AS dimension, coalesce(f.code, o.code) AS code,
            coalesce(f.rows, 0) AS rows
          FROM fresh f FULL JOIN old o
            ON timezone('{zone}', f.period) = o.start AND f.dimension = o.dimension AND f.code = o.code
          WHERE coalesce(f.rows, 0) <> coalesce(o.rows, 0) OR {differ}
            OR (f.rows IS NOT NULL AND o.version IS DISTINCT FROM {one.row.version_id}))
        SELECT '{one.row.key}' AS indicator, {one.row.version_id} AS version, {self.run.pk} AS run, '{kind}' AS period,
          timezone('{zone}', changed.period) AS start, timezone('{zone}', changed.period + INTERVAL 1 {kind}) AS "end",
          dimension, changed.code, coalesce(r.path, g.path, '') AS path, value, numerator, denominator, rows
        FROM changed
        LEFT JOIN regions r ON dimension = 'region' AND r.code = changed.code
        LEFT JOIN organisations g ON dimension = 'organisation' AND g.code = changed.code
        ORDER BY dimension, changed.code, start
        """  # noqa: S608 - keys and numbers of our own
