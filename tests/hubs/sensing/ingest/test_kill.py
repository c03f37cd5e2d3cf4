"""Killed at random under load, again and again: nothing acknowledged is lost, nothing is doubled, the alarms are right.

The oracle is the clients' own log. Each client owns some things and sends their readings in order, with late ones,
repetitions and corrections among them; a batch without an answer is sent again until there is one.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from citybrain.base import clock
from citybrain.hubs.sensing.ingest import segments
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.journal import iso
from citybrain.hubs.sensing.ingest.service import Snapshots
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.telemetry.lake import open_table
from citybrain.hubs.sensing.telemetry.moving import StreamName, move_segments
from tests.hubs.sensing.ingest.process import Sense, until
from tests.hubs.sensing.ingest.reference import episodes
from tests.hubs.sensing.ingest.world import SECRET, alarms, folders, told, write_snapshot

pytestmark = pytest.mark.processes
KILLS = int(os.environ.get("CITYBRAIN_KILLS", "20"))
CLIENTS, THINGS_EACH = 4, 5
SECOND = 1_000_000
RULES = [
    Rule(key="high", model="air", property="pm25", kind="threshold", op="gt", raise_at=100, clear_at=80),
    Rule(key="long", model="air", property="pm25", kind="threshold", op="ge", raise_at=90, clear_at=60,
         for_seconds=30, clear_for_seconds=20),
    Rule(key="silent", model="air", property="pm25", kind="silence", after_seconds=45),
]  # fmt: skip
Reading = tuple[str, int, float]


@dataclass
class Client:
    """Sends batch after batch; `log` is what was acknowledged, in order."""

    port: int
    things: list[str]
    dice: random.Random
    stop: threading.Event
    log: list[Reading] = field(default_factory=list)
    accepted: int = 0
    resent: int = 0

    def run(self) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=5) as http:
            for batch in self.batches():
                self.deliver(http, batch)
                self.log += batch
                if self.stop.is_set():
                    return

    def deliver(self, http: httpx.Client, batch: list[Reading]) -> None:
        body = [{"thing": thing, "property": "pm25", "at": iso(at), "value": value} for thing, at, value in batch]
        while True:
            try:
                answer = http.post("/observations", json=body, headers={"Authorization": f"Bearer {SECRET}"})
            except httpx.TransportError:
                self.resent += 1
                time.sleep(0.02)
                continue
            if answer.status_code == 200:
                assert answer.json()["accepted"] == len(batch)
                self.accepted += len(batch)
                return
            assert answer.status_code in (429, 503)
            time.sleep(0.02)

    def batches(self) -> Iterator[list[Reading]]:
        """Endless: ten seconds a step, up to eight steps late; one in ten repeated, one in ten corrected."""
        dice, begin = self.dice, clock.to_micros(clock.wall_now() - timedelta(days=6))
        waiting: list[tuple[float, Reading]] = []
        for step in range(50_000):
            for thing in self.things:
                if dice.random() < 0.1:
                    continue
                one = (thing, begin + step * 10 * SECOND, float(dice.choice([40, 70, 85, 95, 105, 150])))
                due = step + dice.uniform(0, 8)
                waiting.append((due, one))
                if dice.random() < 0.1:
                    waiting.append((due + dice.uniform(0, 5), one))
                if dice.random() < 0.1:
                    waiting.append((due + dice.uniform(0, 5), (thing, one[1], float(dice.choice([40, 105])))))
            if step % 5 == 4:
                waiting.sort(key=lambda pair: pair[0])
                ready = [one for due, one in waiting if due <= step]
                waiting = [pair for pair in waiting if pair[0] > step]
                if ready:
                    yield ready


def stored(data: Path) -> Counter[tuple[int, int, float, int]]:
    """Everything in hot segments and lake, as (stream, at, value, sequence)."""
    table = open_table(data)
    tables: list[Any] = [pq.read_table(file) for file in (table.file_uris() if table else ())]
    tables += [batch for _, path in segments.segments(data / "hot") for batch, _ in segments.read(path)]
    found: Counter[tuple[int, int, float, int]] = Counter()
    for one in tables:
        columns = (one.column(name).to_pylist() for name in ("stream", "at", "value", "sequence"))
        found.update((stream, clock.to_micros(at), value, n) for stream, at, value, n in zip(*columns, strict=True))
    return found


def expected(log: list[Reading], streams: dict[str, int]) -> Counter[tuple[int, int, float, int]]:
    contents: dict[tuple[str, int], list[float]] = {}
    for thing, at, value in log:
        known = contents.setdefault((thing, at), [])
        if value not in known:
            known.append(value)
    return Counter(
        (streams[thing], at, value, sequence)
        for (thing, at), known in contents.items()
        for sequence, value in enumerate(known)
    )


def kill_again_and_again(sense: Sense, dice: random.Random, streams: dict[str, int], clients: list[Client]) -> None:
    names = {stream: StreamName(thing, "pm25", "/42/") for thing, stream in streams.items()}
    for number in range(KILLS):
        before = sum(client.accepted for client in clients)
        until(lambda before=before: sum(client.accepted for client in clients) > before, "readings come through")
        time.sleep(dice.uniform(0, 0.15))
        sense.kill()
        if number % 4 == 1:
            move_segments(sense.data, lambda _: names)
        sense.start(ready=False)
        if number % 4 == 3:
            move_segments(sense.data, lambda _: names)


def test_killed_at_random_under_load(tmp_path: Path) -> None:
    seed = int(os.environ.get("CITYBRAIN_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"CITYBRAIN_SEED={seed}")
    data, dice = folders(tmp_path), random.Random(seed)
    write_snapshot(data, things=CLIENTS * THINGS_EACH, rules=list(RULES))
    streams = {f"air-{n + 1}": n * 4 + 1 for n in range(CLIENTS * THINGS_EACH)}
    stop, things = threading.Event(), list(streams)
    with Sense(data) as sense:
        clients = [Client(sense.port, things[n::CLIENTS], random.Random(dice.random()), stop) for n in range(CLIENTS)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        try:
            kill_again_and_again(sense, dice, streams, clients)
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)
        began = iso(clock.to_micros(clock.now()))
        until(lambda: (sense.http.get("/health").json()["swept_to"] or "") > began, "silences are looked for")
        now = clock.to_micros(clock.now())
        assert sense.stop() == 0

    log = [one for client in clients for one in client.log]
    assert sum(client.resent for client in clients) > 0
    assert stored(data) == expected(log, streams)
    check_catalogue(data, streams)
    found = alarms(told(data))
    for thing in things:
        arrived = [(at, value, 0) for name, at, value in log if name == thing]
        came = {at: now for at, _, _ in arrived}  # six days late at most: every one is a sign of life
        for rule in RULES:
            true = episodes(rule, arrived, now, came)
            assert found.get((rule.key, thing, "pm25"), []) == true, (seed, rule.key, thing)


def check_catalogue(data: Path, streams: dict[str, int]) -> None:
    """The stream numbers that this test reckons with are those of the snapshot."""
    snapshots = Snapshots(data / "snapshot")
    snapshots.load(snapshots.changed())
    assert isinstance(snapshots.catalogue, Catalogue)
    assert {thing: snapshots.catalogue.find(thing, "pm25") for thing in streams} == streams
