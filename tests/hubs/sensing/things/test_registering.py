"""Registering things through the front door."""

from __future__ import annotations

import copy
import time

import pytest

from citybrain.base.audit import SYSTEM
from citybrain.base.audit.models import Record as AuditRecord
from citybrain.base.bus.models import OutboxEvent as BusEvent
from citybrain.base.errors import Conflict
from citybrain.hubs.sensing.things.actions import change_thing, declare_model, retire_thing
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.models import Stream, Thing, ThingModel
from citybrain.hubs.sensing.things.queries import spell_value, stream_ids
from tests.hubs.sensing.things.conftest import STATION

pytestmark = pytest.mark.django_db


def row(code: str = "air-1", **fields: object) -> dict[str, object]:
    return {"code": code, "model": "test.station", "lon": 112.05, "lat": 32.05, **fields}


def register(cast, rows, who="integrator"):
    response = cast.token_client(who).english().post("/api/v1/things", rows)
    assert response.status_code == 200, response.content
    return response.json()


def declare(wanted, key="test.station"):
    return declare_model(key, ModelDefinition.model_validate(wanted), pack="", actor=SYSTEM)


def station_with(**properties):
    wanted = copy.deepcopy(STATION)
    wanted["properties"] |= properties
    return {**wanted, "properties": {name: one for name, one in wanted["properties"].items() if one is not None}}


def test_a_thing_is_registered_located_audited_and_announced(cast, station, clock):
    receipt = register(cast, row(name="王寨站", organisation="eco", address="王寨街道1号", attributes={"maker": "X"}))

    assert receipt == {"accepted": 1, "updated": 0, "duplicates": 0, "rejected": []}
    thing = Thing.objects.get(code="air-1")
    assert (thing.region_code, thing.region_path) == ("420606001", "/4206/420606/420606001/")
    assert thing.organisation_path == "/gov/eco/"
    assert thing.registered_at == clock.now()
    assert list(Stream.objects.filter(thing=thing).values_list("property", flat=True)) == ["pm25", "wind", "fault"]
    assert AuditRecord.objects.get(action="thing.registered").object_key == "air-1"
    event = BusEvent.objects.get(type="thing.registered")
    assert (event.subject, event.region_path) == ("thing/air-1", thing.region_path)


def test_registering_the_same_again_changes_nothing(cast, station):
    register(cast, row())
    events = BusEvent.objects.count()

    assert register(cast, row()) == {"accepted": 0, "updated": 0, "duplicates": 1, "rejected": []}
    assert BusEvent.objects.count() == events


def test_a_known_thing_moves_and_keeps_its_streams(cast, station):
    register(cast, row())
    before = list(Stream.objects.values_list("pk", flat=True))

    assert register(cast, row(lon=112.3))["updated"] == 1

    assert Thing.objects.get().region_code == "420602001"
    assert list(Stream.objects.values_list("pk", flat=True)) == before
    assert BusEvent.objects.filter(type="thing.moved").count() == 1


def test_a_batch_keeps_the_good_rows_and_says_what_is_wrong_with_each_other(cast, station):
    rows = [
        row("a"),
        row("b", model="test.statoin"),
        row("c", lon=32.05, lat=112.05),
        row("d", lon=None),
        row("a"),
        row("bad code"),
        row("e", organisation="nobody"),
        row("f", region="999"),
        row("g", crs="GCJ-99"),
        "not an object",
        row("h", colour="red"),
        row("i"),
    ]
    receipt = register(cast, rows)

    assert receipt["accepted"] == 2
    wrong = {one["index"]: (one["field"], one["code"]) for one in receipt["rejected"]}
    assert wrong == {
        1: ("model", "things.unknown_model"),
        2: ("lon", "place.swapped"),
        3: ("lon", "things.half_a_point"),
        4: ("code", "things.code_twice"),
        5: ("code", "input.schema"),
        6: ("organisation", "party.unknown_organisation"),
        7: ("region", "place.unknown_region"),
        8: ("crs", "place.unknown_crs"),
        9: ("row", "input.schema"),
        10: ("colour", "input.schema"),
    }
    assert all(one["reason"] for one in receipt["rejected"])
    assert all(one["cure"] and "<" not in one["cure"] for one in receipt["rejected"])
    assert set(Thing.objects.values_list("code", flat=True)) == {"a", "i"}


