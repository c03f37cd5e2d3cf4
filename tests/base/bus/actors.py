"""Processes of the concurrency tests: `python -m tests.base.bus.actors prepare|write|deliver|report …`.

They work on a database of their own. A writer notes each transaction in a file only after its commit; a deliverer
writes one row of `effect` for each event and subscription, in the transaction of the cursor.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

from citybrain.site.start import set_up

if __name__ == "__main__":
    set_up(Path(os.environ["CITYBRAIN_DATA"]))

from django.core.management import call_command
from django.db import connection, transaction

from citybrain.base import bus
from citybrain.base.bus import delivery, registry
from citybrain.base.bus.delivery import Dispatcher
from citybrain.base.bus.registry import Subscription

NAMES = ("left", "right")
MOST_EVENTS = 4


class Counted(bus.Message):
    """Event `number` of `count` in one transaction of a writer."""

    type: ClassVar[str] = "test.counted"
    writer: str
    transaction: int
    number: int
    count: int


class Undone(Exception):
    """A writer changed its mind."""


def prepare() -> None:
    for app in ("audit", "bus", "jobs"):
        call_command("migrate", app, verbosity=0, skip_checks=True)
    key = "BIGSERIAL" if connection.vendor == "postgresql" else "INTEGER"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE effect (id {key} PRIMARY KEY, name text, writer text, tx int, number int)")


def write(name: str, transactions: int, log: str, pause: float) -> None:
    """Commit some transactions of one to four events, and undo every seventh."""
    chance = random.Random(name)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(transactions):
        count = chance.randint(1, MOST_EVENTS)
        try:
            with transaction.atomic():
                for one in range(count):
                    message = Counted(writer=name, transaction=number, number=one, count=count)
                    bus.publish(message, subject=f"case/{chance.randint(0, 20)}")
                    time.sleep(chance.random() * pause)
                if number % 7 == 6:
                    raise Undone
        except Undone:
            continue
        os.write(descriptor, f"{name} {number} {count}\n".encode())
    os.close(descriptor)
    connection.close()


def write_in_threads(name: str, threads: int, transactions: int, log: str, pause: float) -> None:
    group = [threading.Thread(target=write, args=(f"{name}.{one}", transactions, log, pause)) for one in range(threads)]
    for thread in group:
        thread.start()
    for thread in group:
        thread.join()


def deliver(failing: float) -> None:
    """Deliver for ever; a share of the attempts fails, and is tried again soon."""
    delivery.FIRST_PAUSE, delivery.LONGEST_PAUSE = 0.01, 0.05

    def handler(name: str) -> registry.Handler:
        def handle(event: bus.Event) -> None:
            found = event.read(Counted)
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO effect (name, writer, tx, number) VALUES (%s, %s, %s, %s)",
                    [name, found.writer, found.transaction, found.number],
                )
            if random.random() < failing:
                raise RuntimeError

        return handle

    wanted = [Subscription(name, ("test.*",), handler(name), attempts=1000) for name in NAMES]
    with registry.only(wanted):
        dispatcher = Dispatcher()
        while True:
            if not dispatcher.run_once():
                time.sleep(0.005)


def report() -> None:
    """Print what was published and what took effect, and what is still to come."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject, data FROM bus_event ORDER BY xid, position")
        events = [(subject, json.loads(data)) for subject, data in cursor.fetchall()]
        cursor.execute("SELECT name, writer, tx, number FROM effect ORDER BY id")
        effects = cursor.fetchall()
    with registry.only([Subscription(name, ("test.*",), lambda event: None) for name in NAMES]):
        json.dump({"events": events, "effects": effects, "lag": bus.lag()}, sys.stdout)


if __name__ == "__main__":
    word, *given = sys.argv[1:]
    if word == "prepare":
        prepare()
    elif word == "write":
        write_in_threads(given[0], int(given[1]), int(given[2]), given[3], float(given[4]))
    elif word == "deliver":
        deliver(float(given[0]))
    else:
        report()
