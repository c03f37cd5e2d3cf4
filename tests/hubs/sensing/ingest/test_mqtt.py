"""The MQTT door, with a real Mosquitto configured as the platform configures it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from citybrain.hubs.sensing.ingest import segments
from citybrain.hubs.sensing.ingest.metrics import Metrics
from citybrain.hubs.sensing.ingest.mqtt import AT_ONCE, DONE, MqttDoor
from citybrain.hubs.sensing.ingest.service import Service
from citybrain.site.broker import broker_child, find_mosquitto
from tests.hubs.sensing.ingest import mqtt_sender
from tests.hubs.sensing.ingest.process import Sense, free_port, until
from tests.processes.ground import is_free

pytestmark = pytest.mark.processes
BEGAN = datetime.now(UTC) - timedelta(days=2)


@dataclass
class Broker:
    """Mosquitto on loopback, and a sender that knows its password."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self, binary: str) -> None:
        self.process = broker_child(self.data, self.port, binary).spawn(subprocess.DEVNULL)
        until(lambda: not is_free(self.port), "the broker listens")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(10) == 0

    def publish(self, topic: str, *payloads: Any) -> None:
        user, password = (self.data / "mqtt.password").read_text().strip().split(":", 1)
        raw = (payload if isinstance(payload, bytes) else json.dumps(payload).encode() for payload in payloads)
        mqtt_sender.send(self.port, user, password, topic, raw)


@pytest.fixture
def broker(data: Path) -> Iterator[Broker]:
    binary = find_mosquitto()
    if binary is None:
        pytest.skip("Mosquitto is not installed (Debian: apt-get install mosquitto)")
    found = Broker(data, free_port())
    found.start(binary)
    yield found
    found.stop()


@pytest.fixture
def sense(data: Path, broker: Broker) -> Iterator[Sense]:
    with Sense(data, "--mqtt", f"127.0.0.1:{broker.port}") as running:
        until(lambda: "the MQTT door is open" in running.log(), "sense is connected")
        yield running


def reading(second: int, value: Any = 10.0, **more: Any) -> dict[str, Any]:
    return {"property": "pm25", "at": (BEGAN + timedelta(seconds=second)).isoformat(), "value": value, **more}


def stored(data: Path) -> list[float]:
    batches = [batch for _, path in segments.segments(data / "hot") for batch, _ in segments.read(path)]
    return sorted(value for batch in batches for value in batch.column("value").to_pylist())


def counted(sense: Sense, outcome: str) -> float:
    line = f'citybrain_sense_mqtt_messages_total{{outcome="{outcome}"}}'
    found = [row for row in sense.http.get("/metrics").text.splitlines() if row.startswith(line)]
    return float(found[0].split()[-1]) if found else 0.0


def test_one_object_or_an_array_is_a_payload_and_the_topic_names_the_thing(broker: Broker, sense: Sense) -> None:
    broker.publish("things/air-1/observations", reading(0, 1.0), [reading(1, 2.0), reading(2, 3.0, thing="air-1")])
    until(lambda: counted(sense, "taken") == 2, "both messages are taken")
    assert stored(sense.data) == [1.0, 2.0, 3.0]
    latest = sense.http.get("/latest?thing=air-1", headers={"Authorization": "Bearer a-live-secret"}).json()
    assert latest["properties"]["pm25"]["value"] == 3.0


def test_bad_payloads_are_counted_and_logged_and_hold_nothing_up(broker: Broker, sense: Sense) -> None:
    broker.publish(
        "things/air-1/observations",
        b"{broken",
        reading(0, 1.0, thing="air-2"),
        reading(0, -1.0),
        [reading(0, 4.0), reading(1, "x")],
        b"\xff\xfe",
        reading(5, 5.0),
    )
    broker.publish("things/air-9/observations", reading(0))
    until(lambda: counted(sense, "bad") == 6, "six complaints")
    until(lambda: counted(sense, "taken") == 1, "one clean message")
    assert stored(sense.data) == [4.0, 5.0]
    assert "The payload says air-2, the topic says air-1" in sense.log()
    assert "There is no thing with the code air-9" in sense.log()