def test_exchanged_numbers_that_would_lie_in_the_city_are_told(cast, station):
    """32.05, 112.05 cannot be a latitude; with a city near the equator both numbers could be, so the city decides."""
    receipt = register(cast, row(lon=32.05, lat=89.0))
    assert receipt["accepted"] == 1, "far away is kept: only a point that lies in the city when exchanged is refused"


def test_a_point_outside_every_region_is_kept_marked_and_listed(cast, station):
    register(cast, [row("in"), row("out", lon=100.0)])

    client = cast.client("steward")
    items = client.get("/api/v1/things?unlocated=true").json()["items"]
    assert [(one["code"], one["region_path"]) for one in items] == [("out", "")]
    located = client.get("/api/v1/things?unlocated=false").json()["items"]
    assert [one["code"] for one in located] == ["in"]


def test_chinese_coordinates_are_stored_as_wgs84_with_their_precision(cast, station):
    register(cast, row(lon=112.0559, lat=32.0473, crs="GCJ-02"))

    thing = Thing.objects.get()
    assert thing.given_crs == "GCJ-02"
    assert thing.lon == pytest.approx(112.0503, abs=0.001)
    assert thing.precision_m == pytest.approx(11.1, abs=0.1), "four decimals are good to about eleven metres"


def test_a_named_region_counts_where_boundaries_end_above_it(cast, station):
    from citybrain.base.places.models import Region

    street = cast.street
    Region.objects.create(
        code="420606001-7", name="七网格", level="grid", parent=street, path=street.path + "420606001-7/"
    )
    register(cast, [row("a", region="420606001-7"), row("b", region="420602")])

    assert Thing.objects.get(code="a").region_path == street.path + "420606001-7/"
    assert Thing.objects.get(code="b").region_path == street.path, "the point says otherwise, and wins"


def test_a_thing_keeps_its_model_for_life(cast, station):
    declare(STATION, key="test.other")
    register(cast, row())

    receipt = register(cast, row(model="test.other"))
    assert receipt["rejected"][0]["code"] == "things.model_is_for_life"


def test_a_county_office_registers_in_its_county_only(cast, station):
    from citybrain.base.accounts.models import Duty

    user = cast.user("steward")
    Duty.objects.filter(user=user).update(region_path=cast.county.path)
    response = cast.client("steward").post(
        "/api/v1/things", [row("mine"), row("theirs", lon=112.3), row("nowhere", lon=99.0)]
    )

    assert response.json()["accepted"] == 1
    assert [one["code"] for one in response.json()["rejected"]] == ["account.elsewhere"] * 2
    assert list(Thing.objects.values_list("code", flat=True)) == ["mine"]


@pytest.mark.parametrize("who", ["handler", "citizen", "leader", "nobody", "source_system"])
def test_who_may_not_register_changes_nothing(cast, station, who):
    response = cast.client(who).post("/api/v1/things", row())
    assert response.status_code == 403
    assert not Thing.objects.exists()


def test_changing_and_retiring(cast, station):
    register(cast, row())
    client = cast.client("steward")

    changed = client.patch("/api/v1/things/air-1", {"name": "新名"}, "application/json")
    assert (changed.status_code, changed.json()["name"]) == (200, "新名")

    assert client.post("/api/v1/things/air-1/retire", {"reason": "拆除"}).json()["state"] == "retired"
    again = client.post("/api/v1/things/air-1/retire", {})
    assert (again.status_code, again.json()["code"]) == (409, "things.retired")
    assert client.patch("/api/v1/things/air-1", {"name": "x"}, "application/json").status_code == 409
    assert AuditRecord.objects.get(action="thing.retired").object_key == "air-1"

    assert register(cast, row())["updated"] == 1
    assert Thing.objects.get().state == "active"


