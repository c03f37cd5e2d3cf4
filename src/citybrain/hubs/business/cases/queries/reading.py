"""Cases as a viewer may see them: one, a page of many, and the filters of lists, maps and exports."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.querying import About, Page, Part, Way, about, by_best_way, neighbours, parts_page
from citybrain.base.querying.paths import below
from citybrain.hubs.business.cases.models import Assignment, Case, Extension, TimelineEntry
from citybrain.hubs.business.cases.queries.catalogue import catalogue
from citybrain.hubs.business.cases.queries.views import CaseView
from citybrain.hubs.business.cases.queries.ways import ways_of
from citybrain.hubs.business.cases.types import CaseTypeView

Cases = QuerySet[Case]
Parts = list[Part[Case]]


def _in(*order: str) -> Callable[[Cases], Parts]:
    return lambda rows: [Part(rows, order)]


def _by_due(rows: Cases) -> Parts:
    """Those that are due first at the top, and at the end those whose clock stands still or that have none."""
    due, rest = rows.filter(due_at__isnull=False), rows.filter(due_at__isnull=True)
    return [Part(due, ("due_at", "pk")), Part(rest, ("-recorded_at", "-pk"))]


ORDERS: dict[str, Callable[[Cases], Parts]] = {
    "newest": _in("-recorded_at", "-pk"),
    "oldest": _in("recorded_at", "pk"),
    "number": _in("pk"),
    "due": _by_due,
}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CaseFilter:
    """What a list, a map or an export asks for; everything that is given must hold."""

    state: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    case_type: tuple[str, ...] = ()
    severity: tuple[int, ...] = ()
    source: tuple[str, ...] = ()
    state_kind: tuple[str, ...] = ()
    organisation: str = ""
    region: str = ""
    is_open: bool | None = None
    overdue: bool | None = None
    unlocated: bool | None = None
    undispatched: bool | None = None
    nobody_responsible: bool | None = None
    asks_more_time: bool | None = None
    to_verify: bool | None = None
    supervised: bool | None = None
    mine: bool | None = None
    q: str = ""
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    escalated_from: datetime | None = None
    due_before: datetime | None = None
    due_within_minutes: int | None = None
    box: Box | None = None

    @property
    def is_only_open(self) -> bool:
        """Whether it means only cases that are not closed."""
        return bool(self.is_open or self.undispatched or self.nobody_responsible or self.is_due)

    @property
    def is_due(self) -> bool:
        """Whether it means only cases that have a due time."""
        return bool(self.overdue) or self.due_before is not None or self.due_within_minutes is not None


def get_case(viewer: Viewer, number: str) -> Case:
    """One case; raises NotFound when there is none or the viewer may not see it."""
    found = scoped(viewer, Case.objects.select_related("organisation")).filter(number=number).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def find_cases(
    viewer: Viewer, wanted: CaseFilter, *, order: str = "newest", after: str | None = None, limit: int = 50
) -> Page[CaseView]:
    """A page of the cases that the viewer may see. Nothing is counted: `next` says whether there is more."""
    rows = matching(viewer, wanted).select_related("organisation").defer("text", "summary")
    page = parts_page(_ordered(_by_best_way(viewer, wanted, rows, order), order), after=after, limit=limit)
    declared = catalogue()
    return Page([CaseView(case, declared) for case in page.items], page.next)


def first_cases(viewer: Viewer, wanted: CaseFilter, *, order: str, count: int) -> list[int]:
    """The keys of the first cases of a list, at most `count`: for whoever shows the head of several lists at once."""
    found: list[int] = []
    rows = _by_best_way(viewer, wanted, matching(viewer, wanted), order)
    for part in _ordered(rows, order)[: 1 if wanted.is_due else None]:
        if len(found) < count:
            found += part.rows.order_by(*part.order).values_list("pk", flat=True)[: count - len(found)]
    return found


def cases_by_key(viewer: Viewer, keys: set[int]) -> dict[int, CaseView]:
    """Cases by their keys as lists show them, those that the viewer may see."""
    rows = scoped(viewer, Case.objects.filter(pk__in=sorted(keys))).select_related("organisation")
    declared = catalogue()
    return {case.pk: CaseView(case, declared) for case in rows.defer("text", "summary")}


def cases_by_number(viewer: Viewer, numbers: Collection[str]) -> list[CaseView]:
    """Some cases by their numbers, newest first, those that the viewer may see."""
    rows = scoped(viewer, Case.objects.filter(number__in=sorted(numbers))).select_related("organisation")
    declared = catalogue()
    return [CaseView(case, declared) for case in rows.defer("text", "summary").order_by("-pk")]


def count_cases(viewer: Viewer, wanted: CaseFilter) -> About:
    """About how many cases a list has; raises Forbidden without `case.read`."""
    check_may(viewer, "case.read")
    return about(matching(viewer, wanted))


@dataclass(frozen=True)
class Neighbours:
    """The numbers of the cases before and after one in a list; None at its ends."""

    previous: str | None
    next: str | None


def neighbours_of(viewer: Viewer, number: str, wanted: CaseFilter, *, order: str = "newest") -> Neighbours:
    """What stands before and after a case in a list. The case need not be in it any more: whoever has just handled
    the third case of a list of undispatched ones goes on to the fourth. Raises NotFound.
    """
    case = get_case(viewer, number)
    rows = _by_best_way(viewer, wanted, matching(viewer, wanted).only("number"), order)
    parts = _ordered(rows, order)
    at = 1 if order == "due" and case.due_at is None else 0
    before, after = neighbours(parts, case, at)
    return Neighbours(before.number if before else None, after.number if after else None)


def _by_best_way(viewer: Viewer, wanted: CaseFilter, rows: Cases, order: str) -> Cases:
    """Read by the index that fits; the other orders have few rows or are that of the key."""
    if order not in ("newest", "oldest"):
        return rows
    return by_best_way(rows, lambda: _ways(viewer, wanted))


def _ways(viewer: Viewer, wanted: CaseFilter) -> list[Way]:
    return ways_of(
        viewer.where(Case.SCOPE), is_open=wanted.is_only_open, states=wanted.state,
        region=_path(Region, "region", wanted.region) if wanted.region else "",
        organisation=_path(Organisation, "organisation", wanted.organisation) if wanted.organisation else "",
        kinds=_kinds(wanted.case_type) if wanted.case_type else [], is_unlocated=bool(wanted.unlocated),
        is_supervised=bool(wanted.supervised),
    )  # fmt: skip


def _ordered(rows: Cases, order: str) -> Parts:
    if order not in ORDERS:
        wrong = FieldError("order", "input.not_allowed", {"value": order, "allowed": ", ".join(ORDERS)})
        raise BadInput("input.invalid", fields=(wrong,))
    return ORDERS[order](rows)


def matching(viewer: Viewer, wanted: CaseFilter) -> QuerySet[Case]:
    """The cases within the viewer's reach that a filter means, in no order."""
    q = _words(wanted) & _places(wanted) & _times(wanted) & _flags(wanted)
    if wanted.mine:
        q &= _mine(viewer)
    elif wanted.mine is False:
        q &= ~_mine(viewer)
    return scoped(viewer, Case.objects.filter(q))


