"""A recorded act of a person, taken again in a case of the scratch city."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from citybrain.base.audit import Actor, system_actor
from citybrain.base.errors import CityError
from citybrain.hubs.business.cases.actions import perform
from citybrain.hubs.business.cases.loops import LoopDefinition, Transition
from citybrain.hubs.business.cases.models import Assignment, Case
from citybrain.hubs.business.cases.queries import catalogue
from citybrain.lab.rehearsal.types import Act, Rule

PEOPLE: Actor = system_actor("rehearsal")
"""Stands for every person: who it was is not asked again, so a rehearsal needs no accounts."""
UNTOLD = "-"
"""Where a step asks for words that the record does not have."""
GIVEN = ("reason", "note", "summary", "organisation", "duration", "outcome", "evidence")


class Refused(Exception):
    """A recorded act that does not fit here; `rule` says what is assumed instead."""

    def __init__(self, rule: Rule, why: str):
        super().__init__(why)
        self.rule, self.why = rule, why


class Held(NamedTuple):
    organisation: str
    since: datetime


def holder_of(pk: int) -> Held | None:
    """Who holds a case now."""
    rows = Assignment.objects.filter(case_id=pk, role=Assignment.Role.LEAD, until=None)
    found = rows.values_list("organisation__code", "since").first()
    return Held(*found) if found else None


def take_act(number: str, act: Act, *, into: str) -> None:
    """Take the step that was taken then; raises Refused where the case does not stand so that it can be."""
    case = Case.objects.select_related("organisation").get(number=number)
    holder = case.organisation.code if case.organisation and case.closed_at is None else ""
    if act.verb == "contribute":
        raise Refused("help_not_played", act.verb)
    if act.verb in ("return", "transfer") and holder != act.holder:
        raise Refused("return_not_taken", f"{act.verb} {act.holder}")
    step = _step(catalogue().loop(case.loop_id).definition, case.state, act)
    if step is None:
        raise Refused("not_possible", f"{act.verb} in {case.state}")
    fields = _fields(step, act)
    if "into" in act.fields:
        if not into or into == number:
            raise Refused("not_possible", f"{act.verb} into {act.fields['into']}")
        fields["into"] = into
    try:
        perform(case, step.key, actor=PEOPLE, **fields)
    except CityError as error:
        raise Refused("not_possible", f"{act.verb} {error.code}") from error


def _step(loop: LoopDefinition, state: str, act: Act) -> Transition | None:
    """The step by its verb and its name, or, where none has that name any more, the first one of the verb."""
    has_name = any(step.verb == act.verb and step.title.zh == act.step for step in loop.transitions)
    steps = (step for step in loop.steps_from(state) if step.verb == act.verb and not step.automatic)
    return next((step for step in steps if step.title.zh == act.step or not has_name), None)


def _fields(step: Transition, act: Act) -> dict[str, Any]:
    fields = {name: value for name, value in act.fields.items() if name in GIVEN}
    for need in step.needs:
        if not fields.get(need) and need in ("reason", "note", "summary"):
            fields[need] = act.fields.get("note") or act.fields.get("reason") or UNTOLD
        elif not fields.get(need) and need == "evidence":
            fields[need] = [f"order-{act.order}"]
    return fields
