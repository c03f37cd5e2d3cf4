"""Alarms and rules at the front door."""

from __future__ import annotations

import pytest

from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.hubs.sensing.alarms.intake import take_in
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.alarms.queries import alarms_of_reading
from tests.hubs.sensing.alarms.conftest import TITLE, register

pytestmark = pytest.mark.django_db
RULE = {
    "key": "ours.high",
    "rule": {
        "kind": "threshold", "title": TITLE, "model": "test.station", "property": "pm25", "op": "gt",
        "raise_at": 300, "clear_at": 250, "severity": 1,
    },
}  # fmt: skip


@pytest.fixture
def alarms(journal, thing, cast):
    """Two stations; the first has a resolved alarm, a folded one and a silence, the second fires in another county."""
    other = register(cast, "air-2", 112.3)
    names = [
        journal.episode(thing, 0, 1, 10),
        journal.episode(thing, 30, 31, 35),
        journal.tell(thing, "firing", 100, start=100, rule="test.silent", value=None),
        journal.episode(other, 50, 51),
    ]
    take_in(journal.folder)
    return names


def listed(client, query=""):
    response = client.get(f"/api/v1/alarms{query}")
    assert response.status_code == 200, response.content
    return [one["id"] for one in response.json()["items"]]


def test_the_list_is_newest_first_and_filters(alarms, cast):
    first, folded, silent, other = alarms
    client = cast.client("dispatcher")
    assert listed(client) == [silent, other, folded, first]
    assert listed(client, "?order=worst") == [other, folded, first, silent]
    assert listed(client, "?state=firing") == [silent, other]
    assert listed(client, "?order=firing") == [silent, other, folded, first]
    assert listed(client, "?severity=2") == [other, folded, first]
    assert listed(client, "?rule=test.silent") == [silent]
    assert listed(client, "?thing=air-2") == [other]
    assert listed(client, "?region=420602") == [other]
    assert listed(client, "?folded=false") == [silent, other, first]
    assert listed(client, "?since=2026-03-02T01:30:00Z&until=2026-03-02T02:00:00Z") == [other, folded]


def test_pages_follow_each_other(alarms, cast):
    client = cast.client("dispatcher")
    found, after = [], ""
    while True:
        page = client.get(f"/api/v1/alarms?limit=1&order=worst{after}").json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == listed(client, "?order=worst")


def test_what_fires_comes_first_on_every_page(alarms, cast):
    first, folded, silent, other = alarms
    Alarm.objects.filter(pk=first).update(state="firing")
    client = cast.client("dispatcher")
    found, after = [], ""
    for _ in range(9):
        page = client.get(f"/api/v1/alarms?limit=1&order=firing{after}").json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == [silent, other, first, folded]


def test_an_alarm_says_what_it_means(alarms, cast):
    """Beside the value stand its property, unit and threshold, so that a list can say it in words."""
    first, _, silent, _ = alarms
    client = cast.client("dispatcher")
    shown = client.get(f"/api/v1/alarms/{first}").json()
    assert (shown["property_title"]["en"], shown["unit"], shown["op"]) == ("PM2.5", "µg/m³", "gt")
    assert (shown["kind"], shown["raise_at"], shown["after_seconds"]) == ("threshold", 150, None)
    assert shown["region_name"]
    assert client.get(f"/api/v1/alarms/{silent}").json()["kind"] == "silence"


def test_a_county_sees_its_own_alarms_only(alarms, cast):
    _, _, _, other = alarms
    assert listed(cast.client("dispatcher_elsewhere")) == [other]
    assert cast.client("county_dispatcher").get(f"/api/v1/alarms/{other}").status_code == 404
    assert cast.client("nobody").get("/api/v1/alarms").status_code in (200, 403)


def test_the_detail_shows_every_step(alarms, cast):
    first, folded, _, _ = alarms
    shown = cast.client("dispatcher").get(f"/api/v1/alarms/{first}").json()
    assert [one["state"] for one in shown["transitions"]] == ["pending", "firing", "resolved"]
    assert shown["folded"] == [folded]
    assert shown["episodes"] == 2
    assert shown["title"] == TITLE
    assert shown["reading"] == "air-1/pm25/2026-03-02T01:01:00Z/0"


