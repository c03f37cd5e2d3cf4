"""HTTP door of alarms and alarm rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema, Status
from pydantic import Field

from citybrain.base.accounts.http import AboutShown, CityRequest, Given, Moment, PageOf, Paging
from citybrain.base.accounts.redaction import Said
from citybrain.base.accounts.words import Word
from citybrain.base.packs import Key
from citybrain.hubs.sensing.alarms import actions, queries
from citybrain.hubs.sensing.alarms.manifest import Rule
from citybrain.hubs.sensing.alarms.models import Alarm
from citybrain.hubs.sensing.things.queries import ModelKey

router = Router(tags=["alarms"])


class AlarmSummary(Schema):
    id: str = Field(description="Hash of rule, thing, property and start", examples=["5f0c6e1f0d5c4e7f"])
    rule: str = Field(examples=["environment.pm25_high"])
    title: dict[str, str] = Field(examples=[{"zh": "PM2.5 偏高", "en": "PM2.5 high"}])
    thing: str = Field(examples=["air-001"])
    thing_name: str = Field(examples=["东四"])
    property: str = Field(examples=["pm25"])
    state: str = Field(description="pending, firing, resolved, lapsed or withdrawn", examples=["firing"])
    severity: int = Field(description="1 (I, red) to 4 (IV, blue)", examples=[2])
    start_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    value: float | None = Field(examples=[187.0])
    property_title: dict[str, str] = Field(examples=[{"zh": "细颗粒物 PM2.5", "en": "Fine particles PM2.5"}])
    property_type: str = Field(description="number, integer, boolean or enum", examples=["number"])
    unit: str = Field(examples=["µg/m³"])
    kind: str = Field(description="What its rule watches for: threshold or silence", examples=["threshold"])
    op: str = Field(examples=["gt"])
    raise_at: float | None = Field(description="As the rule says now", examples=[150.0])
    after_seconds: float | None = Field(description="How long a silence lasts before it is one")
    case_type: str = Field(examples=["environment.air_pollution"])
    region_path: str = Field(examples=["/110000/110101/"])
    region_name: str | None = Field(description="null: no region contains it", examples=["东华门街道"])
    lon: float | None = Field(examples=[116.417])
    lat: float | None = Field(examples=[39.929])
    folded_into: str | None = Field(description="The alarm that this one came back from too soon")
    episodes: int = Field(description="How often it fired, folded ones included", examples=[1])
    acknowledged_by: str
    acknowledged_label: str = Field(description="Who that was, as people read it", examples=["王芳"])
    acknowledged_note: str
    acknowledged_at: datetime | None

    @staticmethod
    def resolve_rule(alarm: Alarm) -> str:
        return alarm.rule.key

    @staticmethod
    def resolve_title(alarm: Alarm) -> dict[str, str]:
        return dict(alarm.rule.title)

    @staticmethod
    def resolve_thing(alarm: Alarm) -> str:
        return alarm.thing.code

    @staticmethod
    def resolve_thing_name(alarm: Alarm) -> str:
        return alarm.thing.name

    @staticmethod
    def resolve_case_type(alarm: Alarm) -> str:
        return alarm.rule.case_type

    @staticmethod
    def resolve_property_title(alarm: Alarm) -> dict[str, str]:
        return dict(queries.declared_of(alarm).get("title", {}))

    @staticmethod
    def resolve_property_type(alarm: Alarm) -> str:
        return str(queries.declared_of(alarm).get("type", "number"))

    @staticmethod
    def resolve_unit(alarm: Alarm) -> str:
        return str(queries.declared_of(alarm).get("unit", ""))

    @staticmethod
    def resolve_kind(alarm: Alarm) -> str:
        return alarm.rule.kind

    @staticmethod
    def resolve_op(alarm: Alarm) -> str:
        return alarm.rule.op

    @staticmethod
    def resolve_raise_at(alarm: Alarm) -> float | None:
        return alarm.rule.raise_at

    @staticmethod
    def resolve_after_seconds(alarm: Alarm) -> float | None:
        return alarm.rule.after_seconds

    @staticmethod
    def resolve_lon(alarm: Alarm) -> float | None:
        return alarm.thing.lon

    @staticmethod
    def resolve_lat(alarm: Alarm) -> float | None:
        return alarm.thing.lat

    @staticmethod
    def resolve_folded_into(alarm: Alarm) -> str | None:
        return alarm.folded_into_id


class TransitionShown(Schema):
    state: str = Field(examples=["firing"])
    at: datetime = Field(description="Event time of the reading that decided")
    value: float | None
    recorded_at: datetime = Field(description="When the city learned of it")
    event_id: str = Field(description="The message that told of it; empty where nobody was told")


class AlarmDetail(AlarmSummary):
    reading: str = Field(description="The reading that fired it", examples=["air-001/pm25/2026-03-02T01:00:00Z/0"])
    organisation_path: str
    recorded_at: datetime
    transitions: list[TransitionShown]
    folded: list[str] = Field(description="Alarms that were folded into this one")

    @staticmethod
    def resolve_transitions(alarm: Alarm) -> list[Any]:
        return list(alarm.transitions.all())

    @staticmethod
    def resolve_folded(alarm: Alarm) -> list[str]:
        return sorted(one.pk for one in alarm.folded.all())


RuleKey = Annotated[str, Word("alarm rules", queries.rule_keys)]


class AlarmFilter(Schema):
    state: str = Field("", pattern="^(pending|firing|resolved|lapsed|withdrawn|)$", examples=["firing"])
    severity: int | None = Field(None, ge=1, le=4, description="This severe or worse", examples=[2])
    rule: RuleKey = ""
    thing: str = Field("", max_length=64, description="Code of a thing")
    region: str = Field("", max_length=64, description="Code of a region: alarms in it and below")
    since: Moment | None = Field(None, description="Started at or after")
    until: Moment | None = Field(None, description="Started before")
    folded: bool | None = Field(None, description="false leaves out what was folded into an earlier alarm")
    acknowledged: bool | None = Field(None, description="false: what nobody has seen yet")

    def wanted(self) -> queries.AlarmFilter:
        return queries.AlarmFilter(**self.model_dump(exclude={"order"}))


class AlarmList(AlarmFilter):
    order: queries.Order = Field("newest", description="newest or worst first; firing: what fires now before all else")


class RuleShown(Schema):
    key: str = Field(examples=["environment.pm25_high"])
    title: dict[str, str]
    pack: str = Field(examples=["environment"])
    model: str = Field(examples=["environment.air_station"])
    property: str = Field(examples=["pm25"])
    things: list[str] = Field(description="The only things it watches; empty: all of the model")
    kind: str = Field(examples=["threshold"])
    op: str = Field(examples=["gt"])
    raise_at: float | None = Field(examples=[150.0])
    clear_at: float | None = Field(examples=[115.0])
    for_seconds: float
    clear_for_seconds: float
    after_seconds: float | None
    fold_within_seconds: float
    severity: int
    case_type: str
    source: dict[str, str] = Field(description="Where the numbers are taken from")
    enabled: bool
    updated_at: datetime

    @staticmethod
    def resolve_model(rule: Any) -> str:
        return str(rule.model.key)


class RuleCreate(Given):
    key: Key
    rule: Rule

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "key": "ours.pm25_harbour",
                    "rule": {
                        "kind": "threshold",
                        "title": {"zh": "港区 PM2.5 偏高", "en": "PM2.5 high at the harbour"},
                        "model": "environment.air_station",
                        "property": "pm25",
                        "op": "gt",
                        "raise_at": 115,
                        "clear_at": 75,
                        "for_seconds": 3600,
                        "severity": 3,
                        "case_type": "environment.air_pollution",
                        "things": ["air-001"],
                    },
                }
            ]
        }
    }


class Note(Given):
    note: Said = Field("", max_length=500, examples=["夜间施工,已核实"])


@router.get("/alarms", response=PageOf[AlarmSummary])
def list_alarms(request: CityRequest, paging: Query[Paging], where: Query[AlarmList]) -> Any:
    """Alarms, newest, worst or firing first."""
    return queries.list_alarms(request.viewer, where.wanted(), order=where.order, **paging.dict())


@router.get("/alarms/count", response=AboutShown)
def count_alarms(request: CityRequest, where: Query[AlarmFilter]) -> Any:
    """About how many alarms a list has."""
    return queries.count_alarms(request.viewer, where.wanted())


@router.get("/alarms/rules", response=PageOf[RuleShown])
def list_rules(request: CityRequest, paging: Query[Paging], model: ModelKey = "") -> Any:
    """Alarm rules, by key."""
    return queries.list_rules(request.viewer, model=model, **paging.dict())


@router.post("/alarms/rules", response={201: RuleShown})
def create_rule(request: CityRequest, body: RuleCreate) -> Any:
    """Make a rule that no pack declares."""
    return Status(201, actions.create_rule(body.key, body.rule, actor=request.viewer))


@router.get("/alarms/rules/{key}", response=RuleShown)
def get_rule(request: CityRequest, key: str) -> Any:
    """One alarm rule."""
    return queries.get_rule(request.viewer, key)


@router.post("/alarms/rules/{key}/enable", response=RuleShown)
def enable_rule(request: CityRequest, key: str, body: Note) -> Any:
    """Let a rule raise alarms."""
    rule = queries.get_rule(request.viewer, key)
    return actions.switch_rule(rule, enabled=True, actor=request.viewer, note=body.note)


@router.post("/alarms/rules/{key}/disable", response=RuleShown)
def disable_rule(request: CityRequest, key: str, body: Note) -> Any:
    """Stop a rule; its open alarms resolve."""
    rule = queries.get_rule(request.viewer, key)
    return actions.switch_rule(rule, enabled=False, actor=request.viewer, note=body.note)


@router.get("/alarms/{alarm_id}", response=AlarmDetail)
def get_alarm(request: CityRequest, alarm_id: str) -> Any:
    """One alarm with every step."""
    return queries.get_alarm(request.viewer, alarm_id)


@router.post("/alarms/{alarm_id}/acknowledge", response=AlarmDetail)
def acknowledge_alarm(request: CityRequest, alarm_id: str, body: Note) -> Any:
    """Note that somebody has seen it."""
    alarm = queries.get_alarm(request.viewer, alarm_id)
    return queries.get_alarm(request.viewer, actions.acknowledge_alarm(alarm, actor=request.viewer, note=body.note).pk)
