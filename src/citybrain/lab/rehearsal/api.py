"""The HTTP door of rehearsals: asked for, followed while they run, and read case by case."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Status

from citybrain.base.accounts.http import CityRequest, PageOf, Paging, paged
from citybrain.lab.rehearsal import actions, queries
from citybrain.lab.rehearsal.schemas import (
    DifferencesAsked,
    DifferenceShown,
    RehearsalAsk,
    RehearsalShown,
    RehearsalSummary,
)

router = Router(tags=["rehearsals"])


@router.get("/rehearsals", response=PageOf[RehearsalSummary])
def list_rehearsals(request: CityRequest, paging: Query[Paging]) -> Any:
    """Rehearsals, the newest first."""
    return paged(queries.list_rehearsals(request.viewer), paging, order=("-pk",))


@router.post("/rehearsals", response={201: RehearsalShown})
def ask_rehearsal(request: CityRequest, body: RehearsalAsk) -> Any:
    """Try a change of the rules on recorded casework; it runs in the background and changes nothing."""
    return Status(201, actions.ask_rehearsal(actor=request.viewer, **body.values()))


@router.get("/rehearsals/{int:rehearsal}", response=RehearsalShown)
def get_rehearsal(request: CityRequest, rehearsal: int) -> Any:
    """One rehearsal: how far it is, then its sums."""
    return queries.get_rehearsal(request.viewer, rehearsal)


@router.get("/rehearsals/{int:rehearsal}/differences", response=PageOf[DifferenceShown])
def list_differences(
    request: CityRequest, rehearsal: int, asked: Query[DifferencesAsked], paging: Query[Paging]
) -> Any:
    """The cases that would have gone another way, of those that you may see."""
    return paged(queries.list_differences(request.viewer, rehearsal, **asked.values()), paging, order=("pk",))
