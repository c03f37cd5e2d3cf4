"""Live events: the real process, a real database, real connections."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from django.db import connection, transaction

from citybrain.base import bus
from citybrain.base import clock as city_clock
from citybrain.base.accounts import actions
from citybrain.base.accounts.queries import viewer_of_token
from citybrain.base.bus import Message
from citybrain.base.conditions import TRUE
from citybrain.site.datadir import prepare, secret_key
from citybrain.site.live import hub as live_hub
from citybrain.site.live import tickets
from citybrain.site.live.families import READ_BY, ticket_of
from citybrain.site.live.hub import QUEUE_LIMIT, Hub, Stream
from citybrain.site.live.outbox import LiveEvent, Place
from citybrain.site.live.tickets import Ticket

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 10.0


class CaseHeard(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.heard"
    number: int


class Unlisted(Message, frozen=True, kw_only=True):
    type: ClassVar[str] = "unlisted.thing"


def say(number: int, *, region: str = "", organisations: tuple[str, ...] = ()) -> None:
    with transaction.atomic():
        message = CaseHeard(number=number)
        bus.publish(message, subject=f"case/{number}", region_path=region, organisation_paths=organisations)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    at = connection.settings_dict
    return f"postgresql://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


class Live:
    """The running process and what a test needs to speak to it."""

    def __init__(self, data: Path):
        self.data = prepare(data)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {**os.environ, "CITYBRAIN_PORT": "18000", "CITYBRAIN_ORIGINS": "https://city.example"}
        environment.pop("CITYBRAIN_DATABASE_URL", None)
        if connection.vendor == "postgresql":
            environment["CITYBRAIN_DATABASE_URL"] = database_url()
        else:
            (data / "city.sqlite3").symlink_to(connection.settings_dict["NAME"])
        command = [sys.executable, "-m", "citybrain.site.live", "--data", str(data), "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        self._await_health()

    def _await_health(self) -> None:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.03)
        self.process.kill()
        raise AssertionError(self.process.communicate()[1].decode())

    def ticket(self, viewer, **changes) -> str:
        ticket = ticket_of(viewer, changes.pop("until", None))
        return tickets.sign(ticket, secret_key(self.data), now=changes.pop("now", city_clock.wall_now()))

    @contextmanager
    def stream(self, viewer, *, after: str = "", **changes) -> Iterator[Reader]:
        headers = {"Last-Event-ID": after} if after else {}
        query = {"ticket": self.ticket(viewer, **changes)}
        with httpx.stream("GET", f"{self.url}/events", params=query, headers=headers, timeout=WITHIN) as answer:
            assert answer.status_code == 200, answer.read()
            yield Reader(answer)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        finally:
            self.process.kill()
            self.process.communicate()


class Reader:
    """Takes server-sent events one by one, in the test's own thread."""

    def __init__(self, answer: httpx.Response):
        self.lines = answer.iter_lines()
        self.headers = answer.headers
        kind, _, self.place = self.next()
        assert kind == "ready"

    def next(self) -> tuple[str, dict, str]:
        """The next event: its kind (`message` for what happened in the city), data and id."""
        kind, data, place = "message", {}, ""
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                data = json.loads(value)
            elif name == "id":
                place = value
            elif line == "" and (data or kind != "message"):
                return kind, data, place
        return "closed", {}, ""

    def numbers(self, count: int) -> list[int]:
        return [self.next()[1]["data"]["number"] for _ in range(count)]


@pytest.fixture
def live(cast, tmp_path) -> Iterator[Live]:
    running = Live(tmp_path / "city")
    yield running
    running.end()


def test_everybody_hears_what_he_may_see_and_nothing_else(live, cast):
    """Own and other region, own and other organisation, with nothing at all, and what is not for streaming."""
    with (
        live.stream(cast.viewer("county_dispatcher")) as county,
        live.stream(cast.viewer("handler")) as handler,
        live.stream(cast.viewer("commander")) as commander,
    ):
        say(1, region=cast.other_street.path, organisations=(cast.other_organisation.path,))
        say(2, region=cast.street.path, organisations=(cast.other_organisation.path,))
        say(3, region=cast.other_street.path, organisations=(cast.other_organisation.path, cast.team.path))
        with transaction.atomic():
            bus.publish(Unlisted(), subject="x/1")
        say(4)
        say(5, region=cast.street.path, organisations=(cast.organisation.path,))

        assert county.numbers(2) == [2, 5]
        assert handler.numbers(2) == [3, 5]
        assert commander.numbers(5) == [1, 2, 3, 4, 5]


def test_an_event_arrives_at_once_as_a_cloud_event(live, cast):
    with live.stream(cast.viewer("commander")) as reader:
        before = time.monotonic()
        say(7, region=cast.street.path)
        kind, event, place = reader.next()

    assert time.monotonic() - before < 1.0
    assert kind == "message"
    assert event["type"] == "case.heard"
    assert event["subject"] == "case/7"
    assert event["data"] == {"number": 7}
    assert datetime.fromisoformat(event["time"]).tzinfo is not None
    assert Place.parse(place)


