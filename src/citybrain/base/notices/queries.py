"""Reading notices: everybody his own, operations the failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from citybrain.base import clock
from citybrain.base.accounts import Viewer, scoped
from citybrain.base.accounts.families import reaches_of
from citybrain.base.accounts.roles import ROLES
from citybrain.base.crypto import open_field
from citybrain.base.errors import Forbidden, NotFound
from citybrain.base.metrics import gauge
from citybrain.base.notices import server
from citybrain.base.notices.models import Letter, Mailbox, Notice, Preference, Webhook
from citybrain.base.notices.texts import catalogue, text_of
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


@dataclass(frozen=True)
class KindChoice:
    """A kind of notice and whether it comes by mail: by one's own choice (`own`), by a role, or not at all."""

    key: str
    name: Mapping[str, str]
    by_mail: bool
    own: bool | None


@dataclass(frozen=True)
class Preferences:
    """How notices come to one person."""

    is_mail_on: bool
    address: str
    language: str
    kinds: list[KindChoice]


def preferences(viewer: Viewer) -> Preferences:
    """How notices come to the viewer himself; raises Forbidden for a token."""
    if viewer.kind != "user":
        raise Forbidden("notice.persons_only")
    viewer.check("notice.read")
    mailbox = Mailbox.objects.filter(user_id=viewer.id).first()
    roles = [f"role:{grant.role}" for grant in viewer.grants]
    found = Preference.objects.filter(holder__in=[*roles, f"user:{viewer.id}"])
    chosen = {(one.holder, one.key): one.by_mail for one in found}
    kinds = []
    for key, text in sorted(catalogue().items()):
        own = chosen.get((f"user:{viewer.id}", key))
        by_role = any(chosen.get((role, key), False) for role in roles)
        kinds.append(KindChoice(key, text.called, by_role if own is None else own, own))
    address = open_field(mailbox.address) if mailbox else ""
    return Preferences(server.server() is not None, address, mailbox.language if mailbox else "zh", kinds)


def role_preferences(viewer: Viewer) -> dict[str, list[str]]:
    """What everybody with a role gets by mail, by role."""
    viewer.check("job.read")
    found = dict[str, list[str]]({key: [] for key in ROLES})
    rows = Preference.objects.filter(holder__startswith="role:", by_mail=True).order_by("key")
    for holder, key in rows.values_list("holder", "key"):
        found.setdefault(holder.removeprefix("role:"), []).append(key)
    return found


def webhooks(viewer: Viewer) -> QuerySet[Webhook]:
    """The viewer's own; whoever runs the platform sees all of them. Raises Forbidden for a token."""
    viewer.check("token.write")
    if viewer.kind != "user":
        raise Forbidden("webhook.persons_only")
    rows = Webhook.objects.select_related("owner")
    return rows if viewer.may("job.write") else scoped(viewer, rows)


def get_webhook(viewer: Viewer, number: int) -> Webhook:
    """Raises NotFound for somebody else's."""
    found = webhooks(viewer).filter(pk=number).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def can_hear(viewer: Viewer) -> dict[str, Any]:
    """The families of events within reach, and the kinds of notices with their names."""
    viewer.check("token.write")
    kinds = [{"key": key, "name": text.called} for key, text in sorted(catalogue().items())]
    return {"families": sorted(reaches_of(viewer)), "kinds": kinds}


def given_up() -> int:
    """Notices of the last thirty days that reached nobody and are not tried any more."""
    return Notice.objects.filter(state=Notice.State.DEAD, created_at__gt=clock.now() - timedelta(days=30)).count()


@gauge("citybrain_webhooks", "Webhooks by state", labels=("state",))
def webhook_counts() -> Mapping[tuple[str, ...], float]:
    active = Webhook.objects.filter(is_active=True)
    failing = active.filter(failing_since__isnull=False).count()
    off = Webhook.objects.filter(is_active=False).count()
    return {("well",): active.count() - failing, ("failing",): failing, ("off",): off}


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


def told_about(subject: str, most: int) -> list[int]:
    """Ids of the first notices about something (copies by mail left out), for whoever may see that thing."""
    rows = Notice.objects.filter(subject=subject, copy_of=None).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def get_told(number: str) -> Notice:
    """One notice, for whoever may see what it is about (the caller asks); raises NotFound."""
    found = Notice.objects.filter(pk=int(number)).first() if number.isdigit() else None
    if found is None:
        raise NotFound("notice.unknown", number=number)
    return found


def words_of(notice: Notice, language: str) -> tuple[str, str]:
    """Its title and text in a language."""
    return text_of(notice.key).render(notice.data, language, time_zone())
