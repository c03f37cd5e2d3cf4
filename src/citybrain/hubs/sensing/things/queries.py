"""Every read of things and their models."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.errors import NotFound
from citybrain.base.places.models import Region
from citybrain.base.querying import Page, keyset_page
from citybrain.base.querying.paths import below
from citybrain.hubs.sensing.things.models import Thing, ThingModel


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
    rows = scoped(viewer, Thing.objects.select_related("model"))
    if model:
        rows = rows.filter(model__key=model)
    if region:
        rows = rows.filter(below("region_path", _path_of(region)))
    if q:
        rows = rows.filter(Q(code__icontains=q) | Q(name__icontains=q) | Q(address__icontains=q))
    if unlocated is not None:
        rows = rows.filter(region_path="") if unlocated else rows.exclude(region_path="")
    if state:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=("id",), after=after, limit=limit)


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


def latest_of(thing: Thing) -> list[dict[str, Any]]:
    """The latest reading of each property; `at` and `value` are None where nothing came yet."""
    from citybrain.hubs.sensing.telemetry import queries as telemetry  # noqa: PLC0415  # reads files of `sense`

    return telemetry.latest_of(thing)


def _path_of(region: str) -> str:
    found = Region.objects.filter(code=region).values_list("path", flat=True).first()
    if found is None:
        raise NotFound("place.unknown_region", region=region)
    return found
