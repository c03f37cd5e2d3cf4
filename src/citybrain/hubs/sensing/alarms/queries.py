"""Every read of alarms and rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.errors import NotFound
from citybrain.base.metrics import gauge, lag
from citybrain.base.places.models import Region
from citybrain.base.querying import About, Page, Part, about, keyset_page, parts_page
from citybrain.base.querying.paths import below
from citybrain.hubs.sensing.alarms.intake import waiting_bytes
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.alarms.snapshots import waiting_snapshots
from citybrain.hubs.sensing.things.models import Thing
from citybrain.hubs.sensing.things.queries import path_of


@lag("alarms")
def alarms_waiting() -> int:
    """Bytes of the journal that were not taken in yet."""
    return waiting_bytes()


@lag("snapshot")
def snapshots_waiting() -> int:
    """How many of the files that `sense` reads are out of date."""
    return waiting_snapshots()


@gauge("citybrain_alarms_firing", "Alarms that fire now, by severity (1 is worst)", labels=("severity",))
def alarms_firing() -> dict[tuple[str, ...], float]:
    rows = Alarm.objects.filter(state=Alarm.State.FIRING).order_by().values_list("severity").annotate(n=Count("pk"))
    return {(str(severity),): float(count) for severity, count in rows}


Order = Literal["newest", "worst", "firing"]
ORDERS: dict[str, tuple[str, ...]] = {
    "newest": ("-start_at", "id"),
    "worst": ("severity", "-start_at", "id"),
    "firing": ("-start_at", "id"),
}


@dataclass(frozen=True)
class AlarmFilter:
    """Which alarms: in a state, of at least a severity (1 is worst), of a rule, a thing, a region.

    `since` and `until` bound the start. `folded=False` leaves out what came back soon after an earlier alarm;
    `acknowledged=False` is what nobody has seen yet.
    """

    state: str = ""
    severity: int | None = None
    rule: str = ""
    thing: str = ""
    region: str = ""
    since: datetime | None = None
    until: datetime | None = None
    folded: bool | None = None
    acknowledged: bool | None = None


def list_alarms(
    viewer: Viewer, wanted: AlarmFilter, *, order: Order = "newest", after: str | None = None, limit: int = 100
) -> Page[Alarm]:
    """Alarms, newest or worst first; `firing` shows those that fire before all others, newest first each."""
    rows = _shown(_matching(viewer, wanted))
    if order == "firing":
        now = Q(state=Alarm.State.FIRING)
        parts = [Part(rows.filter(now), ORDERS[order]), Part(rows.exclude(now), ORDERS[order])]
        return parts_page(parts, after=after, limit=limit)
    return keyset_page(rows, order=ORDERS[order], after=after, limit=limit)


def _shown(rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
    """With the names that a list shows beside an alarm."""
    region = Region.objects.filter(path=OuterRef("region_path")).values("name")[:1]
    return rows.select_related("rule", "thing__model").annotate(region_name=Subquery(region))


def count_alarms(viewer: Viewer, wanted: AlarmFilter) -> About:
    """About how many alarms a list has; raises Forbidden without `alarm.read`."""
    check_may(viewer, "alarm.read")
    return about(_matching(viewer, wanted))


def _matching(viewer: Viewer, wanted: AlarmFilter) -> QuerySet[Alarm]:
    rows = scoped(viewer, Alarm.objects.all())
    exact = {"state": wanted.state, "rule__key": wanted.rule, "thing__code": wanted.thing}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.severity is not None:
        rows = rows.filter(severity__lte=wanted.severity)
    if wanted.region:
        rows = rows.filter(below("region_path", path_of(wanted.region)))
    if wanted.since is not None:
        rows = rows.filter(start_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(start_at__lt=wanted.until)
    if wanted.folded is not None:
        rows = rows.filter(folded_into__isnull=not wanted.folded)
    if wanted.acknowledged is not None:
        rows = rows.filter(acknowledged_at__isnull=not wanted.acknowledged)
    return rows


class AlarmPoint(NamedTuple):
    id: str
    lon: float
    lat: float
    severity: int
    state: str
    title: dict[str, str]
    thing: str
    thing_name: str


def alarm_points(
    viewer: Viewer, *, severities: tuple[int, ...] = (), region: str = "", case_types: Collection[str] | None = None
) -> list[AlarmPoint]:
    """The alarms that fire now on located things, in no order; no reading is looked at.

    `case_types` leaves those whose rules ask for a case of one of these kinds.
    """
    check_may(viewer, "alarm.read")
    rows = scoped(viewer, Alarm.objects.filter(state=Alarm.State.FIRING, thing__lon__isnull=False)).order_by()
    if severities:
        rows = rows.filter(severity__in=severities)
    if region:
        rows = rows.filter(below("region_path", path_of(region)))
    if case_types is not None:
        rows = rows.filter(rule__case_type__in=case_types)
    columns = ("pk", "thing__lon", "thing__lat", "severity", "state", "rule__title", "thing__code", "thing__name")
    return [AlarmPoint(*row) for row in rows.values_list(*columns)]


def get_alarm(viewer: Viewer, alarm_id: str) -> Alarm:
    """One alarm with its transitions; raises NotFound also when the viewer may not see it."""
    rows = _shown(scoped(viewer, Alarm.objects.all()))
    found = rows.prefetch_related("transitions", "folded").filter(pk=alarm_id).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def declared_of(alarm: Alarm) -> dict[str, Any]:
    """What the model of its thing says of the alarm's property; empty where it says nothing any more."""
    return dict(alarm.thing.model.properties.get(alarm.property, {}))