def test_a_stream_goes_on_where_it_broke_off(live, cast):
    with live.stream(cast.viewer("commander")) as reader:
        say(1)
        _, _, place = reader.next()
    for number in (2, 3, 4):
        say(number)

    with live.stream(cast.viewer("commander"), after=place) as reader:
        say(5)
        assert reader.numbers(4) == [2, 3, 4, 5]


def test_nothing_is_lost_or_doubled_while_others_write_and_readers_come_back(live, cast):
    """Writers at work, and a reader that breaks off again and again with the id it saw last."""
    total, writers = 240, 4

    def write(first: int) -> None:
        try:
            for number in range(first, total, writers):
                say(number)
        finally:
            connection.close()

    with live.stream(cast.viewer("commander")) as reader:
        place = reader.place
    threads = [threading.Thread(target=write, args=(first,)) for first in range(writers)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while len(seen) < total:
        with live.stream(cast.viewer("commander"), after=place) as reader:
            for _ in range(min(37, total - len(seen))):
                _, event, place = reader.next()
                seen.append(event["data"]["number"])
    for thread in threads:
        thread.join()

    assert sorted(seen) == list(range(total))


@pytest.mark.parametrize("how", ["duty", "password", "account"])
def test_a_stream_ends_within_a_second_of_a_revocation(live, cast, how):
    administrator, user = cast.viewer("administrator"), cast.user("dispatcher")
    with live.stream(cast.viewer("dispatcher")) as reader:
        match how:
            case "duty":
                actions.revoke_duty(user.duties.get(), actor=administrator)
            case "password":
                actions.set_password(user, actor=administrator, password="another horse, another battery")
            case "account":
                actions.deactivate_user(user, actor=administrator)
        before = time.monotonic()
        while (found := reader.next())[0] == "message":
            pass

    assert found[0] == "end"
    assert found[1]["reason"] == "revoked"
    assert time.monotonic() - before < 1.0


def test_a_revoked_token_ends_its_stream_and_opens_no_other(live, cast):
    viewer = viewer_of_token(cast.secret("commander"))
    with live.stream(viewer) as reader, live.stream(cast.viewer("leader")) as other:
        actions.revoke_token(cast.token("commander"), actor=cast.viewer("administrator"))
        assert reader.next()[1]["reason"] == "revoked"
        say(1)
        assert other.numbers(1) == [1]

    answer = httpx.get(f"{live.url}/events", params={"ticket": live.ticket(viewer)})
    assert answer.status_code == 401
    assert answer.json()["code"] == "live.revoked"


def test_a_duty_that_ends_takes_the_stream_with_it(live, cast):
    with live.stream(cast.viewer("commander"), until=city_clock.now() + timedelta(seconds=1)) as reader:
        kind, data, _ = reader.next()
    assert (kind, data["reason"]) == ("end", "renew")


def test_a_ticket_that_is_forged_altered_or_old_opens_nothing(live, cast):
    good = live.ticket(cast.viewer("commander"))
    other_key = tickets.sign(ticket_of(cast.viewer("commander"), None), "another key", now=city_clock.wall_now())
    old = live.ticket(cast.viewer("commander"), now=city_clock.wall_now() - timedelta(seconds=61))
    body, _, mark = good.partition(".")

    for wrong in ("", "x", ".", f"{body}.", f".{mark}", f"{body[:-2]}.{mark}", f"{body}.{mark[:-2]}", "é.é", other_key,
                  old, "A" * 20_000):  # fmt: skip
        answer = httpx.get(f"{live.url}/events", params={"ticket": wrong})
        assert answer.status_code == 401, wrong
        assert answer.json()["code"] == "live.ticket"
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_door_gives_a_ticket_to_whoever_may_watch(live, cast, settings):
    settings.SECRET_KEY, settings.LIVE_URL = secret_key(live.data), live.url
    assert cast.client("citizen").post("/api/v1/live/ticket").status_code == 403

    given = cast.client("commander").post("/api/v1/live/ticket").json()

    with httpx.stream("GET", given["url"], timeout=WITHIN) as answer:
        reader = Reader(answer)
        say(3)
        assert reader.numbers(1) == [3]


def test_pages_of_this_platform_may_read_it_and_others_may_not(live):
    def allowed(origin: str) -> str | None:
        return httpx.get(f"{live.url}/health", headers={"Origin": origin}).headers.get("access-control-allow-origin")

    assert allowed("http://127.0.0.1:18000") == "http://127.0.0.1:18000"
    assert allowed("https://city.example") == "https://city.example"
    assert allowed("https://evil.example") is None


def test_other_addresses_and_methods_read_like_the_api(live):
    assert httpx.get(f"{live.url}/nothing").json()["code"] == "http.not_found"
    assert httpx.post(f"{live.url}/events").json()["code"] == "http.method"
    assert "citybrain_live_streams" in httpx.get(f"{live.url}/metrics").text
    assert httpx.get(f"{live.url}/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 404


def test_the_process_stops_at_once_with_streams_open(live, cast):
    with live.stream(cast.viewer("commander")) as reader:
        before = time.monotonic()
        live.process.send_signal(signal.SIGTERM)
        kind, data, _ = reader.next()
        assert (kind, data["reason"]) == ("end", "closing")
    assert live.process.wait(5) in (0, -signal.SIGTERM)
    assert time.monotonic() - before < 3.0
    assert (live.data / "run" / "live.heartbeat").exists()


def test_it_imports_no_django():
    code = "import sys, citybrain.site.live.__main__; print([m for m in sys.modules if m.split('.')[0] == 'django'])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_every_message_of_the_platform_has_its_reader():
    """A new family of events must say who may hear it, or that nobody may."""
    from citybrain.site.discovery import modules_named

    modules_named("subscriptions")
    modules_named("api")
    families = {kind.type.partition(".")[0] for kind in _all_messages(Message) if kind.type}
    assert families - set(READ_BY) - SILENT == set()
    assert set(READ_BY) & SILENT == set()


SILENT = {"unlisted"}


def _all_messages(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("citybrain.") or one.__name__ == "Unlisted":
            yield one
        yield from _all_messages(one)


def event(number: int) -> LiveEvent:
    now = datetime.now(UTC)
    return LiveEvent((0, number, "a" * 32, "case.heard", "/x", "case/1", now, now, None, "system:work", "{}", "", "[]"))


def test_a_reader_that_falls_behind_is_told_to_read_anew():
    async def run() -> Stream:
        hub = Hub(lambda: None)  # type: ignore[arg-type, return-value]
        stream = await hub.open(Ticket("user", 1, 0, {"case": TRUE}), None)
        for number in range(1, QUEUE_LIMIT + 2):
            hub._hand_out([event(number)])
        return stream

    stream = asyncio.run(run())
    assert stream.end == "resync"
    assert not stream.frames


def test_an_event_is_tested_once_for_all_who_see_alike():
    async def run() -> tuple[Hub, list[Stream]]:
        hub = Hub(lambda: None)  # type: ignore[arg-type, return-value]
        streams = [await hub.open(Ticket("user", n, 0, {"case": TRUE}), None) for n in range(50)]
        blind = await hub.open(Ticket("user", 99, 0, {}), None)
        hub._hand_out([event(1)])
        return hub, [*streams, blind]

    _, (*streams, blind) = asyncio.run(run())
    assert {len(stream.frames) for stream in streams} == {1}
    assert len({id(stream.frames[0]) for stream in streams}) == 1, "the frame is made once"
    assert not blind.frames


def test_who_comes_while_the_revoked_are_looked_up_is_not_taken_for_one_of_them():
    """The look-up knows only those who were there when it began; nobody else may be judged by it."""

    class SlowOutbox:
        def epochs(self, principals, now):
            asyncio.run_coroutine_threadsafe(hub.open(Ticket("user", 2, 0, {}), None), loop).result(5)
            return {("user", 1): 0} if ("user", 1) in principals else {}

    async def run() -> dict[int, str | None]:
        nonlocal loop
        loop = asyncio.get_running_loop()
        await hub.open(Ticket("user", 1, 0, {}), None)
        await hub.open(Ticket("user", 3, 0, {}), None)
        await hub._end_the_revoked(SlowOutbox())  # type: ignore[arg-type]
        return {stream.ticket.id: stream.end for stream in hub.streams}

    hub = Hub(lambda: None)  # type: ignore[arg-type, return-value]
    loop: asyncio.AbstractEventLoop
    assert asyncio.run(run()) == {1: None, 2: None, 3: "revoked"}


def test_a_fault_ends_the_streams_and_not_the_reading(monkeypatch):
    """Readers are told to read anew, and what comes later is handed out again."""
    monkeypatch.setattr(live_hub, "RECONNECT_AFTER", 0.0)
    told: list[LiveEvent | None] = []

    class Outbox:
        poll_seconds = 0.001

        def last(self):
            return Place(0, len(told))

        def changed(self):
            return True

        def after(self, place):
            new = told[place.position :]
            if None in new:
                raise KeyError("an event that cannot be read")
            return new

        def epochs(self, principals, now):
            return dict.fromkeys(principals, 0)

        def close(self): ...

    async def run() -> tuple[str | None, int]:
        hub = Hub(Outbox)  # type: ignore[arg-type]
        await hub.start()
        while not hub.is_well:
            await asyncio.sleep(0.001)
        stream = await hub.open(Ticket("user", 1, 0, {"case": TRUE}), None)
        told.append(None)
        await asyncio.wait_for(stream.ready.wait(), 5)
        while hub.place is None:
            await asyncio.sleep(0.001)
        later = await hub.open(Ticket("user", 1, 0, {"case": TRUE}), None)
        told.append(event(2))
        await asyncio.wait_for(later.ready.wait(), 5)
        frames = len(later.frames)
        await hub.stop()
        return stream.end, frames

    assert asyncio.run(run()) == ("resync", 1)


def test_a_ticket_survives_its_signature(cast):
    for name in cast.names:
        ticket = ticket_of(cast.viewer(name), city_clock.now())
        text = tickets.sign(ticket, "key", now=city_clock.wall_now())
        assert tickets.read(text, "key", now=city_clock.wall_now()) == ticket
        assert len(text) < 2000
