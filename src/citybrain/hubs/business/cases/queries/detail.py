"""One case with everything that its page shows: tasks, clocks, evidence, timings, and what the viewer may do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.queries import names_of
from citybrain.base.files.queries import list_files
from citybrain.base.places.models import Region
from citybrain.hubs.business.cases.guards import explain_guard, unmet
from citybrain.hubs.business.cases.loops import LoopDefinition
from citybrain.hubs.business.cases.models import Assignment, Case, ClockRun, Evidence, Extension
from citybrain.hubs.business.cases.queries.catalogue import Catalogue, catalogue
from citybrain.hubs.business.cases.queries.clocks import ClockView
from citybrain.hubs.business.cases.queries.reading import get_case
from citybrain.hubs.business.cases.queries.views import CaseView
from citybrain.hubs.business.cases.rights import BY_FACT, relates
from citybrain.hubs.business.cases.types import Possible

OWNER = "case"
FILE_FACTS = ("name", "media_type", "size", "width", "height")


@dataclass(frozen=True)
class Timings:
    """The four firsts (四个第一时间) of a case, in seconds of wall time; None while a stage is not over.

    `discover` from the occurrence to the city's knowing, `respond` from there to the first acceptance, `dispose` from
    there to the last finishing, `feedback` from there to the closing.
    """

    discover: float
    respond: float | None
    dispose: float | None
    feedback: float | None


@dataclass(frozen=True)
class EvidenceView:
    """A photo or document of a case with what is known of the file; `name` is empty where the viewer may not see it."""

    file: str
    step: str
    step_title: dict[str, str] | None
    verb: str
    added_at: datetime
    by: str
    name: str = ""
    media_type: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass
class CaseDetail(CaseView):
    """A case as one viewer sees it on its page."""

    viewer: Viewer

    @property
    def loop_key(self) -> str:
        return self.loop.key

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The stages of its loop, in order."""
        return [{"key": stage.key, "title": stage.title.model_dump()} for stage in self.loop.stages]

    @cached_property
    def assignments(self) -> list[Assignment]:
        return list(Assignment.objects.filter(case=self.case).select_related("organisation", "person").order_by("pk"))

    @cached_property
    def clocks(self) -> list[ClockView]:
        runs = ClockRun.objects.filter(case=self.case).select_related("plan").order_by("pk")
        return [ClockView(run, self.declared) for run in runs]

    @cached_property
    def evidence(self) -> list[EvidenceView]:
        return evidence_of(self.viewer, self.case, self.loop)

    @cached_property
    def regions(self) -> list[Region]:
        """From the city down to the region it lies in."""
        codes = self.case.region_path.strip("/").split("/")
        return list(Region.objects.filter(code__in=codes).order_by("path"))

    @cached_property
    def extensions(self) -> list[Extension]:
        return list(Extension.objects.filter(case=self.case).order_by("pk"))

    @property
    def timings(self) -> Timings:
        return timings_of(self.case)

    @cached_property
    def possible(self) -> list[Possible]:
        return possible_steps(self.viewer, self.case, declared=self.declared)


def evidence_of(viewer: Viewer, case: Case, loop: LoopDefinition) -> list[EvidenceView]:
    """Everything that was put to the case, oldest first, each with the step that it was given with."""
    rows = list(Evidence.objects.filter(case=case).order_by("pk"))
    if not rows:
        return []
    files = {one.key: one for one in list_files(viewer, OWNER, case.number)}
    names = names_of({row.added_by for row in rows})
    found = []
    for row in rows:
        step, file = loop.step_by_key.get(row.step), files.get(row.file)
        known = {name: getattr(file, name) for name in FILE_FACTS} if file else {}
        title, verb = (step.title.model_dump(), step.verb) if step else (None, "")
        found.append(EvidenceView(row.file, row.step, title, verb, row.added_at, names.get(row.added_by, ""), **known))
    return found


def get_case_detail(viewer: Viewer, number: str) -> CaseDetail:
    """One case for its page; raises NotFound when there is none or the viewer may not see it."""
    return CaseDetail(get_case(viewer, number), catalogue(), viewer)


def case_view(case: Case) -> CaseView:
    """A case at hand as a line of a list."""
    return CaseView(case, catalogue())


def case_detail(viewer: Viewer, case: Case) -> CaseDetail:
    """The same for a case at hand, which the viewer has just worked on."""
    return CaseDetail(case, catalogue(), viewer)


def timings_of(case: Case) -> Timings:
    return Timings(
        discover=(case.recorded_at - case.occurred_at).total_seconds(),
        respond=_between(case.recorded_at, case.accepted_at),
        dispose=_between(case.accepted_at, case.finished_at),
        feedback=_between(case.finished_at, case.closed_at),
    )


def _between(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return max(end - start, timedelta()).total_seconds()


def possible_steps(viewer: Viewer, case: Case, *, declared: Catalogue | None = None) -> list[Possible]:
    """The steps that this viewer may take in the case's present state, in the order of the loop.

    A step that waits for the viewer but whose guard is not met is there too, with what stands in the way.
    """
    declared = declared or catalogue()
    loop = declared.loop(case.loop_id).definition
    case_type = declared.types_by_pk[case.case_type_id].code
    asked: dict[tuple[str, str | None], bool] = {}
    asks_more_time = Extension.objects.filter(case=case, granted=None)
    waiting: bool | None = None
    found = []
    for step in loop.steps_from(case.state):
        if step.automatic or not _may(viewer, case, step.who, step.permission, asked):
            continue
        if step.verb in ("grant", "refuse", "extend"):
            waiting = asks_more_time.exists() if waiting is None else waiting
            if waiting is (step.verb == "extend"):
                continue
        blocked = unmet(explain_guard(step, case, case_type, clock.now()))
        target = loop.state_by_key[step.to] if step.to else None
        found.append(
            Possible(
                step.key, step.title.model_dump(), step.verb, step.asks, step.to,
                target.title.model_dump() if target else None, step.outcome or "", tuple(blocked),
                target.kind if target else "",
            )
        )  # fmt: skip
    return found


def _may(
    viewer: Viewer, case: Case, who: tuple[str, ...], permission: str | None, asked: dict[tuple[str, str | None], bool]
) -> bool:
    for relation in who:
        if relation in BY_FACT:
            continue
        key = (relation, permission)
        if key not in asked:
            asked[key] = relates(viewer, case, relation, permission)
        if asked[key]:
            return True
    return False
