"""How long it takes to compute every declared indicator, against plain DuckDB queries over the same files.

`python bench/indicators.py [--cases 1000000] [--readings 100000000] [--keep DIR]`. A city is made as `city new` makes
it; then a year of cases and signals and as many readings as are asked for are written into its lake (made up, but of
the shapes and sizes that the platform writes). The limit: each indicator's SELECT with its GROUP BY, run by hand over
the Parquet files, views that several of them need computed once. The platform does the same and besides watermarks,
finding what changed, comparing with what is stored, writing, and keeping the run. Goal: at most 1.5 times the limit.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
GOAL, DAYS = 1.5, 365
END = datetime(2026, 3, 2, tzinfo=UTC)

EVENTS = """
WITH one AS (
  SELECT range AS n, spread(range, {cases}) AS opened_at,
    CAST(1 + dice(range * 11, 4) AS SMALLINT) AS severity,
    ['hotline', 'app', 'grid', 'alarm'][1 + dice(range * 13, 4)] AS source,
    case_types[1 + range % len(case_types)] AS case_type, regions[1 + dice(range, len(regions))] AS region_path,
    places[1 + dice(range * 7, len(places))] AS place
  FROM range({cases}), names),
told AS (
  SELECT one.*, unnest([
    {'type': 'case.opened', 'after': 0.0}, {'type': 'case.dispatched', 'after': 0.01},
    {'type': 'case.accepted', 'after': 0.01 + dice(n * 3, 100) / 1000},
    {'type': CASE WHEN n % 19 = 0 THEN 'case.returned' ELSE 'clock.warned' END, 'after': 0.3},
    {'type': 'case.finished', 'after': 0.4 + dice(n * 5, 400) / 100},
    {'type': 'case.verified', 'after': 4.5}, {'type': 'case.closed', 'after': 4.6}]) AS step
  FROM one),
timed AS (
  SELECT *, step.type AS type, opened_at + to_microseconds(CAST(step.after * 86400000000 AS BIGINT)) AS occurred_at
  FROM told)
SELECT row_number() OVER (ORDER BY occurred_at, n, type) AS seq, 'e' || n || type AS event, type,
  'case/AJ' || n AS subject, occurred_at, occurred_at AS recorded_at, region_path, [place.path] AS organisation_paths,
  'AJ' || n AS "case", case_type, 'loop' AS loop,
  CASE type WHEN 'case.closed' THEN 'closed' WHEN 'case.opened' THEN 'to_dispatch' ELSE 'handling' END AS state,
  severity, source, 1 AS signal_count, opened_at, opened_at AS learned_at, opened_at + INTERVAL 3 DAY AS due_at,
  CASE WHEN type = 'case.closed' THEN occurred_at END AS closed_at,
  CASE WHEN type = 'case.closed' THEN 'resolved' ELSE '' END AS outcome, place.code AS organisation,
  place.path AS organisation_path, n AS assignment, 'lead' AS role, 0 AS reopened_count, false AS is_supervised,
  strftime(occurred_at, '%Y-%m') AS month
