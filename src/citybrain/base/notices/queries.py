"""Reading notices: everybody his own, operations the failures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from citybrain.base.accounts import Viewer, scoped
from citybrain.base.errors import NotFound
from citybrain.base.metrics import gauge
from citybrain.base.notices.models import Letter, Notice
from citybrain.base.places.queries import find_city

MOST_COUNTED = 100


def letters(viewer: Viewer, *, unread: bool = False, key: str = "") -> QuerySet[Letter]:
    """The viewer's own letters; of one kind, where `key` names it."""
    found = scoped(viewer, Letter.objects.select_related("notice"))
    if key:
        found = found.filter(notice__key=key)
    return found.filter(read_at__isnull=True, settled_at__isnull=True) if unread else found


def get_letter(viewer: Viewer, number: int) -> Letter:
    """Raises NotFound for somebody else's."""
    found = letters(viewer).filter(pk=number).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def count_unread(viewer: Viewer) -> int:
    """How many are unread, counted up to a hundred."""
    return len(letters(viewer, unread=True).order_by().values_list("pk", flat=True)[:MOST_COUNTED])


def failures(viewer: Viewer) -> QuerySet[Notice]:
    """Notices that could not be delivered: still tried, or given up."""
    viewer.check("job.read")
    return Notice.objects.filter(state__in=[Notice.State.FAILED, Notice.State.DEAD])


def get_failure(viewer: Viewer, number: int) -> Notice:
    """Raises NotFound `notice.unknown`; the permission to change it is `job.write`."""
    viewer.check("job.write")
    found = Notice.objects.filter(pk=number).first()
    if found is None:
        raise NotFound("notice.unknown", number=number)
    return found


def states(viewer: Viewer) -> dict[str, int]:
    """How many notices are in each state."""
    viewer.check("job.read")
    return {state: int(count) for (state,), count in state_counts().items()}


@gauge("citybrain_notices", "Notices by state", labels=("state",))
def state_counts() -> Mapping[tuple[str, ...], float]:
    rows = Notice.objects.order_by().values_list("state").annotate(count=Count("id"))
    return {(state.value,): 0 for state in Notice.State} | {(state,): count for state, count in rows}


def time_zone() -> tzinfo:
    """The city's time zone; UTC while there is no city."""
    city = find_city()
    return _zone(city.time_zone if city else "UTC")


@lru_cache(maxsize=8)
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)
