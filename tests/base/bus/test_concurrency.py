"""Many writers at once, and processes killed at any moment: every committed event takes effect exactly once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

ROOT = Path(__file__).resolve().parents[3]


class City:
    """A data directory and a database of its own, with the processes that work on it."""

    def __init__(self, folder: Path, url: str):
        self.folder, self.log = folder, folder / "acknowledged"
        self.environment = {**os.environ, "CITYBRAIN_DATA": str(folder), "CITYBRAIN_LOG": "CRITICAL"}
        self.environment |= {"CITYBRAIN_DATABASE_URL": url} if url else {}
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *words: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.base.bus.actors", *map(str, words)]
        with (self.folder / "words").open("ab") as words_of_all:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=words_of_all, stderr=subprocess.STDOUT
            )
        self.running.append(process)
        return process

    def said(self) -> str:
        """The last words of the processes, for whoever must find out why one of them ended."""
        return (self.folder / "words").read_text(encoding="utf-8", errors="replace")[-4000:]

    def check_running(self, process: subprocess.Popen[bytes]) -> None:
        """Nobody may end but by our hand, or after his work is done."""
        assert process.poll() in (None, 0), f"{process.args} ended with {process.poll()} by itself:\n{self.said()}"

    def report(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.base.bus.actors", "report"]
        found = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True)
        assert found.returncode == 0, f"report ended with {found.returncode}:\n{found.stderr.decode()[-4000:]}"
        return json.loads(found.stdout)

    def acknowledged(self) -> dict[tuple[str, int], int]:
        """(writer, transaction) -> events, for every transaction whose commit a writer has seen."""
        words = [line.split() for line in self.log.read_text().splitlines()]
        return {(writer, int(number)): int(count) for writer, number, count in words}

    def await_acknowledged(self, more: int, within: float = 120) -> None:
        """Until writers have seen so many more commits."""
        wanted = self.size() + more * 8  # a line has at least eight characters
        end = time.monotonic() + within
        while self.size() < wanted:
            assert time.monotonic() < end, f"the writers do not get on:\n{self.said()}"
            time.sleep(0.01)

    def size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def settle(self, within: float = 120) -> dict[str, Any]:
        """Wait until everything published is delivered; returns the report."""
        end = time.monotonic() + within
        while True:
            found = self.report()
            if found["lag"] == 0:
                return found
            assert time.monotonic() < end, f"{found['lag']} deliveries are still to come:\n{self.said()}"
            time.sleep(0.2)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    url, drop = own_database()
    made = City(tmp_path, url)
    try:
        assert made.start("prepare").wait(120) == 0, made.said()
        yield made
    finally:
        for process in made.running:
            process.kill()
            process.wait()
        drop()


def own_database() -> tuple[str, Any]:
    """On PostgreSQL a new database on the same server; on SQLite the file in the data directory is enough."""
    url = os.environ.get("CITYBRAIN_DATABASE_URL", "")
    if not url:
        return "", lambda: None
    import psycopg

    name = f"bus_{os.getpid()}_{random.randrange(10**9)}"

    def execute(statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}")), lambda: execute(f"DROP DATABASE {name} WITH (FORCE)")


def check_exactly_once(city: City, found: dict[str, Any]) -> None:
    """Events are whole transactions, hold everything that was acknowledged, and each took effect once everywhere."""
    published = Counter((d["writer"], d["transaction"], d["number"]) for _, d in found["events"])
    assert set(published.values()) == {1}
    counts = {(d["writer"], d["transaction"]): d["count"] for _, d in found["events"]}
    whole = Counter({(*key, number): 1 for key, count in counts.items() for number in range(count)})
    assert published == whole, "a transaction is in the outbox by half"
    acknowledged = city.acknowledged()
    assert acknowledged.items() <= counts.items(), "an acknowledged transaction is not in the outbox"
    assert all(number % 7 != 6 for _, number in counts), "a transaction that was undone is in the outbox"
    for name in ("left", "right"):
        effects = Counter((writer, tx, number) for one, writer, tx, number in found["effects"] if one == name)
        assert effects == published, f"{name} did not get every event exactly once"


def orders(found: dict[str, Any], key: Any) -> dict[Any, list[int]]:
    """The numbers of events in the order of their effects, grouped."""
    subjects = {(d["writer"], d["transaction"], d["number"]): subject for subject, d in found["events"]}
    grouped: dict[Any, list[int]] = defaultdict(list)
    for name, writer, tx, number in found["effects"]:
        grouped[key(name, writer, tx, subjects[writer, tx, number])].append(number)
    return grouped


def test_twenty_writers_at_once_lose_nothing_double_nothing_and_keep_their_order(city: City) -> None:
    deliverers = [city.start("deliver", 0), city.start("deliver", 0)]
    writers = [city.start("write", name, 5, 20, city.log, 0.003) for name in "abcd"]
    assert [writer.wait(120) for writer in writers] == [0] * 4, city.said()
    found = city.settle()
    assert all(one.poll() is None for one in deliverers)
    check_exactly_once(city, found)
    assert len(city.acknowledged()) == 20 * 18  # of 20 transactions each writer undoes two
    for order in orders(found, lambda name, writer, tx, subject: (name, writer, tx)).values():
        assert order == sorted(order)


def kill_at_random(city: City, kills: int, chance: random.Random) -> None:
    """Keep two deliverers and four writers going, and kill one of the six again and again."""
    names = (f"w{number}" for number in range(10**6))
    commands = [("deliver", 0.02), ("deliver", 0.02)] + [("write",)] * 4

    def start(slot: int) -> subprocess.Popen[bytes]:
        if commands[slot][0] == "deliver":
            return city.start(*commands[slot])
        return city.start("write", next(names), 2, 400, city.log, 0.004)

    running = [start(slot) for slot in range(len(commands))]
    for _ in range(kills):
        city.await_acknowledged(chance.randint(5, 25))
        slot = chance.randrange(len(commands))
        for process in running:
            city.check_running(process)
        running[slot].send_signal(signal.SIGKILL)
        running[slot].wait()
        running[slot] = start(slot)
    city.await_acknowledged(20)
    for slot in range(2, len(commands)):
        running[slot].send_signal(signal.SIGKILL)
        running[slot].wait()


def check_after_kills(city: City) -> None:
    found = city.settle()
    assert len(found["events"]) > 150
    check_exactly_once(city, found)
    for order in orders(found, lambda name, writer, tx, subject: (name, writer, tx, subject)).values():
        assert order == sorted(order)  # retries may overtake other subjects, never their own


def test_processes_killed_at_random_leave_every_event_with_exactly_one_effect(city: City) -> None:
    kill_at_random(city, 12, random.Random(20260302))
    check_after_kills(city)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_kills(city: City) -> None:
    kill_at_random(city, 100, random.Random())
    check_after_kills(city)
