"""Telling what happened: in the transaction of the change, typed, with its cause."""

from __future__ import annotations

import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import TestCase

from citybrain.base import audit, bus
from citybrain.base.bus import registry, waking
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.bus.registry import Subscription
from tests.base.bus.messages import Told


def only_event() -> OutboxEvent:
    return OutboxEvent.objects.get()


def test_an_event_carries_its_envelope(db: None, clock: Any) -> None:
    earlier = clock.now() - timedelta(hours=1)
    key = bus.publish(
        Told(number=7, at=earlier),
        subject="thing/air-001",
        actor=audit.system_actor("replay"),
        cause="c" * 32,
        occurred_at=earlier,
        region_path="/4206/420606/",
        organisation_paths=["/gov/urban/", "/gov/eco/"],
    )
    row = only_event()
    assert row.id == key
    assert (row.type, row.source, row.subject) == ("test.told", "/tests/base/bus", "thing/air-001")
    assert (row.occurred_at, row.recorded_at) == (earlier, clock.now())
    assert row.wall_at > datetime(2026, 3, 3, tzinfo=UTC)
    assert (row.actor, row.cause) == ("system:replay", "c" * 32)
    assert (row.region_path, row.organisation_paths) == ("/4206/420606/", '["/gov/urban/","/gov/eco/"]')


def test_an_event_happened_now_unless_it_says_otherwise(db: None, clock: Any) -> None:
    bus.publish(Told(number=7), subject="thing/air-001")
    assert only_event().occurred_at == clock.now()


def test_the_id_is_a_uuid_of_version_7_and_grows_with_time(db: None) -> None:
    ids = bus.publish_many([bus.Draft(Told(number=n), f"thing/{n}") for n in range(50)])
    assert len(set(ids)) == 50
    assert all(re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", key) for key in ids)
    assert [key[:12] for key in ids] == sorted(key[:12] for key in ids)


def test_many_are_published_in_order(db: None) -> None:
    bus.publish_many(bus.Draft(Told(number=n), "thing/1") for n in range(300))
    numbers = [row.data for row in OutboxEvent.objects.order_by("position")]
    assert numbers == [f'{{"number":{n},"at":null}}' for n in range(300)]
    assert bus.publish_many([]) == []


def test_nothing_is_told_of_a_change_that_is_undone(transactional_db: None) -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            bus.publish(Told(number=1), subject="thing/1")
            raise ValueError

    with pytest.raises(ValueError):
        change_and_fail()
    assert not OutboxEvent.objects.exists()


def test_publishing_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(TransactionManagementError):
        bus.publish(Told(number=1), subject="thing/1")


def test_a_message_without_a_type_is_refused(db: None) -> None:
    class Nameless(bus.Message):
        number: int

    with pytest.raises(ValueError, match="names no type"):
        bus.publish(Nameless(number=1), subject="thing/1")


def test_what_a_handler_publishes_is_caused_by_what_it_handles(db: None) -> None:
    def answer(event: bus.Event) -> None:
        bus.publish(Told(number=event.data["number"] + 1), subject="thing/2")

    first = bus.publish(Told(number=1), subject="thing/1")
    with registry.only([Subscription("answer", ("test.told",), answer)]):
        bus.run_once()
    second = OutboxEvent.objects.get(subject="thing/2")
    assert second.cause == first
    assert OutboxEvent.objects.get(id=first).cause is None
    bus.publish(Told(number=9), subject="thing/3")
    assert OutboxEvent.objects.get(subject="thing/3").cause is None


def test_an_event_is_read_as_its_message_and_as_a_cloud_event(db: None, clock: Any) -> None:
    got: list[bus.Event] = []
    bus.publish(Told(number=5, at=clock.now()), subject="thing/1", region_path="/4206/")
    with registry.only([Subscription("all", ("*",), got.append)]):
        bus.drain()
    (event,) = got
    assert event.read(Told) == Told(number=5, at=clock.now())
    shown = event.cloud_event()
    assert shown["specversion"] == "1.0"
    assert (shown["type"], shown["subject"], shown["source"]) == ("test.told", "thing/1", "/tests/base/bus")
    assert shown["time"] == "2026-03-02T01:00:00+00:00"
    assert shown["data"] == {"number": 5, "at": "2026-03-02T01:00:00Z"}
    assert "cause" not in shown


@pytest.fixture
def pokes(settings: Any, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path
    with waking.listen() as receiver:
        yield receiver


def poked(receiver: socket.socket) -> int:
    count = 0
    try:
        while receiver.recv(16):
            count += 1
    except BlockingIOError:
        return count


def test_work_is_poked_once_when_the_transaction_commits(transactional_db: None, pokes: socket.socket) -> None:
    with transaction.atomic():
        for number in range(5):
            bus.publish(Told(number=number), subject="thing/1")
        with transaction.atomic():
            bus.publish(Told(number=6), subject="thing/1")
        assert poked(pokes) == 0
    assert poked(pokes) == 1


def test_work_is_poked_although_the_savepoint_that_asked_first_was_undone(
    transactional_db: None, pokes: socket.socket
) -> None:
    with transaction.atomic():
        inner = transaction.savepoint()
        bus.publish(Told(number=1), subject="thing/1")
        transaction.savepoint_rollback(inner)
        bus.publish(Told(number=2), subject="thing/1")
    assert poked(pokes) == 1
    assert OutboxEvent.objects.count() == 1


def test_a_poke_reaches_a_data_directory_that_lies_very_deep(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / ("deep" * 20) / ("deeper" * 20)
    bus.wake()  # nobody listens: nothing happens
    with waking.listen() as receiver:
        bus.wake()
        assert poked(receiver) == 1


def test_publishing_costs_one_statement(db: None) -> None:
    with TestCase().assertNumQueries(1):
        bus.publish(Told(number=1), subject="thing/1")
    assert connection.vendor in ("sqlite", "postgresql")
