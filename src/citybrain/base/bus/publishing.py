"""Writing to the outbox: one insert in the transaction of the change it announces."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from citybrain.base import clock
from citybrain.base.audit.types import SYSTEM, Actor
from citybrain.base.bus.types import Draft, Event, Message
from citybrain.base.bus.waking import wake

INSERT = (
    "INSERT INTO bus_event (id, type, source, subject, occurred_at, recorded_at, wall_at, cause, actor, data,"
    " region_path, organisation_paths) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)

handling: ContextVar[Event | None] = ContextVar("handling", default=None)
_encode = msgspec.json.Encoder().encode
_sources: dict[type[Message], str] = {}


def publish(
    message: Message,
    *,
    subject: str,
    actor: Actor = SYSTEM,
    cause: str | None = None,
    occurred_at: datetime | None = None,
    region_path: str = "",
    organisation_paths: Sequence[str] = (),
) -> str:
    """Announce a change in the transaction that makes it; returns the event's id.

    `subject` is `kind/key`. Without `cause`, what is published while a subscription handles an event is caused by
    that event. `occurred_at` is when it happened in the city (default: now).
    """
    draft = Draft(message, subject, cause, occurred_at, region_path, organisation_paths)
    return publish_many([draft], actor=actor)[0]


def publish_many(drafts: Iterable[Draft], *, actor: Actor = SYSTEM) -> list[str]:
    """Announce several changes of one transaction, in this order; returns the ids of the events."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("a message is published inside the transaction of its change")
    rows = _rows(drafts, actor.actor_key)
    if not rows:
        return []
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(INSERT, rows[0])
        else:
            cursor.executemany(INSERT, rows)
    if not (connection.run_on_commit and connection.run_on_commit[-1][1] is wake):  # once for each transaction
        transaction.on_commit(wake)
    return [row[0] for row in rows]


def current_cause() -> str | None:
    """The id of the event that is being handled: the cause of whatever is written meanwhile."""
    event = handling.get()
    return event.id if event else None


@contextmanager
def following(event: Event) -> Iterator[None]:
    """What is written in here is caused by this event."""
    token = handling.set(event)
    try:
        yield
    finally:
        handling.reset(token)


def _rows(drafts: Iterable[Draft], actor: str) -> list[tuple[Any, ...]]:
    adapt = connection.ops.adapt_datetimefield_value
    caused_by = current_cause()
    city_now = clock.now()
    now, wall = adapt(city_now), adapt(clock.wall_now())
    return [
        (
            new_id(),
            draft.message.type,
            source_of(type(draft.message)),
            draft.subject,
            now if draft.occurred_at is None else adapt(draft.occurred_at),
            now,
            wall,
            draft.cause or caused_by,
            draft.actor.actor_key if draft.actor else actor,
            _encode(draft.message).decode(),
            draft.region_path,
            _encode(list(draft.organisation_paths)).decode() if draft.organisation_paths else "[]",
        )
        for draft in drafts
    ]


def source_of(message: type[Message]) -> str:
    """The CloudEvents source: the app that declares the message, as a path (`/citybrain/hubs/business/cases`)."""
    found = _sources.get(message)
    if found is None:
        if not message.type:
            raise ValueError(f"{message.__name__} names no type")
        found = _sources[message] = "/" + "/".join(message.__module__.split(".")[:-1])
    return found


def new_id() -> str:
    """A UUID version 7 (RFC 9562) in hex: milliseconds, then 12 bits of the millisecond's fraction, then chance."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    chance = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    number = milliseconds << 80 | 7 << 76 | (rest << 12) // 1_000_000 << 64 | 2 << 62 | chance
    return f"{number:032x}"
