"""A city that gets what a pack missed (an organisation of its responsibility list) is given the pack again."""

from __future__ import annotations

from citybrain.base.bus import Event, subscribe
from citybrain.base.packs.actions import load_lacking


@subscribe("organisation.created", "organisation.imported", "region.created", "region.imported", name="packs.lacking")
def city_changed(event: Event) -> None:
    load_lacking()
