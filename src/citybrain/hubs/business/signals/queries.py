"""Everything that is read of signals; permission is part of each query."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from citybrain.base import clock, crypto
from citybrain.base.accounts.masking import mask
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.querying import About, about
from citybrain.base.querying.paths import below
from citybrain.hubs.business.cases.queries import case_types, cases_by_number, get_case
from citybrain.hubs.business.cases.queries.around import cases_around
from citybrain.hubs.business.cases.queries.reports import visible_numbers
from citybrain.hubs.business.cases.queries.views import CaseView
from citybrain.hubs.business.signals.alike import RADIUS_M, Likeness, likeness
from citybrain.hubs.business.signals.matching import report_of_case, verdicts_for
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.types import ALARM_SOURCE, ENDED, RECEIVED, WAITING

PERSONAL = 4
ORDERS = {"newest": ("-pk",), "oldest": ("pk",)}
WORDS = 200
CANDIDATES = 20
LATELY = timedelta(days=30)
MOST_SIMILAR = 10


def list_signals(viewer: Viewer, filters: Mapping[str, Any]) -> QuerySet[Signal]:
    """Signals within reach, unordered; raises Forbidden without the permission.

    Filters: state, kind, source, waiting_reason, case_type (and below), region and organisation (code, and below),
    unlocated, case, q (words in subject or text, or the source's own number).
    """
    viewer.check("signal.read")
    rows = viewer.scoped(Signal.objects.all())
    for name in ("state", "kind", "source", "waiting_reason"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    if filters.get("case"):
        rows = rows.filter(case_number=filters["case"])
    if code := filters.get("case_type"):
        rows = rows.filter(Q(case_type=code) | Q(case_type__in=_types_below(code)))
    if code := filters.get("region"):
        rows = rows.filter(below("region_path", _path(Region, "region", code)))
    if code := filters.get("organisation"):
        rows = rows.filter(below("organisation_path", _path(Organisation, "organisation", code)))
    if filters.get("unlocated"):
        rows = rows.filter(region_path="")
    if words := (filters.get("q") or "").strip()[:WORDS]:
        rows = rows.filter(Q(source_id=words) | Q(subject__icontains=words) | Q(text__icontains=words))
    return rows


def _path(model: type[Region] | type[Organisation], name: str, code: str) -> str:
    found = model._default_manager.filter(code=code).values_list("path", flat=True).first()
    if found is None:
        raise BadInput("input.invalid", fields=(FieldError(name, f"case.unknown_{name}", {"code": code}),))
    return str(found)


def _types_below(code: str) -> list[str]:
    there = case_types()
    if code not in there:
        return []
    return [view.code for view in there.values() if view.path.startswith(there[code].path)]


def get_signal(viewer: Viewer, signal_id: int) -> Signal:
    """One signal; raises NotFound where it is not within reach."""
    viewer.check("signal.read")
    found = viewer.scoped(Signal.objects.all()).filter(pk=signal_id).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def reporter_of(viewer: Viewer, signal: Signal) -> dict[str, str]:
    """Name and telephone as the viewer may read them: the person stays masked, whoever looks."""
    sealed = {"name": signal.reporter_name, "phone": signal.reporter_phone}
    return {
        kind: mask(crypto.open_field(text), kind, PERSONAL, viewer, signal) if text else ""
        for kind, text in sealed.items()
    }


def signals_of_case(viewer: Viewer, number: str) -> QuerySet[Signal]:
    """The signals of a case that the viewer may see, oldest first; who sees the case sees what was reported of it."""
    get_case(viewer, number)
    return Signal.objects.filter(case_number=number).order_by("pk")


def find_candidates(viewer: Viewer, signal_id: int) -> list[dict[str, Any]]:
    """Open cases that a signal could be merged into now, best first, with the reason for or against each.

    Cases that the viewer may not see are left out. A signal without a type has none.
    """
    signal = get_signal(viewer, signal_id)
    view = case_types().get(signal.case_type)
    if view is None:
        return []
    others = [verdict for verdict in verdicts_for(signal, view) if verdict.case != signal.case_number]
    seen = visible_numbers(viewer, [verdict.case for verdict in others[:CANDIDATES]])
    return [verdict.as_dict() for verdict in others[:CANDIDATES] if verdict.case in seen]


class SimilarCase(NamedTuple):
    """A case that resembles another, and why."""

    case: CaseView
    why: Likeness


def similar_cases(viewer: Viewer, number: str) -> list[SimilarCase]:
    """Open and lately ended cases that resemble one, most alike first, each with why; raises NotFound."""
    case = get_case(viewer, number)
    mine = report_of_case(case)
    found: list[SimilarCase] = []
    for view in cases_around(viewer, case, radius_m=RADIUS_M, since=clock.now() - LATELY):
        why = likeness(mine, report_of_case(view.case), same_kind=view.case.case_type_id == case.case_type_id)
        if why is not None:
            found.append(SimilarCase(view, why))
    return sorted(found, key=lambda one: (-one.why.score, -one.case.case.pk))[:MOST_SIMILAR]


def count_queue(viewer: Viewer) -> dict[str, About]:
    """What waits for a person within the viewer's reach: about how many, exactly up to a thousand."""
    viewer.check("signal.read")
    rows = viewer.scoped(Signal.objects.all())
    queues = {
        "waiting_for_person": rows.filter(state=WAITING),
        "being_read": rows.filter(state=RECEIVED),
        "unlocated": rows.filter(region_path="").exclude(state=ENDED),
    }
    return {name: about(queue) for name, queue in queues.items()}


def count_signals(viewer: Viewer, filters: Mapping[str, Any]) -> About:
    """About how many signals a list has."""
    return about(list_signals(viewer, filters))


def signal_of_alarm(alarm_id: str) -> int | None:
    """The signal that an alarm became, for whoever follows a chain (what it says is asked for with a viewer)."""
    return Signal.objects.filter(source=ALARM_SOURCE, source_id=alarm_id).values_list("pk", flat=True).first()


def find_reported(source: str, source_id: str) -> int | None:
    """The signal that a source's own number became, for whoever follows a chain."""
    return Signal.objects.filter(source=source, source_id=source_id).values_list("pk", flat=True).first()


def cases_of_alarms(viewer: Viewer, alarms: Collection[str]) -> list[CaseView]:
    """The cases that alarms opened or joined, newest first, those that the viewer may see."""
    rows = Signal.objects.filter(source=ALARM_SOURCE, source_id__in=alarms).exclude(case_number="")
    return cases_by_number(viewer, set(rows.values_list("case_number", flat=True)))


def signals_behind(number: str) -> list[tuple[int, str]]:
    """The signals of a case with their states, oldest first, for whoever follows a chain."""
    return list(Signal.objects.filter(case_number=number).order_by("pk").values_list("pk", "state"))
