"""The bus for operations: events as CloudEvents, dead letters listed, replayed and given up, and who may."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import pytest

from citybrain.base import bus
from citybrain.base.audit.models import Record
from citybrain.base.bus import commands, registry
from citybrain.base.bus.models import Failure
from citybrain.base.bus.registry import Subscription
from tests.base.bus.messages import Told

fails = [True]
got: list[int] = []


def handle(event: bus.Event) -> None:
    if fails[0]:
        raise KeyError(event.id)
    got.append(event.data["number"])


@pytest.fixture(autouse=True)
def listening(cast: Any) -> Iterator[None]:
    fails[0] = True
    got.clear()
    with registry.only([Subscription("test.listener", ("test.*",), handle, attempts=1)]):
        yield


def dead(*numbers: int) -> list[int]:
    for number in numbers:
        bus.publish(Told(number=number), subject=f"thing/{number}")
    bus.drain()
    return list(Failure.objects.order_by("id").values_list("pk", flat=True))


def test_events_read_as_cloud_events_newest_first_and_by_subject(cast: Any) -> None:
    first = bus.publish(Told(number=1), subject="thing/1")
    bus.publish(Told(number=2), subject="thing/2", cause=first)
    client = cast.client("auditor")
    page = client.get("/api/v1/bus/events?limit=1").json()
    assert page["items"][0]["subject"] == "thing/2"
    assert page["items"][0]["cause"] == first
    rest = client.get(f"/api/v1/bus/events?limit=1&after={page['next']}").json()
    assert rest["items"][0]["id"] == first
    assert rest["next"] is None
    (one,) = client.get("/api/v1/bus/events?subject=thing/1").json()["items"]
    assert (one["specversion"], one["type"], one["data"]["number"]) == ("1.0", "test.told", 1)
    assert client.get(f"/api/v1/bus/events/{first}").json()["id"] == first
    assert client.get("/api/v1/bus/events/nowhere").status_code == 404
    assert [e["subject"] for e in client.get(f"/api/v1/bus/events?cause={first}").json()["items"]] == ["thing/2"]


def test_a_dead_letter_is_listed_retried_and_arrives(cast: Any) -> None:
    (number,) = dead(5)
    client = cast.client("administrator")
    (shown,) = client.get("/api/v1/bus/dead").json()["items"]
    assert (shown["id"], shown["subscription"], shown["attempts"]) == (number, "test.listener", 1)
    assert shown["error"].startswith("KeyError at ")
    assert shown["event"]["data"]["number"] == 5
    assert client.get("/api/v1/bus/subscriptions").json()[0]["dead"] == 1

    fails[0] = False
    assert client.post(f"/api/v1/bus/dead/{number}/retry").json()["state"] == "waiting"
    assert len(client.get("/api/v1/bus/waiting").json()["items"]) == 1
    bus.drain()
    assert got == [5]
    assert client.get("/api/v1/bus/dead").json()["items"] == []
    assert client.post(f"/api/v1/bus/dead/{number}/retry").status_code == 404
    assert Record.objects.get(action="bus.retried").actor_key == cast.viewer("administrator").actor_key


def test_all_dead_letters_are_retried_at_once(cast: Any) -> None:
    dead(1, 2, 3)
    fails[0] = False
    client = cast.client("administrator")
    assert client.post("/api/v1/bus/dead/retry", {"subscription": "another"}).json() == {"retried": 0}
    assert client.post("/api/v1/bus/dead/retry", {}).json() == {"retried": 3}
    bus.drain()
    assert got == [1, 2, 3]


def test_a_dead_letter_is_given_up_with_a_reason(cast: Any) -> None:
    (number,) = dead(1)
    client = cast.client("administrator")
    assert client.post(f"/api/v1/bus/dead/{number}/dismiss", {"reason": ""}).status_code == 422
    assert client.post(f"/api/v1/bus/dead/{number}/dismiss", {"reason": "已人工处理"}).status_code == 204
    assert not Failure.objects.exists()
    assert "已人工处理" in Record.objects.get(action="bus.dismissed").data


def test_what_still_waits_can_neither_be_retried_nor_dismissed(cast: Any) -> None:
    (number,) = dead(1)
    Failure.objects.update(state="waiting")
    client = cast.client("administrator")
    assert client.post(f"/api/v1/bus/dead/{number}/retry").status_code == 409
    assert client.post(f"/api/v1/bus/dead/{number}/dismiss", {"reason": "x"}).status_code == 409
    assert Failure.objects.count() == 1


@pytest.mark.parametrize("person", ["dispatcher", "citizen", "source_system", "nobody"])
def test_who_may_not_read_the_bus_learns_nothing(cast: Any, person: str) -> None:
    (number,) = dead(1)
    client = cast.client(person)
    event = Failure.objects.get().event.id
    for path in ("events", f"events/{event}", "dead", "waiting", "subscriptions"):
        assert client.get(f"/api/v1/bus/{path}").status_code == 403, path
    for path, body in ((f"dead/{number}/retry", {}), ("dead/retry", {}), (f"dead/{number}/dismiss", {"reason": "x"})):
        assert client.post(f"/api/v1/bus/{path}", body).status_code == 403, path
    assert Failure.objects.get().state == "dead"


def test_an_auditor_reads_and_changes_nothing(cast: Any) -> None:
    (number,) = dead(1)
    client = cast.client("auditor")
    assert client.get("/api/v1/bus/dead").status_code == 200
    assert client.post(f"/api/v1/bus/dead/{number}/retry").status_code == 403
    assert Failure.objects.get().state == "dead"


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    options = parser.parse_args(["bus", *words])
    return int(options.run(options))


def test_the_command_line_lists_and_retries(cast: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = dead(1, 2)
    assert command("status") == 0
    assert "test.listener: 0 waiting, 2 dead" in capsys.readouterr().out
    assert command("dead") == 0
    assert f"{first} test.listener test.told thing/1" in capsys.readouterr().out
    fails[0] = False
    assert command("retry", str(first)) == 0
    assert command("retry", "--subscription", "test.listener") == 0
    bus.drain()
    assert got == [1, 2]
