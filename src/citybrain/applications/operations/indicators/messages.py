"""What indicators announce on the bus."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base.bus import Message


class IndicatorCrossed(Message, frozen=True, kw_only=True):
    """A number crossed a threshold, for the worse or back; `level` is where it stands now."""

    type: ClassVar[str] = "indicator.crossed"
    indicator: str
    dimension: str
    code: str
    path: str
    start: datetime
    value: float
    level: str
    before: str
