"""What becomes of a signal: what it is, and whether it is the same matter as an open case or one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from citybrain.base import bus, clock
from citybrain.base.audit import Actor, system_actor
from citybrain.base.errors import Conflict
from citybrain.base.places.types import Point
from citybrain.hubs.business.cases.actions import absorb, open_case
from citybrain.hubs.business.cases.queries import catalogue
from citybrain.hubs.business.cases.queries.catalogue import Catalogue
from citybrain.hubs.business.cases.types import CaseTypeView
from citybrain.hubs.business.cases.wording import Guess
from citybrain.hubs.business.signals.matching import verdicts_for
from citybrain.hubs.business.signals.merging import Verdict
from citybrain.hubs.business.signals.messages import (
    SignalMerged,
    SignalOpened,
    SignalReceived,
    SignalUnclassified,
    SignalWaiting,
    TextClassified,
)
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.outages import title_outage
from citybrain.hubs.business.signals.similarity import address_key
from citybrain.hubs.business.signals.types import MERGED, OPENED, RECEIVED, WAITING, WaitingReason

TRIAGE = system_actor("triage")
SHOWN = 5  # candidates kept with a signal
PATIENCE = timedelta(seconds=120)  # wall time that a classifier has to answer


def lock_signal(signal_id: int) -> Signal:
    return Signal.objects.select_for_update().get(pk=signal_id)


def triage(signal_id: int) -> None:
    """Decide what a received signal is, and where it belongs; does nothing when that is decided already."""
    signal = lock_signal(signal_id)
    if signal.state != RECEIVED or signal.asked_at is not None:
        return
    declared = catalogue()
    if signal.case_type or not signal.label:
        code, by = signal.case_type, signal.classified_by or "source"
    else:
        code, by = type_of_label(signal.label, declared), "label"
    view = active_type(code, declared)
    if view is not None:
        settle(signal, view, by=by, actor=TRIAGE, declared=declared)
    elif signal.label or signal.case_type:
        signal.save_fields(alternatives=_from_words(guesses_for(signal, declared)))
        wait_for_person(signal, "unknown_label")
    elif signal.subject or signal.text:
        ask_for_type(signal)
    else:
        wait_for_person(signal, "no_type")


def triage_all(events: Sequence[bus.Event]) -> None:
    """Triage of several signals: those that are settled already, as alarms are, cost nothing."""
    there = {event.read(SignalReceived).signal_id: event for event in events}
    left = Signal.objects.filter(pk__in=list(there), state=RECEIVED).order_by("pk").values_list("pk", flat=True)
    for signal_id in list(left):
        with bus.following(there[signal_id]):
            triage(signal_id)


def active_type(code: str, declared: Catalogue) -> CaseTypeView | None:
    found = declared.types.get(code)
    return found if found is not None and found.is_active else None


def type_of_label(label: str, declared: Catalogue) -> str:
    """The case type that a source's or classifier's word means: exactly, or as one of a family (`SW-*`); else ""."""
    family = f"{label.split('-', 1)[0].strip()}-*"
    return declared.labels.get(label) or declared.labels.get(family) or ""


def ask_for_type(signal: Signal) -> None:
    """Let whoever can read texts say what it is; the answer is `text.classified`."""
    signal.save_fields(asked_at=clock.wall_now())
    message = SignalUnclassified(signal_id=signal.pk, subject=signal.subject, text=signal.text)
    bus.publish(message, subject=signal.key, actor=TRIAGE, occurred_at=signal.occurred_at, **where(signal))


def take_classification(answer: TextClassified) -> None:
    """Go on with a signal whose text was read; under the type's threshold a person decides among the alternatives.

    Where no trained model could say anything, the keywords of the packs decide.
    """
    signal = lock_signal(answer.signal_id)
    if signal.state != RECEIVED or signal.case_type:
        return
    declared = catalogue()
    if not answer.label:
        decide_by_words(signal, declared, otherwise="no_type")
        return
    found = [(answer.label, answer.probability), *(tuple(pair) for pair in answer.alternatives)]
    signal.alternatives = _alternatives(found, declared)
    signal.probability = answer.probability
    signal.save(update_fields=["alternatives", "probability"])
    view = active_type(type_of_label(answer.label, declared), declared)
    if view is None:
        wait_for_person(signal, "unknown_label")
    elif answer.probability < view.classify_threshold:
        wait_for_person(signal, "unsure")
    else:
        settle(signal, view, by="model", actor=TRIAGE, declared=declared)


def decide_by_words(signal: Signal, declared: Catalogue, *, otherwise: WaitingReason) -> None:
    """The kind that the packs' keywords name (`rule`), or a person: among alternatives (`unsure`), or without any."""
    guesses = guesses_for(signal, declared)
    best = guesses[0] if guesses else None
    signal.alternatives, signal.probability = _from_words(guesses), best.probability if best else None
    signal.save(update_fields=["alternatives", "probability"])
    if best is not None and best.is_sure:
        settle(signal, declared.types[best.code], by="rule", actor=TRIAGE, declared=declared)
    else:
        wait_for_person(signal, "unsure" if best else otherwise)


def guesses_for(signal: Signal, declared: Catalogue) -> list[Guess]:
    return declared.wording.read([part for part in (signal.subject, signal.text) if part.strip()])


