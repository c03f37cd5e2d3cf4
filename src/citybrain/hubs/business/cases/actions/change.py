"""Everything that one act changes about a case, gathered and then written in a few statements.

An act on a case touches the case, assignments, clocks, the timeline, the audit trail, the bus and notices. Each rule
adds its part to a `Change`; `save` writes them in one order (the case first, so that two who act at once wait for the
same row), and only the columns that changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from citybrain.base import audit, bus, clock
from citybrain.base.audit import Actor, system_actor
from citybrain.base.errors import Conflict
from citybrain.hubs.business.cases import clockwork, messages
from citybrain.hubs.business.cases.actions.announcing import Announcement, send
from citybrain.hubs.business.cases.actions.inserting import insert
from citybrain.hubs.business.cases.loops import LoopDefinition, State
from citybrain.hubs.business.cases.models import Assignment, Case, ClockRun, Extension, TimelineEntry
from citybrain.hubs.business.cases.queries.catalogue import Catalogue, catalogue

LAPSING: Actor = system_actor("dispatch")
LAPSED = "承办任务已结束，申请自动失效 / Lapsed: the task it was asked for has ended"


@dataclass
class Told:
    """One thing that happened: a line on the timeline, a message on the bus, a record in the audit trail."""

    event: str
    kind: str
    key: str
    params: dict[str, Any]
    facts: dict[str, Any]
    actor: Actor
    at: datetime
    cause: str | None
    assignment: Assignment | None = None
    is_audited: bool = True
    is_published: bool = True
    proof: dict[str, Any] = field(default_factory=dict)


class Change:
    """One act on one case by one actor at one moment."""

    def __init__(
        self, case: Case, *, actor: Actor, at: datetime | None = None, cause: str | None = None,
        declared: Catalogue | None = None, is_step: bool = False,
    ):  # fmt: skip
        """A step counts as a revision even where it changes no column, so that none is taken on what is past."""
        self.case = case
        self.actor = actor
        self.now = clock.now()
        self.at = at or self.now
        self.cause = cause or bus.current_cause()
        self.declared = declared or catalogue()
        self.is_new = case._state.adding
        self.is_step = is_step
        self.columns: set[str] = set()
        self.told: list[Told] = []
        self.announcements: list[Announcement] = []
        self.new_rows: list[Model] = []
        self.changed_rows: list[tuple[Model, tuple[str, ...]]] = []
        self._lead: Assignment | None = None
        self._lead_known = self.is_new
        self._clocks: list[ClockRun] | None = [] if self.is_new else None
        self._clocks_before: dict[int, tuple[Any, ...]] = {}
        self._new_clocks: list[ClockRun] = []

    # what stands

    @property
    def loop(self) -> LoopDefinition:
        return self.declared.loop(self.case.loop_id).definition

    @property
    def case_type(self) -> str:
        return self.declared.types_by_pk[self.case.case_type_id].code

    @property
    def state(self) -> State:
        return self.loop.state_by_key[self.case.state]

    @property
    def lead(self) -> Assignment | None:
        """The assignment of whoever holds the case now."""
        if not self._lead_known:
            rows = Assignment.objects.filter(case=self.case, role=Assignment.Role.LEAD, until=None)
            self._lead, self._lead_known = rows.select_related("organisation").first(), True
        return self._lead

    @property
    def clocks(self) -> list[ClockRun]:
        """The clocks that run (or stand still) for the case, those started by this change included."""
        if self._clocks is None:
            self._clocks = list(ClockRun.objects.filter(case=self.case, stopped_at=None).order_by("pk"))
            self._clocks_before = {run.pk: _running(run) for run in self._clocks}
        return [*self._clocks, *self._new_clocks]

    # what changes

    def set(self, **values: Any) -> None:
        for name, value in values.items():
            if getattr(self.case, name) != value:
                setattr(self.case, name, value)
                self.columns.add(name)

    def assign(self, assignment: Assignment) -> None:
        """Give out a task; a lead assignment makes its organisation the holder."""
        self.new_rows.append(assignment)
        paths = self.case.holder_paths
        if assignment.organisation_path not in paths:
            self.set(holder_paths=[*paths, assignment.organisation_path])
        if assignment.role == Assignment.Role.LEAD:
            self._lead, self._lead_known = assignment, True
            self.set(organisation=assignment.organisation, organisation_path=assignment.organisation_path)

    def touch(self, row: Model, *columns: str) -> None:
        """Save these columns of a row with the change."""
        if row.pk is not None:
            self.changed_rows.append((row, columns))

    def end_lead(self, outcome: str, *, note: str = "") -> None:
        lead = self.lead
        if lead is not None:
            lead.until, lead.outcome, lead.note = self.at, outcome, note
            self.touch(lead, "until", "outcome", "note")
            self._lead = None
            self.lapse_extension()

    def lapse_extension(self) -> None:
        """Whoever asked for more time has the task no longer: nobody may grant it to the next one."""
        asked = Extension.objects.filter(case=self.case, granted=None).first()
        if asked is not None:
            asked.granted, asked.decided_at, asked.decided_by = False, self.at, LAPSING.actor_key
            asked.note = LAPSED
            self.touch(asked, "granted", "decided_at", "decided_by", "note")
            self.tell("case.extension_lapsed", "case.extension_lapsed", actor=LAPSING, is_published=False)

    def start_clock(self, run: ClockRun) -> None:
        self._new_clocks.append(run)

    def tell(
        self, event: str, key: str, *, kind: str = "moved", params: dict[str, Any] | None = None,
        assignment: Assignment | None = None, actor: Actor | None = None, at: datetime | None = None,
        is_audited: bool = True, is_published: bool = True, proof: dict[str, Any] | None = None, **facts: Any,
    ) -> None:  # fmt: skip
        """Note what happened, with the case as it stands at this point of the change."""
        self.told.append(
            Told(
                event, kind, key, params or {}, {**self._facts(), **facts}, actor or self.actor, at or self.at,
                self.cause, assignment, is_audited, is_published, proof or {},
            )
        )  # fmt: skip

    def tell_automatic(self, key: str, params: dict[str, Any], actor: Actor) -> None:
        """Note a step that followed by itself: a line of its own on the timeline, while on the bus it belongs to the
        step that led to it, whose message shows the case as it stands now.
        """
        for one in reversed(self.told):
            if one.is_published:
                one.facts |= self._facts()
                break
        self.tell(key, key, params=params, actor=actor, is_audited=False, is_published=False)

    def announce(self, key: str, audience: Iterable[str], **data: Any) -> None:
        """Send a notice to those who should know."""
        self.announcements.append(Announcement(key, tuple(audience), data))

    def _facts(self) -> dict[str, Any]:
        case = self.case
        return {
            "case": case.number,
            "case_type": self.case_type,
            "loop": self.loop.key,
            "state": case.state,
            "stage": case.stage,
            "severity": case.severity,
            "source": case.source,
            "signal_count": case.signal_count,
            "occurred_at": case.occurred_at,
            "recorded_at": case.recorded_at,
            "due_at": case.due_at,
            "closed_at": case.closed_at,
            "in_time": case.in_time,
            "outcome": case.outcome,
            "organisation": case.organisation.code if case.organisation else "",
            "region_code": case.region_code,
            "lon": case.lon,
            "lat": case.lat,
            "precision_m": case.precision_m,
            "reopened_count": case.reopened_count,
            "is_supervised": case.supervised_at is not None,
            "duplicate_of": case.duplicate_of,
        }

    # writing

    def save(self) -> None:
        """Write it all; raises Conflict `case.changed_meanwhile` when somebody moved the case since it was read."""
        self._save_case()
        for row, columns in self.changed_rows:
            row.save(update_fields=columns)
        for rows in _by_model(self.new_rows):
            insert(rows)
        for run in self._clocks or []:
            if _running(run) != self._clocks_before[run.pk]:
                run.save(update_fields=clockwork.RUNNING)
        if self._new_clocks:
            insert(self._new_clocks)
        self._publish()
        send(self)

    def _save_case(self) -> None:
        case = self.case
        if self.is_new:
            insert([case])
            return
        if not (self.columns or self.is_step):
            return
        values = {name: getattr(case, name) for name in sorted(self.columns)}
        revision = case.revision + 1
        if not Case.objects.filter(pk=case.pk, revision=case.revision).update(**values, revision=revision):
            raise Conflict("case.changed_meanwhile", number=case.number)
        case.revision = revision

    def _publish(self) -> None:
        if not self.told:
            return
        published = [one for one in self.told if one.is_published]
        events = bus.publish_many([self._draft(one) for one in published], actor=self.actor)
        event_of = {id(one): event for one, event in zip(published, events, strict=True)}
        insert(
            [
                TimelineEntry(
                    case=self.case, at=one.at, recorded_at=self.now, actor_key=one.actor.actor_key,
                    actor_label=one.actor.actor_label, kind=one.kind, key=one.key, params=one.params,
                    event=event_of.get(id(one), ""), cause=one.cause or "",
                )
                for one in self.told
            ]
        )  # fmt: skip
        for one in self.told:
            if one.is_audited:
                audit.record(one.actor, one.event, self.case, state=one.facts["state"], **one.proof)

    def _draft(self, one: Told) -> bus.Draft:
        facts = dict(one.facts)
        if one.assignment is not None:
            task = one.assignment
            facts |= {"assignment": task.pk, "role": task.role, "task_organisation": task.organisation.code}
        return bus.Draft(
            messages.BY_TYPE[one.event](**facts),
            self.case.subject,
            one.cause,
            one.at,
            self.case.region_path,
            tuple(self.case.holder_paths),
            one.actor,
        )


def _running(run: ClockRun) -> tuple[Any, ...]:
    return tuple(getattr(run, name) for name in clockwork.RUNNING)


def _by_model(rows: list[Model]) -> list[list[Any]]:
    kinds: dict[type[Model], list[Any]] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(row)
    return list(kinds.values())
