"""Writing map layers: a layer is loaded whole, in the place of the one of its name, or taken away."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from django.db import transaction

from citybrain.base import clock
from citybrain.base.audit import Actor, record
from citybrain.base.bus import publish
from citybrain.base.errors import BadInput, NotFound
from citybrain.base.places.messages import MapLayerLoaded, MapLayerRemoved
from citybrain.base.places.models import MapFeature, MapLayer, MapVersion
from citybrain.base.places.sheet_files import ReadLayer
from citybrain.base.places.tiles import quads_of_boxes

BATCH = 2000
MOST_FEATURES = 5_000_000


@transaction.atomic
def load_layers(read: Sequence[ReadLayer], *, actor: Actor) -> list[MapLayer]:
    """Put layers on the map, all of them or none; raises BadInput `place.nothing_read` when there are none."""
    if not read:
        raise BadInput("place.nothing_read")
    return [load_layer(one, actor=actor) for one in read]


@transaction.atomic
def load_layer(read: ReadLayer, *, actor: Actor) -> MapLayer:
    """Put a layer on the map; what was there under its name goes in the same moment.

    Raises BadInput `place.layer_empty` for a layer without a feature: the one that is there stays.
    """
    if not 0 < len(read.features) <= MOST_FEATURES:
        raise BadInput("place.layer_empty", name=read.name, limit=MOST_FEATURES)
    MapVersion.renew()
    _clear(read.name)
    bounds = shapely.bounds(read.geometries)
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    source = ", ".join(read.sources)[:500]
    box = {"west": west, "south": south, "east": east, "north": north}
    layer = MapLayer(
        name=read.name, kind=read.kind, source=source, feature_count=len(read.features), loaded_at=clock.now(), **box
    )
    layer.full_clean(validate_unique=False, validate_constraints=False)
    layer.save()
    quads = quads_of_boxes(bounds[:, 0], bounds[:, 1], bounds[:, 2], bounds[:, 3])
    rows = (
        MapFeature(
            layer=layer, quad=quad, name=one.name, feature_class=one.feature_class, min_zoom=one.min_zoom,
            max_zoom=one.max_zoom, wkb=wkb,
        )
        for quad, one, wkb in zip(quads, read.features, shapely.to_wkb(read.geometries), strict=True)
    )  # fmt: skip
    MapFeature.objects.bulk_create(rows, batch_size=BATCH)

    record(actor, "map_layer.loaded", layer, layer_kind=read.kind, features=len(read.features), source=source)
    message = MapLayerLoaded(name=layer.name, kind=layer.kind, features=layer.feature_count)
    publish(message, subject=f"map_layer/{layer.name}", actor=actor)
    return layer


@transaction.atomic
def remove_layer(name: str, *, actor: Actor) -> None:
    """Take a layer off the map; raises NotFound `place.unknown_layer`."""
    MapVersion.renew()
    if not _clear(name):
        raise NotFound("place.unknown_layer", name=name)
    record(actor, "map_layer.removed", kind="maplayer", key=name)
    publish(MapLayerRemoved(name=name), subject=f"map_layer/{name}", actor=actor)


def _clear(name: str) -> bool:
    features = MapFeature.objects.filter(layer__name=name)
    features._raw_delete(features.db)  # no collecting of a hundred thousand rows in memory first
    return bool(MapLayer.objects.filter(name=name).delete()[0])
