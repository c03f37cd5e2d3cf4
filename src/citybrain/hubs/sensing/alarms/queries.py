"""Every read of alarms and rules."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db.models import Count, Q

from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.errors import NotFound
from citybrain.base.metrics import gauge, lag
from citybrain.base.querying import Page, keyset_page
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


def list_alarms(
    viewer: Viewer,
    *,
    state: str = "",
    severity: int | None = None,
    rule: str = "",
    thing: str = "",
    region: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    folded: bool | None = None,
    order: Order = "newest",
    after: str | None = None,
    limit: int = 100,
) -> Page[Alarm]:
    """Alarms, newest or worst first: in a state, of at least a severity (1 is worst), of a rule, a thing, a region.

    `since` and `until` bound the start. `folded=False` leaves out what came back soon after an earlier alarm.
    """
    rows = scoped(viewer, Alarm.objects.select_related("rule", "thing"))
    exact = {"state": state, "rule__key": rule, "thing__code": thing}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if severity is not None:
        rows = rows.filter(severity__lte=severity)
    if region:
        rows = rows.filter(below("region_path", path_of(region)))
    if since is not None:
        rows = rows.filter(start_at__gte=since)
    if until is not None:
        rows = rows.filter(start_at__lt=until)
    if folded is not None:
        rows = rows.filter(folded_into__isnull=not folded)
    return keyset_page(rows, order=ORDERS[order], after=after, limit=limit)


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
