"""Handing the desk over: the open matters as they stood, to who comes, on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from citybrain.applications.operations.desk.models import Handover
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.notices.actions import deliver_due
from tests.hubs.business.cases.stage import OTHER_COUNTY, Person, Play, Refused
from tests.site.rights.casework import a_signal

DAY = {"name": "白班", "starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-02T12:00:00Z"}


def section(handover: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in handover["facts"]["sections"] if one["key"] == key)
    return found


def refusal(person: Person, path: str, body: dict[str, Any], method: str = "post") -> Refused:
    with pytest.raises(Refused) as refused:
        getattr(person, method)(path, body)
    return refused.value


def test_the_open_matters_are_handed_over_as_they_stood(play: Play):
    """What was open at 17:00 stays what was open at 17:00, whatever becomes of it in the night."""
    noise = play.dispatcher.opens("city.noise")
    signal = a_signal(play.cast).params["signal_id"]
    handover = play.dispatcher.post("/handovers", {"text": "人民路积水已退"})
    play.dispatcher.takes("end_no_action", noise, reason="已停工")

    read = play.commander.get(f"/handovers/{handover['id']}")

    open_then = section(read, "nobody_responsible")
    assert [case["number"] for case in open_then["cases"]] == [noise.number]
    assert open_then["cases"][0]["state_title"]["zh"] == "待派遣"
    assert open_then["count"] == 1
    assert [one["id"] for one in section(read, "signals")["signals"]] == [signal]
    assert read["text"] == "人民路积水已退"
    assert read["region"] is None
    assert "escalations" not in {one["key"] for one in read["facts"]["sections"]}, "that is whose letter it is"


def test_who_comes_accepts_and_who_goes_is_told(play: Play):
    comes = play.cast.user("commander")
    handover = play.dispatcher.post("/handovers", {"text": "无异常", "addressee": comes.pk})
    deliver_due()
    [letter] = play.commander.get("/notices", key="handover.written")["items"]
    assert letter["subject"] == f"handover/{handover['id']}"
    assert [one["id"] for one in play.commander.get("/desk")["handovers"]] == [handover["id"]]
    assert play.dispatcher.get("/desk")["handovers"] == [], "one's own waits for somebody else"

    play.move(minutes=10)
    accepted = play.commander.post(f"/handovers/{handover['id']}/accept", {"remark": "已核对"})

    assert accepted["accepted_by"] == {"id": comes.pk, "name": "commander@cast"}
    assert accepted["accepted_at"] == "2026-03-02T01:10:00Z"
    assert accepted["remark"] == "已核对"
    deliver_due()
    assert len(play.dispatcher.get("/notices", key="handover.accepted")["items"]) == 1
    assert play.commander.get("/handovers", waiting=True)["items"] == []
    assert [one["id"] for one in play.leader.get("/handovers", waiting=False)["items"]] == [handover["id"]]
    types = [row.type for row in OutboxEvent.objects.filter(subject=f"handover/{handover['id']}")]
    assert types == ["handover.written", "handover.accepted"]
    assert list(Record.objects.filter(object_kind="handover").values_list("action", flat=True)) == types
    assert play.commander.get("/desk")["since"]["reason"] == "handover"


def test_a_note_for_nobody_in_particular_reaches_everybody_who_could_take_over(play: Play):
    play.dispatcher.post("/handovers", {"text": "无异常"})
    deliver_due()

    def is_told(name: str) -> bool:
        answer = play.cast.client(name).get("/api/v1/notices")
        return answer.status_code == 200 and "handover.written" in {one["key"] for one in answer.json()["items"]}

    told = [name for name in play.cast.names if is_told(name)]
    assert sorted(told) == ["administrator", "commander", "dispatcher"]


def test_a_handover_changes_until_it_is_accepted_and_keeps_what_it_said(play: Play):
    handover = play.dispatcher.post("/handovers", {"text": "无异常"})
    path = f"/handovers/{handover['id']}"
    play.move(minutes=5)
    noise = play.dispatcher.opens("city.noise")

    changed = play.dispatcher.patch(path, {"text": "夜间施工一件", "refresh": True})

    assert changed["text"] == "夜间施工一件"
    assert [one["text"] for one in changed["earlier"]] == ["无异常"]
    assert changed["facts_at"] == "2026-03-02T01:05:00Z"
    assert [case["number"] for case in section(changed, "nobody_responsible")["cases"]] == [noise.number]
    assert refusal(play.commander, path, {"text": "改一下"}, "patch").code == "handover.not_the_author"

    play.commander.post(f"{path}/accept", {})
    assert refusal(play.dispatcher, path, {"text": "再改"}, "patch").code == "handover.accepted_before"
    assert refusal(play.administrator, f"{path}/accept", {}).code == "handover.accepted_before"
    assert play.leader.get(path)["text"] == "夜间施工一件"


def test_nobody_takes_over_from_himself(play: Play):
    handover = play.dispatcher.post("/handovers", {})
    own = play.cast.user("dispatcher").pk

    assert refusal(play.dispatcher, f"/handovers/{handover['id']}/accept", {}).code == "handover.own"
    wrong = refusal(play.dispatcher, "/handovers", {"addressee": own})
    assert wrong.fields == {"addressee": "handover.own"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.update(accepted_by=own, accepted_at="2026-03-02T02:00:00Z")


def test_a_token_hands_nothing_over(play: Play):
    answer = play.cast.token_client("dispatcher").post("/api/v1/handovers", {"text": "x"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "handover.people_only"
    assert not Handover.objects.exists()


def test_whoever_may_read_a_handover_may_read_each_of_its_matters(play: Play):
    """The commander sees the whole city; what he hands to a county's desk lies in that county."""
    here = play.dispatcher.opens("city.noise")
    there = play.dispatcher.opens("city.noise", at=OTHER_COUNTY)

    whole = play.commander.post("/handovers", {"text": "全市"})
    county = play.commander.post("/handovers", {"text": "樊城", "region": "420606"})

    assert [case["number"] for case in section(whole, "nobody_responsible")["cases"]] == [here.number, there.number]
    assert [case["number"] for case in section(county, "nobody_responsible")["cases"]] == [here.number]
    assert section(county, "nobody_responsible")["query"]["region"] == "420606"
    for name in play.cast.names:
        person = play.person(name)
        for handover in (whole, county):
            answer = person.client.get(f"/api/v1/handovers/{handover['id']}")
            if answer.status_code == 200:
                frozen = {case["number"] for one in answer.json()["facts"]["sections"] for case in one["cases"]}
                assert frozen <= set(person.sees()), name
    assert [one["id"] for one in play.county_dispatcher.get("/handovers")["items"]] == [county["id"]]
    assert play.dispatcher_elsewhere.get("/handovers")["items"] == []


