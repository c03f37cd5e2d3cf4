"""The HTTP door of the duty desk, its shifts and handovers."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Status

from citybrain.applications.operations.desk import actions, queries
from citybrain.applications.operations.desk.answers import board_shown
from citybrain.applications.operations.desk.schemas import (
    DeskShown,
    DeskWanted,
    HandoverAccept,
    HandoverChange,
    HandoverDetail,
    HandoverSummary,
    HandoversWanted,
    HandoverWrite,
    PeopleWanted,
    PersonShown,
    ShiftChange,
    ShiftPlan,
    ShiftShown,
    ShiftsWanted,
)
from citybrain.base.accounts.http import CityRequest, PageOf, Paging, paged

router = Router(tags=["desk"])


@router.get("/desk", response=DeskShown)
def show_desk(request: CityRequest, wanted: Query[DeskWanted]) -> Any:
    """Everything that waits for somebody at your desk, the most urgent first, and what moved since the shift began."""
    return board_shown(queries.desk_of(request.viewer, since=wanted.since), request.language)


@router.get("/shifts", response=PageOf[ShiftShown])
def list_shifts(request: CityRequest, wanted: Query[ShiftsWanted], paging: Query[Paging]) -> Any:
    """Turns of duty, the latest first."""
    return paged(queries.list_shifts(request.viewer, **wanted.dict()), paging, order=("-starts_at", "-pk"))


@router.post("/shifts", response={201: ShiftShown})
def plan_shift(request: CityRequest, body: ShiftPlan) -> Any:
    """Plan a turn of duty."""
    return Status(201, actions.plan_shift(actor=request.viewer, **body.dict()))


@router.patch("/shifts/{int:shift_id}", response=ShiftShown)
def change_shift(request: CityRequest, shift_id: int, body: ShiftChange) -> Any:
    """Change a shift's name, times or people."""
    return actions.change_shift(queries.get_shift(request.viewer, shift_id), actor=request.viewer, **body.values())


@router.delete("/shifts/{int:shift_id}", response=ShiftShown)
def cancel_shift(request: CityRequest, shift_id: int) -> Any:
    """Take a shift off the plan."""
    return actions.cancel_shift(queries.get_shift(request.viewer, shift_id), actor=request.viewer)


@router.get("/handovers", response=PageOf[HandoverSummary])
def list_handovers(request: CityRequest, wanted: Query[HandoversWanted], paging: Query[Paging]) -> Any:
    """Notes from one shift to the next, the newest first."""
    return paged(queries.list_handovers(request.viewer, waiting=wanted.waiting), paging, order=("-pk",))


@router.post("/handovers", response={201: HandoverDetail})
def write_handover(request: CityRequest, body: HandoverWrite) -> Any:
    """Hand the desk over: your note, with the open matters as they are now."""
    return Status(201, actions.write_handover(actor=request.viewer, **body.dict()))


@router.get("/handovers/people", response=list[PersonShown])
def list_people(request: CityRequest, wanted: Query[PeopleWanted]) -> Any:
    """Who serves at a desk, and so can take it over."""
    return queries.people_of(request.viewer, queries.desk_for(request.viewer, **wanted.dict()))


@router.get("/handovers/{int:handover_id}", response=HandoverDetail)
def get_handover(request: CityRequest, handover_id: int) -> Any:
    """One handover with the open matters as they stood."""
    return queries.get_handover(request.viewer, handover_id)


@router.patch("/handovers/{int:handover_id}", response=HandoverDetail)
def change_handover(request: CityRequest, handover_id: int, body: HandoverChange) -> Any:
    """Change your handover while it waits."""
    handover = queries.get_handover(request.viewer, handover_id)
    return actions.change_handover(handover, actor=request.viewer, **body.values())


@router.post("/handovers/{int:handover_id}/accept", response=HandoverDetail)
def accept_handover(request: CityRequest, handover_id: int, body: HandoverAccept) -> Any:
    """Take the desk over."""
    handover = queries.get_handover(request.viewer, handover_id)
    return actions.accept_handover(handover, actor=request.viewer, remark=body.remark)
