"""What the cockpit announces on the bus."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base.bus import Message


class NumberAsked(Message, frozen=True, kw_only=True):
    """A leader asked about a number; the case that it became, without his words."""

    type: ClassVar[str] = "number.asked"
    question: int
    case: str
    indicator: str
    dimension: str
    code: str
    start: datetime
    value: float | None
