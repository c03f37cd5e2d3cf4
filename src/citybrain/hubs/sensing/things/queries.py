"""Every read of things and their models."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.accounts.words import Word
from citybrain.base.errors import NotFound
from citybrain.base.places.models import Region
from citybrain.base.querying import Page, keyset_page
from citybrain.base.querying.paths import below
from citybrain.hubs.sensing.things.models import Thing, ThingModel

PERIODS = 3
USUAL_PERIOD = 3600.0


def list_models(viewer: Viewer) -> list[ThingModel]:
    """Every thing model, with `thing_count`: how many active things of it the viewer may see."""
    check_may(viewer, "thing.read")
    mine = scoped(viewer, Thing.objects.filter(state=Thing.State.ACTIVE)).order_by()
    counts = dict(mine.values_list("model_id").annotate(n=Count("pk")))
    models = list(ThingModel.objects.order_by("key"))
    for model in models:
        model.thing_count = counts.get(model.pk, 0)  # type: ignore[attr-defined]  # shown beside the model
    return models


def list_things(
    viewer: Viewer,
    *,
    model: str = "",
    region: str = "",
    q: str = "",
    unlocated: bool | None = None,
    state: str = "",
    after: str | None = None,
    limit: int = 100,
) -> Page[Thing]:
    """Things in the order of their registration, of a model, in a region (its code) or below, with a word in the name.

    `unlocated=True` are those that no region contains.
    """
    rows = matching_things(viewer, model=model, region=region, q=q, unlocated=unlocated, state=state)
    return keyset_page(rows.select_related("model"), order=("id",), after=after, limit=limit)


def matching_things(
    viewer: Viewer,
    *,
    model: str = "",
    region: str = "",
    q: str = "",
    unlocated: bool | None = None,
    state: str = "",
    permission: str | None = None,
) -> QuerySet[Thing]:
    """What a list of things shows, for whoever shows more of them than it does."""
    rows: QuerySet[Thing] = scoped(viewer, Thing.objects.all(), permission)
    if model:
        rows = rows.filter(model__key=model)
    if region:
        rows = rows.filter(below("region_path", path_of(region)))
    if q:
        rows = rows.filter(Q(code__icontains=q) | Q(name__icontains=q) | Q(address__icontains=q))
    if unlocated is not None:
        rows = rows.filter(region_path="") if unlocated else rows.exclude(region_path="")
    if state:
        rows = rows.filter(state=state)
    return rows


class ThingPoint(NamedTuple):
    code: str
    lon: float
    lat: float
    name: str
    model: str


def thing_points(viewer: Viewer, *, models: tuple[str, ...] = (), region: str = "") -> list[ThingPoint]:
    """The located active things that the viewer may see, of these models, in a region or below; in no order."""
    check_may(viewer, "thing.read")
    rows = scoped(viewer, Thing.objects.filter(state=Thing.State.ACTIVE))
    if models:
        rows = rows.filter(model__key__in=models)
    if region:
        rows = rows.filter(below("region_path", path_of(region)))
    return points_of(rows)


def points_of(rows: QuerySet[Thing], only: Collection[int] | None = None) -> list[ThingPoint]:
    """The located ones of some things as points, in no order; with `only` those with these keys."""
    columns = ("pk", "code", "lon", "lat", "name", "model__key")
    return [
        ThingPoint(code, lon, lat, name, model)
        for pk, code, lon, lat, name, model in rows.filter(lon__isnull=False).order_by().values_list(*columns)
        if lon is not None and lat is not None and (only is None or pk in only)
    ]


def get_thing(viewer: Viewer, code: str, permission: str | None = None) -> Thing:
    """One thing; raises NotFound also when the viewer may not see it."""
    rows: QuerySet[Thing] = scoped(viewer, Thing.objects.select_related("model"), permission)
    thing = rows.filter(code=code).first()
    if thing is None:
        raise NotFound("things.unknown", thing=code)
    return thing


def stream_ids(thing: Thing) -> dict[str, int]:
    """The number of each property's stream, in the order of the model."""
    streams = dict(thing.streams.values_list("property", "id"))
    return {name: streams[name] for name in thing.model.properties if name in streams}


def latest_of(viewer: Viewer, code: str) -> list[dict[str, Any]]:
    """The latest reading of each property of a thing; `at` and `value` are None where nothing came yet.

    A property is online while its last reading is not older than three of its periods (of an hour without a period).
    """
    from citybrain.hubs.sensing.telemetry.queries import latest_of as newest_of  # noqa: PLC0415  # the files of `sense`

    thing = get_thing(viewer, code, "telemetry.read")
    found = newest_of(stream_ids(thing))
    now = clock.now()
    return [_latest(name, declared, found.get(name), now) for name, declared in thing.model.properties.items()]


def _latest(name: str, declared: Mapping[str, Any], reading: Any, now: datetime) -> dict[str, Any]:
    plain = {"property": name, "unit": declared.get("unit", ""), "at": None, "value": None, "quality": None}
    if reading is None:
        return {**plain, "recorded_at": None, "online": False}
    age = (now - reading.at).total_seconds()
    return {
        **plain, "at": reading.at, "value": spell_value(declared, reading.value), "quality": reading.quality,
        "recorded_at": reading.recorded_at, "online": age <= PERIODS * declared.get("period_seconds", USUAL_PERIOD),
    }  # fmt: skip


def spell_value(declared: Mapping[str, Any], value: float | None) -> float | bool | str | None:
    """A stored number as its property means it: a boolean, a word of the enum, a whole number."""
    if value is None:
        return None
    if declared["type"] == "boolean":
        return bool(value)
    if declared["type"] == "enum":
        words = declared.get("values", [])
        return str(words[int(value)]) if 0 <= value < len(words) else None
    return int(value) if declared["type"] == "integer" else value


def path_of(region: str) -> str:
    """The path of a region by its code; raises NotFound `place.unknown_region`."""
    found = Region.objects.filter(code=region).values_list("path", flat=True).first()
    if found is None:
        raise NotFound("place.unknown_region", region=region)
    return found


def model_keys() -> list[str]:
    """The keys of all thing models."""
    return list(ThingModel.objects.values_list("key", flat=True))


ModelKey = Annotated[str, Word("thing models", model_keys)]
"""What a query parameter may hold that asks for things of a model."""
