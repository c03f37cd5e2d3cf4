"""The cases around one: what is open near it or of its thing, and what was reported there of its kind lately."""

from __future__ import annotations

from datetime import datetime

import h3
from django.db.models import Q, QuerySet

from citybrain.base.accounts import Viewer, scoped
from citybrain.base.places.coordinates import degree_lengths_m
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.candidates import BOX_MARGIN, RESOLUTION, rings_around
from citybrain.hubs.business.cases.queries.catalogue import Catalogue, catalogue
from citybrain.hubs.business.cases.queries.views import CaseView

MOST_OF_EACH = 60


def cases_around(viewer: Viewer, case: Case, *, radius_m: float, since: datetime) -> list[CaseView]:
    """Cases that may be alike, those that the viewer may see, each once, in no order.

    Open ones of the same family of kinds near the point (a little beyond the radius too), at the address or of the
    thing; and those of the very kind that were recorded since a moment, near the point or, where the case has none, in
    its region. At most 60 of each question, the newest.
    """
    declared = catalogue()
    family = Q(case_type_id__in=_family(declared, case)) & Q(closed_at__isnull=True)
    lately = Q(case_type_id=case.case_type_id, recorded_at__gte=since)
    asked: list[Q] = []
    if case.lon is not None and case.lat is not None:
        cells = h3.grid_disk(h3.latlng_to_cell(case.lat, case.lon, RESOLUTION), rings_around(radius_m))
        asked.append(family & ~Q(h3="") & Q(h3__in=sorted(cells)))
        asked.append(lately & _box(case.lon, case.lat, radius_m))
    elif case.region_path:
        asked.append(lately & Q(region_path=case.region_path))
    if case.address_key:
        asked.append(family & ~Q(address_key="") & Q(address_key=case.address_key))
    if case.thing:
        asked.append(family & ~Q(thing="") & Q(thing=case.thing))
    found: dict[int, Case] = {}
    for question in asked:
        found |= {one.pk: one for one in _newest(viewer, question) if one.pk != case.pk}
    return [CaseView(one, declared) for one in found.values()]


def _newest(viewer: Viewer, question: Q) -> QuerySet[Case]:
    rows = scoped(viewer, Case.objects.filter(question)).select_related("organisation")
    return rows.order_by("-recorded_at", "-pk")[:MOST_OF_EACH]


def _family(declared: Catalogue, case: Case) -> list[int]:
    """Its kind with its sisters below the same parent; a kind without a parent with all below itself."""
    kind = declared.types_by_pk[case.case_type_id]
    top = declared.types[kind.parent].path if kind.parent else kind.path
    return [view.pk for view in declared.types.values() if view.path.startswith(top)]


def _box(lon: float, lat: float, radius_m: float) -> Q:
    east, north = degree_lengths_m(lat)
    wide, high = BOX_MARGIN * radius_m / max(east, 1.0), BOX_MARGIN * radius_m / north
    return Q(lon__gte=lon - wide, lon__lte=lon + wide, lat__gte=lat - high, lat__lte=lat + high)
