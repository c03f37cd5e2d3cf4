"""Background work of things."""

from __future__ import annotations

from datetime import datetime

from citybrain.base.jobs import every
from citybrain.base.places.queries import boundaries_since
from citybrain.hubs.sensing.things.actions import relocate_things

_followed: datetime | None = None
"""The moment since which boundaries stand as this process last saw them; it does not know what others saw."""


@every(minutes=10, name="things.follow_boundaries", by="city")
def follow_boundaries() -> None:
    """A boundary that was drawn for a day to come takes in what stands inside it when that day has come."""
    global _followed
    since = boundaries_since()
    if since != _followed:
        relocate_things()
        _followed = since
