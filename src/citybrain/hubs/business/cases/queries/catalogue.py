"""What is declared, kept in memory by each process until somebody changes it: one small query a call tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from citybrain.base.errors import BadInput, FieldError
from citybrain.hubs.business.cases.calendars import Basis, WallTime, begun_years, with_years, working_time
from citybrain.hubs.business.cases.loops import LoopDefinition, State
from citybrain.hubs.business.cases.manifest import (
    CalendarDefinition,
    ClockDefinition,
    Merge,
    TypeClocks,
    YearDefinition,
)
from citybrain.hubs.business.cases.models import (
    CalendarYear,
    CaseLabel,
    CaseType,
    ClockPlan,
    Loop,
    WorkCalendar,
)
from citybrain.hubs.business.cases.types import CaseTypeView, LoopView, Plan
from citybrain.hubs.business.cases.wording import Kind, Wording, phrase_of

MOST_LISTS = 50_000
NO_CITY = ("UTC", "")
STAMP = (
    "SELECT v.version, c.time_zone, c.code FROM cases_catalogueversion v LEFT JOIN places_city c ON c.id = 1"
    " WHERE v.id = 1"
)


@dataclass
class Catalogue:
    """Everything declared, as of one version."""

    zone: ZoneInfo
    city_code: str
    types: dict[str, CaseTypeView]
    loops: dict[str, LoopView]
    plans: dict[str, Plan]
    labels: dict[str, str]
    calendars: dict[str, CalendarDefinition]
    known_years: dict[str, set[int]]
    types_by_pk: dict[int, CaseTypeView] = field(default_factory=dict)
    loops_by_pk: dict[int, LoopView] = field(default_factory=dict)
    plans_by_pk: dict[int, Plan] = field(default_factory=dict)
    responsible: dict[tuple[int, str], list[Any]] = field(default_factory=dict)
    versions: dict[int, LoopDefinition] | None = None

    def case_type(self, code: str) -> CaseTypeView:
        """The kind of case with this code; raises BadInput `case.unknown_type`."""
        found = self.types.get(code)
        if found is None or not found.is_active:
            raise BadInput("input.invalid", fields=(FieldError("case_type", "case.unknown_type", {"code": code}),))
        return found

    def loop(self, pk: int) -> LoopView:
        """Any version of a loop; older ones are read when a case of that age is met."""
        found = self.loops_by_pk.get(pk)
        if found is None:
            found = self.loops_by_pk[pk] = _loop_view(Loop.objects.get(pk=pk))
        return found

    @property
    def states(self) -> list[State]:
        """The states of every version of every loop: older cases stand in those of theirs."""
        return [state for loop in self._versions().values() for state in loop.states]

    def in_states_of(self, kinds: Collection[str]) -> Q:
        """Cases whose state is of one of these kinds (waiting, working, checking, ended) in the version of their loop.

        Versions that agree on the states, as nearly all do, are asked for together.
        """
        return self._in_states({pk: _of_kinds(loop, kinds) for pk, loop in self._versions().items()})

    def in_states_with(self, verb: str) -> Q:
        """Cases whose state has a step of this verb in the version of their loop."""
        return self._in_states({pk: _with_verb(loop, verb) for pk, loop in self._versions().items()})

    def _versions(self) -> dict[int, LoopDefinition]:
        if self.versions is None:
            self.versions = {row.pk: _loop_view(row).definition for row in Loop.objects.order_by("pk")}
        return self.versions

    def _in_states(self, states: Mapping[int, tuple[str, ...]]) -> Q:
        alike: dict[tuple[str, ...], list[int]] = {}
        for pk, keys in states.items():
            alike.setdefault(keys, []).append(pk)
        q = Q(pk__in=[])
        for keys, pks in alike.items():
            q |= Q(state__in=keys, loop_id__in=pks) if keys else Q(pk__in=[])
        return q

    def plan(self, pk: int) -> Plan:
        """Any version of a clock."""
        found = self.plans_by_pk.get(pk)
        if found is None:
            found = self.plans_by_pk[pk] = self._plan_view(ClockPlan.objects.get(pk=pk))
        return found

    def basis(self, definition: ClockDefinition) -> Basis:
        """What a clock counts by: its calendar when its unit is working time, else every second."""
        if not definition.duration.unit.startswith("working_"):
            return WallTime(self.zone)
        return working_time(self.calendars[definition.calendar or ""], self.zone)

    @cached_property
    def wording(self) -> Wording:
        """What reports are recognised by, of the kinds in force."""
        active = {view.pk: view for view in self.types.values() if view.is_active}
        return Wording(
            {
                view.code: Kind(
                    phrases=tuple(phrase_of(keyword) for keyword in view.keywords),
                    above=tuple(active[pk].code for pk in view.ancestors[1:] if pk in active),
                    threshold=view.classify_threshold,
                )
                for view in active.values()
            }
        )

    def _plan_view(self, row: ClockPlan) -> Plan:
        definition = ClockDefinition.model_validate(row.definition)
        return Plan(row.pk, row.version, definition, self.basis(definition))


_known: tuple[tuple[str, str, str], Catalogue] | None = None


def catalogue() -> Catalogue:
    """The declarations in force; one query when nothing changed since the last call of this process."""
    global _known
    stamp = _stamp()
    known = _known
    if known is None or known[0] != stamp:
        known = _known = (stamp, _load(*stamp[1:]))
    return known[1]


def _stamp() -> tuple[str, str, str]:
    """One statement, written by hand: it is asked for with every report and every step."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        version, zone, code = cursor.fetchone() or ("", None, None)
    return version, zone or NO_CITY[0], code or NO_CITY[1]


