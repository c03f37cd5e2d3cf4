"""Every read of readings. Who may see a thing's telemetry may see its readings (`telemetry.read`)."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from django.conf import settings

from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.places.queries import city
from citybrain.hubs.sensing.ingest.columns import NEVER
from citybrain.hubs.sensing.ingest.journal import iso
from citybrain.hubs.sensing.ingest.latest import read_latest
from citybrain.hubs.sensing.telemetry.reading import Source, Span, around
from citybrain.hubs.sensing.telemetry.types import AGGREGATES, Aggregate, Bucket, Latest, Reading, Value
from citybrain.hubs.sensing.things.models import Thing
from citybrain.hubs.sensing.things.queries import get_thing, spell_value, stream_ids

K = TypeVar("K", bound=Hashable)
USUAL_SPAN = timedelta(days=1)
MAX_LIMIT = 10_000
MAX_BUCKETS = 50_000
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
WORDS_ALLOW: frozenset[Aggregate] = frozenset({"count", "first", "last"})


def latest_of(streams: Mapping[K, int]) -> dict[K, Latest]:
    """The newest readings of streams, by whatever name they are asked for; names without any reading are missing."""
    ids = np.array(list(streams.values()), np.int32)
    view = read_latest(_data() / "hot" / "latest.bin", ids)
    if view is None:
        return {}
    found = {}
    for name, record in zip(streams, view.records, strict=True):
        if record["at"] != NEVER:
            found[name] = Latest(
                clock.from_micros(int(record["at"])),
                float(record["value"]),
                int(record["quality"]),
                clock.from_micros(int(record["recorded_at"])),
                int(record["sequence"]),
            )
    return found


@dataclass(frozen=True)
class Stream:
    """A stream that the viewer may read."""

    thing: Thing
    name: str
    id: int
    declared: Mapping[str, Any]

    @property
    def unit(self) -> str:
        return str(self.declared.get("unit") or "")

    def source(self, span: Span) -> Source:
        return Source(_data(), self.id, span)


def get_stream(viewer: Viewer, thing: str, name: str) -> Stream:
    """Raises NotFound when there is no such thing or property, or the viewer may not read it."""
    found = get_thing(viewer, thing, "telemetry.read")
    stream = stream_ids(found).get(name)
    if stream is None:
        raise NotFound("telemetry.unknown_property", thing=thing, property=name, known=", ".join(stream_ids(found)))
    return Stream(found, name, stream, found.model.properties[name])


def span_of(start: datetime | None, end: datetime | None, known_at: datetime | None = None) -> Span:
    """The span asked for: up to now (what is ahead by a few minutes included) unless `end` is given, a day unless
    `start` is. Raises BadInput when it ends before it begins."""
    end = end or clock.now() + timedelta(minutes=5)
    start = start or end - USUAL_SPAN
    if start >= end:
        raise BadInput("input.invalid", fields=(FieldError("to", "telemetry.span"),))
    return Span(start, end, known_at)


def list_readings(stream: Stream, span: Span, *, after: datetime | None, limit: int) -> list[Reading]:
    """Readings by event time, the newest correction of each, those later than `after` first to `limit`."""
    rows = readings_table(stream, span, after=after, limit=limit)
    return [_reading(stream, row) for row in rows.to_pylist()]


def readings_table(stream: Stream, span: Span, *, after: datetime | None, limit: int) -> pa.Table:
    """The same as columns: at, value (as stored), quality, sequence, recorded_at."""
    if after is not None:
        begin = span.end if after >= span.end else max(span.start, after + timedelta(microseconds=1))
        span = Span(begin, span.end, span.known_at)
    return stream.source(span).query('SELECT * FROM readings ORDER BY "at" LIMIT ?', limit)


def list_buckets(stream: Stream, span: Span, *, every: str, agg: Aggregate) -> list[Bucket]:
    """One aggregate of the good readings for each stretch of `every` that has any; days are the city's."""
    rows = buckets_table(stream, span, every=every, agg=agg)
    is_words = stream.declared["type"] == "enum"
    return [
        Bucket(
            row["at"], _bucket_value(stream, agg, row["value"]), row["count"],
            None if is_words else row["lowest"], None if is_words else row["highest"],
        )
        for row in rows.to_pylist()
    ]  # fmt: skip


