"""What `work` does for sensing: takes the alarm journal in, and publishes what `sense` may know."""

from __future__ import annotations

from citybrain.base.jobs import loop
from citybrain.hubs.sensing.alarms.intake import take_in_news
from citybrain.hubs.sensing.alarms.snapshots import Publisher

_publisher = Publisher()


@loop("alarms.intake")
def take_in_alarms() -> bool:
    return take_in_news()


@loop("alarms.snapshot")
def publish_snapshots() -> bool:
    return _publisher.step()
