"""Things follow the tree of regions and organisations they stand in."""

from __future__ import annotations

from citybrain.base.bus import Event, subscribe
from citybrain.hubs.sensing.things.actions import move_paths, relocate_things


@subscribe("region.moved", name="things.region_moved")
def region_moved(event: Event) -> None:
    move_paths("region_path", event.data["old_path"], event.data["path"])


@subscribe("organisation.moved", name="things.organisation_moved")
def organisation_moved(event: Event) -> None:
    move_paths("organisation_path", event.data["old_path"], event.data["path"])


@subscribe("region.imported", "region.bounded", "region.ended", name="things.boundaries", is_nudge=True)
def boundaries_changed(event: Event) -> None:
    """Boundaries drawn for a day to come take effect then: `jobs.follow_boundaries`."""
    relocate_things()
