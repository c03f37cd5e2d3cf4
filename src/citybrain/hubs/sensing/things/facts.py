"""Things in the lake: what there was, where it stood and whose it was; and what each kind of thing reports."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from citybrain.hubs.data.facts.registry import declare
from citybrain.hubs.data.facts.types import TIME, Reference, Row, View
from citybrain.hubs.sensing.things.models import Stream, Thing, ThingModel

S, F, I32 = pa.string(), pa.float64(), pa.int32()
THINGS = {
    "code": S, "name": S, "model": S, "state": S, "region_path": S, "organisation_path": S, "lon": F, "lat": F,
    "registered_at": TIME,
}  # fmt: skip
STREAMS = {"stream": I32, "thing": S, "property": S, "model": S, "period_seconds": F, "unit": S}
STATES = """
SELECT * EXCLUDE (is_gone) FROM (
  SELECT code, name, model, state, region_path, organisation_path, lon, lat, registered_at, is_gone,
    CASE WHEN row_number() OVER one = 1 THEN registered_at ELSE recorded_at END AS since,
    coalesce(lead(recorded_at) OVER one, TIMESTAMPTZ 'infinity') AS until
  FROM things_history WINDOW one AS (PARTITION BY code ORDER BY seq))
WHERE NOT is_gone AND until > since
"""
"""The first state that the lake knows of a thing holds since it was registered."""


def _things() -> Iterator[Row]:
    for one in Thing.objects.select_related("model").order_by("pk").iterator():
        yield {name: getattr(one, name) for name in THINGS if name != "model"} | {"model": one.model.key}


def _streams() -> Iterator[Row]:
    models = {model.pk: model for model in ThingModel.objects.all()}
    rows = Stream.objects.order_by("pk").values_list("pk", "property", "thing__code", "thing__model_id")
    for pk, name, thing, model in rows.iterator():
        declared = models[model].properties.get(name, {})
        yield {
            "stream": pk, "thing": thing, "property": name, "model": models[model].key,
            "period_seconds": declared.get("period_seconds"), "unit": declared.get("unit"),
        }  # fmt: skip


declare(
    Reference("things", "code", tuple(pa.field(*one) for one in THINGS.items()), _things, ("thing.*",)),
    Reference(
        "streams", "stream", tuple(pa.field(*one) for one in STREAMS.items()), _streams, ("thing.*", "thing_model.*")
    ),
    View("thing_states", STATES, "设备每次变化一行：从 since 起（含）到 until 止，设备当时的位置、权属与状态"),
)
