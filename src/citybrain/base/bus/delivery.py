"""Bringing events to their subscriptions: in order, each in a savepoint together with the cursor, never lost.

One `Dispatcher` reads the outbox once for all subscriptions that have come equally far. The events of one round go
to a subscription in few transactions: a new event begins in one for at most `TRANSACTION_SECONDS`, so that other
writers wait little, and a slow subscription gives way to the others after `TURN_SECONDS`. An event whose handler
raises is rolled back to its savepoint, noted in `Failure`, and the cursor goes on; later events of the same subject
wait for it. Two dispatchers at once are safe: the cursor's row is locked and read again.
"""

from __future__ import annotations

import logging
import random
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction
from django.db.models import Max, Window

from citybrain.base import clock
from citybrain.base.bus import outbox
from citybrain.base.bus.describing import describe, trace
from citybrain.base.bus.models import Cursor, Failure
from citybrain.base.bus.outbox import BEGINNING, Place, place_of
from citybrain.base.bus.publishing import following
from citybrain.base.bus.registry import Subscription, subscriptions
from citybrain.base.bus.types import Event

log = logging.getLogger(__name__)
BATCH = 200
MOST_COUNTED = 20_000
MOST_RETRIED = 1000
TRANSACTION_SECONDS = 0.025
TURN_SECONDS = 0.25
WAY_SECONDS = 0.002  # longer than a waiting writer rests on SQLite (citybrain.site.sqlite)
SETTLE_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 900.0


class HandlerLeftBrokenTransaction(Exception):
    """A handler caught a database error itself, and the database has thrown its changes away."""


@dataclass
class Dispatcher:
    """Delivers in this thread and remembers how far it has looked; make a new one after anything else moved rows.

    Whether failures wait is asked of the database at most every `retry_every` seconds.
    """

    retry_every: float = 0.0
    seen: dict[str, Place] = field(default_factory=dict)
    kept: dict[str, Place] = field(default_factory=dict)
    settled_at: float = 0.0
    retried_at: float = float("-inf")

    def run_once(self, limit: int | None = None) -> int:
        """Attempt everything due once, at most `limit` deliveries or one batch for each subscription."""
        listening = {one.name: one for one in subscriptions()}
        self._find_cursors(list(listening.values()))
        done = self._retry(listening, limit)
        for place in sorted({self.seen[name] for name in listening}):
            group = [one for one in listening.values() if self.seen[one.name] == place]
            events = outbox.read_after(place, BATCH)
            for subscription in group if events else []:
                left = None if limit is None else limit - done
                if left is not None and left <= 0:
                    return done
                done += self._deliver(subscription, events, left)
        if not done:
            self._settle()
        return done

    def _find_cursors(self, wanted: list[Subscription]) -> None:
        missing = [one for one in wanted if one.name not in self.seen]
        if not missing:
            return
        there = {row.name: Place(row.xid, row.position) for row in Cursor.objects.all()}
        for one in missing:
            if one.name not in there:
                place = BEGINNING if one.start == "beginning" else outbox.last_place()
                row, _ = Cursor.objects.get_or_create(
                    name=one.name,
                    defaults={"xid": place.xid, "position": place.position, "moved_at": clock.wall_now()},
                )
                there[one.name] = Place(row.xid, row.position)
            self.seen[one.name] = self.kept[one.name] = there[one.name]

    def _deliver(self, subscription: Subscription, events: list[Event], limit: int | None) -> int:
        """Bring what it wants of `events` to a subscription; returns how many deliveries were attempted."""
        wanted = [event for event in events if subscription.wants(event.type)][:limit]
        cut = limit is not None and len(wanted) == limit
        done, started = 0, clock.monotonic()
        while done < len(wanted):
            if clock.monotonic() - started > TURN_SECONDS:  # the others have their turn before it goes on
                cut, wanted = True, wanted[:done]
                break
            try:
                moved = self._deliver_some(subscription, wanted[done:])
            except DatabaseError as error:
                log.error(
                    "delivery to %s was rolled back, one event at a time now\n%s", subscription.name, trace(error)
                )
                moved = self._deliver_alone(subscription, wanted[done])
            if moved is None:
                return done  # somebody else delivers to this subscription just now
            done += moved
            give_way()
        self.seen[subscription.name] = place_of(wanted[-1] if cut else events[-1])
        return done

    def _deliver_some(self, subscription: Subscription, events: list[Event]) -> int | None:
        """As many of `events` as fit in one transaction; None when another dispatcher holds the cursor."""
        started, count = clock.monotonic(), 0
        with transaction.atomic():
            place = lock_cursor(subscription.name)
            if place is None:
                return None
            waiting = waiting_subjects(subscription.name, events)
            if subscription.is_nudge:
                count = len(events) - 1
            for run in runs(subscription, events[count:]):
                count += len(run)
                attempt_run(subscription, [event for event in run if place_of(event) > place], waiting)
                if clock.monotonic() - started > TRANSACTION_SECONDS:
                    break
            place = max(place, place_of(events[count - 1]))
            move_cursor(subscription.name, place)
        self.kept[subscription.name] = place
        return count

    def _deliver_alone(self, subscription: Subscription, event: Event) -> int | None:
        """One event in a transaction of its own; if even that is rolled back, it is noted as a failure in another."""
        try:
            return self._deliver_some(subscription, [event])
        except DatabaseError as error:
            with transaction.atomic():
                place = lock_cursor(subscription.name)
                if place is None:
                    return None
                if place_of(event) > place:
                    note_failure(subscription, event, error)
                    move_cursor(subscription.name, place_of(event))
            return 1

    def _retry(self, listening: dict[str, Subscription], limit: int | None) -> int:
        """Attempt the waiting failures that are due and first of their subject."""
        if clock.monotonic() - self.retried_at < self.retry_every:
            return 0
        rows = due_failures(listening)
        done = passed = 0
        held: set[tuple[str, str]] = set()
        started = clock.monotonic()
        while passed < len(rows) and (limit is None or done < limit) and clock.monotonic() - started <= TURN_SECONDS:
            left = None if limit is None else limit - done
            try:
                some = retry_some(listening, rows[passed:], held, left)
            except DatabaseError as error:
                log.error("attempts were rolled back, one at a time now\n%s", trace(error))
                some = retry_some(listening, rows[passed:], held, 1)
            passed, done, held = passed + some.passed, done + some.done, some.held
            if some.done:
                give_way()
        if not done:
            self.retried_at = clock.monotonic()
        return done

    def _settle(self) -> None:
        """Keep how far subscriptions have looked when nothing they want came by: seldom, and only when idle."""
        behind = {name: place for name, place in self.seen.items() if place > self.kept[name]}
        if not behind or clock.monotonic() - self.settled_at < SETTLE_SECONDS:
            return
        self.settled_at = clock.monotonic()
        with transaction.atomic():
            for name, place in sorted(behind.items()):
                there = lock_cursor(name)
                if there is not None and there < place:
                    move_cursor(name, place)
                    self.kept[name] = place


