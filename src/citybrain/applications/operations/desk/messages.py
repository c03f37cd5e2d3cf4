"""What the duty desk announces on the bus. People are ids here, and no note's words."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base.bus import Message


class ShiftMessage(Message, frozen=True, kw_only=True):
    """A turn of duty as it stands after the change; `people` are ids of accounts."""

    shift: int
    name: str
    starts_at: datetime
    ends_at: datetime
    people: list[int]


class ShiftPlanned(ShiftMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "shift.planned"


class ShiftChanged(ShiftMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "shift.changed"


class ShiftCancelled(ShiftMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "shift.cancelled"


class HandoverMessage(Message, frozen=True, kw_only=True):
    """A note from one shift to the next; `open_matters` is how many items its facts count, at most."""

    handover: int
    shift: int | None
    author: int
    addressee: int | None
    facts_at: datetime
    open_matters: int


class HandoverWritten(HandoverMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "handover.written"


class HandoverChanged(HandoverMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "handover.changed"


class HandoverAccepted(HandoverMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "handover.accepted"
    accepted_by: int
