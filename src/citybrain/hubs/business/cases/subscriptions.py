"""What cases listen to: the trees of the city that they stand in."""

from __future__ import annotations

from citybrain.base.bus import Event, subscribe
from citybrain.base.parties.messages import OrganisationMoved
from citybrain.base.places.messages import RegionMoved
from citybrain.hubs.business.cases.actions import following


@subscribe("region.moved", name="cases.regions", start="end")
def follow_region(event: Event) -> None:
    moved = event.read(RegionMoved)
    following.follow_region(moved.old_path, moved.path)


@subscribe("organisation.moved", name="cases.organisations", start="end")
def follow_organisation(event: Event) -> None:
    moved = event.read(OrganisationMoved)
    following.follow_organisation(moved.old_path, moved.path)
