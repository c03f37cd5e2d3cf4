"""The HTTP door of signals: reports and closings come in; people look, decide, merge and take apart."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Body, Query, Router
from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from citybrain.base.accounts.http import AboutShown, CityRequest, PageOf, Paging, paged
from citybrain.hubs.business.signals import actions, queries
from citybrain.hubs.business.signals.answers import detail_of, receipt_of, rows_of
from citybrain.hubs.business.signals.schemas import (
    CandidateOut,
    ClosingReport,
    MergeInto,
    QueueOut,
    Reasoned,
    ReceiptOut,
    ReporterSearch,
    RevealedOut,
    RevealFor,
    SignalDetail,
    SignalList,
    SignalReport,
    SignalSummary,
    SignalsWanted,
    SimilarCase,
    TypeDecide,
)


def _as_sent(body: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    """Rows are read one by one, so that the good ones of a batch are kept."""
    return body


Reports = Annotated[list[SignalReport] | SignalReport, WrapValidator(_as_sent)]
Closings = Annotated[list[ClosingReport] | ClosingReport, WrapValidator(_as_sent)]

router = Router(tags=["signals"])


@router.post("/signals", response=ReceiptOut)
def receive_signals(request: CityRequest, body: Body[Reports]) -> Any:
    """Report one thing, or up to 1000 at once; good rows are kept, the others come back with the reason."""
    return receipt_of(actions.receive_signals(rows_of(body), actor=request.viewer), body, request.language)


@router.post("/signals/closings", response=ReceiptOut)
def receive_closings(request: CityRequest, body: Body[Closings]) -> Any:
    """A source system closed its own tickets; a case closes when all its signals are closed by their sources."""
    return receipt_of(actions.receive_closings(rows_of(body), actor=request.viewer), body, request.language)


@router.get("/signals", response=PageOf[SignalSummary])
def list_signals(request: CityRequest, wanted: Query[SignalList], paging: Query[Paging]) -> Any:
    """Signals within your duties, newest first."""
    rows = queries.list_signals(request.viewer, wanted.dict())
    return paged(rows, paging, order=queries.ORDERS[wanted.order])


@router.get("/signals/count", response=AboutShown)
def count_signals(request: CityRequest, wanted: Query[SignalsWanted]) -> Any:
    """About how many signals a list has."""
    return queries.count_signals(request.viewer, wanted.dict())


@router.get("/signals/queue", response=QueueOut)
def count_queue(request: CityRequest) -> Any:
    """How much waits for a person within your duties."""
    return queries.count_queue(request.viewer)


@router.get("/signals/{int:signal_id}", response=SignalDetail)
def get_signal(request: CityRequest, signal_id: int) -> Any:
    """One signal: what was said, what it was taken for, and why it is in its case."""
    return detail_of(request.viewer, queries.get_signal(request.viewer, signal_id))


@router.get("/signals/{int:signal_id}/candidates", response=list[CandidateOut])
def list_candidates(request: CityRequest, signal_id: int) -> Any:
    """Open cases that it could be merged into now, best first."""
    return queries.find_candidates(request.viewer, signal_id)


@router.post("/signals/{int:signal_id}/type", response=SignalDetail)
def decide_type(request: CityRequest, signal_id: int, body: TypeDecide) -> Any:
    """Say what a waiting signal is; it joins or opens a case."""
    return detail_of(request.viewer, actions.decide_type(signal_id, body.case_type, actor=request.viewer))


@router.post("/signals/{int:signal_id}/end", response=SignalDetail)
def end_signal(request: CityRequest, signal_id: int, body: Reasoned) -> Any:
    """End a waiting signal: there is nothing to handle."""
    return detail_of(request.viewer, actions.end_signal(signal_id, actor=request.viewer, reason=body.reason))


@router.post("/signals/{int:signal_id}/merge", response=SignalDetail)
def merge_signal(request: CityRequest, signal_id: int, body: MergeInto) -> Any:
    """Put a signal into an open case by hand."""
    moved = actions.merge_signal(signal_id, body.case, actor=request.viewer, reason=body.reason)
    return detail_of(request.viewer, moved)


@router.post("/signals/{int:signal_id}/undo", response=SignalDetail)
def undo_merge(request: CityRequest, signal_id: int, body: Reasoned) -> Any:
    """Take a merged signal out again; it gets a case of its own."""
    return detail_of(request.viewer, actions.undo_merge(signal_id, actor=request.viewer, reason=body.reason))


@router.post("/signals/{int:signal_id}/reveal", response=RevealedOut)
def reveal_reporter(request: CityRequest, signal_id: int, body: RevealFor) -> Any:
    """Who reported it, in the clear, for a purpose that stays on record."""
    return actions.reveal_reporter(signal_id, actor=request.viewer, purpose=body.purpose)


@router.post("/signals/of-reporter", response=PageOf[SignalSummary])
def find_by_phone(request: CityRequest, body: ReporterSearch, paging: Query[Paging]) -> Any:
    """What one telephone number reported before, newest first, for a purpose that stays on record."""
    found = actions.find_by_phone(body.phone, actor=request.viewer, purpose=body.purpose)
    return paged(found, paging, order=("-pk",))


@router.get("/cases/{number}/signals", response=PageOf[SignalSummary])
def list_signals_of_case(request: CityRequest, number: str, paging: Query[Paging]) -> Any:
    """What was reported of a case, oldest first."""
    return paged(queries.signals_of_case(request.viewer, number), paging, order=("pk",))


@router.get("/cases/{number}/similar", response=list[SimilarCase])
def list_similar_cases(request: CityRequest, number: str) -> Any:
    """Open and lately ended cases that resemble this one, most alike first, at most ten, with why."""
    return queries.similar_cases(request.viewer, number)


@router.post("/cases/{number}/merge", response=list[SignalSummary])
def merge_two_cases(request: CityRequest, number: str, body: MergeInto) -> Any:
    """Two cases are one matter: this one's signals move to the other, and it ends as its duplicate."""
    return actions.merge_two_cases(number, body.case, actor=request.viewer, reason=body.reason)