@dataclass(frozen=True)
class Firing:
    """What fires on one thing: how many alarms, the worst severity, and the property of the worst one."""

    count: int
    worst: int
    property: str


def firing_alarms(viewer: Viewer) -> QuerySet[Alarm]:
    """The alarms that fire now, those that the viewer may see."""
    return scoped(viewer, Alarm.objects.filter(state=Alarm.State.FIRING))


def firing_by_thing(viewer: Viewer, things: Collection[int]) -> dict[int, Firing]:
    """What fires on each of some things (by their keys); those on which nothing does are missing."""
    found: dict[int, Firing] = {}
    rows = firing_alarms(viewer).filter(thing__in=things).order_by("severity", "-start_at", "id")
    for thing, severity, name in rows.values_list("thing_id", "severity", "property"):
        first = found.get(thing)
        found[thing] = Firing(first.count + 1, first.worst, first.property) if first else Firing(1, severity, name)
    return found


def watched_properties(models: Collection[int]) -> dict[int, Sequence[str]]:
    """Which properties rules watch, of each thing model (by its key), the most telling first.

    That is the one whose silence is an alarm (what the thing is there for), then those of the worst alarms.
    """
    rows = AlarmRule.objects.filter(model__in=models, enabled=True).order_by("kind", "severity", "key")
    found: dict[int, Sequence[str]] = {}
    for model, name in rows.values_list("model_id", "property"):
        if name not in found.get(model, ()):
            found[model] = [*found.get(model, ()), name]
    return found


def list_rules(viewer: Viewer, *, model: str = "", after: str | None = None, limit: int = 100) -> Page[AlarmRule]:
    """The rules in force or switched off, by key; what packs no longer declare is left out."""
    check_may(viewer, "alarm.read")
    rows = AlarmRule.objects.select_related("model").filter(retired_at=None)
    return keyset_page(rows.filter(model__key=model) if model else rows, order=("key",), after=after, limit=limit)


def get_rule(viewer: Viewer, key: str) -> AlarmRule:
    """One rule; raises NotFound `alarms.unknown_rule`."""
    check_may(viewer, "alarm.read")
    found = AlarmRule.objects.select_related("model").filter(key=key).first()
    if found is None:
        raise NotFound("alarms.unknown_rule", rule=key)
    return found


def rule_titles(viewer: Viewer, keys: Collection[str]) -> dict[str, dict[str, str]]:
    """What these rules are called; those that packs no longer declare too."""
    check_may(viewer, "alarm.read")
    return dict(AlarmRule.objects.filter(key__in=sorted(keys)).values_list("key", "title"))


def newest_of_thing(viewer: Viewer, thing: Thing, *, most: int) -> list[str]:
    """Ids of the newest alarms of a thing, those that the viewer may see."""
    rows = scoped(viewer, Alarm.objects.filter(thing=thing)).order_by("-start_at", "id")
    return list(rows.values_list("pk", flat=True)[:most])


def alarms_of_reading(viewer: Viewer | None, reading_id: str) -> list[str]:
    """Ids of the alarms that a reading (`<thing>/<property>/<at>/<sequence>`) fired or resolved, oldest first.

    Without a viewer all of them: for whoever asks about each one again.
    """
    try:
        thing, name, moment, _ = reading_id.rsplit("/", 3)
        at = datetime.fromisoformat(moment)
    except ValueError:
        return []
    rows = Alarm.objects.filter(thing__code=thing, property=name)
    rows = rows.filter(Q(reading=reading_id) | Q(resolved_at=at) if at.tzinfo else Q(reading=reading_id))
    found = rows if viewer is None else scoped(viewer, rows)
    return list(found.order_by("start_at", "pk").values_list("pk", flat=True))


def rule_keys() -> list[str]:
    """The keys of all rules, those that packs no longer declare included: their alarms are still there."""
    return list(AlarmRule.objects.values_list("key", flat=True))
