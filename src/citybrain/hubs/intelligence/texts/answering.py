"""Answering a question that came over the bus: which kind of matter is this report about?"""

from __future__ import annotations

from citybrain.base import bus
from citybrain.base.errors import Unavailable
from citybrain.hubs.intelligence.texts.messages import TextClassified, UnclassifiedText
from citybrain.hubs.intelligence.texts.queries import RUNNERS_UP, model_store


def answer_question(question: UnclassifiedText, *, subject: str) -> str:
    """Answer `signal.unclassified` with `text.classified`; returns the event's id.

    Without a usable model the answer is empty, so that a person decides at once instead of waiting for a retry.
    """
    try:
        name, model = model_store().current()
    except Unavailable:
        return bus.publish(TextClassified(signal_id=question.signal_id, label="", probability=0.0), subject=subject)
    parts = [part for part in (question.subject, question.text) if part.strip()]
    found = model.classify([parts])[0]
    return bus.publish(
        TextClassified(
            signal_id=question.signal_id,
            label=found.label,
            probability=found.probability,
            alternatives=list(found.alternatives[:RUNNERS_UP]),
            model=name,
        ),
        subject=subject,
    )
