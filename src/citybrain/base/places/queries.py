"""Everything that is read of places."""

from __future__ import annotations

from citybrain.base.errors import NotFound
from citybrain.base.places.models import City, Region


def city() -> City:
    """The city of this data directory; raises NotFound `place.no_city` while none has been imported or made."""
    found = find_city()
    if found is None:
        raise NotFound("place.no_city")
    return found


def find_city() -> City | None:
    return City.objects.select_related("root").filter(pk=1).first()


def region_of(code: str) -> Region:
    """The region with this code; raises NotFound `place.unknown_region`."""
    found = Region.objects.filter(code=code).first()
    if found is None:
        raise NotFound("place.unknown_region", region=code)
    return found