def _words(wanted: CaseFilter) -> Q:
    q = Q()
    for name in ("state", "stage", "severity", "source"):
        values = getattr(wanted, name)
        if values:
            q &= Q(**{f"{name}__in": values})
    if wanted.state_kind:
        q &= catalogue().in_states_of(wanted.state_kind)
    if wanted.case_type:
        q &= Q(case_type_id__in=_kinds(wanted.case_type))
    if wanted.q:
        text = wanted.q.strip()
        q &= Q(number=text.upper()) | Q(title__contains=text)
    return q


def kinds_below(codes: tuple[str, ...]) -> list[CaseTypeView]:
    """These kinds and every kind below them; raises BadInput for one that there is not."""
    types = catalogue().types
    missing = [code for code in codes if code not in types]
    if missing:
        wrong = FieldError("case_type", "case.unknown_type", {"code": missing[0]})
        raise BadInput("input.invalid", fields=(wrong,))
    tops = [types[code].path for code in codes]
    return [view for view in types.values() if any(view.path.startswith(top) for top in tops)]


def _kinds(codes: tuple[str, ...]) -> list[int]:
    return [view.pk for view in kinds_below(codes)]


def _places(wanted: CaseFilter) -> Q:
    q = Q()
    if wanted.region:
        q &= below("region_path", _path(Region, "region", wanted.region))
    if wanted.organisation:
        q &= below("organisation_path", _path(Organisation, "organisation", wanted.organisation))
    if wanted.box is not None:
        west, south, east, north = wanted.box
        q &= Q(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    return q


def _path(model: type[Region] | type[Organisation], name: str, code: str) -> str:
    found = model._default_manager.filter(code=code).values_list("path", flat=True).first()
    if found is None:
        raise BadInput("input.invalid", fields=(FieldError(name, f"case.unknown_{name}", {"code": code}),))
    return str(found)


def _times(wanted: CaseFilter) -> Q:
    q = Q()
    for column, start, end in (
        ("recorded_at", wanted.opened_from, wanted.opened_to),
        ("closed_at", wanted.closed_from, wanted.closed_to),
    ):
        if start is not None:
            q &= Q(**{f"{column}__gte": start})
        if end is not None:
            q &= Q(**{f"{column}__lt": end})
    if wanted.due_before is not None:
        q &= Q(due_at__lt=wanted.due_before, closed_at__isnull=True)
    if wanted.due_within_minutes is not None:
        now = clock.now()
        until = now + timedelta(minutes=wanted.due_within_minutes)
        q &= Q(due_at__gte=now, due_at__lt=until, closed_at__isnull=True)
    if wanted.escalated_from is not None:
        escalated = TimelineEntry.objects.filter(key="case.escalated", at__gte=wanted.escalated_from)
        q &= Q(pk__in=escalated.order_by().values("case_id"))
    return q


def _flags(wanted: CaseFilter) -> Q:
    undispatched = Q(closed_at__isnull=True, organisation_path="")
    flags = {
        "is_open": Q(closed_at__isnull=True),
        "overdue": Q(closed_at__isnull=True, due_at__lt=clock.now()),
        "unlocated": Q(region_path=""),
        "undispatched": undispatched,
        "nobody_responsible": undispatched & _nobody_responsible(),
        "asks_more_time": Q(Exists(Extension.objects.filter(case=OuterRef("pk"), granted=None))),
        "supervised": Q(supervised_at__isnull=False),
    }
    if wanted.to_verify is not None:
        flags["to_verify"] = catalogue().in_states_with("verify")
    q = Q()
    for name, condition in flags.items():
        value = getattr(wanted, name)
        if value is not None:
            q &= condition if value else ~condition
    return q


def _nobody_responsible() -> Q:
    """The responsibility list was asked and named nobody, which stands on the timeline."""
    asked = TimelineEntry.objects.filter(case=OuterRef("pk"), key="case.nobody_responsible")
    return Q(Exists(asked))


def _mine(viewer: Viewer) -> Q:
    """Cases in which the viewer, or the organisation he works for, has a task now."""
    tasks = Assignment.objects.filter(case=OuterRef("pk"), until=None)
    own = Q(pk__in=[])
    if viewer.kind == "user":
        own |= Q(person_id=viewer.id)
    for path in _workplaces(viewer):
        own |= below("organisation_path", path)
    return Q(Exists(tasks.filter(own)))


def _workplaces(viewer: Viewer) -> list[str]:
    handling = {grant.organisation_path for grant in viewer.grants if "case.handle" in grant.permissions}
    return sorted(path for path in handling if path != "/")
