"""Reading the outbox in its order."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.db import connection

from citybrain.base.bus.types import Event
from citybrain.base.querying.commit_order import settled
from citybrain.base.querying.times import stored

COLUMNS = (
    "xid, position, id, type, source, subject, occurred_at, recorded_at, cause, actor, data, region_path,"
    " organisation_paths"
)


class Place(NamedTuple):
    """A place in the order; every event stands after `BEGINNING`."""

    xid: int
    position: int


BEGINNING = Place(0, 0)


def place_of(event: Event) -> Place:
    return Place(event.xid, event.position)


def read_after(place: Place, limit: int) -> list[Event]:
    """The next settled events after a place, at most `limit`."""
    if connection.vendor == "postgresql":
        where, parameters = "(xid, position) > (%s, %s)", [place.xid, place.position]
    else:
        where, parameters = "position > %s", [place.position]
    order = "xid, position" if connection.vendor == "postgresql" else "position"
    sql = f"SELECT {COLUMNS} FROM bus_event WHERE {where} AND {settled(connection)} ORDER BY {order} LIMIT {int(limit)}"  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_event(row) for row in cursor.fetchall()]


def read_at(positions: list[int]) -> dict[int, Event]:
    """The events at these positions, by position."""
    if not positions:
        return {}
    marks = ", ".join(["%s"] * len(positions))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM bus_event WHERE position IN ({marks})", positions)  # noqa: S608
        return {event.position: event for event in map(_event, cursor.fetchall())}


def types_after(place: Place, limit: int) -> list[tuple[Place, str]]:
    """Places and types of the events after a place, settled or not: what is still to come."""
    if connection.vendor == "postgresql":
        where, parameters, order = "(xid, position) > (%s, %s)", [place.xid, place.position], "xid, position"
    else:
        where, parameters, order = "position > %s", [place.position], "position"
    sql = f"SELECT xid, position, type FROM bus_event WHERE {where} ORDER BY {order} LIMIT {int(limit)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(Place(xid, position), kind) for xid, position, kind in cursor.fetchall()]


def last_place() -> Place:
    """The place of the newest settled event."""
    order = "xid DESC, position DESC" if connection.vendor == "postgresql" else "position DESC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT xid, position FROM bus_event WHERE {settled(connection)} ORDER BY {order} LIMIT 1"  # noqa: S608
        )
        row = cursor.fetchone()
    return Place(*row) if row else BEGINNING


def _event(row: tuple[Any, ...]) -> Event:
    xid, position, key, kind, source, subject, occurred, recorded, cause, actor, data, region, organisations = row
    return Event(
        id=key,
        position=position,
        type=kind,
        source=source,
        subject=subject,
        occurred_at=stored(occurred),
        recorded_at=stored(recorded),
        cause=cause,
        actor=actor,
        text=data,
        region_path=region,
        organisation_paths=tuple(json.loads(organisations)) if organisations != "[]" else (),
        xid=xid,
    )
