"""What somebody should know reaches his inbox; what does not is tried again and seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from citybrain.base import bus
from citybrain.base.accounts.models import User
from citybrain.base.audit.models import Record
from citybrain.base.bus import registry
from citybrain.base.bus.registry import Subscription
from citybrain.base.jobs.running import run_due
from citybrain.base.notices import channels, notify, texts, to_duty, to_organisation, to_user
from citybrain.base.notices.actions import deliver_due, prune
from citybrain.base.notices.models import Letter, Notice
from citybrain.base.notices.texts import NoticeText, read_entry
from tests.base.bus.messages import Told

ENTRY = {
    "title": {"zh": "新任务：{number}", "en": "New task: {number}"},
    "text": {"zh": "{kind},请于 {due_at} 前办结", "en": "{kind}, to be finished by {due_at}"},
    "data": ["clock"],
}
DATA = {"number": "HX1", "kind": {"zh": "路灯", "en": "Street light"}, "due_at": "2026-03-02T09:00:00+00:00"}


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, cast: Any, clock: Any) -> None:
    entry = read_entry("test.dispatched", ENTRY, Path("notices.yaml"))
    monkeypatch.setattr(texts, "catalogue", lambda: {"test.dispatched": entry})


def send(*to: Any) -> list[Notice]:
    return notify(to, "test.dispatched", subject="case/HX1", **DATA)


def readers() -> set[str]:
    return set(Letter.objects.values_list("user__username", flat=True))


def user(name: str) -> User:
    return User.objects.get(username=name)


# whom it reaches


def test_a_person_gets_his_notice_when_work_comes_round(cast: Any) -> None:
    send(to_user(user("dispatcher")))
    assert readers() == set()
    run_due(names=["notices.deliver"])
    assert readers() == {"dispatcher"}
    assert Notice.objects.get().state == "sent"


def test_an_organisation_is_everybody_in_it_who_is_active(cast: Any) -> None:
    User.objects.filter(username="grid_worker").update(is_active=False)
    send(cast.organisation)
    deliver_due()
    assert readers() == set(
        User.objects.filter(organisation=cast.organisation, is_active=True).values_list("username", flat=True)
    )
    assert "handler" in readers()
    assert "grid_worker" not in readers()


def test_a_duty_is_everybody_who_holds_it_over_that_place(cast: Any) -> None:
    send(to_duty("case.dispatch", region_path=cast.street.path, organisation_path=cast.organisation.path))
    deliver_due()
    assert {"dispatcher", "county_dispatcher", "commander", "administrator"} <= readers()
    assert readers().isdisjoint({"dispatcher_elsewhere", "handler", "citizen", "nobody"})


def test_a_place_that_nobody_knows_is_for_those_who_serve_the_whole_city(cast: Any) -> None:
    send(to_duty("case.dispatch"))
    deliver_due()
    assert "dispatcher" in readers()
    assert readers().isdisjoint({"county_dispatcher", "dispatcher_elsewhere"})


def test_recipients_may_be_named_in_any_form_and_count_once(cast: Any, django_assert_num_queries: Any) -> None:
    handler = user("handler")
    with django_assert_num_queries(3):  # savepoint, one insert for all, release
        made = send(handler, f"user:{handler.pk}", to_user(handler.pk), to_organisation(cast.organisation.pk))
    assert [one.recipient for one in made] == [f"user:{handler.pk}", f"organisation:{cast.organisation.pk}"]
    deliver_due()
    assert Letter.objects.filter(user=handler).count() == 2  # one for each notice
    with pytest.raises(ValueError, match="names no recipient"):
        send("somebody")


# what it says


def test_a_notice_carries_what_its_words_need_and_nothing_else(cast: Any) -> None:
    with pytest.raises(ValueError, match="lacks due_at"):
        notify(to_user(1), "test.dispatched", subject="case/HX1", number="HX1", kind="x")
    with pytest.raises(ValueError, match="does not carry phone"):
        notify(to_user(1), "test.dispatched", subject="case/HX1", **DATA, phone="13800138000")
    with pytest.raises(ValueError, match=r"stands in no notices\.yaml"):
        notify(to_user(1), "test.unknown", subject="case/HX1")
    assert not Notice.objects.exists()
    notify(to_user(1), "test.dispatched", subject="case/HX1", **DATA, clock="whole")


def test_words_are_filled_in_for_the_reader() -> None:
    text = read_entry("test.dispatched", ENTRY, Path("notices.yaml"))
    zone = ZoneInfo("Asia/Shanghai")
    assert text.render(DATA, "zh", zone) == ("新任务：HX1", "路灯,请于 2026-03-02 17:00 前办结")
    assert text.render(DATA, "en", zone)[1] == "Street light, to be finished by 2026-03-02 17:00"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"title": {"zh": "一"}}, "no text in en"),
        ({"title": {"zh": "{a}", "en": "{b}"}}, "other fields in zh than in en"),
        ({"title": {"zh": "一", "en": "one"}, "text": {"zh": "一"}}, "no text in en"),
    ],
)
def test_words_that_are_not_whole_are_refused(entry: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_entry("test.half", entry, Path("notices.yaml"))


def test_the_words_of_the_platform_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert all(isinstance(one, NoticeText) for one in texts.catalogue().values())


def test_a_notice_knows_the_event_behind_it(cast: Any) -> None:
    with registry.only([Subscription("test.tells", ("test.*",), lambda event: bool(send(to_user(1))) and None)]):
        first = bus.publish(Told(number=1), subject="case/HX1")
        bus.drain()
    assert Notice.objects.get().cause == first


# when it fails


def test_nobody_there_is_tried_again_and_reaches_whoever_comes(cast: Any, wall: Callable[..., datetime]) -> None:
    User.objects.filter(organisation=cast.other_organisation).update(is_active=False)
    send(cast.other_organisation)
    deliver_due()
    failed = Notice.objects.get()
    assert (failed.state, failed.error, failed.attempts) == ("failed", "nobody there", 1)
    assert deliver_due() == 0
    User.objects.filter(organisation=cast.other_organisation).update(is_active=True)
    wall(seconds=6)
    assert deliver_due() == 1
    assert Notice.objects.get().state == "sent"
    assert "handler_elsewhere" in readers()


@pytest.fixture
def broken_channel() -> Iterator[list[bool]]:
    """A channel that writes and then fails, as long as the list is not empty."""
    broken = [True]

    def shaky(notices: Sequence[Notice]) -> list[Notice]:
        lonely = channels.deliver_in_app(notices)
        if broken:
            raise ConnectionError("13800138000 unreachable")
        return lonely

    with channels.only({"in_app": shaky}):
        yield broken


def test_a_failing_delivery_leaves_nothing_behind_and_is_given_up_in_the_end(
    cast: Any, wall: Callable[..., datetime], broken_channel: list[bool]
) -> None:
    send(to_user(user("handler")), to_user(user("dispatcher")))
    for attempt in range(1, 9):
        assert deliver_due() == 2
        assert set(Notice.objects.values_list("attempts", flat=True)) == {attempt}
        assert readers() == set()
        wall(hours=1)
    dead = Notice.objects.all()
    assert {one.state for one in dead} == {"dead"}
    assert all("13800138000" not in one.error for one in dead)
    assert deliver_due() == 0

    broken_channel.clear()
    client = cast.client("administrator")
    assert client.get("/api/v1/notices/states").json() == {"due": 0, "sent": 0, "failed": 0, "dead": 2, "withdrawn": 0}
    (newest, _) = client.get("/api/v1/notices/failures").json()["items"]
    assert client.post(f"/api/v1/notices/failures/{newest['id']}/retry").json()["state"] == "due"
    deliver_due()
    assert readers() == {"dispatcher"}
    assert client.get("/api/v1/notices/states").json() == {"due": 0, "sent": 1, "failed": 0, "dead": 1, "withdrawn": 0}
    assert client.post(f"/api/v1/notices/failures/{newest['id']}/retry").status_code == 409
    assert Record.objects.filter(action="notice.retried").count() == 1


def test_one_that_cannot_be_delivered_holds_up_no_other(cast: Any) -> None:
    (fine, shaky, also_fine) = send(to_user(user("handler")), to_user(user("dispatcher")), cast.organisation)

    def picky(notices: Sequence[Notice]) -> list[Notice]:
        lonely = channels.deliver_in_app(notices)
        if shaky in notices:
            raise ConnectionError("not this one")
        return lonely

    with channels.only({"in_app": picky}):
        assert deliver_due() == 3
    states = dict(Notice.objects.values_list("pk", "state"))
    assert states == {fine.pk: "sent", shaky.pk: "failed", also_fine.pk: "sent"}
    assert set(Notice.objects.values_list("attempts", flat=True)) == {1}
    assert not Letter.objects.filter(notice=shaky).exists()
    assert Letter.objects.filter(notice=fine).exists()


def test_many_notices_take_as_many_statements_as_two(
    cast: Any, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(20):
        send(to_user(user("handler")), to_duty("case.dispatch"), to_duty("case.read"), cast.organisation)
    with django_assert_max_num_queries(24):  # in two batches
        assert deliver_due() == 80
    assert Notice.objects.filter(state="sent", attempts=1).count() == 80


def test_delivering_twice_puts_one_letter_into_the_inbox(cast: Any) -> None:
    (notice,) = send(to_user(user("handler")))
    channels.deliver_in_app([notice])
    deliver_due()
    assert Letter.objects.count() == 1


def test_old_notices_are_forgotten_with_their_letters(cast: Any, clock: Any) -> None:
    send(to_user(user("handler")))
    deliver_due()
    clock.move(days=366)
    send(to_user(user("handler")))
    assert prune(clock.now() - timedelta(days=365)) == 2  # the notice and its letter
    assert Notice.objects.get().state == "due"


# the inbox


def test_everybody_reads_his_own_in_his_language(cast: Any) -> None:
    send(to_user(user("handler")), to_user(user("dispatcher")))
    deliver_due()
    client = cast.client("handler")
    (shown,) = client.get("/api/v1/notices").json()["items"]
    assert (shown["title"], shown["text"]) == ("新任务：HX1", "路灯,请于 2026-03-02 17:00 前办结")
    assert (shown["subject"], shown["key"], shown["read_at"]) == ("case/HX1", "test.dispatched", None)
    assert client.english().get("/api/v1/notices").json()["items"][0]["title"] == "New task: HX1"


def test_reading_one_and_reading_all(cast: Any) -> None:
    for _ in range(3):
        send(to_user(user("handler")))
    deliver_due()
    client = cast.client("handler")
    assert client.get("/api/v1/notices/unread").json() == {"unread": 3}
    newest = client.get("/api/v1/notices?limit=1").json()["items"][0]["id"]
    first = client.post(f"/api/v1/notices/{newest}/read").json()
    assert first["read_at"] is not None
    assert client.post(f"/api/v1/notices/{newest}/read").json() == first
    assert len(client.get("/api/v1/notices?unread=true").json()["items"]) == 2
    assert client.post("/api/v1/notices/read").json() == {"marked": 2}
    assert client.get("/api/v1/notices/unread").json() == {"unread": 0}


def test_nobody_reads_or_marks_what_is_for_somebody_else(cast: Any) -> None:
    send(to_user(user("handler")))
    deliver_due()
    number = Letter.objects.get().pk
    for client in (cast.client("administrator"), cast.client("dispatcher"), cast.token_client("administrator")):
        assert client.get("/api/v1/notices").json()["items"] == []
        assert client.post(f"/api/v1/notices/{number}/read").status_code == 404
        assert client.post("/api/v1/notices/read").json() == {"marked": 0}
    assert Letter.objects.get().read_at is None
    assert cast.anonymous().get("/api/v1/notices").status_code == 401


@pytest.mark.parametrize("person", ["dispatcher", "citizen", "nobody"])
def test_failures_are_for_operations(cast: Any, person: str) -> None:
    (notice,) = send("organisation:999999")
    deliver_due()
    client = cast.client(person)
    assert client.get("/api/v1/notices/failures").status_code == 403
    assert client.get("/api/v1/notices/states").status_code == 403
    assert client.post(f"/api/v1/notices/failures/{notice.pk}/retry").status_code == 403
    assert cast.client("auditor").get("/api/v1/notices/failures").status_code == 200
    assert cast.client("auditor").post(f"/api/v1/notices/failures/{notice.pk}/retry").status_code == 403
    assert Notice.objects.get().state == "failed"
