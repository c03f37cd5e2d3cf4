"""The steps of a loop as actions: one generic door, and names for what people do most."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from citybrain.base.audit import Actor
from citybrain.base.errors import BadInput, Conflict, FieldError
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.actions.effects import take
from citybrain.hubs.business.cases.actions.evidence import add_evidence, follow_holder
from citybrain.hubs.business.cases.actions.given import read_given
from citybrain.hubs.business.cases.actions.moving import case_for_update, follow_on
from citybrain.hubs.business.cases.actions.timing import ring_passed
from citybrain.hubs.business.cases.guards import check_guard
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.rights import check_duty, check_sees, check_step, is_platform


@transaction.atomic
def perform(
    case: Case | str, key: str, *, actor: Actor, cause: str | None = None, revision: int | None = None, **fields: Any
) -> Case:
    """Take the step `key` of the case's loop, with the fields that the step asks for; returns the case as it is now.

    A row is taken as it was read (whoever was slower gets Conflict `case.changed_meanwhile`), a number is read now;
    `revision` is what the actor decided upon, and a case that has moved on since is the same Conflict. Raises, in this
    order, and nothing has changed then: NotFound (not visible), Forbidden (no such duty), Conflict
    `case.not_possible` (not in this state), Forbidden `case.not_yours` (not in such a relation to it), Conflict
    `case.guard`, BadInput (fields).
    """
    row = case_for_update(case, beside=fields.get("into", "")) if isinstance(case, str) else case
    before = dict(row.__dict__)
    try:
        return _perform(row, key, actor, cause, revision, fields)
    except Exception:
        row.__dict__.update(before)  # a refused step leaves the caller's row as it was
        raise


def _perform(
    case: Case, key: str, actor: Actor, cause: str | None, revision: int | None, fields: dict[str, Any]
) -> Case:
    change = Change(case, actor=actor, cause=cause, is_step=True)
    step = _step(change, key)
    check_duty(actor, case, step)
    if revision is not None and revision != case.revision:
        raise Conflict("case.changed_meanwhile", number=case.number)
    _check_state(change, step)
    check_step(actor, case, step)
    check_guard(step, case, change.case_type, change.at)
    given = read_given(step, fields)

    ring_passed(change)
    add_evidence(change, step, given.evidence)
    take(change, step, given)
    follow_on(change, step.verb)
    change.save()
    follow_holder(change)
    return case


def _step(change: Change, key: str) -> Transition:
    step = change.loop.step_by_key.get(key)
    if step is None:
        if not is_platform(change.actor):
            check_sees(change.actor, change.case)
        allowed = ", ".join(change.loop.step_by_key)
        raise BadInput(
            "input.invalid", fields=(FieldError("key", "input.not_allowed", {"value": key, "allowed": allowed}),)
        )
    return step


def _check_state(change: Change, step: Transition) -> None:
    if change.case.state not in change.loop.sources(step):
        now = ", ".join(one.key for one in change.loop.steps_from(change.case.state) if not one.automatic)
        raise Conflict("case.not_possible", step=step.key, state=change.case.state, possible=now)


def take_verb(case: Case | str, verb: str, *, actor: Actor, cause: str | None = None, **fields: Any) -> Case:
    """Take the first step of a verb that the case's state has; raises Conflict when it has none."""
    row = case_for_update(case) if isinstance(case, str) else case
    loop = Change(row, actor=actor).loop
    step = loop.step_of(verb, row.state)
    if step is None:
        raise Conflict("case.not_possible", step=verb, state=row.state, possible="")
    return perform(row, step.key, actor=actor, cause=cause, **fields)


@transaction.atomic
def dispatch_case(case: Case | str, *, actor: Actor, organisation: Organisation | str | None = None, note: str = "",
                  cause: str | None = None) -> Case:  # fmt: skip
    """派遣: give the case to an organisation; without one, to whom the responsibility list names.

    Raises Conflict `case.nobody_responsible` when the list names nobody.
    """
    return take_verb(case, "dispatch", actor=actor, cause=cause, organisation=organisation, note=note)


@transaction.atomic
def accept_case(case: Case | str, *, actor: Actor) -> Case:
    """接收: the holder begins."""
    return take_verb(case, "accept", actor=actor)


@transaction.atomic
def return_case(case: Case | str, *, actor: Actor, reason: str) -> Case:
    """退单: hand the case back to whoever dispatches, keeping its clock running."""
    return take_verb(case, "return", actor=actor, reason=reason)


@transaction.atomic
def transfer_case(case: Case | str, *, actor: Actor, organisation: Organisation | str, reason: str) -> Case:
    """转办: hand the case straight to another organisation."""
    return take_verb(case, "transfer", actor=actor, organisation=organisation, reason=reason)


@transaction.atomic
def finish_case(case: Case | str, *, actor: Actor, note: str, evidence: list[str]) -> Case:
    """处置完毕: the holder is done and says how, with photographs or documents."""
    return take_verb(case, "finish", actor=actor, note=note, evidence=evidence)


@transaction.atomic
def verify_case(case: Case | str, *, actor: Actor, note: str = "") -> Case:
    """核查通过: somebody else looked and found it done."""
    return take_verb(case, "verify", actor=actor, note=note)


@transaction.atomic
def close_case(case: Case | str, *, actor: Actor, summary: str) -> Case:
    """总结结案."""
    return take_verb(case, "close", actor=actor, summary=summary)


@transaction.atomic
def reopen_case(case: Case | str, *, actor: Actor, reason: str) -> Case:
    """重新办理: closed was not solved."""
    return take_verb(case, "reopen", actor=actor, reason=reason)


@transaction.atomic
def supervise_case(case: Case | str, *, actor: Actor, note: str) -> Case:
    """督办."""
    return take_verb(case, "supervise", actor=actor, note=note)