def _from_words(guesses: list[Guess]) -> list[dict[str, Any]]:
    """What a person chooses among; the words found stand for the label."""
    return [
        {"label": "、".join(guess.words)[:120], "probability": guess.probability, "case_type": guess.code}
        for guess in guesses[:SHOWN]
    ]


def _alternatives(found: list[Any], declared: Catalogue) -> list[dict[str, Any]]:
    best: dict[str, float] = {}
    for label, probability in found:
        if label:
            best[label] = max(best.get(label, 0.0), float(probability))
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"label": label, "probability": p, "case_type": type_of_label(label, declared)} for label, p in ranked]


def give_up_asking() -> int:
    """Decide by the packs' words, or hand to a person, what nobody classified in time; returns how many.

    Each in a transaction of its own. What fails is tried again and does not hold up others.
    """
    late = Signal.objects.filter(state=RECEIVED, asked_at__lt=clock.wall_now() - PATIENCE)
    decided, failures = 0, []
    for signal_id in list(late.order_by("pk").values_list("pk", flat=True)[:500]):
        try:
            decided += _give_up(signal_id)
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return decided


@transaction.atomic
def _give_up(signal_id: int) -> bool:
    signal = lock_signal(signal_id)
    if signal.state != RECEIVED:
        return False
    decide_by_words(signal, catalogue(), otherwise="no_classifier")
    return True


def wait_for_person(signal: Signal, reason: WaitingReason) -> None:
    signal.save_fields(state=WAITING, waiting_reason=reason)
    message = SignalWaiting(signal_id=signal.pk, reason=reason)
    bus.publish(message, subject=signal.key, actor=TRIAGE, occurred_at=signal.occurred_at, **where(signal))


def settle(signal: Signal, view: CaseTypeView, *, by: str, actor: Actor, declared: Catalogue) -> None:
    """The type is known: join the open case that is the same matter, or open one."""
    signal.case_type, signal.classified_by, signal.waiting_reason = view.code, by, ""
    ranked = verdicts_for(signal, view)
    signal.candidates = [verdict.as_dict() for verdict in ranked[:SHOWN]]
    if ranked and ranked[0].merge:
        join_case(signal, ranked[0], view, actor=actor)
    else:
        open_own_case(signal, view, actor=actor, declared=declared)


def join_case(signal: Signal, verdict: Verdict, view: CaseTypeView, *, actor: Actor) -> None:
    add_to_case(signal, verdict.case, actor=actor)
    signal.state, signal.case_number, signal.merge_reason = MERGED, verdict.case, verdict.as_dict()
    save_outcome(signal)
    message = SignalMerged(
        signal_id=signal.pk,
        recorded_at=signal.recorded_at,
        case_number=verdict.case,
        rule=verdict.rule,
        score=verdict.score,
    )
    bus.publish(message, subject=signal.key, actor=actor, occurred_at=signal.occurred_at, **where(signal))
    if verdict.rule == "same_outage":
        title_outage(verdict.case, view)


def add_to_case(signal: Signal, number: str, *, actor: Actor) -> None:
    """Count the signal in an open case. Raises Conflict when somebody ended it a moment ago: on the bus the signal is
    tried again and finds another case, a person reads why.
    """
    if absorb(number, actor=actor, signal_subject=signal.key).closed_at is not None:
        raise Conflict("signal.case_ended", case=number)


def open_own_case(signal: Signal, view: CaseTypeView, *, actor: Actor, declared: Catalogue) -> None:
    number = open_case_of(signal, view, actor=actor, declared=declared)
    signal.state, signal.case_number = OPENED, number
    save_outcome(signal)
    message = SignalOpened(signal_id=signal.pk, case_number=number)
    bus.publish(message, subject=signal.key, actor=actor, occurred_at=signal.occurred_at, **where(signal))


def open_case_of(signal: Signal, view: CaseTypeView, *, actor: Actor, declared: Catalogue) -> str:
    """A case of this signal's own; returns its number."""
    said = signal.called
    return open_case(
        actor=actor,
        case_type=view.code,
        title=said or view.title["zh"],
        title_en=signal.subject_en if said else view.title["en"],
        text=signal.text,
        occurred_at=signal.occurred_at,
        point=_point(signal),
        region_path=signal.region_path,
        region_code=signal.region_code,
        address=signal.address,
        address_key=address_key(signal.address),
        thing=signal.thing,
        severity=signal.severity,
        source=signal.kind,
        signal_subject=signal.key,
        declared=declared,
    ).number


def save_outcome(signal: Signal) -> None:
    signal.save(
        update_fields=[
            "state", "waiting_reason", "case_type", "classified_by", "case_number", "merge_reason", "candidates",
        ]
    )  # fmt: skip


def _point(signal: Signal) -> Point | None:
    if signal.lon is None or signal.lat is None:
        return None
    return Point(signal.lon, signal.lat, precision_m=signal.precision_m)


def where(signal: Signal) -> dict[str, Any]:
    """Who may hear of this signal."""
    organisations = [signal.organisation_path] if signal.organisation_path else []
    return {"region_path": signal.region_path, "organisation_paths": organisations}
