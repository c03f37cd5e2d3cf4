"""Door for messages: reports that nobody has classified."""

from __future__ import annotations

from citybrain.base.bus import Event, subscribe
from citybrain.hubs.intelligence.texts.answering import answer_question
from citybrain.hubs.intelligence.texts.messages import UnclassifiedText


@subscribe("signal.unclassified", name="texts.classify")
def on_unclassified(event: Event) -> None:
    answer_question(event.read(UnclassifiedText), subject=event.subject)