FROM timed WHERE occurred_at < TIMESTAMPTZ '2026-03-02'
"""
SIGNALS = """
SELECT row_number() OVER (ORDER BY occurred_at, n, type) AS seq, 'g' || n || type AS event, type, 'signal/' || n AS
  subject, occurred_at, occurred_at AS recorded_at, region_path, []::VARCHAR[] AS organisation_paths, n AS signal_id,
  CASE WHEN type = 'signal.received' THEN source END AS kind, 'bench' AS source,
  CASE WHEN type <> 'signal.received' THEN 'AJ' || (n * 10 // 11) END AS case_number,
  strftime(occurred_at, '%Y-%m') AS month
FROM (SELECT range AS n, ['hotline', 'app', 'grid', 'alarm'][1 + dice(range * 13, 4)] AS source,
    regions[1 + dice(range, len(regions))] AS region_path,
    unnest(['signal.received', CASE WHEN range % 11 = 0 THEN 'signal.merged' ELSE 'signal.opened' END]) AS type,
    spread(range, {signals}) AS occurred_at
  FROM range({signals}), names)
"""
READINGS = """
SELECT s.thing, s.property, b.at AS "at", (dice(s.stream * 31 + epoch(b.at)::BIGINT, 1000)) / 10.0 AS value,
  0::TINYINT AS quality, 0::SMALLINT AS sequence, b.at + INTERVAL 2 SECOND AS recorded_at, 1::INTEGER AS token,
  s.stream, t.region_path, strftime(b.at, '%Y-%m-%d') AS day
FROM streams s JOIN things t ON t.code = s.thing,
  (SELECT TIMESTAMPTZ '{day}' + to_microseconds(range * 300000000) AS at FROM range(288)) b
WHERE s.stream <= {last}
ORDER BY s.stream, b.at
"""


def make_city(data: Path) -> None:
    citybrain = str(Path(sys.executable).with_name("citybrain"))
    subprocess.run([citybrain, "city", "new", "--seed", "7", "--people", "100000", "--data", str(data)], check=True)
    subprocess.run([citybrain, "lake", "project", "--data", str(data)], check=True)


def fill(data: Path, cases: int, readings: int) -> None:
    """Write a year of casework and enough days of readings into the lake."""
    from citybrain.hubs.data.facts.lake import lake
    from citybrain.hubs.data.facts.registry import facts
    from citybrain.hubs.data.facts.store import Store, folder

    with lake(data) as opened:
        opened.macro("dice(n, sides)", "CAST(hash(n) % sides AS BIGINT)")
        micros = "CAST(CAST(n AS HUGEINT) * 31536000000000 // total AS BIGINT)"
        opened.macro("spread(n, total)", f"TIMESTAMPTZ '2025-03-02' + to_microseconds({micros})")
        opened.keep("names", "SELECT (SELECT list(path ORDER BY path) FROM regions WHERE level = 'grid') AS regions,"
                    " (SELECT list({'code': code, 'path': path} ORDER BY path) FROM organisations) AS places,"
                    " (SELECT list(code ORDER BY code) FROM case_types) AS case_types")  # fmt: skip
        for name, sql in (("case_events", EVENTS), ("signal_events", SIGNALS)):
            table = next(one for one in facts().tables() if one.name == name)
            opened.keep("made", sql.replace("{cases}", str(cases)).replace("{signals}", str(cases * 11 // 10)))
            _append(opened, Store(folder(data) / name, table.schema))
            say(f"{name} written")
        _fill_readings(data, opened, readings)


def _append(opened: Any, store: Any) -> None:
    import pyarrow as pa

    total = opened.query("SELECT count(*) AS n FROM made").to_pylist()[0]["n"]
    for begin in range(0, total, 1_000_000):
        part = opened.query(f"SELECT * FROM made WHERE seq > {begin} AND seq <= {begin + 1_000_000} ORDER BY seq")
        columns = [
            part.column(field.name).cast(field.type) if field.name in part.column_names
            else pa.nulls(part.num_rows, field.type)
            for field in store.schema
        ]  # fmt: skip
        store.append_table(pa.table(columns, schema=store.schema))


def _fill_readings(data: Path, opened: Any, readings: int) -> None:
    from deltalake import write_deltalake

    from citybrain.hubs.sensing.telemetry.lake import SCHEMA, table_path
    from citybrain.hubs.sensing.telemetry.moving import WRITER

    streams = opened.query("SELECT count(*) AS n, max(stream) AS last FROM streams").to_pylist()[0]
    days = max(1, min(DAYS, round(readings / (288 * streams["n"]))))
    for back in range(days, 0, -1):
        day = f"{END - timedelta(days=back):%Y-%m-%d}"
        made = opened.query(READINGS.format(day=day, last=streams["last"])).cast(SCHEMA)
        write_deltalake(str(table_path(data)), made, mode="append", partition_by=["day"], writer_properties=WRITER)
    say(f"{days * 288 * streams['n']:,} readings of {days} days written")


def by_hand(data: Path, rows: list[Any]) -> tuple[float, dict[str, float]]:
    """Seconds for the plain queries, in all and each."""
    from zoneinfo import ZoneInfo

    from citybrain.applications.operations.indicators.computing import FARTHEST
    from citybrain.applications.operations.indicators.evaluating import (
        PERIODS,
        begin_of,
        count_rows,
        moment_of,
        periods_between,
        teach,
    )
    from citybrain.applications.operations.indicators.reading import definition_of
    from citybrain.applications.operations.indicators.rolling import rolled_up
    from citybrain.base.places.queries import city
    from citybrain.hubs.data.facts.lake import lake

    where, each = city(), {}
    zone = ZoneInfo(where.time_zone)
    began = time.perf_counter()
    with lake(data) as opened:
        teach(opened)
        opened.register("periods", PERIODS.empty_table())
        for view in ("cases", "signals", "assignments"):
            if sum(view in opened.names_in(definition_of(row).sql) for row in rows) > 1:
                opened.hold(view)
        for row in rows:
            start = time.perf_counter()
            definition = definition_of(row)
            since = max(END - timedelta(days=DAYS), END - FARTHEST[definition.period])
            first = moment_of(begin_of(definition.period, since, zone), zone)
            count_rows(opened, definition, periods_between(definition.period, first, END, zone), now=END, zone=zone)
            opened.query(rolled_up(definition, root=where.root.code))
            each[row.key] = time.perf_counter() - start
    return time.perf_counter() - began, each


def ours(data: Path) -> tuple[float, Any]:
    from citybrain.applications.operations.indicators.computing import compute

    began = time.perf_counter()
    run = compute(data)
    assert run is not None
    assert run.failures == {}, run.failures
    return time.perf_counter() - began, run


def forget(data: Path) -> None:
    """As if nothing had been computed yet."""
    from citybrain.applications.operations.indicators.models import Indicator

    shutil.rmtree(data / "lake" / "indicators", ignore_errors=True)
    Indicator.objects.update(computed_version=None, computed_until=None, computed_marks={})


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--readings", type=int, default=100_000_000)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--keep", type=Path)
    given = options.parse_args()
    data = given.keep or Path(tempfile.mkdtemp(prefix="bench-indicators-"))
    os.environ["CITYBRAIN_DATA"] = str(data)
    is_there = (data / "lake" / "filled").exists()
    if not is_there:
        make_city(data)
    from citybrain.site.start import set_up

    set_up(data)
    from citybrain.applications.operations.indicators.models import Indicator
    from citybrain.base import clock

    with clock.installed(clock.MovableClock(END)):
        if not is_there:
            fill(data, given.cases, given.readings)
            (data / "lake" / "filled").touch()
        rows = list(Indicator.objects.filter(is_enabled=True, retired_at=None).select_related("version"))
        hand, mine, again = [], [], []
        for number in range(given.rounds):
            seconds, each = by_hand(data, rows)
            hand.append(seconds)
            forget(data)
            seconds, run = ours(data)
            mine.append(seconds)
            again.append(ours(data)[0])
            say(f"round {number + 1}: by hand {hand[-1]:.1f} s, computed {mine[-1]:.1f} s, again {again[-1]:.1f} s")
        slowest = sorted(each.items(), key=lambda one: -one[1])[:5]
        say("slowest by hand: " + ", ".join(f"{key} {seconds:.1f} s" for key, seconds in slowest))
    value, limit = min(mine), min(hand)
    print(
        f"{len(rows)} indicators, {given.cases:,} cases, {given.readings:,} readings: computed {value:.1f} s, by hand"
        f" {limit:.1f} s, {value / limit:.2f} times as long (goal {GOAL}); with nothing new {min(again):.1f} s"
    )
    print(json.dumps({
        "bench": "indicators", "value": round(value, 2), "unit": "s", "limit": round(limit, 2),
        "ratio": round(limit / value, 3), "goal": round(1 / GOAL, 3), "nothing_new_s": round(min(again), 2),
        "indicators": len(rows), "values": run.written,
        "how": f"{given.cases:,} cases, {given.readings:,} readings; least of {given.rounds} rounds in turns; limit:"
               " each SELECT with its GROUP BY, by hand",
    }))  # fmt: skip
    if given.keep is None:
        shutil.rmtree(data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
