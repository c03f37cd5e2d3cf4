"""Cases as a viewer may see them: one, a page of many, and the filters of lists, maps and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer, scoped
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.querying import Page, keyset_page
from citybrain.base.querying.paths import below
from citybrain.hubs.business.cases.models import Assignment, Case
from citybrain.hubs.business.cases.queries.catalogue import catalogue
from citybrain.hubs.business.cases.queries.views import CaseView

NEWEST = ("-recorded_at", "-pk")
ORDERS = {"newest": NEWEST, "oldest": ("recorded_at", "pk"), "number": ("pk",)}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CaseFilter:
    """What a list, a map or an export asks for; everything that is given must hold."""

    state: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    case_type: tuple[str, ...] = ()
    severity: tuple[int, ...] = ()
    source: tuple[str, ...] = ()
    organisation: str = ""
    region: str = ""
    is_open: bool | None = None
    overdue: bool | None = None
    unlocated: bool | None = None
    undispatched: bool | None = None
    supervised: bool | None = None
    mine: bool | None = None
    q: str = ""
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    due_before: datetime | None = None
    box: Box | None = None


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
    if order not in ORDERS:
        wrong = FieldError("order", "input.not_allowed", {"value": order, "allowed": ", ".join(ORDERS)})
        raise BadInput("input.invalid", fields=(wrong,))
    rows = matching(viewer, wanted).select_related("organisation").defer("text", "summary")
    page = keyset_page(rows, order=ORDERS[order], after=after, limit=limit)
    declared = catalogue()
    return Page([CaseView(case, declared) for case in page.items], page.next)


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
    if wanted.case_type:
        q &= Q(case_type_id__in=_kinds(wanted.case_type))
    if wanted.q:
        text = wanted.q.strip()
        q &= Q(number=text.upper()) | Q(title__contains=text)
    return q


def _kinds(codes: tuple[str, ...]) -> list[int]:
    """These kinds and every kind below them."""
    types = catalogue().types
    missing = [code for code in codes if code not in types]
    if missing:
        wrong = FieldError("case_type", "case.unknown_type", {"code": missing[0]})
        raise BadInput("input.invalid", fields=(wrong,))
    tops = [types[code].path for code in codes]
    return [view.pk for view in types.values() if any(view.path.startswith(top) for top in tops)]


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
    if wanted.opened_from is not None:
        q &= Q(recorded_at__gte=wanted.opened_from)
    if wanted.opened_to is not None:
        q &= Q(recorded_at__lt=wanted.opened_to)
    if wanted.due_before is not None:
        q &= Q(due_at__lt=wanted.due_before, closed_at__isnull=True)
    return q


def _flags(wanted: CaseFilter) -> Q:
    flags = {
        "is_open": Q(closed_at__isnull=True),
        "overdue": Q(closed_at__isnull=True, due_at__lt=clock.now()),
        "unlocated": Q(region_path=""),
        "undispatched": Q(closed_at__isnull=True, organisation_path=""),
        "supervised": Q(supervised_at__isnull=False),
    }
    q = Q()
    for name, condition in flags.items():
        value = getattr(wanted, name)
        if value is not None:
            q &= condition if value else ~condition
    return q


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
