"""Which ways a notice goes besides the inbox: a copy for each reader who chose mail, and for each webhook of his."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from citybrain.base import clock
from citybrain.base.accounts.queries import duties_in_force
from citybrain.base.notices.models import Mailbox, Notice, Preference, Webhook
from citybrain.base.notices.queries import time_zone
from citybrain.base.notices.texts import link_of, text_of
from citybrain.base.notices.types import to_user


def copy_notice(notice: Notice, users: Collection[int]) -> None:
    """Make the copies, in the transaction in which the letters are laid into the inboxes."""
    copies = [_copy(notice, Notice.Channel.MAIL, str(to_user(user)), notice.key, notice.data)
              for user in by_mail(notice.key, users)]  # fmt: skip
    listening = [one for one in Webhook.objects.filter(owner_id__in=users, is_active=True).order_by("pk")
                 if notice.key in one.kinds]  # fmt: skip
    if listening:
        event = cloud_event(notice)
        copies += [
            _copy(notice, Notice.Channel.WEBHOOK, f"webhook:{one.pk}", event["type"], event) for one in listening
        ]
    if copies:
        Notice.objects.bulk_create(copies, ignore_conflicts=True)


def by_mail(key: str, users: Collection[int]) -> list[int]:
    """Those of the users who have an address and chose mail for this kind: themselves, or by a role they hold now."""
    chosen = dict(Preference.objects.filter(key=key).values_list("holder", "by_mail"))
    if not any(chosen.values()):
        return []
    there = Mailbox.objects.filter(user_id__in=users).order_by("user_id").values_list("user_id", flat=True)
    roles = [holder.removeprefix("role:") for holder, wanted in chosen.items() if wanted and holder.startswith("role:")]
    by_role = set(duties_in_force().filter(role__in=roles, user_id__in=users).values_list("user_id", flat=True))
    return [user for user in there if chosen.get(f"user:{user}", user in by_role)]


def _copy(notice: Notice, channel: Notice.Channel, recipient: str, key: str, data: dict[str, Any]) -> Notice:
    return Notice(
        recipient=recipient, channel=channel, key=key, subject=notice.subject, data=data, actor=notice.actor,
        cause=notice.cause, created_at=notice.created_at, next_at=clock.wall_now(), copy_of=notice,
    )  # fmt: skip


def cloud_event(notice: Notice) -> dict[str, Any]:
    """A notice in the JSON format of CloudEvents 1.0, its words in both languages."""
    zone = time_zone()
    said = {language: text_of(notice.key).render(notice.data, language, zone) for language in ("zh", "en")}
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"notice-{notice.pk}",
        "source": "/citybrain/base/notices",
        "type": f"notice.{notice.key}",
        "subject": notice.subject,
        "time": notice.created_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "title": {language: title for language, (title, _) in said.items()},
            "text": {language: text for language, (_, text) in said.items()},
            "link": link_of(notice.key, notice.subject),
            "facts": notice.data,
        },
    }
    return event if notice.cause is None else {**event, "cause": notice.cause}