def give_way() -> None:
    """Let a writer that waits begin: on SQLite there is one at a time, and nobody is told when it is his turn."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(WAY_SECONDS)


def lock_cursor(name: str) -> Place | None:
    """The cursor as it is now, locked until the transaction ends; None when another transaction holds it."""
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT xid, position FROM bus_cursor WHERE name = %s{lock}", [name])  # noqa: S608
        row = cursor.fetchone()
    return Place(*row) if row else None


def move_cursor(name: str, place: Place) -> None:
    moved_at = connection.ops.adapt_datetimefield_value(clock.wall_now())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bus_cursor SET xid = %s, position = %s, moved_at = %s WHERE name = %s", [*place, moved_at, name]
        )


def waiting_subjects(name: str, events: Sequence[Event]) -> set[str]:
    """Subjects of these events of which the subscription has a failure that waits."""
    subjects = {event.subject for event in events}
    waiting = Failure.objects.filter(state=Failure.State.WAITING, subscription=name, subject__in=subjects)
    return set(waiting.order_by().values_list("subject", flat=True).distinct())


def due_failures(names: Collection[str]) -> list[Failure]:
    """Waiting failures that are due, and of whose subject none before them is not; however many others are not due."""
    waiting = Failure.objects.filter(state=Failure.State.WAITING, subscription__in=names)
    up_to_here = Window(Max("next_at"), partition_by=["subscription", "subject"], order_by=["xid", "event_id"])
    due = waiting.annotate(subject_at=up_to_here).filter(subject_at__lte=clock.wall_now())
    return list(due.order_by("xid", "event_id").only("id", "subscription", "subject")[:MOST_RETRIED])


def runs(subscription: Subscription, events: Sequence[Event]) -> Iterator[list[Event]]:
    """The events in their order: those that the subscription takes in bundles together, every other by itself."""
    for kind, run in groupby(events, key=lambda event: event.type):
        if kind in subscription.bundles:
            yield list(run)
        else:
            yield from ([event] for event in run)


def attempt_run(subscription: Subscription, events: list[Event], waiting: set[str]) -> None:
    """Hand a bundle over whole; one that fails, or of which something must wait, is taken apart."""
    if len(events) > 1 and not any(event.subject in waiting for event in events):
        try:
            with transaction.atomic():
                subscription.bundles[events[0].type](events)
                if transaction.get_rollback():
                    raise HandlerLeftBrokenTransaction(subscription.name)
            return
        except Exception as error:
            log.warning("%s takes %d events one by one: %s", subscription.name, len(events), describe(error))
    for event in events:
        attempt(subscription, event, waiting)


def attempt(subscription: Subscription, event: Event, waiting: set[str]) -> None:
    """Run the handler in a savepoint, or let the event wait behind an earlier one of its subject."""
    if event.subject in waiting:
        note_failure(subscription, event, None)
        return
    try:
        handle(subscription, event)
    except Exception as error:
        log.warning("%s failed on %s %s: %s", subscription.name, event.type, event.id, describe(error))
        note_failure(subscription, event, error)
        waiting.add(event.subject)


def handle(subscription: Subscription, event: Event) -> None:
    with following(event), transaction.atomic():
        subscription.handler(event)
        if transaction.get_rollback():
            raise HandlerLeftBrokenTransaction(subscription.name)


class Retried(NamedTuple):
    """How many waiting failures one transaction went past, how many of them it attempted, and the subscriptions with
    subjects of which one must still wait.
    """

    passed: int
    done: int
    held: set[tuple[str, str]]


def retry_some(
    listening: dict[str, Subscription], rows: Sequence[Failure], held: set[tuple[str, str]], limit: int | None
) -> Retried:
    """Attempt as many of `rows` as fit in one transaction, each in a savepoint.

    One failure makes every later event of its subject wait: under load thousands, and a transaction for each would be
    slower than they come.
    """
    held, passed, done = set(held), 0, 0
    started = clock.monotonic()
    with transaction.atomic():
        for row in rows:
            passed += 1
            key = (row.subscription, row.subject)
            if key in held:
                continue
            if not retry(listening[row.subscription], row.pk):
                held.add(key)
            done += 1
            if done == limit or clock.monotonic() - started > TRANSACTION_SECONDS:
                break
    return Retried(passed, done, held)


def retry(subscription: Subscription, failure_id: int) -> bool:
    """Attempt one waiting failure again; true when it is handled or dead, so that its subject goes on."""
    with transaction.atomic():
        row = Failure.objects.select_for_update(skip_locked=connection.vendor == "postgresql").filter(
            pk=failure_id, state=Failure.State.WAITING
        ).first()  # fmt: skip
        if row is None:
            return False
        event = outbox.read_at([row.event_id])[row.event_id]
        try:
            handle(subscription, event)
        except Exception as error:
            log.warning("%s failed again on %s %s: %s", subscription.name, event.type, event.id, describe(error))
            return fail_again(subscription, row, error)
        row.delete()
        return True


def note_failure(subscription: Subscription, event: Event, error: BaseException | None) -> None:
    """Remember an event that failed (or, without an error, waits behind one that did)."""
    now = clock.wall_now()
    failed = error is not None
    dead = failed and subscription.attempts <= 1
    Failure.objects.create(
        subscription=subscription.name,
        event_id=event.position,
        xid=event.xid,
        subject=event.subject,
        state=Failure.State.DEAD if dead else Failure.State.WAITING,
        attempts=int(failed),
        next_at=now + pause(1) if failed else now,
        first_at=now,
        last_at=now,
        error=describe(error) if error else "",
    )


def fail_again(subscription: Subscription, row: Failure, error: BaseException) -> bool:
    row.attempts += 1
    row.last_at = clock.wall_now()
    row.next_at = row.last_at + pause(row.attempts)
    row.error = describe(error)
    if row.attempts >= subscription.attempts:
        row.state = Failure.State.DEAD
        log.error("%s gave up on event %s after %s attempts", subscription.name, row.event_id, row.attempts)
    row.save(update_fields=["attempts", "last_at", "next_at", "error", "state"])
    return row.state == Failure.State.DEAD


def pause(attempts: int) -> timedelta:
    """1 s, 4 s, 16 s … up to 15 minutes, a tenth more or less so that failures do not march in step."""
    seconds = min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 - not a secret


def run_once(limit: int | None = None) -> int:
    """Attempt everything due once; returns how many deliveries were attempted."""
    return Dispatcher().run_once(limit)


def drain(timeout: float = 60.0) -> int:
    """Deliver until nothing is due any more, whatever handlers publish meanwhile; returns the deliveries attempted.

    Raises TimeoutError when events still come after `timeout` seconds.
    """
    dispatcher, total, end = Dispatcher(), 0, clock.monotonic() + timeout
    while done := dispatcher.run_once():
        total += done
        if clock.monotonic() > end:
            raise TimeoutError(f"the bus still has events to deliver after {timeout} s")
    return total


def lag() -> int:
    """Deliveries that will still be attempted: events after each cursor that it wants, and waiting failures.

    A long backlog is counted up to its first `MOST_COUNTED` events.
    """
    listening = subscriptions()
    kept = {row.name: Place(row.xid, row.position) for row in Cursor.objects.all()}
    places = {one.name: kept.get(one.name, BEGINNING) for one in listening if one.name in kept or one.start != "end"}
    waiting = Failure.objects.filter(state=Failure.State.WAITING, subscription__in=[one.name for one in listening])
    behind: dict[str, list[Place]] = defaultdict(list)
    for place, kind in outbox.types_after(min(places.values()), MOST_COUNTED) if places else []:
        behind[kind].append(place)
    wanted = sum(
        len(found) - bisect_right(found, places[one.name])
        for one in listening
        if one.name in places
        for kind, found in behind.items()
        if one.wants(kind)
    )
    return wanted + waiting.count()
