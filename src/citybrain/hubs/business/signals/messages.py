"""What signals announce on the bus. No personal data: a text travels only with contacts taken out.

What may come long after the signal says when that was recorded (`recorded_at`): so far back it changes numbers.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base.bus import Message


class SignalReceived(Message, frozen=True, kw_only=True):
    """A report came in and is kept."""

    type: ClassVar[str] = "signal.received"
    signal_id: int
    kind: str
    source: str


class SignalUnclassified(Message, frozen=True, kw_only=True):
    """Nobody said what kind of matter this is; whoever can read texts may answer with `text.classified`."""

    type: ClassVar[str] = "signal.unclassified"
    signal_id: int
    subject: str
    text: str


class TextClassified(Message, frozen=True, kw_only=True):
    """The answer to `signal.unclassified`: a label with its probability, and the runners-up as [label, probability]."""

    type: ClassVar[str] = "text.classified"
    signal_id: int
    label: str
    probability: float
    alternatives: list[tuple[str, float]] = []
    model: str = ""


class SignalMerged(Message, frozen=True, kw_only=True):
    """The signal joined an open case; `rule` says why (`person` when somebody decided)."""

    type: ClassVar[str] = "signal.merged"
    signal_id: int
    recorded_at: datetime | None = None
    case_number: str
    rule: str
    score: float


class SignalOpened(Message, frozen=True, kw_only=True):
    """The signal opened a case of its own."""

    type: ClassVar[str] = "signal.opened"
    signal_id: int
    case_number: str


class SignalWaiting(Message, frozen=True, kw_only=True):
    """A person must say what kind of matter this is."""

    type: ClassVar[str] = "signal.waiting"
    signal_id: int
    reason: str


class SignalUndone(Message, frozen=True, kw_only=True):
    """A merge was undone: the signal left `from_case` and has `case_number` of its own."""

    type: ClassVar[str] = "signal.undone"
    signal_id: int
    recorded_at: datetime | None = None
    from_case: str
    case_number: str


class SignalEnded(Message, frozen=True, kw_only=True):
    """The signal ended without a case: nothing to handle, or closed by its source before anybody decided."""

    type: ClassVar[str] = "signal.ended"
    signal_id: int
    recorded_at: datetime | None = None
    reason: str


class SignalClosedBySource(Message, frozen=True, kw_only=True):
    """The source system closed its own ticket."""

    type: ClassVar[str] = "signal.closed_by_source"
    signal_id: int
    closed_at: datetime
    outcome: str
    note: str