def _load(zone: str, city_code: str) -> Catalogue:
    declared, given = _declared_calendars(), _given_years()
    known = {key: begun_years(one) | set(given.get(key, {})) for key, one in declared.items()}
    calendars = {key: with_years(one, given.get(key, {})) for key, one in declared.items()}
    loops = {row.key: _loop_view(row) for row in _latest(Loop)}
    labels = dict(CaseLabel.objects.values_list("label", "case_type__code"))
    found = Catalogue(ZoneInfo(zone), city_code, _types(), loops, {}, labels, calendars, known)
    found.plans = {row.key: found._plan_view(row) for row in _latest(ClockPlan)}
    found.types_by_pk = {view.pk: view for view in found.types.values()}
    found.loops_by_pk = {view.pk: view for view in loops.values()}
    found.plans_by_pk = {view.pk: view for view in found.plans.values()}
    return found


def _given_years() -> dict[str, dict[int, YearDefinition]]:
    """The years that operators set, by calendar."""
    years: dict[str, dict[int, YearDefinition]] = {}
    for row in CalendarYear.objects.order_by("version"):
        given = years.setdefault(row.calendar, {})
        given.pop(row.year, None)
        if row.definition is not None:
            given[row.year] = YearDefinition.model_validate(row.definition)
    return years


def _declared_calendars() -> dict[str, CalendarDefinition]:
    newest = {row.key: row.definition for row in WorkCalendar.objects.order_by("version")}
    return {key: CalendarDefinition.model_validate(definition) for key, definition in newest.items()}


def _latest(model: type[Loop] | type[ClockPlan]) -> list[Any]:
    newest = {row.key: row for row in model.objects.order_by("version")}
    return list(newest.values())


def _loop_view(row: Loop) -> LoopView:
    return LoopView(row.pk, row.version, LoopDefinition.model_validate(row.definition))


def _of_kinds(loop: LoopDefinition, kinds: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(state.key for state in loop.states if state.kind in kinds))


def _with_verb(loop: LoopDefinition, verb: str) -> tuple[str, ...]:
    steps = [step for step in loop.transitions if step.verb == verb]
    return tuple(sorted({state for step in steps for state in loop.sources(step)}))


def _types() -> dict[str, CaseTypeView]:
    views: dict[str, CaseTypeView] = {}
    by_pk: dict[int, CaseTypeView] = {}
    for row in CaseType.objects.order_by("path"):  # parents come before their children
        parent = by_pk.get(row.parent_id or 0)
        view = CaseTypeView(
            pk=row.pk,
            code=row.code,
            title=row.title,
            path=row.path,
            parent=parent.code if parent else None,
            severity=row.severity,
            loop_key=row.loop_key,
            clocks=TypeClocks.model_validate(row.clocks),
            merge=Merge.model_validate(row.merge),
            on_alarm_resolved=row.on_alarm_resolved,
            classify_threshold=row.classify_threshold,
            keywords=tuple(row.keywords),
            is_active=row.is_active,
            ancestors=(row.pk, *(parent.ancestors if parent else ())),
        )
        views[view.code] = by_pk[view.pk] = view
    return views


def case_types() -> Mapping[str, CaseTypeView]:
    """Every kind of case by code, retired ones included."""
    return catalogue().types


def type_for_label(label: str) -> str | None:
    """The kind of case that a text classifier's label means, or None."""
    return catalogue().labels.get(label)
