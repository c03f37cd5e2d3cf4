"""The HTTP door of the bus, for operations: events as CloudEvents, subscriptions, dead letters."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from citybrain.base.accounts.http import CityRequest, Given, PageOf, Paging, paged
from citybrain.base.accounts.redaction import Said
from citybrain.base.accounts.words import Word
from citybrain.base.bus import actions, queries

router = Router(tags=["bus"])
Words = Annotated[str | None, Field(max_length=200)]


class CloudEventShown(Schema):
    """An event in the JSON format of CloudEvents 1.0, with `cause`, `actor` and `recordedat` as extensions."""

    specversion: str = Field(examples=["1.0"])
    id: str = Field(examples=["0193a7c2f0e07a3bb1c2d3e4f5a6b7c8"])
    source: str = Field(examples=["/citybrain/hubs/business/cases"])
    type: str = Field(examples=["case.opened"])
    subject: str = Field(examples=["case/HX20260302000001"])
    time: datetime = Field(description="When it happened in the city")
    recordedat: datetime = Field(description="When the city learned of it")
    actor: str = Field(examples=["user:12"])
    cause: str | None = Field(
        None, description="The event that caused it", examples=["0193a7c2f0e07a3bb1c2d3e4f5a6b7c7"]
    )
    datacontenttype: str = Field(examples=["application/json"])
    data: dict[str, Any] = Field(examples=[{"case_type": "urban.light", "severity": 3}])


class DeliveryFailure(Schema):
    """An event that a subscription could not handle."""

    id: int = Field(examples=[7])
    subscription: str = Field(examples=["cases.triage"])
    state: str = Field(examples=["dead"])
    attempts: int = Field(examples=[10])
    error: str = Field(examples=["KeyError at citybrain/hubs/business/signals/triage.py:41"])
    first_at: datetime
    last_at: datetime
    next_at: datetime
    event: CloudEventShown

    @staticmethod
    def resolve_event(failure: Any) -> Any:
        return queries.event_of(failure.event).cloud_event()


class SubscriptionShown(Schema):
    name: str = Field(examples=["cases.triage"])
    patterns: list[str] = Field(examples=[["signal.received", "alarm.*"]])
    moved_at: datetime | None
    waiting: int = Field(description="Events that will be attempted again", examples=[0])
    dead: int = Field(description="Dead letters", examples=[0])


MessageType = Annotated[str, Word("types of events", queries.message_types)]
SubscriptionName = Annotated[str, Word("subscriptions", queries.subscription_names)]


class EventsAsked(Schema):
    """All that are given must hold."""

    type: MessageType | None = Field(None, examples=["case.opened"])
    subject: Words = Field(None, examples=["case/HX20260302000001"])
    cause: Words = Field(None, examples=["0193a7c2f0e07a3bb1c2d3e4f5a6b7c7"])


class RetryAll(Given):
    subscription: Words = Field(None, description="Only those of one subscription", examples=["cases.triage"])


class Retried(Schema):
    retried: int = Field(examples=[3])


class Dismissal(Given):
    reason: Said = Field(min_length=1, max_length=500, examples=["事件引用的案件已按数据修正单 17 处理"])


@router.get("/bus/events", response=PageOf[CloudEventShown])
def list_events(request: CityRequest, asked: Query[EventsAsked], paging: Query[Paging]) -> Any:
    """What happened, the newest first."""
    page = paged(queries.events(request.viewer, **asked.dict()), paging, order=("-position",))
    return {"items": [queries.event_of(row).cloud_event() for row in page.items], "next": page.next}


@router.get("/bus/events/{event_id}", response=CloudEventShown)
def get_event(request: CityRequest, event_id: str) -> Any:
    """One event."""
    return queries.get_event(request.viewer, event_id).cloud_event()


@router.get("/bus/subscriptions", response=list[SubscriptionShown])
def list_subscriptions(request: CityRequest) -> Any:
    """Who listens to what, and what could not be handled."""
    return queries.subscription_statuses(request.viewer)


@router.get("/bus/waiting", response=PageOf[DeliveryFailure])
def list_waiting(request: CityRequest, paging: Query[Paging], subscription: SubscriptionName = "") -> Any:
    """Events that failed and will be attempted again."""
    return paged(queries.failures(request.viewer, state="waiting", subscription=subscription), paging, order=("-id",))


@router.get("/bus/dead", response=PageOf[DeliveryFailure])
def list_dead(request: CityRequest, paging: Query[Paging], subscription: SubscriptionName = "") -> Any:
    """Dead letters: events that were attempted as often as they may be."""
    return paged(queries.failures(request.viewer, state="dead", subscription=subscription), paging, order=("-id",))


@router.post("/bus/dead/retry", response=Retried)
def retry_all_dead(request: CityRequest, body: RetryAll) -> Any:
    """Attempt all dead letters again."""
    dead = queries.dead_to_retry(request.viewer, body.subscription)
    return {"retried": actions.retry_all_dead(dead, actor=request.viewer)}


@router.post("/bus/dead/{int:number}/retry", response=DeliveryFailure)
def retry_dead(request: CityRequest, number: int) -> Any:
    """Attempt a dead letter again."""
    return actions.retry_dead(queries.get_failure(request.viewer, number), actor=request.viewer)


@router.post("/bus/dead/{int:number}/dismiss", response={204: None})
def dismiss_dead(request: CityRequest, number: int, body: Dismissal) -> Any:
    """Give a dead letter up for good, with a reason."""
    failure = queries.get_failure(request.viewer, number)
    return actions.dismiss_dead(failure, actor=request.viewer, reason=body.reason)
