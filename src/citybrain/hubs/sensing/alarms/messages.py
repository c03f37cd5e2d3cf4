"""What alarms announce on the bus; the subject is `alarm/<id>` (`alarm_rule/<key>` for rules)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base.bus import Message


class AlarmMessage(Message, frozen=True, kw_only=True):
    """What every step of an alarm tells.

    `at` is the event time of the reading that decided, `reading` its id. `folded`: it came back so soon that it belongs
    to the earlier alarm `root`, which now counts `episodes`; without folding, `root` is the alarm itself. `gateway` is
    what the thing hangs on, where its attribute of that name says so.
    """

    alarm: str
    rule: str
    thing: str
    property: str
    severity: int
    title: dict[str, str]
    value: float | None
    start_at: datetime
    at: datetime
    case_type: str
    lon: float | None
    lat: float | None
    precision_m: float | None
    region_path: str
    folded: bool
    root: str
    episodes: int
    reading: str
    kind: str
    unit: str
    thing_name: str
    model: str = ""
    gateway: str = ""


class AlarmFired(AlarmMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.fired"


class AlarmResolved(AlarmMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.resolved"


class AlarmWithdrawn(AlarmMessage, frozen=True, kw_only=True):
    """A later or corrected reading shows that the alarm was never true."""

    type: ClassVar[str] = "alarm.withdrawn"


class AlarmAcknowledged(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm.acknowledged"
    alarm: str
    by: str


class AlarmRuleChanged(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "alarm_rule.changed"
    rule: str
    enabled: bool
