"""The HTTP door of indicators."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Status

from citybrain.applications.operations.indicators import actions, queries
from citybrain.applications.operations.indicators.schemas import (
    ComputeStarted,
    ComputeWanted,
    ExplanationShown,
    IndicatorShown,
    IndicatorsWanted,
    PeriodWanted,
    RankingWanted,
    RankShown,
    RowsWanted,
    SeriesWanted,
    ValueShown,
)
from citybrain.base.accounts.http import CityRequest, PageOf, Paging, paged

router = Router(tags=["indicators"])


@router.get("/indicators", response=PageOf[IndicatorShown])
def list_indicators(request: CityRequest, wanted: Query[IndicatorsWanted], paging: Query[Paging]) -> Any:
    """The numbers the city steers by, each with its newest values for one place."""
    page = paged(queries.indicators(request.viewer, theme=wanted.theme or ""), paging, order=("key",))
    found = queries.measured(
        request.viewer, page.items, dimension=wanted.dimension, code=wanted.code, count=wanted.count,
        known_at=wanted.known_at,
    )  # fmt: skip
    return {"items": [IndicatorShown.of(one) for one in found], "next": page.next}


@router.post("/indicators/compute", response={202: ComputeStarted})
def compute(request: CityRequest, body: ComputeWanted) -> Any:
    """Compute now, all or these, in the background."""
    return Status(202, {"job": actions.ask_to_compute(body.keys, actor=request.viewer)})


@router.get("/indicators/{key}/series", response=IndicatorShown)
def show_series(request: CityRequest, key: str, wanted: Query[SeriesWanted]) -> Any:
    """One number over time."""
    row = queries.get_indicator(request.viewer, key)
    return IndicatorShown.of(queries.series(request.viewer, row, **wanted.dict()))


@router.get("/indicators/{key}/ranking", response=list[RankShown])
def show_ranking(request: CityRequest, key: str, wanted: Query[RankingWanted]) -> Any:
    """The parts of a region, or organisations, by this number; the best first."""
    found = queries.ranking(request.viewer, queries.get_indicator(request.viewer, key), **wanted.dict())
    return [{"code": one.code, "name": one.name, "value": ValueShown.of(one.value)} for one in found]


@router.get("/indicators/{key}/values", response=list[ValueShown])
def show_past_values(request: CityRequest, key: str, wanted: Query[PeriodWanted]) -> Any:
    """Every value that was ever shown for one period: what was known when."""
    return [ValueShown.of(one) for one in queries.past_values(
        request.viewer, queries.get_indicator(request.viewer, key), **wanted.dict(exclude={"known_at"}))]  # fmt: skip


@router.get("/indicators/{key}/explanation", response=ExplanationShown)
def explain(request: CityRequest, key: str, wanted: Query[RowsWanted]) -> Any:
    """Why the number is what it is: computed again from the lake as it stood, with the rows that add up to it."""
    row = queries.get_indicator(request.viewer, key)
    asked = wanted.dict(exclude={"offset"}) | {"after": wanted.offset}
    return ExplanationShown.of(queries.explain(request.viewer, row, **asked))
