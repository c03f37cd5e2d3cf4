"""Loading packs into the database, and operators' changes over them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.base import bus
from citybrain.base.audit import SYSTEM
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.packs import discovery, load_packs
from citybrain.base.packs.models import Pack, PackOverride
from citybrain.base.parties.actions import create_organisation
from citybrain.hubs.sensing.alarms.models import AlarmRule
from citybrain.hubs.sensing.things.models import ThingModel
from tests.base.packs.conftest import ALARMS, CASES, PACK, THINGS

pytestmark = pytest.mark.django_db
HIGH = "pumps.level_high"
RAISE_AT = f"rules/{HIGH}/raise_at"


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No other packs than those of the test: loading all of them again and again takes its time."""
    monkeypatch.setattr(discovery, "builtin_folder", lambda: tmp_path / "no sectors")


def load():
    return load_packs(actor=SYSTEM)


def adjust(client, path=RAISE_AT, value=4.5, section="alarms.yaml"):
    return client.post("/api/v1/packs/pumps/adjustments", {"section": section, "path": path, "value": value})


def restore(client, path=RAISE_AT):
    return client.post("/api/v1/packs/pumps/restorations", {"section": "alarms.yaml", "path": path})


def test_loading_brings_what_packs_declare_into_the_database(write_pack, clock):
    write_pack()

    assert load() == []

    pack = Pack.objects.get(key="pumps")
    assert (pack.version, pack.source, pack.loaded_at) == ("1.0.0", "data", clock.now())
    assert ThingModel.objects.get(key="pumps.station").properties["level"]["unit"] == "m"
    rule = AlarmRule.objects.get(key=HIGH)
    assert (rule.raise_at, rule.clear_at, rule.case_type, rule.enabled) == (4.0, 3.5, "pumps.flooding", True)
    assert OutboxEvent.objects.filter(type="pack.loaded", subject="pack/pumps").count() == 1
    assert Record.objects.filter(action="pack.loaded", object_key="pumps").exists()


def test_loading_again_is_quick_and_changes_nothing(write_pack):
    write_pack(cases_yaml=CASES.split("responsibilities")[0])
    load()
    assert Pack.objects.get().warnings == []
    told = OutboxEvent.objects.count()

    with CaptureQueriesContext(connection) as queries:
        assert load() == []

    assert len(queries) <= 2, "who holds what, and what operators changed"
    assert OutboxEvent.objects.count() == told


def test_what_a_city_lacks_is_a_warning_and_is_looked_for_again(write_pack, cast):
    write_pack()
    load()
    assert "drainage" in str(Pack.objects.get().warnings)
    shown = cast.client("leader").get("/api/v1/packs/pumps").json()
    assert (shown["state"], len(shown["warnings"])) == ("loaded", 1)

    create_organisation(actor=SYSTEM, code="drainage", name="排水管理处", parent=cast.government)
    bus.drain(30)
    assert Pack.objects.get().warnings == [], "the list works as soon as the organisation is there"


def test_a_changed_pack_is_loaded_and_what_it_dropped_is_retired(write_pack):
    write_pack()
    load()
    write_pack(alarms_yaml=ALARMS.replace("raise_at: 4\n", "raise_at: 5\n").split("  pumps.silent")[0])

    assert load() == []

    assert AlarmRule.objects.get(key=HIGH).raise_at == 5
    silent = AlarmRule.objects.get(key="pumps.silent")
    assert not silent.enabled
    assert silent.retired_at is not None


def test_a_file_that_is_gone_retires_its_rules(write_pack):
    write_pack()
    load()
    write_pack(alarms_yaml=None)
    load()
    assert not AlarmRule.objects.filter(pack="pumps", retired_at=None).exists()


def test_a_broken_pack_keeps_what_was_last_good_and_says_what_is_wrong(write_pack, cast):
    write_pack()
    load()
    write_pack(alarms_yaml=ALARMS.replace("clear_at: 3.5", "clear_at: 9"))

    assert [problem.code for problem in load()] == ["alarms.threshold_order"]

    assert AlarmRule.objects.get(key=HIGH).clear_at == 3.5
    shown = next(one for one in cast.client("leader").get("/api/v1/packs").json() if one["key"] == "pumps")
    assert shown["state"] == "faulty"
    assert shown["problems"][0]["file"] == "alarms.yaml"
    assert shown["problems"][0]["line"] == 2

    write_pack()
    assert load() == []
    assert Pack.objects.get(key="pumps").problems == []


def test_a_pack_that_stands_on_a_broken_one_waits(write_pack):
    write_pack(alarms_yaml=ALARMS.replace("op: gt", "op: up"))
    over = PACK.replace("key: pumps", "key: over").replace("owner:", "depends: [pumps]\nowner:")
    write_pack("over", pack_yaml=over, things_yaml=None, alarms_yaml=None, cases_yaml=None)

    load()

    assert Pack.objects.get(key="over").loaded_at is None
    assert Pack.objects.get(key="over").problems[0]["code"] == "packs.dependency_faulty"


