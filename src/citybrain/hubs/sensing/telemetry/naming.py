"""What streams are called, for the lake."""

from __future__ import annotations

from collections.abc import Iterable

from citybrain.hubs.sensing.telemetry.moving import StreamName
from citybrain.hubs.sensing.things.models import Stream

MANY = 500


def describe(streams: Iterable[int]) -> dict[int, StreamName]:
    """Names of the streams that are known, of retired things too."""
    wanted = set(streams)
    rows = Stream.objects.order_by("pk")
    if len(wanted) <= MANY:
        rows = rows.filter(pk__in=wanted)
    named = rows.values_list("pk", "thing__code", "property", "thing__region_path")
    return {pk: StreamName(thing, name, region) for pk, thing, name, region in named.iterator() if pk in wanted}
