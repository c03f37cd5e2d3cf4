"""Bringing events to who wants them: in order, exactly once in effect, and nothing lost when a handler fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from citybrain.base import audit, bus
from citybrain.base import clock as city_clock
from citybrain.base.audit.models import Record
from citybrain.base.bus import actions, delivery, registry
from citybrain.base.bus.delivery import Dispatcher
from citybrain.base.bus.models import Cursor, Failure, OutboxEvent
from citybrain.base.bus.outbox import Place
from citybrain.base.bus.registry import Subscription
from tests.base.bus.messages import Rung, Told

pytestmark = pytest.mark.django_db


class Listener:
    """A subscription that notes what it gets and fails on numbers it was told to fail on."""

    def __init__(self, name: str = "listener", *patterns: str, attempts: int = 3, **options: Any):
        self.got: list[int] = []
        self.fails_on: set[int] = set()
        self.subscription = Subscription(name, patterns or ("test.*",), self.handle, attempts=attempts, **options)

    def handle(self, event: bus.Event) -> None:
        audit.record(audit.SYSTEM, "test.handled", kind="event", key=event.id)
        if event.data["number"] in self.fails_on:
            raise ValueError(f"13800138000 called about {event.data['number']}")
        self.got.append(event.data["number"])


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], datetime]:
    """Moves the wall clock of the bus by seconds."""
    moved = [city_clock.wall_now()]
    monkeypatch.setattr(city_clock, "wall_now", lambda: moved[0])

    def move(seconds: float) -> datetime:
        moved[0] += timedelta(seconds=seconds)
        return moved[0]

    return move


def tell(*numbers: int, subject: str | None = None) -> None:
    for number in numbers:
        bus.publish(Told(number=number), subject=subject or f"thing/{number}")


def handled() -> int:
    return Record.objects.filter(action="test.handled").count()


def test_every_listener_gets_its_types_in_order() -> None:
    everything, bells = Listener("all", "*"), Listener("bells", "test.bell.rung")
    with registry.only([everything.subscription, bells.subscription]):
        for number in range(5):
            tell(number)
            bus.publish(Rung(number=number + 100), subject="bell/1")
        assert bus.lag() == 15
        assert bus.drain() == 15
        assert everything.got == [0, 100, 1, 101, 2, 102, 3, 103, 4, 104]
        assert bells.got == [100, 101, 102, 103, 104]
        assert bus.lag() == 0
        assert bus.run_once() == 0


def test_a_pattern_means_what_stands_below_it() -> None:
    one = Subscription("one", ("test.bell.*", "case.opened"), lambda event: None)
    assert one.wants("test.bell.rung")
    assert one.wants("case.opened")
    assert not one.wants("test.told")
    assert not one.wants("case.opened.twice")


def test_a_new_subscription_begins_at_the_beginning_or_at_the_end() -> None:
    tell(1, 2)
    late, full = Listener("late", start="end"), Listener("full", start="beginning")
    with registry.only([late.subscription, full.subscription]):
        bus.drain()
        tell(3)
        bus.drain()
    assert late.got == [3]
    assert full.got == [1, 2, 3]


def test_more_than_one_batch_arrives_in_order() -> None:
    listener = Listener()
    with registry.only([listener.subscription]):
        tell(*range(delivery.BATCH * 2 + 7))
        bus.drain()
    assert listener.got == list(range(delivery.BATCH * 2 + 7))


def test_a_limit_is_kept_and_the_rest_comes_later() -> None:
    listener, other = Listener("a"), Listener("b")
    with registry.only([listener.subscription, other.subscription]):
        tell(*range(10))
        assert bus.run_once(limit=4) == 4
        assert listener.got == [0, 1, 2, 3]
        assert bus.lag() == 16
        bus.drain()
    assert listener.got == other.got == list(range(10))


def test_what_handlers_publish_is_delivered_too() -> None:
    def down(event: bus.Event) -> None:
        if event.data["number"]:
            bus.publish(Told(number=event.data["number"] - 1), subject="thing/1")

    with registry.only([Subscription("down", ("test.told",), down)]):
        tell(5)
        assert bus.drain() == 6


def test_draining_an_endless_conversation_ends_with_an_error() -> None:
    def again(event: bus.Event) -> None:
        bus.publish(Told(number=1), subject="thing/1")

    with registry.only([Subscription("again", ("test.told",), again)]):
        tell(1)
        with pytest.raises(TimeoutError):
            bus.drain(timeout=0.2)


def test_a_failing_event_undoes_only_itself_and_only_its_subject_waits(wall: Callable[[float], datetime]) -> None:
    listener = Listener()
    listener.fails_on = {2}
    with registry.only([listener.subscription]):
        tell(1, 2, 3, subject="case/1")
        tell(4, subject="case/2")
        bus.drain()
        assert listener.got == [1, 4]
        assert handled() == 2  # what the failing handler had written is gone
        assert bus.lag() == 2

        tell(5, subject="case/1")
        bus.drain()
        assert listener.got == [1, 4]

        listener.fails_on = set()
        wall(2)
        bus.drain()
    assert listener.got == [1, 4, 2, 3, 5]
    assert handled() == 5
    assert not Failure.objects.exists()


def test_what_is_due_does_not_wait_for_failures_that_are_not(
    monkeypatch: pytest.MonkeyPatch, wall: Callable[[float], datetime]
) -> None:
    """However many there are: a round looks at so many, and it must not be the ones it can do nothing about."""
    monkeypatch.setattr(delivery, "MOST_RETRIED", 3)
    broken, listener = Listener("broken", attempts=99), Listener()
    broken.fails_on, listener.fails_on = set(range(6)), {6}
    with registry.only([broken.subscription, listener.subscription]):
        tell(*range(6))
        tell(6, 7, subject="case/1")
        bus.drain()
        Failure.objects.filter(subscription="broken").update(next_at=wall(0) + timedelta(minutes=15))
        assert listener.got == [0, 1, 2, 3, 4, 5]

        listener.fails_on = set()
        wall(2)
        bus.drain()

    assert listener.got == [0, 1, 2, 3, 4, 5, 6, 7]


def test_pauses_grow_and_then_the_event_is_a_dead_letter(wall: Callable[[float], datetime]) -> None:
    listener = Listener(attempts=3)
    listener.fails_on = {1}
    with registry.only([listener.subscription]):
        tell(1, 2, subject="case/1")
        bus.drain()
        first = Failure.objects.get(attempts=1)
        assert 0.9 <= (first.next_at - first.last_at).total_seconds() <= 1.1
        wall(2)
        bus.drain()
        second = Failure.objects.get(attempts=2)
        assert 3.6 <= (second.next_at - second.last_at).total_seconds() <= 4.4
        assert listener.got == []
        wall(5)
        bus.drain()
        dead = Failure.objects.get()
        assert (dead.state, dead.attempts) == ("dead", 3)
        assert listener.got == [2]  # its subject goes on
        assert bus.lag() == 0


def test_an_error_is_kept_without_what_it_says_about_people() -> None:
    listener = Listener()
    listener.fails_on = {1}
    with registry.only([listener.subscription]):
        tell(1)
        bus.drain()
    error = Failure.objects.get().error
    assert error.startswith("ValueError at ")
    assert "13800138000" not in error


def test_a_dead_letter_is_replayed_and_its_subject_waits_for_it_again(wall: Callable[[float], datetime]) -> None:
    listener = Listener(attempts=1)
    listener.fails_on = {1}
    with registry.only([listener.subscription]):
        tell(1, subject="case/1")
        bus.drain()
        dead = Failure.objects.get(state="dead")
        listener.fails_on = set()
        actions.retry_dead(dead, actor=audit.SYSTEM)
        tell(2, subject="case/1")
        assert bus.lag() == 2
        bus.drain()
    assert listener.got == [1, 2]
    assert Record.objects.filter(action="bus.retried").count() == 1


def test_a_handler_that_hides_a_database_error_has_failed(wall: Callable[[float], datetime]) -> None:
    """The database has thrown its changes away: counting the event as handled would lose them."""

    def hide(event: bus.Event) -> None:
        audit.record(audit.SYSTEM, "test.handled", kind="event", key=event.id)
        try:
            Cursor.objects.create(name="hide", moved_at=None)
        except DatabaseError:
            transaction.set_rollback(True)

    with registry.only([Subscription("hide", ("test.told",), hide)]):
        tell(1)
        bus.drain()
    assert Failure.objects.get().error.startswith("HandlerLeftBrokenTransaction")
    assert handled() == 0


def test_a_database_error_in_a_handler_is_a_failure_like_any_other(wall: Callable[[float], datetime]) -> None:
    def wrong(event: bus.Event) -> None:
        if event.data["number"] == 2:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nonsense FROM nowhere")
        listener.handle(event)

    listener = Listener()
    with registry.only([Subscription("wrong", ("test.told",), wrong)]):
        tell(1, 2, 3)
        bus.drain()
    assert listener.got == [1, 3]
    assert Failure.objects.get().subject == "thing/2"


def test_an_event_that_breaks_the_transaction_itself_is_set_aside(
    monkeypatch: pytest.MonkeyPatch, wall: Callable[[float], datetime]
) -> None:
    """As when the disk is full for one huge row: not even the savepoint can be rolled back."""
    listener, attempt = Listener(), delivery.attempt

    def breaking(subscription: Subscription, event: bus.Event, waiting: set[str]) -> None:
        if event.data["number"] == 2:
            raise DatabaseError("the transaction is gone")
        attempt(subscription, event, waiting)

    monkeypatch.setattr(delivery, "attempt", breaking)
    with registry.only([listener.subscription]):
        tell(1, 2, 3)
        bus.drain()
        assert listener.got.count(3) == 1
        assert Failure.objects.get().subject == "thing/2"
        assert handled() == 2


def test_a_slow_subscription_gives_way_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    time = [0.0]
    monkeypatch.setattr(city_clock, "monotonic", lambda: time[0])
    order: list[str] = []

    def slow(event: bus.Event) -> None:
        time[0] += 0.1
        order.append("slow")

    quick = Subscription("z-quick", ("test.*",), lambda event: order.append("quick"))
    with registry.only([Subscription("a-slow", ("test.*",), slow), quick]):
        tell(*range(10))
        Dispatcher().run_once()
        assert order == ["slow"] * 3 + ["quick"] * 10
        bus.drain()
    assert order.count("slow") == 10


def test_a_dispatcher_that_was_overtaken_repeats_nothing() -> None:
    listener = Listener()
    with registry.only([listener.subscription]):
        mine, other = Dispatcher(), Dispatcher()
        tell(1)
        mine.run_once()
        tell(2, 3)
        other.run_once()
        tell(4)
        mine.run_once()
        other.run_once()
    assert listener.got == [1, 2, 3, 4]


def test_a_cursor_that_had_nothing_to_do_still_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "SETTLE_SECONDS", -1.0)
    bells = Listener("bells", "test.bell.rung")
    with registry.only([bells.subscription]):
        tell(1, 2, 3)
        dispatcher = Dispatcher()
        while dispatcher.run_once():
            pass
        dispatcher.run_once()
    assert Cursor.objects.get(name="bells").position == OutboxEvent.objects.order_by("-position")[0].position


def test_a_name_is_taken_once() -> None:
    def one(event: bus.Event) -> None: ...
    def other(event: bus.Event) -> None: ...

    before = dict(registry._subscriptions)
    try:
        bus.subscribe("test.told", name="test.twice")(one)
        bus.subscribe("test.told", name="test.twice")(one)
        with pytest.raises(ValueError, match="registered twice"):
            bus.subscribe("test.told", name="test.twice")(other)
        with pytest.raises(ValueError, match="names no types"):
            bus.subscribe(name="test.none")
    finally:
        registry._subscriptions.clear()
        registry._subscriptions.update(before)


# retention


def test_old_events_are_forgotten_once_everybody_has_had_them(wall: Callable[[float], datetime]) -> None:
    quick, slow = Listener("quick"), Listener("slow")
    slow.fails_on = {2}
    keep = timedelta(days=90)
    with registry.only([quick.subscription, slow.subscription]):
        tell(1, 2, 3)
        wall(91 * 86400)
        assert actions.prune(keep) == 0  # nobody has had them yet
        bus.drain()
        tell(4)
        bus.drain()
        assert actions.prune(keep) == 2
    left = OutboxEvent.objects.order_by("position").values_list("subject", flat=True)
    assert list(left) == ["thing/2", "thing/4"]  # 2 still fails, 4 is young


def test_an_event_one_subscription_has_not_had_is_kept(wall: Callable[[float], datetime]) -> None:
    first, second = Listener("first"), Listener("second")
    with registry.only([first.subscription, second.subscription]):
        tell(1)
        bus.run_once(limit=1)
        assert first.got == [1]
        wall(91 * 86400)
        assert actions.prune(timedelta(days=90)) == 0
        bus.drain()
        assert actions.prune(timedelta(days=90)) == 1
    assert second.got == [1]


def test_a_reader_who_has_not_read_holds_events_back(wall: Callable[[float], datetime]) -> None:
    """Who reads the outbox by himself loses nothing, however long he was away, even before he has read at all."""
    listener, keep = Listener(), timedelta(days=90)
    with registry.only([listener.subscription], readers=["archive"]):
        tell(1, 2, 3)
        bus.drain()
        wall(91 * 86400)
        assert actions.prune(keep) == 0  # he has not begun

        first, second, _ = (Place(event.xid, event.position) for event in OutboxEvent.objects.order_by("position"))
        bus.mark_read("archive", first)
        assert actions.prune(keep) == 1
        bus.mark_read("archive", second)
        assert actions.prune(keep) == 1
    assert [event.subject for event in OutboxEvent.objects.all()] == ["thing/3"]


def test_who_only_needs_a_nudge_hears_the_last_of_many():
    """Three thousand devices registered at once are one reason to write a file anew, not three thousand."""
    listener = Listener(is_nudge=True)
    tell(*range(1, 6))

    with registry.only([listener.subscription]):
        Dispatcher().run_once()
        assert listener.got == [5]

        listener.fails_on = {7}
        tell(6, 7)
        dispatcher = Dispatcher()
        dispatcher.run_once()

    assert listener.got == [5]
    failure = Failure.objects.get()
    assert failure.subject == "thing/7"
    assert Cursor.objects.get(name="listener").position >= OutboxEvent.objects.latest("position").position