def test_more_numbers_than_may_be_on_their_way_that_nobody_can_read_hold_nothing_up(
    broker: Broker, sense: Sense
) -> None:
    poison = json.dumps(reading(0, "here")).replace('"here"', "1" * 4301).encode()
    broker.publish("things/air-1/observations", *[poison] * (AT_ONCE + 1), reading(1, 5.0))
    until(lambda: stored(sense.data) == [5.0], "what follows them is taken")
    assert counted(sense, "bad") == AT_ONCE + 1
    assert "a number of more than 308 digits is not a finite number" in sense.log()


def test_a_fault_of_ours_costs_the_message_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    metrics = Metrics()
    door = MqttDoor(cast(Service, SimpleNamespace(take=broken, metrics=metrics)), "127.0.0.1", 1, tmp_path / "none")
    answer = asyncio.run(door._on_message(door._client, "things/air-1/observations", b"{}", 1, {}))
    assert answer == DONE
    assert metrics.mqtt.labels("bad")._value.get() == 1
    assert "division by zero" in caplog.text


def test_what_comes_while_sense_is_away_is_delivered_when_it_is_back(broker: Broker, sense: Sense) -> None:
    sense.kill()
    broker.publish("things/air-1/observations", *(reading(n, float(n)) for n in range(50)))
    sense.start()
    until(lambda: len(stored(sense.data)) >= 50, "the broker delivers")
    assert stored(sense.data) == [float(n) for n in range(50)]


def test_killed_in_the_middle_nothing_that_the_broker_took_is_lost(broker: Broker, sense: Sense) -> None:
    """A message is acknowledged after the sync: what was not synced is delivered again, what was is known."""
    count = 8000
    sender = threading.Thread(
        target=broker.publish,
        args=("things/air-1/observations", *(reading(n, n / 10) for n in range(count))),
    )
    sender.start()
    until(lambda: stored(sense.data), "readings come through")
    for _ in range(3):
        sense.kill()
        sense.start()
        until(lambda: "open" in sense.log().rsplit("sense listens", 1)[1], "sense is connected again")
        time.sleep(0.1)
    sender.join(60)
    until(lambda: len(stored(sense.data)) >= count, "everything has come", seconds=40)
    assert stored(sense.data) == [n / 10 for n in range(count)]


def test_a_broker_that_comes_later_is_found(data: Path) -> None:
    binary = find_mosquitto()
    if binary is None:
        pytest.skip("Mosquitto is not installed (Debian: apt-get install mosquitto)")
    broker = Broker(data, free_port())
    with Sense(data, "--mqtt", f"127.0.0.1:{broker.port}") as running:
        until(lambda: "cannot be reached yet" in running.log(), "it is said")
        broker.start(binary)
        try:
            until(lambda: "the MQTT door is open" in running.log(), "sense connects")
            broker.publish("things/air-1/observations", reading(0, 1.0))
            until(lambda: stored(data) == [1.0], "readings come")
            assert running.stop() == 0
        finally:
            broker.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could run it as root")
def test_started_by_root_it_runs_as_nobody_of_importance(data: Path, broker: Broker) -> None:
    """Its own folder is all it can read: not the keys of the city, not its own password in clear."""
    assert broker.process is not None
    status = Path(f"/proc/{broker.process.pid}/status").read_text()
    [uids] = [line.split()[1:] for line in status.splitlines() if line.startswith("Uid:")]
    assert "0" not in uids
    assert {path.owner() for path in (data / "mqtt").iterdir()} == {(data / "mqtt").owner()} != {"root"}
    assert (data / "mqtt").stat().st_mode & 0o077 == 0
    assert (data / "mqtt.password").owner() == "root"


def test_messages_wait_for_us_on_its_disk(data: Path, broker: Broker, sense: Sense) -> None:
    """The folder is writable for the account it runs under: what sense has not had survives a restart of both."""
    assert sense.stop() == 0
    broker.publish("things/air-1/observations", reading(0, 7.0))
    broker.stop()
    assert (data / "mqtt" / "mosquitto.db").stat().st_size > 0
    broker.start(find_mosquitto() or "")
    with Sense(data, "--mqtt", f"127.0.0.1:{broker.port}"):
        until(lambda: stored(data) == [7.0], "the reading comes")


def test_a_wrong_password_is_turned_away(data: Path, broker: Broker) -> None:
    with pytest.raises(mqtt_sender.Refused):
        mqtt_sender.send(broker.port, "citybrain", "guessed", "things/air-1/observations", [b"{}"])
