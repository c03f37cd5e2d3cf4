"""Every read of the health of things. Who may read a thing's telemetry sees its contact; alarms follow `alarm.read`."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from citybrain.base import clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.places.models import Region
from citybrain.base.places.queries import city
from citybrain.base.querying import Page, keyset_page, position_of
from citybrain.hubs.sensing.alarms.queries import Firing, firing_alarms, firing_by_thing, watched_properties
from citybrain.hubs.sensing.health.hearing import Numbers, hear
from citybrain.hubs.sensing.health.types import CONTACTS, Contact, Headline, HealthCount, HealthFilter, Watched
from citybrain.hubs.sensing.telemetry.queries import latest_of
from citybrain.hubs.sensing.telemetry.types import Latest
from citybrain.hubs.sensing.things.models import Stream, Thing
from citybrain.hubs.sensing.things.queries import (
    PERIODS,
    USUAL_PERIOD,
    ThingPoint,
    matching_things,
    points_of,
    spell_value,
)

MAX_LIMIT = 500
BYTE_ORDER_MARK = "\ufeff"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = {
    "code": ("编码", "code"), "name": ("名称", "name"), "model": ("模型", "model"),
    "model_title": ("类型", "kind"), "state": ("状态", "state"), "contact": ("在线情况", "contact"),
    "last_at": ("最近上报", "last reading"), "property": ("指标", "property"), "value": ("最近值", "value"),
    "unit": ("单位", "unit"), "firing": ("告警中", "alarms firing"), "worst": ("最高级别", "worst severity"),
    "region_code": ("区域代码", "region"), "region_name": ("区域", "region name"), "address": ("地址", "address"),
    "lon": ("经度", "longitude"), "lat": ("纬度", "latitude"), "organisation_path": ("所属单位", "organisation"),
    "registered_at": ("登记时间", "registered at"),
}  # fmt: skip
WORDS = {
    "online": ("在线", "online"), "silent": ("静默", "silent"), "never": ("从未上报", "never heard"),
    "active": ("在用", "active"), "retired": ("已停用", "retired"),
}  # fmt: skip


def list_health(viewer: Viewer, wanted: HealthFilter, *, after: str | None = None, limit: int = 100) -> Page[Watched]:
    """Things with their health, in the order of their registration."""
    rows = _matching(viewer, wanted)
    if wanted.contact is not None:
        rows = rows.filter(pk__in=_window(rows, wanted.contact, after, min(limit, MAX_LIMIT)))
    page = keyset_page(_shown(rows), order=("id",), after=after, limit=limit)
    return Page(_watched(viewer, page.items), page.next)


def count_health(viewer: Viewer, wanted: HealthFilter) -> HealthCount:
    """How many things a list has, by contact; the filter's own contact is left aside, so that each can be chosen."""
    check_may(viewer, "telemetry.read")
    rows = _matching(viewer, wanted)
    by_contact = np.bincount(hear().contact_of(_keys(rows)), minlength=len(CONTACTS))
    never, silent, online = (int(count) for count in by_contact)
    firing = rows.filter(Exists(_firing(viewer, None))).order_by().count()
    return HealthCount(never + silent + online, online, silent, never, firing)


def health_points(viewer: Viewer, wanted: HealthFilter) -> list[ThingPoint]:
    """The located things of a list, in no order."""
    check_may(viewer, "telemetry.read")
    rows = _matching(viewer, wanted)
    if wanted.contact is None:
        return points_of(rows)
    keys = _keys(rows)
    return points_of(rows, set(keys[hear().contact_of(keys) == CONTACTS.index(wanted.contact)].tolist()))


def csv_lines(viewer: Viewer, wanted: HealthFilter, *, language: str) -> Iterator[str]:
    """The things of a list as CSV for a spreadsheet, read in pieces. Texts that would run as a formula are written
    with an apostrophe before them."""
    check_may(viewer, "telemetry.read")
    _matching(viewer, wanted)  # what is wrong with the filter is said before the first line goes out
    return _lines(viewer, wanted, language)


