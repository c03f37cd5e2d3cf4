"""What operations do with events that could not be handled, and forgetting events that everybody has had."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from citybrain.base import audit, clock
from citybrain.base.audit import Actor
from citybrain.base.bus.models import Cursor, Failure
from citybrain.base.bus.outbox import Place
from citybrain.base.bus.registry import readers, subscriptions
from citybrain.base.bus.waking import wake
from citybrain.base.errors import Conflict

CHUNK = 5000


@transaction.atomic
def retry_dead(failure: Failure, *, actor: Actor) -> Failure:
    """Attempt a dead letter again, as often as a new event; raises Conflict `bus.not_dead` when it is not dead."""
    locked = Failure.objects.select_for_update().filter(pk=failure.pk, state=Failure.State.DEAD).first()
    if locked is None:
        raise Conflict("bus.not_dead", number=failure.pk)
    locked.state, locked.attempts, locked.next_at = Failure.State.WAITING, 0, clock.wall_now()
    locked.save(update_fields=["state", "attempts", "next_at"])
    audit.record(actor, "bus.retried", kind="event", key=str(locked.event_id), subscription=locked.subscription)
    transaction.on_commit(wake)
    return locked


@transaction.atomic
def retry_all_dead(dead: QuerySet[Failure], *, actor: Actor) -> int:
    """Attempt all these dead letters again; returns how many there were."""
    dead = dead.filter(state=Failure.State.DEAD).order_by()
    counts = sorted(dead.values_list("subscription").annotate(Count("id")))
    dead.update(state=Failure.State.WAITING, attempts=0, next_at=clock.wall_now())
    for subscription, count in counts:
        audit.record(actor, "bus.retried_all", kind="subscription", key=subscription, count=count)
    transaction.on_commit(wake)
    return sum(count for _, count in counts)


@transaction.atomic
def dismiss_dead(failure: Failure, *, actor: Actor, reason: str) -> None:
    """Give a dead letter up for good, with a reason that stays in the audit trail."""
    locked = Failure.objects.select_for_update().filter(pk=failure.pk, state=Failure.State.DEAD).first()
    if locked is None:
        raise Conflict("bus.not_dead", number=failure.pk)
    audit.record(
        actor,
        "bus.dismissed",
        kind="event",
        key=str(locked.event_id),
        subscription=locked.subscription,
        error=locked.error,
        reason=reason,
    )
    locked.delete()


def mark_read(name: str, place: Place) -> None:
    """A declared reader has everything up to a place, durably."""
    Cursor.objects.update_or_create(
        name=name, defaults={"xid": place.xid, "position": place.position, "moved_at": clock.wall_now()}
    )


def prune(keep: timedelta) -> int:
    """Forget events older than `keep` that every subscription and reader has had and none still fails on.

    Returns how many.

    Only the subscriptions of the installed platform count: the cursor of one that was taken out holds nothing back.
    """
    names = [*(one.name for one in subscriptions()), *readers()]
    places = [Place(row.xid, row.position) for row in Cursor.objects.filter(name__in=names)]
    if len(places) < len(names) or not places:
        return 0  # one of them has not begun: it may start at the beginning
    gone = 0
    while True:
        deleted = _prune_some(min(places), keep)
        gone += deleted
        if deleted < CHUNK:
            return gone


def _prune_some(place: Place, keep: timedelta) -> int:
    """One short transaction, so that writers never wait long."""
    if connection.vendor == "postgresql":
        before, parameters = "(xid, position) <= (%s, %s)", [place.xid, place.position]
    else:
        before, parameters = "position <= %s", [place.position]
    oldest = connection.ops.adapt_datetimefield_value(clock.wall_now() - keep)
    sql = (
        f"DELETE FROM bus_event WHERE position IN (SELECT position FROM bus_event WHERE {before} AND wall_at < %s"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM bus_failure WHERE bus_failure.position = bus_event.position)"
        f" ORDER BY position LIMIT {CHUNK})"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, oldest])
        return int(cursor.rowcount)
