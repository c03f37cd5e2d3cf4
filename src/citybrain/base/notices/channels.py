"""How a notice reaches its readers: in the app, and from there by the ways that each of them chose (`copies`).

What leaves the house (mail, webhooks) has a round of its own, `actions.outgoing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from citybrain.base import clock
from citybrain.base.accounts.models import User
from citybrain.base.accounts.queries import duties_in_force
from citybrain.base.notices.copies import copy_notice
from citybrain.base.notices.models import Letter, Notice
from citybrain.base.notices.types import Recipient, recipient_of


class NobodyThere(Exception):
    """No active account would see the notice."""


Channel = Callable[[Notice], None]


def deliver_in_app(notice: Notice) -> None:
    """Put a letter into the inbox of everybody it is for; raises NobodyThere when that is nobody."""
    users = readers_of(recipient_of(notice.recipient))
    if not users:
        raise NobodyThere(notice.recipient)
    now = clock.now()
    letters = [Letter(notice=notice, user_id=user, delivered_at=now) for user in users]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    copy_notice(notice, users)


def readers_of(recipient: Recipient) -> list[int]:
    """The ids of the active users that a recipient stands for now."""
    if recipient.kind == "duty":
        return _on_duty(recipient.key)
    by = {"user": "pk", "organisation": "organisation_id"}[recipient.kind]
    users = User.objects.filter(is_active=True, **{by: int(recipient.key)})
    return list(users.order_by("pk").values_list("pk", flat=True))


def _on_duty(key: str) -> list[int]:
    permission, _, reach = key.partition("@")
    region_path, _, organisation_path = reach.partition("|")
    duties = duties_in_force().filter(user__is_active=True)
    row = {"region_path": region_path, "organisation_path": organisation_path}
    found = {
        duty.user_id
        for duty in duties
        if permission in (grant := duty.grant()).permissions
        and row["region_path"].startswith(grant.region_path if grant.region_path != "/" else "")
        and row["organisation_path"].startswith(grant.organisation_path if grant.organisation_path != "/" else "")
    }
    return sorted(found)


_channels: Mapping[str, Channel] = {"in_app": deliver_in_app}


def channel(name: str) -> Channel:
    return _channels[name]


@contextmanager
def only(channels: Mapping[str, Channel]) -> Iterator[None]:
    """For tests: these channels and no others."""
    global _channels
    before, _channels = _channels, channels
    try:
        yield
    finally:
        _channels = before
