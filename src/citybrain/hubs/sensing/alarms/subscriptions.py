"""Whatever changes what `sense` may know makes its file out of date."""

from __future__ import annotations

from citybrain.base.bus import Event, subscribe
from citybrain.hubs.sensing.alarms.snapshots import want_snapshot


@subscribe("token.*", "duty.*", "account.*", "organisation.*", "region.moved", name="snapshot.tokens", is_nudge=True)
def tokens_changed(event: Event) -> None:
    want_snapshot("tokens")


@subscribe("thing.*", "thing_model.*", name="snapshot.things", is_nudge=True)
def things_changed(event: Event) -> None:
    want_snapshot("things")


@subscribe("alarm_rule.*", "thing_model.*", name="snapshot.rules", is_nudge=True)
def rules_changed(event: Event) -> None:
    want_snapshot("rules")
