"""What reports and sources do to a case: join it, leave it, write on it, close it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from citybrain.base.audit import Actor
from citybrain.base.errors import BadInput, Conflict, FieldError, Forbidden
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.actions.effects import take
from citybrain.hubs.business.cases.actions.given import Given
from citybrain.hubs.business.cases.actions.moving import case_for_update, enter, lock_cases
from citybrain.hubs.business.cases.actions.performing import perform
from citybrain.hubs.business.cases.actions.timing import ring_passed
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.rights import check_sees, is_platform, relates, viewer_of

NOTE_LENGTH = 2000


@transaction.atomic
def note_case(
    case: Case | str, *, actor: Actor, text: dict[str, str] | str, kind: str = "note", cause: str | None = None
) -> Case:
    """Write a line on the timeline, in one language or both; changes nothing else."""
    row = case_for_update(case) if isinstance(case, str) else case
    if not is_platform(actor):
        check_sees(actor, row)
    words = {"zh": text, "en": text} if isinstance(text, str) else text
    if not all(0 < len(word.strip()) <= NOTE_LENGTH for word in words.values()):
        raise BadInput("input.invalid", fields=(FieldError("text", "case.text_too_long", {"longest": NOTE_LENGTH}),))
    change = Change(row, actor=actor, cause=cause)
    change.tell("case.noted", "case.noted", kind=kind, params={"text": words}, note_kind=kind)
    change.save()
    return row


@transaction.atomic
def absorb(case: Case | str, *, actor: Actor, signal_subject: str, count: int = 1, cause: str | None = None) -> Case:
    """并入: further reports belong to this case."""
    return _count(case, actor, count, "case.signal_joined", signal_subject, cause)


def retitle_case(number: str, title: str) -> None:
    """Say in the title what the reports of a case amount to now. It is no step of the case: the reports that joined or
    left stand on the timeline.
    """
    Case.objects.filter(number=number).update(title=title[:300])


@transaction.atomic
def release(case: Case | str, *, actor: Actor, signal_subject: str, count: int = 1, cause: str | None = None) -> Case:
    """拆出: a report that was merged belongs elsewhere."""
    return _count(case, actor, -count, "case.signal_left", signal_subject, cause)


def _count(case: Case | str, actor: Actor, by: int, event: str, signal: str, cause: str | None) -> Case:
    """Who may merge is for signals to say; the count is added in the database, so that it disturbs nobody's step."""
    row = case_for_update(case) if isinstance(case, str) else case
    Case.objects.filter(pk=row.pk, signal_count__gte=max(0, -by)).update(signal_count=F("signal_count") + by)
    row.signal_count = max(0, row.signal_count + by)
    change = Change(row, actor=actor, cause=cause)
    change.tell(event, event, kind="signal", params={"signal": signal, "count": row.signal_count}, signal=signal,
                signals=by)  # fmt: skip
    change.save()
    return row


@transaction.atomic
def close_by_source(
    case: Case | str, *, actor: Actor, at: datetime, outcome: str = "closed_by_source",
    note: dict[str, str] | str = "", cause: str | None = None,
) -> Case:  # fmt: skip
    """The system that reported the matter says that it is closed, since `at`. Nobody's handling is made up: there is
    no acceptance and no finishing, only the closing, by the source. The `note` is in the source's words, or in every
    language.

    Raises Conflict `case.ended_already` for a case that is not open.
    """
    row = case_for_update(case)
    if not is_platform(actor) and not relates(viewer_of(actor), row, "source"):
        check_sees(actor, row)
        _refuse_source(row)
    if row.closed_at is not None:
        raise Conflict("case.ended_already", number=row.number)
    change = Change(row, actor=actor, at=max(at, row.occurred_at), cause=cause)
    ring_passed(change)
    step = _closing_step(change)
    words = note[:500] if isinstance(note, str) else {language: text[:500] for language, text in note.items()}
    if step is not None:
        said = Given(note=words) if isinstance(words, str) else Given(told=words)
        take(change, step, replace(said, outcome=outcome))
    else:
        final = next(state for state in change.loop.states if state.kind == "ended")
        enter(change, final.key, outcome=outcome)
        change.tell("case.closed", "case.closed", params={"outcome": outcome, "note": words}, verb="close")
    change.save()
    return row


def _refuse_source(case: Case) -> None:
    raise Forbidden("case.not_yours", number=case.number, who="source")


def _closing_step(change: Change) -> Transition | None:
    steps = change.loop.steps_from(change.case.state)
    return next((step for step in steps if step.verb == "close" and "source" in step.who), None)


@transaction.atomic
def merge_cases(case: Case | str, into: Case | str, *, actor: Actor, reason: str, cause: str | None = None) -> Case:
    """重复案件: end a case as a duplicate of another one that is open. Its reports are moved by whoever keeps them."""
    row, target = lock_cases(_number(case), _number(into))
    if row.pk == target.pk or target.closed_at is not None:
        raise Conflict("case.not_open", number=target.number)
    change = Change(row, actor=actor)
    step = next((s for s in change.loop.steps_from(row.state) if s.ends_as_duplicate), None)
    if step is None:
        raise Conflict("case.not_possible", step="end (duplicate)", state=row.state, possible="")
    perform(row, step.key, actor=actor, reason=reason, into=target.number, cause=cause)
    other = Change(target, actor=actor, cause=cause)
    params: dict[str, Any] = {"duplicate": row.number}
    other.tell("case.noted", "case.duplicate_found", kind="note", params=params, note_kind="duplicate")
    other.save()
    return row


def _number(case: Case | str) -> str:
    return case if isinstance(case, str) else case.number
