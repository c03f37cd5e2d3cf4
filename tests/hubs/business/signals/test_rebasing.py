"""When a region or an organisation moves within its tree, the signals move with it."""

from __future__ import annotations

from citybrain.base.bus import delivery
from citybrain.base.bus.registry import only, subscriptions
from citybrain.base.places.actions import move_region


def test_a_region_that_moves_takes_its_signals_along(hotline):
    signal = hotline.reports()
    ours = [one for one in subscriptions() if one.name.startswith("signals.")]
    with only(ours):
        delivery.drain(timeout=20)
        move_region(hotline.cast.street, actor=hotline.cast.viewer("administrator"), parent=hotline.cast.other_county)
        delivery.drain(timeout=20)
    signal.refresh_from_db()
    assert signal.region_path == "/4206/420602/420606001/"
    assert [row["id"] for row in hotline.get("/signals", by="dispatcher_elsewhere")["items"]] == [signal.pk]
    assert hotline.get("/signals", by="county_dispatcher")["items"] == []
