"""Things and alarms: by place and by whose they are; rules and models hold for the whole city."""

from __future__ import annotations

from citybrain.base import clock
from citybrain.base.accounts import system_viewer
from citybrain.base.audit import SYSTEM
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.things.actions import declare_model, register_things
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.models import Thing
from tests.cast import Cast
from tests.hubs.sensing.things.conftest import STATION
from tests.site.rights import DISPATCHING, LOOKING, WATCHING, Row, Target

READING = LOOKING | {"source_system"}
SEEING = WATCHING | {"source_system"}
KEEPING = frozenset({"administrator", "steward", "integrator"})
DEFINING = KEEPING
RULE = {
    "title": {"zh": "PM2.5 高", "en": "PM2.5 high"}, "model": "test.station", "property": "pm25", "kind": "threshold",
    "op": "gt", "raise_at": 150, "clear_at": 120, "severity": 2,
}  # fmt: skip


def a_model(cast: Cast) -> Target:
    declare_model("test.station", ModelDefinition.model_validate(STATION), pack="", actor=SYSTEM)
    return Target({"key": "test.other"}, body=STATION, marker='"test.station"')


def a_new_thing(cast: Cast) -> Target:
    a_model(cast)
    return Target(body=[{"code": "new-1", "model": "test.station", "lon": 112.05, "lat": 32.1}])


def a_thing(cast: Cast) -> Target:
    a_model(cast)
    row = {"code": "air-7", "model": "test.station", "lon": 112.05, "lat": 32.1, "organisation": "urban"}
    register_things([row], actor=system_viewer("rights"))
    return Target({"code": "air-7"}, marker='"air-7"')


def a_question(cast: Cast) -> Target:
    a_thing(cast)
    return Target(query={"thing": "air-7", "property": "pm25"}, marker='"air-7"')


def a_rule(cast: Cast) -> Target:
    a_thing(cast)
    thing = Thing.objects.get(code="air-7")
    AlarmRule.objects.create(
        key="test.high", title=RULE["title"], model=thing.model, property="pm25", kind="threshold", op="gt",
        raise_at=150, clear_at=120, severity=2, updated_at=clock.now(),
    )  # fmt: skip
    return Target({"key": "test.high"}, body={"note": "a test"}, marker='"test.high"')


def an_alarm(cast: Cast) -> Target:
    a_rule(cast)
    thing, now = Thing.objects.get(code="air-7"), clock.now()
    Alarm.objects.create(
        id="a" * 32, rule=AlarmRule.objects.get(), thing=thing, property="pm25", state="firing", severity=2, value=160,
        start_at=now, fired_at=now, recorded_at=now, region_path=thing.region_path,
        organisation_path=thing.organisation_path,
    )  # fmt: skip
    return Target({"alarm_id": "a" * 32}, body={"note": "看到了"}, marker="a" * 32)


def a_count_of_alarms(cast: Cast) -> Target:
    an_alarm(cast)
    return Target(marker='"count":1,')


def a_watched_thing(cast: Cast) -> Target:
    a_thing(cast)
    return Target(marker="air-7")


def a_count_of_things(cast: Cast) -> Target:
    a_thing(cast)
    return Target(marker='"count":1,')


def a_new_rule(cast: Cast) -> Target:
    a_model(cast)
    return Target(body={"key": "test.new", "rule": RULE})


# fmt: off
ROWS = [
    Row("GET", "/things/models", READING, a_model),
    Row("PUT", "/things/models/{key}", DEFINING, a_model),
    Row("GET", "/things", READING, a_thing, sees=SEEING),
    Row("POST", "/things", KEEPING, a_new_thing),
    Row("GET", "/things/health", LOOKING, a_watched_thing, sees=WATCHING),
    Row("GET", "/things/health/count", LOOKING, a_count_of_things, sees=WATCHING),
    Row("GET", "/things.csv", LOOKING, a_watched_thing, sees=WATCHING),
    Row("GET", "/things/{code}", SEEING, a_thing),
    Row("GET", "/things/{code}/cases", WATCHING, lambda cast: Target(a_thing(cast).params)),
    Row("PATCH", "/things/{code}", KEEPING, a_thing, body={"name": "东四"}),
    Row("POST", "/things/{code}/retire", KEEPING, a_thing, body={"reason": "拆除"}),
    Row("GET", "/things/{code}/latest", WATCHING, lambda cast: Target(a_thing(cast).params)),
    Row("GET", "/telemetry", WATCHING, a_question),
    Row("GET", "/alarms/count", LOOKING, a_count_of_alarms, sees=WATCHING),
    Row("GET", "/alarms", LOOKING, an_alarm, sees=WATCHING),
    Row("GET", "/alarms/rules", LOOKING, a_rule),
    Row("POST", "/alarms/rules", DEFINING, a_new_rule),
    Row("GET", "/alarms/rules/{key}", LOOKING, a_rule),
    Row("POST", "/alarms/rules/{key}/enable", DEFINING, a_rule),
    Row("POST", "/alarms/rules/{key}/disable", DEFINING, a_rule),
    Row("GET", "/alarms/{alarm_id}", WATCHING, an_alarm),
    Row("POST", "/alarms/{alarm_id}/acknowledge", DISPATCHING, an_alarm),
]
# fmt: on
