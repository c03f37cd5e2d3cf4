"""Every read of alarms and rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Count, Q, QuerySet

from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.errors import NotFound
from citybrain.base.metrics import gauge, lag
from citybrain.base.querying import About, Page, about, keyset_page
from citybrain.base.querying.paths import below
from citybrain.hubs.sensing.alarms.intake import waiting_bytes
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.alarms.snapshots import waiting_snapshots
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


Order = Literal["newest", "worst"]
ORDERS: dict[str, tuple[str, ...]] = {
    "newest": ("-start_at", "id"),
    "worst": ("severity", "-start_at", "id"),
}


@dataclass(frozen=True)
class AlarmFilter:
    """Which alarms: in a state, of at least a severity (1 is worst), of a rule, a thing, a region.

    `since` and `until` bound the start. `folded=False` leaves out what came back soon after an earlier alarm.
    """

    state: str = ""
    severity: int | None = None
    rule: str = ""
    thing: str = ""
    region: str = ""
    since: datetime | None = None
    until: datetime | None = None
    folded: bool | None = None


def list_alarms(
    viewer: Viewer, wanted: AlarmFilter, *, order: Order = "newest", after: str | None = None, limit: int = 100
) -> Page[Alarm]:
    """Alarms, newest or worst first."""
    rows = _matching(viewer, wanted).select_related("rule", "thing")
    return keyset_page(rows, order=ORDERS[order], after=after, limit=limit)


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
    return rows


def get_alarm(viewer: Viewer, alarm_id: str) -> Alarm:
    """One alarm with its transitions; raises NotFound also when the viewer may not see it."""
    rows = scoped(viewer, Alarm.objects.select_related("rule", "thing"))
    found = rows.prefetch_related("transitions", "folded").filter(pk=alarm_id).first()
    if found is None:
        raise NotFound("input.not_found")
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
