"""What each verb does to a case. A step of a loop names its verb; this table is the other end of that name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from citybrain.base.accounts import Viewer
from citybrain.base.errors import BadInput, Conflict, FieldError, Forbidden
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.actions.given import Given
from citybrain.hubs.business.cases.actions.moving import dispatch_by_list, enter, hand_over, words_of_advance
from citybrain.hubs.business.cases.actions.timing import check_more_time, extend_clocks, tell_going_on
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.manifest import Duration
from citybrain.hubs.business.cases.models import Assignment, Case, Extension
from citybrain.hubs.business.cases.queries.responsibilities import organisation_for
from citybrain.hubs.business.cases.rights import is_platform, own_assist, viewer_of

Effect = Callable[[Change, Transition, Given], None]


def take(change: Change, step: Transition, given: Given) -> None:
    """Do what the step's verb says."""
    EFFECTS[step.verb](change, step, given)


def _move(change: Change, step: Transition, outcome: str = "") -> None:
    if step.to:
        enter(change, step.to, outcome=outcome or step.outcome or "")


def _tell(change: Change, step: Transition, *, assignment: Assignment | None = None, **params: Any) -> None:
    """The usual words for a verb: its event is also the key of its line on the timeline."""
    event = step.effect.event
    kept = {name: value for name, value in params.items() if value}
    kept["step"] = step.title.model_dump()
    change.tell(event, event, params=kept, assignment=assignment, step=step.key, verb=step.verb)


def _holder(change: Change) -> Assignment:
    lead = change.lead
    if lead is None:
        was_held = change.case.organisation_path != ""  # when the row was read
        raise Conflict("case.changed_meanwhile" if was_held else "case.nobody_holds", number=change.case.number)
    return lead


def _dispatch(change: Change, step: Transition, given: Given) -> None:
    if given.organisation is not None:
        why = given.why or {"rule": "person", "by": change.actor.actor_key}
        change.end_lead(Assignment.Outcome.TRANSFERRED)
        hand_over(change, step, given.organisation, why=why, note=given.note, person=given.person)
        return
    match = organisation_for(change.case_type, change.case.region_path, at=change.at, declared=change.declared)
    if match.organisation_id is None:
        raise Conflict("case.nobody_responsible", number=change.case.number)
    organisation = Organisation.objects.get(pk=match.organisation_id)
    hand_over(change, step, organisation, why=match.why, note=given.note, person=given.person)


def _accept(change: Change, step: Transition, given: Given) -> None:
    task = _holder(change)
    task.accepted_at = change.at
    if isinstance(change.actor, Viewer) and change.actor.kind == "user":
        task.person_id = given.person or change.actor.id
    change.touch(task, "accepted_at", "person")
    change.set(accepted_at=change.case.accepted_at or change.at)
    _move(change, step)
    _tell(change, step, assignment=task, organisation=task.organisation.names, note=given.note)


def _return(change: Change, step: Transition, given: Given) -> None:
    """退单: the case goes back to whoever dispatches; the clock of the case runs on."""
    task = _holder(change)
    change.end_lead(Assignment.Outcome.RETURNED, note=given.reason)
    change.set(organisation=None, organisation_path="")
    _move(change, step)
    _tell(change, step, assignment=task, organisation=task.organisation.names, reason=given.reason)
    change.announce("case.returned", ("dispatcher",))


def _transfer(change: Change, step: Transition, given: Given) -> None:
    task, target = _holder(change), _named(given)
    if target.pk == task.organisation_id:
        raise BadInput("input.invalid", fields=(FieldError("organisation", "case.same_organisation"),))
    change.end_lead(Assignment.Outcome.TRANSFERRED, note=given.reason)
    why = {"rule": "transfer", "from": task.organisation.code, "by": change.actor.actor_key}
    hand_over(change, step, target, why=why, key="case.transferred", event="case.transferred", note=given.reason)


