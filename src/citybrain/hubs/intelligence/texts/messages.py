"""What texts says on the bus."""

from __future__ import annotations

from typing import ClassVar

from citybrain.base.bus import Message


class UnclassifiedText(Message, frozen=True, kw_only=True):
    """The question, read from `signal.unclassified`: what kind of matter is this?"""

    type: ClassVar[str] = "signal.unclassified"
    signal_id: int
    subject: str = ""
    text: str = ""


class TextClassified(Message, frozen=True, kw_only=True):
    """The answer to `signal.unclassified`; without a trained model the label is empty and the probability 0."""

    type: ClassVar[str] = "text.classified"
    signal_id: int
    label: str
    probability: float
    alternatives: list[tuple[str, float]] = []
    model: str = ""