def test_without_a_word_it_is_the_desk_of_ones_own_duty(play: Play):
    handover = play.county_dispatcher.post("/handovers", {"text": "樊城无异常"})

    assert handover["region"] == "420606"
    assert handover["region_name"] == "樊城区"
    assert refusal(play.county_dispatcher, "/handovers", {"region": "420602"}).status == 404
    people = {one["name"] for one in play.county_dispatcher.get("/handovers/people")}
    assert people == {"county_dispatcher@cast", "dispatcher@cast", "commander@cast", "administrator@cast"}
    city = {one["name"] for one in play.dispatcher.get("/handovers/people")}
    assert city == {"dispatcher@cast", "commander@cast", "administrator@cast"}
    elsewhere = play.cast.user("dispatcher_elsewhere").pk
    wrong = refusal(play.county_dispatcher, "/handovers", {"addressee": elsewhere})
    assert wrong.fields == {"addressee": "handover.not_at_this_desk"}


def test_a_shift_is_planned_changed_and_handed_over(play: Play):
    sits = play.cast.user("dispatcher").pk
    shift = play.commander.post("/shifts", {**DAY, "people": [sits]})
    assert shift["people"] == [{"id": sits, "name": "dispatcher@cast"}]
    longer = play.commander.patch(f"/shifts/{shift['id']}", {"ends_at": "2026-03-02T13:00:00Z"})
    assert longer["ends_at"] == "2026-03-02T13:00:00Z"
    assert longer["people"] == shift["people"]

    handover = play.dispatcher.post("/handovers", {"shift": shift["id"]})
    assert handover["shift_name"] == "白班"
    assert handover["since_at"] == DAY["starts_at"]

    play.commander.delete(f"/shifts/{shift['id']}")
    assert play.dispatcher.get("/shifts")["items"] == []
    assert refusal(play.commander, f"/shifts/{shift['id']}", {"name": "夜班"}, "patch").code == "shift.cancelled_before"
    types = OutboxEvent.objects.filter(subject=f"shift/{shift['id']}").order_by("position")
    assert [row.type for row in types] == ["shift.planned", "shift.changed", "shift.cancelled"]


def test_shifts_that_touch_a_span_are_found(play: Play):
    day = play.commander.post("/shifts", DAY)
    night = play.commander.post(
        "/shifts", {"name": "夜班", "starts_at": DAY["ends_at"], "ends_at": "2026-03-03T00:00:00Z"}
    )

    def found(**span: str) -> list[int]:
        return [one["id"] for one in play.dispatcher.get("/shifts", **span)["items"]]

    assert found() == [night["id"], day["id"]]
    assert found(since="2026-03-02T12:00:00Z") == [night["id"]]
    assert found(until="2026-03-02T12:00:00Z") == [day["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**DAY, "ends_at": DAY["starts_at"]}, "ends_at"),
        ({**DAY, "ends_at": "2026-03-06T00:00:00Z"}, "ends_at"),
        ({**DAY, "name": ""}, "name"),
        ({**DAY, "name": "长" * 61}, "name"),
        ({**DAY, "people": [10**12]}, "people"),
        ({**DAY, "region": "999"}, "region"),
        ({**DAY, "organisation": "no-such"}, "organisation"),
        ({**DAY, "colour": "red"}, "colour"),
        ({"name": "白班"}, "starts_at"),
    ],
)
def test_a_wrong_shift_is_refused_with_the_field(play: Play, body: dict[str, Any], field: str):
    refused = refusal(play.commander, "/shifts", body)
    assert refused.status == 422
    assert field in refused.fields
    assert play.commander.get("/shifts")["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "长" * 5001}, "text"),
        ({"addressee": 10**12}, "addressee"),
        ({"shift": 2**70}, "shift"),
        ({"region": "999"}, "region"),
        ({"organisation": "no-such"}, "organisation"),
        ({"note": "x"}, "note"),
    ],
)
def test_a_wrong_handover_is_refused_with_the_field(play: Play, body: dict[str, Any], field: str):
    refused = refusal(play.dispatcher, "/handovers", body)
    assert refused.status == 422
    assert field in refused.fields
    assert not Handover.objects.exists()


def test_a_shift_of_another_desk_is_not_handed_over_here(play: Play):
    shift = play.commander.post("/shifts", {**DAY, "region": "420606"})

    wrong = refusal(play.commander, "/handovers", {"shift": shift["id"], "region": "420602"})
    assert wrong.fields == {"shift": "handover.other_desk"}
    assert refusal(play.dispatcher_elsewhere, "/handovers", {"shift": shift["id"]}).status == 404
    assert play.county_dispatcher.post("/handovers", {"shift": shift["id"]})["region"] == "420606"
