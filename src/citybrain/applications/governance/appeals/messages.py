"""What appeals announce on the bus. Nothing in here tells who the citizen is."""

from __future__ import annotations

from typing import ClassVar

from citybrain.base.bus import Message


class AppealReceived(Message, frozen=True, kw_only=True):
    """A citizen reported something, or follows a case (`kind`)."""

    type: ClassVar[str] = "appeal.received"
    signal_id: int
    kind: str
    category: str
    pictures: int


class AppealRated(Message, frozen=True, kw_only=True):
    """A citizen rated how a case was handled: 1 非常满意 … 5 非常不满意; `round` counts the case's reopenings.

    `appeal` is the number of his report or following: several citizens rate one case, each for himself. What earlier
    versions told does not say whose rating it was.
    """

    type: ClassVar[str] = "appeal.rated"
    appeal: int | None = None
    case: str
    level: int
    round: int
    is_changed: bool


class PictureDecided(Message, frozen=True, kw_only=True):
    """Somebody of the staff looked at a photo: it is `shown` to citizens, or `refused`."""

    type: ClassVar[str] = "picture.decided"
    key: str
    state: str
    case: str


class CaseEvent(Message, frozen=True, kw_only=True):
    """What appeals read of a case's own messages."""

    type: ClassVar[str] = "case"
    case: str


class SignalEvent(Message, frozen=True, kw_only=True):
    """What appeals read of a signal's own messages."""

    type: ClassVar[str] = "signal"
    signal_id: int
    case_number: str
