"""Opening a case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.audit import Actor
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.places.queries import locate_point, region_of
from citybrain.base.places.types import Point, h3_cell
from citybrain.hubs.business.cases.actions.change import Change
from citybrain.hubs.business.cases.actions.moving import follow_on
from citybrain.hubs.business.cases.actions.numbers import next_number
from citybrain.hubs.business.cases.actions.timing import start_clocks
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.catalogue import Catalogue, catalogue
from citybrain.hubs.business.cases.rights import is_platform, viewer_of

CELL_RESOLUTION = 9


def open_case(
    *, actor: Actor, case_type: str, title: str, source: str, text: str = "", occurred_at: datetime | None = None,
    point: Point | None = None, region_path: str = "", region_code: str = "", address: str = "", address_key: str = "",
    thing: str = "", severity: int | None = None, cause_event: str | None = None, signal_subject: str = "",
    signal_count: int = 1, declared: Catalogue | None = None, title_en: str = "", permission: str = "case.open",
) -> Case:  # fmt: skip
    """立案: open a case, start its clocks, and dispatch it at once where the responsibility list names somebody.

    The place must be worked out already (`region_path` "" = outside every region or unknown). `source` says where it
    came from (`signal`, `manual`, …), `signal_subject` which report opened it; a caller that has just read the
    catalogue may pass it on; `permission` is what the actor needs there, for what other duties open (a leader's
    question). Raises BadInput for an unknown kind of case and Forbidden when the actor may not open cases there.
    """
    declared = declared or catalogue()
    kind = declared.case_type(case_type)
    now = clock.now()
    loop = declared.loops[kind.loop_key]
    start = loop.definition.state_by_key[loop.definition.initial]
    case = Case(
        case_type_id=kind.pk,
        loop_id=loop.pk,
        state=start.key,
        stage=start.stage,
        title=title[:300],
        title_en=title_en[:300],
        text=text,
        source=source,
        thing=thing,
        severity=severity or kind.severity,
        signal_count=signal_count,
        occurred_at=occurred_at or now,
        recorded_at=now,
        region_path=region_path,
        region_code=region_code,
        address=address[:300],
        address_key=address_key[:200],
    )
    _place(case, point)
    if not is_platform(actor):
        check_may(viewer_of(actor), permission, on=case)
    return _open(case, actor, declared, cause_event, signal_subject)


def _place(case: Case, point: Point | None) -> None:
    if point is None:
        return
    there = point.wgs84()
    case.lon, case.lat, case.precision_m = there.lon, there.lat, there.precision_m
    case.h3 = h3_cell(there.lon, there.lat, CELL_RESOLUTION)


@transaction.atomic
def _open(case: Case, actor: Actor, declared: Catalogue, cause: str | None, signal: str) -> Case:
    """What is written; everything that can be read before is read before, because a writer keeps others waiting."""
    case.number = next_number(declared, case.recorded_at.astimezone(declared.zone).date())
    change = Change(case, actor=actor, cause=cause, declared=declared)
    start_clocks(change)
    params = {"type": declared.types_by_pk[case.case_type_id].title, "signal": signal}
    change.tell(
        "case.opened", "case.opened", kind="opened", params=params, signal=signal, signals=case.signal_count,
        proof={"case_type": change.case_type, "region": case.region_code},
    )  # fmt: skip
    follow_on(change, "open")
    change.save()
    return case


def open_case_by_hand(
    *, actor: Viewer, case_type: str, title: str, text: str = "", occurred_at: datetime | None = None,
    point: Point | None = None, region: str = "", address: str = "", severity: int | None = None,
) -> Case:  # fmt: skip
    """Open a case as a person does: at a point (its region is worked out), in a region, or nowhere yet.

    Raises BadInput for an occurrence in the future and for a region that does not exist.
    """
    if occurred_at is not None and occurred_at > clock.now():
        raise BadInput("input.invalid", fields=(FieldError("occurred_at", "case.in_the_future"),))
    path, code = "", ""
    if point is not None:
        there = locate_point(point)
        path, code = there.region_path, there.region_code or ""
    if not path and region:
        named = region_of(region)
        path, code = named.path, named.code
    return open_case(
        actor=actor, case_type=case_type, title=title, text=text, occurred_at=occurred_at, point=point,
        region_path=path, region_code=code, address=address, severity=severity, source="manual", signal_count=0,
    )  # fmt: skip