def _assist(change: Change, step: Transition, given: Given) -> None:
    """协办: a second organisation gets a task of its own; the holder stays the holder."""
    target = _named(given)
    there = Assignment.objects.filter(case=change.case, organisation=target, until=None).exists()
    if there:
        raise Conflict("case.already_in_it", number=change.case.number, organisation=target.name)
    task = Assignment(
        case=change.case, organisation=target, organisation_path=target.path, role=Assignment.Role.ASSIST,
        since=change.at, why={"rule": "assist", "by": change.actor.actor_key},
    )  # fmt: skip
    change.assign(task)
    _move(change, step)
    _tell(change, step, assignment=task, organisation=target.names, note=given.note)
    change.announce("case.assist_asked", (f"organisation:{target.pk}",))


def _contribute(change: Change, step: Transition, given: Given) -> None:
    task = own_assist(change.actor, change.case) if isinstance(change.actor, Viewer) else None
    if task is None:
        raise Forbidden("case.not_yours", number=change.case.number, who="helper")
    task.until, task.outcome, task.note = change.at, Assignment.Outcome.DONE, given.note[:500]
    task.finished_at, task.finished_by = change.at, change.actor.actor_key
    change.touch(task, "until", "outcome", "note", "finished_at", "finished_by")
    _move(change, step)
    _tell(change, step, assignment=task, organisation=task.organisation.names, note=given.note)
    change.announce("case.assisted", ("holder",))


def _extend(change: Change, step: Transition, given: Given) -> None:
    """延期: asked by the holder; nothing changes until a dispatcher grants it."""
    duration = given.duration
    if duration is None:
        raise BadInput("input.invalid", fields=(FieldError("duration", "input.required"),))
    if Extension.objects.filter(case=change.case, granted=None).exists():
        raise Conflict("case.extension_waits", number=change.case.number)
    check_more_time(change, duration)
    change.new_rows.append(
        Extension(
            case=change.case, asked_by=change.actor.actor_key, asked_at=change.at, amount=duration.amount,
            unit=duration.unit, reason=given.reason,
        )
    )  # fmt: skip
    _tell(change, step, assignment=change.lead, reason=given.reason, duration=duration.model_dump())
    change.announce("case.extension_asked", ("dispatcher",))


def _grant(change: Change, step: Transition, given: Given) -> None:
    asked = _decide(change, granted=True, note=given.note)
    duration = given.duration or Duration.model_validate({"amount": asked.amount, "unit": asked.unit})
    asked.amount, asked.unit = duration.amount, duration.unit
    change.touch(asked, "amount", "unit")
    extend_clocks(change, duration, asked_at=asked.asked_at)
    due = change.case.due_at.isoformat() if change.case.due_at else ""
    _tell(change, step, assignment=change.lead, duration=duration.model_dump(), due_at=due, note=given.note)
    change.announce("case.extended", ("holder",))


def _refuse(change: Change, step: Transition, given: Given) -> None:
    _decide(change, granted=False, note=given.reason)
    _tell(change, step, assignment=change.lead, reason=given.reason)
    change.announce("case.extension_refused", ("holder",))


def _decide(change: Change, *, granted: bool, note: str) -> Extension:
    asked = Extension.objects.filter(case=change.case, granted=None).first()
    if asked is None:
        raise Conflict("case.no_extension_asked", number=change.case.number)
    asked.granted, asked.decided_at, asked.decided_by = granted, change.at, change.actor.actor_key
    asked.note = note[:500]
    change.touch(asked, "granted", "decided_at", "decided_by", "note")
    return asked


def _finish(change: Change, step: Transition, given: Given) -> None:
    task = _holder(change)
    task.finished_at, task.finished_by = change.at, change.actor.actor_key
    change.touch(task, "finished_at", "finished_by")
    change.set(finished_at=change.at)
    _move(change, step)
    _tell(change, step, assignment=task, organisation=task.organisation.names, note=given.note,
          evidence=list(given.evidence))  # fmt: skip
    change.announce("case.to_verify", ("verifier",))


