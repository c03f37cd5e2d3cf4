"""A cursor never passes what may still be written, and goes on after a dump was loaded into another cluster."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction

from citybrain.base import audit, bus
from citybrain.base.audit.models import Record
from citybrain.base.audit.sealing import seal_all, witness_path
from citybrain.base.audit.verifying import verify
from citybrain.base.bus import registry
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.bus.registry import Subscription
from citybrain.base.querying.commit_order import CREATE, continue_after_restore
from tests.base.bus.messages import Told

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("bus_event", "audit_record")


def tell(number: int) -> None:
    with transaction.atomic():
        bus.publish(Told(number=number), subject="thing/1")
        audit.record(audit.SYSTEM, "test.told", kind="thing", key=str(number))


def test_a_slow_writer_is_waited_for_and_nothing_after_it_is_taken_first() -> None:
    """It has begun before the others and commits after them: its number is smaller than what is already visible."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nobody can be overtaken")
    got: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            bus.publish(Told(number=1), subject="thing/1")
            audit.record(audit.SYSTEM, "test.told", kind="thing", key="1")
            begun.set()
            go_on.wait(20)
        connections.close_all()

    with registry.only([Subscription("test.all", ("test.*",), lambda event: got.append(event.data["number"]))]):
        writer = threading.Thread(target=slow)
        writer.start()
        assert begun.wait(20)
        tell(2)
        assert OutboxEvent.objects.count() == 1  # only the second is visible
        bus.drain()
        assert (got, bus.lag()) == ([], 1)
        assert seal_all() == 0
        go_on.set()
        writer.join()
        bus.drain()
        assert got == [1, 2]
        assert seal_all() == 2


@pytest.fixture
def younger_cluster() -> Any:
    """What a restored dump looks like: its transaction numbers are ahead of the cluster's."""
    witness_path().unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT citybrain_xid_offset()")
        (offset,) = cursor.fetchone()
        cursor.execute(CREATE.format(offset=offset + 10**9))
        yield lambda: cursor.execute(CREATE.format(offset=offset))
        cursor.execute(CREATE.format(offset=offset + 2 * 10**9))


def test_after_a_restore_new_events_come_after_the_old_ones(request: pytest.FixtureRequest) -> None:
    if connection.vendor != "postgresql":
        assert continue_after_restore(connection, TABLES) == 0
        pytest.skip("SQLite's order is in the file itself")
    restore = request.getfixturevalue("younger_cluster")
    got: list[int] = []
    with registry.only([Subscription("test.all", ("test.*",), lambda event: got.append(event.data["number"]))]):
        tell(1)
        bus.drain()
        assert seal_all() == 1
        restore()
        assert continue_after_restore(connection, TABLES) > 0
        assert continue_after_restore(connection, TABLES) == 0
        tell(2)
        bus.drain()
        assert seal_all() == 1
    assert got == [1, 2]
    assert verify().intact
    assert Record.objects.count() == 2
