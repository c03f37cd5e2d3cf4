"""Webhooks: registering them, filling them from the outbox, and switching off what nobody answers any more."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from citybrain.base import audit, clock
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.families import READ_BY, reaches_of, shows
from citybrain.base.accounts.queries import viewer_of
from citybrain.base.audit import system_actor
from citybrain.base.bus import outbox
from citybrain.base.bus.outbox import Place, place_of
from citybrain.base.bus.publishing import new_id
from citybrain.base.bus.types import Event
from citybrain.base.crypto import seal_field
from citybrain.base.errors import BadInput, Conflict, FieldError, Forbidden
from citybrain.base.notices.actions.sending import notify
from citybrain.base.notices.models import Notice, Webhook
from citybrain.base.notices.standard_webhooks import new_secret
from citybrain.base.notices.texts import catalogue
from citybrain.base.notices.types import to_duty, to_user

PERMISSION = "token.write"
EVERY_MOST, BATCH = 20, 200
TYPE = re.compile(r"[a-z_]+\.(\*|[a-z_]+)\Z")
WORK = system_actor("work")
WAITING = (Notice.State.DUE, Notice.State.FAILED)


@transaction.atomic
def create_webhook(
    *, actor: Viewer, name: str, url: str, types: Sequence[str], kinds: Sequence[str]
) -> tuple[Webhook, str]:
    """Register an address; returns it with its secret, which is shown this once. It hears what happens from now on.

    It is told no more than its owner may see at the time. Raises Forbidden for tokens and without `token.write`,
    BadInput for an address or a kind that cannot be, Conflict when the owner has too many.
    """
    check_owner(actor)
    if Webhook.objects.filter(owner_id=actor.id).count() >= EVERY_MOST:
        raise Conflict("webhook.too_many", most=EVERY_MOST)
    _check_address(url)
    _check_wanted(types, kinds)
    secret, place = new_secret(), outbox.last_place()
    webhook = Webhook.objects.create(
        owner_id=actor.id, name=name, url=url, secret=seal_field(secret), types=sorted(set(types)),
        kinds=sorted(set(kinds)), created_at=clock.wall_now(), xid=place.xid, position=place.position,
    )  # fmt: skip
    _record(actor, "webhook.created", webhook)
    return webhook, secret


@transaction.atomic
def change_webhook(webhook: Webhook, *, actor: Viewer, **given: Any) -> Webhook:
    """Change its name, address, what it hears, or whether it is on; what happened while it was off is not told."""
    check_owner(actor)
    if "url" in given:
        _check_address(given["url"])
    _check_wanted(given.get("types", webhook.types), given.get("kinds", webhook.kinds))
    locked = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if given.get("is_active") and not locked.is_active:
        place = outbox.last_place()
        given |= {"failing_since": None, "switched_off_at": None, "error": "", **place._asdict()}
    for field, value in given.items():
        setattr(locked, field, sorted(set(value)) if field in ("types", "kinds") else value)
    locked.save(update_fields=list(given))
    _record(actor, "webhook.changed", locked)
    return locked


@transaction.atomic
def renew_secret(webhook: Webhook, *, actor: Viewer) -> str:
    """A new secret, shown this once; the old one signs nothing any more."""
    check_owner(actor)
    secret = new_secret()
    webhook.secret = seal_field(secret)
    webhook.save(update_fields=["secret"])
    _record(actor, "webhook.secret_renewed", webhook)
    return secret


@transaction.atomic
def delete_webhook(webhook: Webhook, *, actor: Viewer) -> None:
    """Forget it, and withdraw what was on its way."""
    check_owner(actor)
    _record(actor, "webhook.deleted", webhook)
    Notice.objects.filter(recipient=f"webhook:{webhook.pk}", state__in=WAITING).update(state=Notice.State.WITHDRAWN)
    webhook.delete()


@transaction.atomic
def try_webhook(webhook: Webhook, *, actor: Viewer) -> Notice:
    """Send it an event that says nothing but that it is heard; raises Conflict while it is off."""
    check_owner(actor)
    if not webhook.is_active:
        raise Conflict("webhook.off", name=webhook.name)
    now = clock.now()
    event = {
        "specversion": "1.0", "id": new_id(), "source": "/citybrain/base/notices", "type": "webhook.tried",
        "subject": f"webhook/{webhook.pk}", "time": now.isoformat(), "data": {},
    }  # fmt: skip
    return Notice.objects.create(**_copy(webhook, "webhook.tried", str(event["subject"]), event, actor.actor_key))


def check_owner(actor: Viewer) -> None:
    """A token may carry less than its owner: only the person himself says what leaves in his name."""
    actor.check(PERMISSION)
    if actor.kind != "user":
        raise Forbidden("webhook.persons_only")


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    try:
        good = parts.hostname and parts.port != 0 and not (parts.username or parts.password or parts.fragment)
    except ValueError:
        good = None
    schemes = ("https", "http") if settings.WEBHOOK_TARGETS else ("https",)
    if not good or parts.scheme not in schemes or any(ord(one) <= 32 for one in url):
        raise BadInput("input.invalid", fields=(FieldError("url", "webhook.address", {"schemes": ", ".join(schemes)}),))


def _check_wanted(types: Collection[str], kinds: Collection[str]) -> None:
    wrong = [
        FieldError("types", "webhook.unknown_type", {"type": one})
        for one in types
        if not TYPE.match(one) or one.partition(".")[0] not in READ_BY
    ]
    wrong += [FieldError("kinds", "notice.unknown_kind", {"kind": one}) for one in kinds if one not in catalogue()]
    if not types and not kinds:
        wrong.append(FieldError("types", "webhook.hears_nothing"))
    if wrong:
        raise BadInput("input.invalid", fields=tuple(wrong))


# filling


def follow_outbox() -> int:
    """Copy what has happened for each webhook that wants to hear of it; returns how many copies were made."""
    listening = Webhook.objects.filter(is_active=True).exclude(types=[]).order_by("pk").values_list("pk", flat=True)
    return sum(_fill(pk) for pk in listening)


@transaction.atomic
def _fill(pk: int) -> int:
    """One batch of events and the cursor that has passed them, together."""
    locked = Webhook.objects.select_for_update(skip_locked=connection.vendor == "postgresql", of=("self",))
    webhook = locked.filter(pk=pk, is_active=True).select_related("owner__organisation").first()
    if webhook is None:
        return 0
    events = outbox.read_after(Place(webhook.xid, webhook.position), BATCH)
    if not events:
        return 0
    wanted = [event for event in events if _wants(webhook, event)]
    reach = reaches_of(viewer_of(webhook.owner)) if wanted else {}
    copies = [
        Notice(**_copy(webhook, event.type, event.subject, event.cloud_event(), event.actor), cause=event.id)
        for event in wanted
        if shows(reach, event)
    ]
    Notice.objects.bulk_create(copies)
    webhook.xid, webhook.position = place_of(events[-1])
    webhook.save(update_fields=["xid", "position"])
    return len(copies)


def _wants(webhook: Webhook, event: Event) -> bool:
    family = event.type.partition(".")[0]
    return event.type in webhook.types or f"{family}.*" in webhook.types


def _copy(webhook: Webhook, key: str, subject: str, data: dict[str, Any], actor: str) -> dict[str, Any]:
    return {
        "recipient": f"webhook:{webhook.pk}", "channel": Notice.Channel.WEBHOOK, "key": key[:80], "subject": subject,
        "data": data, "actor": actor, "created_at": clock.now(), "next_at": clock.wall_now(),
    }  # fmt: skip


# what became of it


def note_success(webhook: Webhook) -> None:
    webhook.delivered_at, webhook.failing_since, webhook.error = clock.wall_now(), None, ""
    webhook.save(update_fields=["delivered_at", "failing_since", "error"])


def note_failure(webhook: Webhook, error: str) -> None:
    """Remember since when it fails; after `WEBHOOK_DAYS` of nothing else it is switched off."""
    now = clock.wall_now()
    webhook.failing_since, webhook.error = webhook.failing_since or now, error
    webhook.save(update_fields=["failing_since", "error"])
    if now - webhook.failing_since >= timedelta(days=settings.WEBHOOK_DAYS):
        switch_off(webhook, error)


def switch_off(webhook: Webhook, error: str) -> None:
    """Nobody answers there: what waits goes to the failures, and the owner and the operators are told."""
    webhook.is_active, webhook.switched_off_at, webhook.error = False, clock.wall_now(), error
    webhook.save(update_fields=["is_active", "switched_off_at", "error"])
    waiting = Notice.objects.filter(recipient=f"webhook:{webhook.pk}", state__in=WAITING)
    waiting.update(state=Notice.State.DEAD, error="webhook is off")
    audit.record(WORK, "webhook.switched_off", kind="webhook", key=str(webhook.pk), error=error)
    to = (to_user(webhook.owner_id), to_duty("job.write"))
    notify(to, "webhook.switched_off", subject=f"webhook/{webhook.pk}", name=webhook.name, error=error, actor=WORK)


def _record(actor: Viewer, action: str, webhook: Webhook) -> None:
    host = urlsplit(webhook.url).hostname
    audit.record(
        actor, action, kind="webhook", key=str(webhook.pk), host=host, types=webhook.types, kinds=webhook.kinds
    )
