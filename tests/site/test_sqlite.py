"""On SQLite writers take turns: who writes without end does not keep the others waiting for seconds."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError, connection, connections, transaction

from citybrain.base import audit
from citybrain.base.bus.delivery import give_way

pytestmark = pytest.mark.django_db(transaction=True)


def write(seconds: float = 0.0) -> None:
    with transaction.atomic():
        audit.record(audit.SYSTEM, "test.written", kind="test", key="1")
        time.sleep(seconds)


@pytest.fixture(autouse=True)
def _sqlite_only() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has many writers at a time")


def test_a_request_writes_soon_although_work_writes_without_end() -> None:
    stop = threading.Event()

    def write_without_end() -> None:
        while not stop.is_set():
            write(0.025)
            give_way()
        connections.close_all()

    busy = threading.Thread(target=write_without_end)
    busy.start()
    waited = []
    try:
        for _ in range(20):
            began = time.monotonic()
            write()
            waited.append(time.monotonic() - began)
    finally:
        stop.set()
        busy.join()
    waited.sort()
    assert waited[10] < 0.2
    assert waited[-1] < 2


def test_a_writer_that_never_gets_its_turn_is_told_so(settings: object) -> None:
    connection.settings_dict["OPTIONS"]["timeout"] = 0.1
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            audit.record(audit.SYSTEM, "test.written", kind="test", key="1")
            held.set()
            let_go.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(20)
    try:
        with pytest.raises(OperationalError, match="locked"):
            write()
    finally:
        connection.settings_dict["OPTIONS"]["timeout"] = 30
        let_go.set()
        holder.join()
    write()
