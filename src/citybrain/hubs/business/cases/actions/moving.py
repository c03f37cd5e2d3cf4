"""How a case goes from one state to another, and what follows by itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from citybrain.base.audit import Actor, system_actor
from citybrain.base.errors import NotFound
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.actions.timing import go_on_with_clocks, move_clocks, stop_clocks
from citybrain.hubs.business.cases.guards import is_open
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Assignment, Case
from citybrain.hubs.business.cases.queries.responsibilities import organisation_for

DISPATCHER: Actor = system_actor("dispatch")
LIST_TRIES = frozenset({"open", "reopen", "advance"})
"""After these the responsibility list is asked; a case that was returned waits for a person."""


def enter(change: Change, to: str, *, outcome: str = "", anew: bool = False) -> None:
    """Put the case into a state and let its clocks know; `anew` starts the state's clock again for a new holder."""
    case = change.case
    left, was_ended = case.state, case.closed_at is not None
    state = change.loop.state_by_key[to]
    change.set(state=state.key, stage=state.stage)
    if state.kind == "ended":
        change.set(closed_at=change.at, outcome=outcome or "resolved")
        _end_tasks(change)
        stop_clocks(change)
    elif was_ended:
        change.set(closed_at=None, outcome="", in_time=None, duplicate_of="", reopened_count=case.reopened_count + 1)
        go_on_with_clocks(change)
    elif left != to or anew:
        move_clocks(change, left)


def _end_tasks(change: Change) -> None:
    """Whoever still has a task in an ended case has it no longer; the last holder stays on the case."""
    case = change.case
    if change.is_new:
        return
    done = case.finished_at is not None and case.outcome == "resolved"
    for task in Assignment.objects.filter(case=case, until=None).order_by("pk"):
        lead = task.role == Assignment.Role.LEAD
        task.until = change.at
        task.outcome = Assignment.Outcome.DONE if done and lead else Assignment.Outcome.ENDED
        change.touch(task, "until", "outcome")
    change.lapse_extension()


def follow_on(change: Change, verb: str) -> None:
    """Take every automatic step that is open, then try to dispatch where the new state waits for that."""
    moved = True
    while moved:
        moved = False
        for step in change.loop.steps_from(change.case.state):
            if step.automatic and step.to and is_open(step, change.case, change.case_type, change.at):
                enter(change, step.to, outcome=step.outcome or "")
                change.tell_automatic("case.advanced", words_of_advance(change, step), DISPATCHER)
                moved = True
                break
    if verb in LIST_TRIES:
        dispatch_by_list(change)


def words_of_advance(change: Change, step: Transition) -> dict[str, Any]:
    return {"step": step.title.model_dump(), "state": change.state.title.model_dump()}


def dispatch_by_list(change: Change) -> bool:
    """Dispatch by the responsibility list where the state allows it; without a match a person has to."""
    case = change.case
    step = change.loop.step_of("dispatch", case.state)
    if step is None or "system" not in step.who or not is_open(step, change.case, change.case_type, change.at):
        return False
    match = organisation_for(change.case_type, case.region_path, at=change.at, declared=change.declared)
    if match.organisation_id is None:
        change.tell("case.noted", "case.nobody_responsible", kind="note", actor=DISPATCHER, is_audited=False,
                    note_kind="nobody_responsible")  # fmt: skip
        change.announce("case.to_dispatch", ("dispatcher",))
        return False
    organisation = Organisation(
        pk=match.organisation_id, code=match.organisation_code, name=match.organisation_name,
        name_en=match.organisation_name_en, path=match.organisation_path,
    )  # fmt: skip
    hand_over(change, step, organisation, actor=DISPATCHER, why=match.why)
    return True


def hand_over(
    change: Change, step: Transition, organisation: Organisation, *, actor: Actor | None = None, why: dict[str, Any],
    key: str = "case.dispatched", event: str = "case.dispatched", note: str = "", person: int | None = None,
) -> Assignment:  # fmt: skip
    """Make an organisation the holder of the case and tell it."""
    previous = change.case.organisation.code if change.case.organisation else ""
    task = Assignment(
        case=change.case, organisation=organisation, organisation_path=organisation.path, since=change.at,
        person_id=person, why=why,
    )  # fmt: skip
    change.assign(task)
    change.set(dispatched_at=change.case.dispatched_at or change.at)
    if step.to:
        enter(change, step.to, outcome=step.outcome or "", anew=True)
    change.tell(
        event,
        f"{key}_by_list" if why.get("rule") == "list" and key == "case.dispatched" else key,
        params={"organisation": organisation.names, "why": why, "note": note},
        assignment=task,
        actor=actor,
        step=step.key,
        verb=step.verb,
        previous_organisation=previous,
        proof={"organisation": organisation.code, "line": why.get("line")},
    )
    change.announce("case.dispatched", ("holder",))
    return task


def case_for_update(case: Case | str, *, beside: str = "") -> Case:
    """The case as it stands now, locked for the rest of the transaction, with the one of the number `beside` if there
    is such a case; raises NotFound.
    """
    number = case if isinstance(case, str) else case.number
    found = {row.number: row for row in _for_update().filter(number__in={number, beside or number}).order_by("pk")}
    if number not in found:
        raise NotFound("input.not_found")
    return found[number]


def lock_cases(*numbers: str) -> list[Case]:
    """The cases as they stand now, in the order in which they are named; raises NotFound.

    They are locked in one order, whichever way round they are named, so that two people who merge the same two cases
    never wait for each other. Reports are locked before cases, as triage does it.
    """
    found = {case.number: case for case in _for_update().filter(number__in=numbers).order_by("pk")}
    if not found.keys() >= set(numbers):
        raise NotFound("input.not_found")
    return [found[number] for number in numbers]


def _for_update() -> QuerySet[Case]:
    return Case.objects.select_related("organisation").select_for_update(of=("self",))
