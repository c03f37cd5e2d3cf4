"""The duty desk: every open matter in its section, nothing that is not the viewer's, at a fixed price."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.base import clock as city_clock
from citybrain.base.bus.models import Failure, OutboxEvent
from citybrain.base.notices.actions import deliver_due
from citybrain.base.notices.models import Notice
from citybrain.hubs.business.cases.models import Case
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, OUTSIDE, Person, Play, Refused
from tests.site.rights.casework import a_signal


def board(person: Person, **query: Any) -> dict[str, Any]:
    return {section["key"]: section for section in person.get("/desk", **query)["sections"]}


def numbers(section: dict[str, Any]) -> list[str]:
    return [case["number"] for case in section["cases"]]


def test_each_open_matter_stands_in_its_section_and_the_list_shows_the_rest(play: Play):
    """What the desk counts is what its link to the list shows: the same cases in the same order."""
    noise = play.dispatcher.opens("city.noise")
    returned = play.dispatcher.opens(at=NEXT_STREET)
    play.handler.takes("return", returned, reason="属供电公司管养")
    lost = play.dispatcher.opens(at=OUTSIDE)
    more_time = play.dispatcher.opens(title="要延期")
    play.handler.takes("accept", more_time)
    play.handler.takes("extend", more_time, reason="待料", duration={"amount": 1, "unit": "days"})
    done = play.dispatcher.opens(title="修好了")
    play.handler.takes("accept", done)
    play.handler.finishes(done)

    sections = board(play.dispatcher)

    assert numbers(sections["undispatched"]) == [returned.number]
    assert numbers(sections["nobody_responsible"]) == [noise.number]
    assert numbers(sections["unlocated"]) == [lost.number]
    assert numbers(sections["extensions"]) == [more_time.number]
    assert numbers(sections["to_verify"]) == [done.number]
    assert numbers(sections["overdue"]) == numbers(sections["due_soon"]) == []
    for section in sections.values():
        if section["page"] == "cases":
            assert play.dispatcher.sees(**section["query"]) == numbers(section)
            assert section["about"] == {"count": len(section["cases"]), "is_more": False}

    play.move(hours=23, minutes=30)
    assert set(numbers(board(play.dispatcher)["due_soon"])) >= {noise.number, returned.number, lost.number}
    play.move(hours=1)
    late = board(play.dispatcher)
    assert set(numbers(late["overdue"])) >= {noise.number, returned.number, lost.number}
    assert set(numbers(late["overdue"])) & set(numbers(late["due_soon"])) == set()


def test_a_section_shows_the_first_five_and_counts_about(play: Play, monkeypatch: pytest.MonkeyPatch):
    cases = [play.dispatcher.opens("city.noise").number for _ in range(7)]
    section = board(play.dispatcher)["nobody_responsible"]
    assert numbers(section) == cases[:5]
    assert section["about"] == {"count": 7, "is_more": False}

    monkeypatch.setattr("citybrain.applications.operations.desk.sections.ABOUT_CASES", 6)
    assert board(play.dispatcher)["nobody_responsible"]["about"] == {"count": 6, "is_more": True}


def test_nobody_sees_on_the_desk_what_is_not_his(play: Play):
    here = play.dispatcher.opens("city.noise")
    there = play.dispatcher.opens("city.noise", at=OTHER_COUNTY)

    assert numbers(board(play.dispatcher)["nobody_responsible"]) == [here.number, there.number]
    assert numbers(board(play.county_dispatcher)["nobody_responsible"]) == [here.number]
    assert numbers(board(play.dispatcher_elsewhere)["nobody_responsible"]) == [there.number]
    assert numbers(board(play.handler)["nobody_responsible"]) == []
    for name in ("citizen", "nobody", "source_system"):
        with pytest.raises(Refused) as refused:
            play.person(name).get("/desk")
        assert refused.value.status == 403


def test_each_office_has_its_own_sections(play: Play):
    looking = {"overdue", "due_soon", "undispatched", "unlocated", "nobody_responsible", "escalations"}
    deciding = {"signals", "extensions", "to_verify", "to_conclude"}
    running = {"dead_letters", "failed_notices"}

    assert set(board(play.leader)) == looking
    assert set(board(play.dispatcher)) == looking | deciding
    assert set(board(play.handler)) == looking | {"mine"}
    assert set(board(play.grid_worker)) == looking | {"mine", "to_verify", "to_conclude"}
    assert set(board(play.auditor)) == looking | running
    assert set(board(play.administrator)) == looking | deciding | running


def test_a_handler_finds_his_own_tasks(play: Play):
    mine = play.dispatcher.opens()
    play.dispatcher.opens("city.noise")

    assert numbers(board(play.handler)["mine"]) == [mine.number]
    assert numbers(board(play.handler_elsewhere)["mine"]) == []


def test_signals_that_wait_for_a_person_wait_on_the_desk(play: Play):
    signal = a_signal(play.cast).params["signal_id"]

    [shown] = board(play.dispatcher)["signals"]["signals"]
    assert shown["id"] == signal
    assert shown["waiting_reason"] == "unsure"
    assert board(play.dispatcher_elsewhere)["signals"]["signals"] == []


def test_an_escalation_stays_until_it_is_seen(play: Play):
    """The clock of a noise nobody took escalates to those who supervise; it leaves the desk of whoever reads it."""
    noise = play.dispatcher.opens("city.noise")
    play.move(hours=25)
    deliver_due()

    [letter] = board(play.leader)["escalations"]["letters"]
    assert letter["subject"] == f"case/{noise.number}"
    assert noise.number in letter["title"]
    listed = play.leader.get("/notices", unread=True, key="case.escalated")["items"]
    assert [one["id"] for one in listed] == [letter["id"]]
    play.leader.post(f"/notices/{letter['id']}/read")

    assert board(play.leader)["escalations"]["letters"] == []
    assert len(board(play.commander)["escalations"]["letters"]) == 1


def test_what_the_platform_could_not_deliver_is_shown_to_those_who_run_it(play: Play):
    play.dispatcher.opens()
    now = city_clock.wall_now()
    event = OutboxEvent.objects.order_by("position").first()
    Failure.objects.create(
        subscription="cases.triage", event=event, xid=event.xid, subject=event.subject, state="dead", next_at=now,
        first_at=now, last_at=now, attempts=10, error="KeyError",
    )  # fmt: skip
    Notice.objects.update(state="failed", error="nobody there")

    sections = board(play.auditor)

    [dead] = sections["dead_letters"]["failures"]
    assert dead["what"] == "cases.triage"
    assert {one["error"] for one in sections["failed_notices"]["failures"]} == {"nobody there"}


def test_the_desk_says_what_moved_since_the_shift_began(play: Play):
    old = play.dispatcher.opens("city.noise")
    play.move(hours=25)
    shift = play.commander.post("/shifts", {
        "name": "白班", "starts_at": "2026-03-03T01:30:00Z", "ends_at": "2026-03-03T13:30:00Z",
    })  # fmt: skip
    fresh = play.dispatcher.opens()
    play.dispatcher.takes("end_no_action", old, reason="已停工")

    desk = play.dispatcher.get("/desk")
    moved = {one["key"]: one for one in desk["moved"]}

    assert desk["since"]["reason"] == "shift"
    assert desk["since"]["shift"]["id"] == shift["id"]
    assert moved["opened"]["about"]["count"] == moved["closed"]["about"]["count"] == 1
    assert moved["escalated"]["about"]["count"] == 0, "it escalated an hour before the shift"
    assert play.dispatcher.sees(**moved["opened"]["query"]) == [fresh.number]
    assert play.dispatcher.sees(**moved["closed"]["query"]) == [old.number]

    asked = play.dispatcher.get("/desk", since="2026-03-03T00:00:00Z")
    assert asked["since"]["reason"] == "asked"
    assert {one["key"]: one["about"]["count"] for one in asked["moved"]}["escalated"] == 1
    assert play.handler.get("/desk")["since"]["reason"] == "day", "who reads no handovers counts a day"


@pytest.mark.parametrize("since", ["yesterday", "2026-03-02T09:00:00", "0001-01-01T00:00:00Z"])
def test_a_time_that_is_none_is_refused(play: Play, since: str):
    with pytest.raises(Refused) as refused:
        play.dispatcher.get("/desk", since=since)
    assert list(refused.value.fields) == ["since"]


def test_the_desk_costs_the_same_however_much_is_open(play: Play):
    client = play.cast.client("administrator")

    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/desk").status_code == 200
        return len(queries)

    play.dispatcher.opens("city.noise")
    a_signal(play.cast)
    play.move(hours=25)
    price()
    few = price()
    for _ in range(8):
        play.dispatcher.opens("city.noise")
        play.dispatcher.opens(at=OUTSIDE)
    Case.objects.update(due_at=city_clock.now())
    play.move(hours=1)

    assert price() == few
    assert few == 27