def test_acknowledging_is_done_once_and_leaves_evidence(alarms, cast):
    first = alarms[0]
    client = cast.client("dispatcher")
    done = client.post(f"/api/v1/alarms/{first}/acknowledge", {"note": "已核实"})
    assert (done.status_code, done.json()["acknowledged_by"]) == (200, cast.user("dispatcher").actor_key)
    assert (done.json()["acknowledged_label"], done.json()["acknowledged_note"]) == (
        cast.user("dispatcher").actor_label,
        "已核实",
    )
    assert first not in listed(client, "?acknowledged=false")
    assert listed(client, "?acknowledged=true") == [first]
    again = client.post(f"/api/v1/alarms/{first}/acknowledge", {})
    assert (again.status_code, again.json()["code"]) == (409, "alarms.acknowledged")
    assert Record.objects.filter(action="alarm.acknowledged", object_key=first).count() == 1
    assert OutboxEvent.objects.filter(type="alarm.acknowledged").count() == 1


@pytest.mark.parametrize(("who", "status"), [("leader", 403), ("handler", 403), ("dispatcher_elsewhere", 404)])
def test_who_may_not_acknowledge_changes_nothing(alarms, cast, who, status):
    assert cast.client(who).post(f"/api/v1/alarms/{alarms[0]}/acknowledge", {}).status_code in (status, 404)
    assert Alarm.objects.get(pk=alarms[0]).acknowledged_at is None


def test_alarms_of_a_reading(alarms, cast):
    first, folded, silent, _ = alarms
    assert alarms_of_reading(None, "air-1/pm25/2026-03-02T01:01:00Z/0") == [first]
    assert alarms_of_reading(None, "air-1/pm25/2026-03-02T01:35:00Z/0") == [folded]
    assert alarms_of_reading(None, "air-1/pm25/2026-03-02T01:40:00Z/0") == [silent], "the last reading before it"
    assert alarms_of_reading(cast.viewer("dispatcher_elsewhere"), "air-1/pm25/2026-03-02T01:01:00Z/0") == []
    assert alarms_of_reading(None, "rubbish") == alarms_of_reading(None, "a/b/not-a-time/0") == []


# rules


def test_a_rule_of_our_own(rules, cast):
    client = cast.token_client("integrator").english()
    made = client.post("/api/v1/alarms/rules", RULE)
    assert made.status_code == 201, made.content
    assert (made.json()["enabled"], made.json()["pack"]) == (True, "")
    assert client.post("/api/v1/alarms/rules", RULE).json()["code"] == "alarms.rule_exists"

    off = client.post("/api/v1/alarms/rules/ours.high/disable", {"note": "maintenance"})
    assert off.json()["enabled"] is False
    assert OutboxEvent.objects.filter(type="alarm_rule.changed", subject="alarm_rule/ours.high").count() == 2
    assert Record.objects.filter(action="alarm_rule.disabled", object_key="ours.high").count() == 1
    assert client.post("/api/v1/alarms/rules/ours.high/enable", {}).json()["enabled"] is True
    shown = client.get("/api/v1/alarms/rules?model=test.station").json()["items"]
    assert [one["key"] for one in shown] == ["ours.high", "test.high", "test.silent"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "no.such"}, "no.such"),
        ({"property": "pm26"}, "pm26"),
        ({"property": "wind"}, "enum"),
        ({"clear_at": 400}, "at or below"),
        ({"severity": 5}, "4"),
        ({"kind": "quiet"}, "kind"),
        ({"colour": "red"}, "colour"),
        ({"for_seconds": 1e13}, "316224000"),
        ({"fold_within_seconds": 1e11}, "316224000"),
    ],
)
def test_a_rule_that_is_wrong_is_refused_and_says_why(rules, cast, change, words):
    body = {**RULE, "rule": {**RULE["rule"], **change}}
    refused = cast.token_client("integrator").english().post("/api/v1/alarms/rules", body)
    assert refused.status_code == 422, refused.content
    assert words in refused.content.decode()
    assert not AlarmRule.objects.filter(key="ours.high").exists()


@pytest.mark.parametrize("who", ["dispatcher", "leader", "handler", "nobody", "source_system"])
def test_who_may_not_make_or_switch_rules_changes_nothing(rules, cast, who):
    client = cast.client(who)
    assert client.post("/api/v1/alarms/rules", RULE).status_code == 403
    assert client.post("/api/v1/alarms/rules/test.high/disable", {}).status_code == 403
    assert AlarmRule.objects.get(key="test.high").enabled
    assert not AlarmRule.objects.filter(key="ours.high").exists()


def test_an_unknown_rule_or_alarm_is_not_found(rules, cast):
    client = cast.client("administrator")
    assert client.get("/api/v1/alarms/rules/none").json()["code"] == "alarms.unknown_rule"
    assert client.post("/api/v1/alarms/rules/none/disable", {}).status_code == 404
    assert client.get("/api/v1/alarms/none").status_code == 404
