"""Which ways a notice goes besides the inbox: a copy for each reader who chose mail, and for each webhook of his."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import Any

from citybrain.base import clock
from citybrain.base.accounts.queries import duties_in_force
from citybrain.base.notices.models import Mailbox, Notice, Preference, Webhook
from citybrain.base.notices.queries import time_zone
from citybrain.base.notices.texts import link_of, text_of
from citybrain.base.notices.types import to_user


def copy_notices(laid: Sequence[tuple[Notice, Sequence[int]]]) -> None:
    """Make the copies, in the transaction in which letters are laid into the inboxes of the users beside each."""
    everybody = sorted({user for _, users in laid for user in users})
    wanted = by_mail({notice.key for notice, _ in laid}, everybody)
    listening = list(Webhook.objects.filter(owner_id__in=everybody, is_active=True).order_by("pk"))
    copies = [one for notice, users in laid for one in _copies(notice, set(users), wanted, listening)]
    if copies:
        Notice.objects.bulk_create(copies, ignore_conflicts=True)


def _copies(
    notice: Notice, users: Set[int], wanted: Mapping[str, Sequence[int]], listening: Sequence[Webhook]
) -> Iterator[Notice]:
    for user in wanted.get(notice.key, ()):
        if user in users:
            yield _copy(notice, Notice.Channel.MAIL, str(to_user(user)), notice.key, notice.data)
    for one in listening:
        if one.owner_id in users and notice.key in one.kinds:
            event = cloud_event(notice)
            yield _copy(notice, Notice.Channel.WEBHOOK, f"webhook:{one.pk}", event["type"], event)


def by_mail(keys: Collection[str], users: Collection[int]) -> dict[str, list[int]]:
    """By kind, those of the users who have an address and chose mail for it: themselves, or by a role they hold now."""
    chosen: dict[str, dict[str, bool]] = {}
    for key, holder, wanted in Preference.objects.filter(key__in=keys).values_list("key", "holder", "by_mail"):
        chosen.setdefault(key, {})[holder] = wanted
    chosen = {key: holders for key, holders in chosen.items() if any(holders.values())}
    if not chosen:
        return {}
    there = list(Mailbox.objects.filter(user_id__in=users).order_by("user_id").values_list("user_id", flat=True))
    roles: dict[int, set[str]] = {}
    for user, role in duties_in_force().filter(user_id__in=there).values_list("user_id", "role"):
        roles.setdefault(user, set()).add(f"role:{role}")
    return {
        key: [
            user for user in there
            if holders.get(f"user:{user}", any(holders.get(role) for role in roles.get(user, ())))
        ]
        for key, holders in chosen.items()
    }  # fmt: skip


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