def test_a_thing_back_in_service_reports_what_its_model_got_meanwhile(cast, station):
    register(cast, row())
    retire_thing(Thing.objects.get(), actor=cast.viewer("steward"))
    declare(station_with(no2=STATION["properties"]["pm25"]))

    register(cast, row())
    assert set(stream_ids(Thing.objects.get())) == {"pm25", "wind", "fault", "no2"}


def test_an_enum_that_was_gone_comes_back_with_its_values_where_they_were(cast, station):
    """A reading says the place of its value: another order would turn what was measured round."""
    register(cast, row())
    assert spell_value(station.properties["wind"], 0.0) == "N"

    declare(station_with(wind=None))
    assert "wind" not in ThingModel.objects.get().properties
    declare(station_with(wind=None, hum=STATION["properties"]["fault"]))
    again = declare(station_with(wind={**STATION["properties"]["wind"], "values": ["S", "N", "X"]}))

    assert again.properties["wind"]["values"] == ["N", "E", "S", "W", "X"]
    assert ThingModel.objects.get().properties == again.properties


def test_a_change_begins_with_what_others_did_since_the_thing_was_read(cast, station):
    register(cast, row())
    steward = cast.viewer("steward")
    as_read = [Thing.objects.select_related("model").get() for _ in range(4)]
    change_thing(as_read[0], actor=steward, lon=112.15, lat=32.1)
    assert change_thing(as_read[1], actor=steward, name="新名").lon == 112.15

    retire_thing(as_read[2], actor=steward)
    for act in (retire_thing, change_thing):
        with pytest.raises(Conflict):
            act(as_read[3], actor=steward)
    assert Thing.objects.get().state == "retired"
    assert BusEvent.objects.filter(type="thing.retired").count() == 1


def test_what_a_change_leaves_out_stays(cast, station):
    """Whoever corrects a name neither takes the thing over nor moves it; what he empties is empty."""
    position = {"lon": 112.06, "lat": 32.06, "crs": "GCJ-02"}
    register(cast, row(organisation="eco", address="王寨街道1号", attributes={"maker": "X"}, **position))
    before = Thing.objects.get()
    client = cast.client("steward")

    client.patch("/api/v1/things/air-1", {"name": "新名"}, "application/json")
    client.patch("/api/v1/things/air-1", {"address": "", "attributes": {}}, "application/json")

    thing = Thing.objects.get()
    assert (thing.name, thing.address, thing.attributes) == ("新名", "", {})
    for name in ("organisation_path", "lon", "lat", "precision_m", "given_crs", "region_path"):
        assert getattr(thing, name) == getattr(before, name), name
    assert BusEvent.objects.filter(type="thing.moved").count() == 0

    register(cast, row(name="", organisation="eco", **position))
    assert Thing.objects.get().name == "新名", "an empty cell of a table leaves what is there"


def test_a_region_is_named_without_losing_the_point(cast, station):
    register(cast, row())
    changed = cast.client("steward").patch("/api/v1/things/air-1", {"region": "420606001"}, "application/json").json()
    assert (changed["region_code"], changed["lon"], changed["lat"]) == ("420606001", 112.05, 32.05)


def test_ten_thousand_things_in_seconds(cast, station):
    rows = [row(f"t-{n}", lon=112.0 + (n % 400) / 1000, lat=32.0 + (n % 200) / 1000) for n in range(10_000)]
    began = time.perf_counter()
    receipt = register(cast, rows)
    took = time.perf_counter() - began

    assert receipt["accepted"] == 10_000
    assert Stream.objects.count() == 30_000
    assert took < 20, f"{took:.1f} s"
    assert BusEvent.objects.filter(type="thing.registered").count() == 10_000


def test_more_than_ten_thousand_are_refused_whole(cast, station):
    response = cast.token_client("integrator").post("/api/v1/things", [{}] * 10_001)
    assert (response.status_code, response.json()["code"]) == (413, "things.batch_too_large")