def buckets_table(stream: Stream, span: Span, *, every: str, agg: Aggregate) -> pa.Table:
    """The same as columns: at, value, count, lowest, highest."""
    seconds = check_every(every, span)
    if stream.declared["type"] == "enum" and agg not in WORDS_ALLOW:
        raise BadInput("input.invalid", fields=(FieldError("agg", "telemetry.words", {"agg": agg}),))
    zone = city().time_zone if seconds % UNITS["d"] == 0 else "UTC"
    bucket = 'timezone(?, time_bucket(to_seconds(?), timezone(?, "at")))'
    return stream.source(span).query(
        f'SELECT {bucket} AS "at", {_sql(agg)} AS value, count(*) AS count, min(value) AS lowest, '  # noqa: S608
        "max(value) AS highest FROM readings WHERE quality = 0 GROUP BY 1 ORDER BY 1",
        zone,
        seconds,
        zone,
    )


def _sql(agg: Aggregate) -> str:
    """One of a closed list, so that no text from outside reaches the SQL."""
    assert agg in AGGREGATES
    if agg == "count":
        return "count(*)::DOUBLE"
    if agg in ("first", "last"):
        return f'arg_{"min" if agg == "first" else "max"}(value, "at")'
    return f"{ {'mean': 'avg'}.get(agg, agg) }(value)"


def check_every(every: str, span: Span) -> int:
    """`90s`, `5m`, `1h`, `1d` in seconds. Raises BadInput when it is not one, or cuts the span into too many."""
    given = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", every)
    seconds = int(given[1]) * UNITS[given[2]] if given else 0
    if not seconds:
        raise BadInput("input.invalid", fields=(FieldError("every", "telemetry.every", {"every": every}),))
    if (span.end - span.start).total_seconds() / seconds > MAX_BUCKETS:
        raise BadInput("input.invalid", fields=(FieldError("every", "telemetry.too_many", {"most": MAX_BUCKETS}),))
    return seconds


def _bucket_value(stream: Stream, agg: Aggregate, value: float | None) -> Value:
    if agg == "count" and value is not None:
        return int(value)
    return spell_value(stream.declared, value) if agg in ("first", "last", "min", "max") else value


def _reading(stream: Stream, row: Mapping[str, Any]) -> Reading:
    spelled = iso(clock.to_micros(row["at"]))
    return Reading(
        id=f"{stream.thing.code}/{stream.name}/{spelled}/{row['sequence']}",
        thing=stream.thing.code,
        property=stream.name,
        at=row["at"],
        value=spell_value(stream.declared, row["value"]),
        unit=stream.unit,
        quality=row["quality"],
        sequence=row["sequence"],
        recorded_at=row["recorded_at"],
        region_path=stream.thing.region_path,
        organisation_path=stream.thing.organisation_path,
    )


def find_reading(viewer: Viewer, reading_id: str) -> Reading | None:
    """One reading by its id thing/property/at/sequence, also one that was corrected since; None when there is none
    or the viewer may not read it."""
    try:
        thing, name, at, sequence = reading_id.rsplit("/", 3)
        moment, number = datetime.fromisoformat(at), int(sequence)
        span = around(clock.from_micros(clock.to_micros(moment)))
        stream = get_stream(viewer, thing, name)
    except (ValueError, TypeError, OverflowError, NotFound):  # no number or time, one without zone, the end of all time
        return None
    row = stream.source(span).one(number)
    return _reading(stream, row) if row else None


def _data() -> Path:
    return Path(settings.DATA_DIR)