def test_a_new_property_gives_every_thing_its_stream(write_pack, cast):
    write_pack()
    load()
    cast.token_client("integrator").post("/api/v1/things", {"code": "p-1", "model": "pumps.station"})
    added = THINGS + "      flow: {title: {zh: 流量, en: Flow}, type: number, unit: m³/h}\n"
    write_pack(things_yaml=added)
    load()

    from citybrain.hubs.sensing.things.models import Stream

    assert list(Stream.objects.filter(thing__code="p-1").values_list("property", flat=True)) == [
        "level",
        "running",
        "flow",
    ]


def test_values_of_an_enum_are_only_added_at_the_end(write_pack):
    enum = THINGS.replace("type: boolean", "type: enum, values: [off, on]")
    write_pack(things_yaml=enum)
    load()
    write_pack(things_yaml=enum.replace("[off, on]", "[fault, on, off]"))
    load()
    values = ThingModel.objects.get(key="pumps.station").properties["running"]["values"]
    assert values == ["off", "on", "fault"], "a stored number keeps its meaning"


# operators' changes


def test_an_adjustment_holds_survives_loading_and_can_be_given_back(write_pack, cast, clock):
    write_pack()
    load()
    admin = cast.client("administrator")

    made = adjust(admin)
    assert made.status_code == 201, made.content
    assert made.json()["version"] == 1
    assert AlarmRule.objects.get(key=HIGH).raise_at == 4.5

    write_pack(alarms_yaml=ALARMS.replace("severity: 2", "severity: 1"))
    load()
    rule = AlarmRule.objects.get(key=HIGH)
    assert (rule.raise_at, rule.severity) == (4.5, 1), "the new version of the pack, with the operator's threshold"

    assert restore(admin).status_code == 201
    assert AlarmRule.objects.get(key=HIGH).raise_at == 4
    detail = admin.get("/api/v1/packs/pumps").json()
    assert [(one["version"], one["removed"], one["in_force"]) for one in detail["adjustments"]] == [
        (2, True, False),
        (1, False, False),
    ]
    assert restore(admin).json()["code"] == "packs.no_adjustment"
    assert Record.objects.filter(action="pack.adjusted", object_key="pumps").count() == 2


def test_an_adjustment_that_would_be_wrong_is_refused_whole(write_pack, cast):
    write_pack()
    load()

    refused = adjust(cast.client("administrator").english(), value=2)
    assert refused.status_code == 422
    assert refused.json()["code"] == "packs.adjustment_refused"
    assert "at or below" in refused.json()["errors"][0]["reason"]

    assert not PackOverride.objects.exists()
    assert AlarmRule.objects.get(key=HIGH).raise_at == 4


@pytest.mark.parametrize("path", ["rules/nothing/raise_at", "rool/x", f"rules/{HIGH}/raise_at/deeper", "rules"])
def test_an_adjustment_of_a_place_that_is_not_there_is_refused(write_pack, cast, path):
    write_pack()
    load()
    assert adjust(cast.client("administrator"), path=path).status_code == 422
    assert not PackOverride.objects.exists()


def test_an_adjustment_of_an_unknown_pack_or_file(write_pack, cast):
    write_pack()
    load()
    admin = cast.client("administrator")
    unknown = admin.post("/api/v1/packs/pmups/adjustments", {"section": "alarms.yaml", "path": "a", "value": 1})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "packs.unknown")
    assert adjust(admin, section="alarm.yaml").status_code == 422
    assert admin.get("/api/v1/packs/pmups").status_code == 404


@pytest.mark.parametrize("who", ["steward", "dispatcher", "leader", "nobody"])
def test_only_who_runs_packs_adjusts_them(write_pack, cast, who):
    write_pack()
    load()
    assert adjust(cast.client(who)).status_code == 403
    assert not PackOverride.objects.exists()


def test_disabling_a_rule_of_a_pack_survives_loading(write_pack, cast):
    write_pack()
    load()
    admin = cast.client("administrator")

    done = admin.post(f"/api/v1/alarms/rules/{HIGH}/disable", {"note": "检修"})
    assert (done.status_code, done.json()["enabled"]) == (200, False)

    write_pack(alarms_yaml=ALARMS.replace("severity: 2", "severity: 1"))
    load()
    assert not AlarmRule.objects.get(key=HIGH).enabled
    assert admin.post(f"/api/v1/alarms/rules/{HIGH}/enable", {}).json()["enabled"] is True


def test_an_adjustment_is_tried_before_it_is_made(write_pack, cast):
    write_pack()
    load()
    client = cast.client("administrator").english()

    def tried(value: object = None, **more: object) -> dict:
        body = {"section": "alarms.yaml", "path": RAISE_AT, "value": value, **more}
        return client.post("/api/v1/packs/pumps/adjustments/preview", body).json()

    before = AlarmRule.objects.get(key=HIGH).raise_at
    assert tried(4.5) == {"declared": before, "now": before, "then": 4.5, "problems": []}
    refused = tried("very high")
    assert refused["problems"][0]["place"] == RAISE_AT
    assert (AlarmRule.objects.get(key=HIGH).raise_at, PackOverride.objects.count()) == (before, 0)

    adjust(client)
    assert tried(restoring=True) == {"declared": before, "now": 4.5, "then": before, "problems": []}
    assert client.get("/api/v1/packs/pumps").json()["adjustments"][0]["declared"] == before