def _lines(viewer: Viewer, wanted: HealthFilter, language: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    place, zone = 0 if language == "zh" else 1, city().zone
    yield BYTE_ORDER_MARK + str(writer.writerow([titles[place] for titles in COLUMNS.values()]))
    after: str | None = None
    while True:
        page = list_health(viewer, wanted, after=after, limit=MAX_LIMIT)
        for one in page.items:
            yield str(writer.writerow([_cell(one, name, language, zone) for name in COLUMNS]))
        after = page.next
        if after is None:
            return


class _Echo:
    """Hands back what a CSV writer writes."""

    def write(self, line: str) -> str:
        return line


def _cell(one: Watched, name: str, language: str, zone: ZoneInfo) -> Any:
    head = one.headline
    special: dict[str, Any] = {
        "model": one.thing.model.key, "model_title": one.thing.model.title.get(language, ""), "contact": one.contact,
        "last_at": one.last_at, "firing": one.firing, "worst": one.worst, "property": head and head.title.get(language),
        "value": head and head.value, "unit": head and head.unit,
    }  # fmt: skip
    value = special[name] if name in special else getattr(one.thing, name)
    if value is None:
        return ""
    if name in ("state", "contact"):
        return WORDS[value][0 if language == "zh" else 1]
    if hasattr(value, "isoformat"):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return value


def _matching(viewer: Viewer, wanted: HealthFilter) -> QuerySet[Thing]:
    rows = matching_things(
        viewer, model=wanted.model, region=wanted.region, q=wanted.q, unlocated=wanted.unlocated, state=wanted.state,
        permission="telemetry.read",
    )  # fmt: skip
    if wanted.firing is False:
        rows = rows.exclude(Exists(_firing(viewer, None)))
    elif wanted.firing or wanted.severity is not None:
        rows = rows.filter(Exists(_firing(viewer, wanted.severity)))
    return rows


def _firing(viewer: Viewer, severity: int | None) -> QuerySet[Any]:
    rows = firing_alarms(viewer).filter(thing=OuterRef("pk"))
    return rows if severity is None else rows.filter(severity__lte=severity)


def _shown(rows: QuerySet[Thing]) -> QuerySet[Thing]:
    region = Region.objects.filter(path=OuterRef("region_path")).values("name")[:1]
    return rows.select_related("model").annotate(region_name=Subquery(region))


def _keys(rows: QuerySet[Thing]) -> Numbers:
    return np.fromiter(rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000), np.int64)


def _window(rows: QuerySet[Thing], contact: Contact, after: str | None, limit: int) -> list[int]:
    """Keys of the next things with that contact, one more than the page holds."""
    keys = _keys(rows)
    found = keys[hear().contact_of(keys) == CONTACTS.index(contact)]
    begin = np.searchsorted(found, position_of(after, order=("id",), model=Thing)[0], "right") if after else 0
    return [int(key) for key in found[begin : begin + limit + 1]]


def _watched(viewer: Viewer, things: Sequence[Thing]) -> list[Watched]:
    """A page of things with the latest readings and firing alarms of each, in a fixed number of questions."""
    keys = [thing.pk for thing in things]
    streams: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Stream.objects.filter(thing__in=keys).order_by("pk")
    for pk, owner, name in rows.values_list("pk", "thing_id", "property"):
        streams[owner][name] = pk
    latest = latest_of({(thing, name): pk for thing, own in streams.items() for name, pk in own.items()})
    firing = firing_by_thing(viewer, keys)
    watching = watched_properties({thing.model_id for thing in things})
    found = []
    for thing in things:
        own = {name: latest.get((thing.pk, name)) for name in streams[thing.pk] if name in thing.model.properties}
        head = _headline(thing, own, firing.get(thing.pk), watching.get(thing.model_id, []))
        found.append(_one(thing, own, firing.get(thing.pk), head))
    return found


Own = Mapping[str, Latest | None]


def _one(thing: Thing, own: Own, firing: Firing | None, head: Headline | None) -> Watched:
    came = [(name, reading) for name, reading in own.items() if reading is not None]
    now = clock.now()
    fresh = any(
        (now - reading.at).total_seconds() <= PERIODS * thing.model.properties[name].get("period_seconds", USUAL_PERIOD)
        for name, reading in came
    )
    contact: Contact = "online" if fresh else "silent" if came else "never"
    last_at = max((reading.at for _, reading in came), default=None)
    return Watched(thing, contact, last_at, firing.count if firing else 0, firing.worst if firing else None, head)


def _headline(thing: Thing, own: Own, firing: Firing | None, watching: Sequence[str]) -> Headline | None:
    first = [firing.property] if firing else []
    name = next((name for name in [*first, *watching, *thing.model.properties] if name in own), None)
    if name is None:
        return None
    declared, reading = thing.model.properties[name], own[name]
    value = spell_value(declared, reading.value) if reading else None
    return Headline(name, declared["title"], declared.get("unit", ""), reading.at if reading else None, value)