def _reject(change: Change, step: Transition, given: Given) -> None:
    task = change.lead
    if task is not None:
        task.finished_at, task.finished_by = None, ""
        change.touch(task, "finished_at", "finished_by")
    change.set(finished_at=None)
    _move(change, step)
    _tell(change, step, assignment=task, reason=given.reason)
    change.announce("case.rejected", ("holder",))


def _summarise(change: Change, step: Transition, given: Given) -> None:
    change.set(summary=given.summary)
    _move(change, step)
    _tell(change, step, summary=given.summary)


def _verify(change: Change, step: Transition, given: Given) -> None:
    _move(change, step)
    _tell(change, step, assignment=change.lead, note=given.note)


def _close(change: Change, step: Transition, given: Given) -> None:
    if given.summary:
        change.set(summary=given.summary)
    _move(change, step, given.outcome)
    _tell(change, step, outcome=change.case.outcome, summary=given.summary, note=given.told or given.note)


def _end(change: Change, step: Transition, given: Given) -> None:
    """Ended for a reason, without being handled: not ours, a duplicate, no action needed."""
    if given.into:
        _check_duplicate(change, given.into)
        change.set(duplicate_of=given.into)
    _move(change, step, given.outcome)
    _tell(change, step, outcome=change.case.outcome, reason=given.reason, into=given.into)
    change.announce("case.ended", ("holder",))


def _check_duplicate(change: Change, into: str) -> None:
    """Another case that is open goes on with the matter; reports are moved there before, by whoever keeps them."""
    if is_platform(change.actor):
        return
    case = change.case
    if case.signal_count:
        raise Conflict("case.has_reports", number=case.number, count=case.signal_count)
    other = Case.objects.filter(number=into).exclude(pk=case.pk).first()
    if other is None or not viewer_of(change.actor).reaches(other):
        raise BadInput("input.invalid", fields=(FieldError("into", "case.not_another", {"number": into}),))
    if other.closed_at is not None:
        raise Conflict("case.not_open", number=into)


def _reopen(change: Change, step: Transition, given: Given) -> None:
    """The matter is not over: its clock counts on, those of its steps begin anew, the last holder gets it again."""
    last = Assignment.objects.filter(case=change.case, role=Assignment.Role.LEAD).select_related("organisation").last()
    change.set(organisation=None, organisation_path="", finished_at=None)
    _move(change, step)
    _tell(change, step, reason=given.reason)
    tell_going_on(change)
    again = change.loop.step_of("dispatch", change.case.state)
    if last is not None and last.finished_at is not None and last.organisation.is_active and again is not None:
        hand_over(change, again, last.organisation, why={"rule": "reopened", "assignment": last.pk})
    else:
        dispatch_by_list(change)


def _supervise(change: Change, step: Transition, given: Given) -> None:
    change.set(supervised_at=change.at)
    _move(change, step)
    _tell(change, step, assignment=change.lead, note=given.note)
    change.announce("case.supervised", ("holder", "dispatcher"))


def _advance(change: Change, step: Transition, given: Given) -> None:
    _move(change, step)
    params = words_of_advance(change, step) | {"note": given.note or given.reason}
    change.tell("case.advanced", "case.advanced", params=params, step=step.key, verb=step.verb)


def _named(given: Given) -> Organisation:
    if given.organisation is None:
        raise BadInput("input.invalid", fields=(FieldError("organisation", "input.required"),))
    return given.organisation


EFFECTS: dict[str, Effect] = {
    "dispatch": _dispatch,
    "accept": _accept,
    "return": _return,
    "transfer": _transfer,
    "assist": _assist,
    "contribute": _contribute,
    "extend": _extend,
    "grant": _grant,
    "refuse": _refuse,
    "finish": _finish,
    "verify": _verify,
    "reject": _reject,
    "summarise": _summarise,
    "close": _close,
    "reopen": _reopen,
    "supervise": _supervise,
    "end": _end,
    "advance": _advance,
}
