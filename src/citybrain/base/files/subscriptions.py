"""What files hear from the bus: organisations and regions that move in their trees."""

from __future__ import annotations

from citybrain.base.bus import Event, subscribe
from citybrain.base.files import actions
from citybrain.base.parties.messages import OrganisationMoved
from citybrain.base.places.messages import RegionMoved


@subscribe("organisation.moved", name="files.organisations")
def follow_organisation(event: Event) -> None:
    moved = event.read(OrganisationMoved)
    actions.follow_organisation(moved.old_path, moved.path)


@subscribe("region.moved", name="files.regions")
def follow_region(event: Event) -> None:
    moved = event.read(RegionMoved)
    actions.follow_region(moved.old_path, moved.path)
