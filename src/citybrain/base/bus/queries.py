"""Reading the bus: what happened, who is behind, what could not be handled. Only a duty over the whole city may."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from citybrain.base.audit.types import Reader
from citybrain.base.bus.discovery import import_all
from citybrain.base.bus.models import Cursor, Failure, OutboxEvent
from citybrain.base.bus.registry import subscriptions
from citybrain.base.bus.types import Event, Message
from citybrain.base.errors import NotFound
from citybrain.base.metrics import gauge


@dataclass(frozen=True)
class SubscriptionStatus:
    """One subscription: what it wants, when it last moved, and what it could not handle."""

    name: str
    patterns: tuple[str, ...]
    moved_at: datetime | None
    waiting: int
    dead: int


def events(
    viewer: Reader, *, type: str | None = None, subject: str | None = None, cause: str | None = None
) -> QuerySet[OutboxEvent]:
    viewer.check("bus.read")
    wanted = {"type": type, "subject": subject, "cause": cause}
    return OutboxEvent.objects.filter(**{name: value for name, value in wanted.items() if value is not None})


def get_event(viewer: Reader, event_id: str) -> Event:
    """Raises NotFound `bus.no_event` when there is none, or no longer."""
    viewer.check("bus.read")
    row = OutboxEvent.objects.filter(id=event_id).first()
    if row is None:
        raise NotFound("bus.no_event", number=event_id)
    return event_of(row)


def event_of(row: OutboxEvent) -> Event:
    return Event(
        id=row.id,
        position=row.position,
        type=row.type,
        source=row.source,
        subject=row.subject,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        cause=row.cause,
        actor=row.actor,
        text=row.data,
        region_path=row.region_path,
        organisation_paths=tuple(json.loads(row.organisation_paths)),
        xid=row.xid,
    )


def failures(viewer: Reader, *, state: str, subscription: str | None = None) -> QuerySet[Failure]:
    """Events that wait for another attempt, or dead letters."""
    viewer.check("bus.read")
    found = Failure.objects.filter(state=state).select_related("event")
    return found.filter(subscription=subscription) if subscription else found


def dead_to_retry(viewer: Reader, subscription: str | None = None) -> QuerySet[Failure]:
    """The dead letters (of one subscription) that the viewer may have attempted again."""
    viewer.check("bus.write")
    dead = Failure.objects.filter(state=Failure.State.DEAD)
    return dead if subscription is None else dead.filter(subscription=subscription)


def get_failure(viewer: Reader, number: int) -> Failure:
    """Raises NotFound `bus.no_failure`; the permission to change it is `bus.write`."""
    viewer.check("bus.write")
    found = Failure.objects.select_related("event").filter(pk=number).first()
    if found is None:
        raise NotFound("bus.no_failure", number=number)
    return found


def subscription_statuses(viewer: Reader) -> list[SubscriptionStatus]:
    viewer.check("bus.read")
    cursors = {row.name: row.moved_at for row in Cursor.objects.all()}
    counts = failure_counts()
    return [
        SubscriptionStatus(
            one.name,
            one.patterns,
            cursors.get(one.name),
            int(counts.get((one.name, "waiting"), 0)),
            int(counts.get((one.name, "dead"), 0)),
        )
        for one in subscriptions()
    ]


@gauge("citybrain_bus_failures", "Events that could not be handled, by state", labels=("subscription", "state"))
def failure_counts() -> Mapping[tuple[str, ...], float]:
    rows = Failure.objects.order_by().values_list("subscription", "state").annotate(count=Count("id"))
    return {(subscription, state): count for subscription, state, count in rows}


def message_types() -> set[str]:
    """The types of every message that this platform can publish."""
    import_all("messages")
    found: set[str] = set()
    waiting: list[type[Message]] = [Message]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found.add(kind.type)
    return found - {""}


def subscription_names() -> list[str]:
    """Who listens, and who listened and has failures left."""
    left = Failure.objects.order_by().values_list("subscription", flat=True).distinct()
    return [*(one.name for one in subscriptions()), *left]
