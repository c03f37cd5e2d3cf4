"""How a notice reaches its readers: in the app, and from there by the ways that each of them chose (`copies`).

What leaves the house (mail, webhooks) has a round of its own, `actions.outgoing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from citybrain.base import clock
from citybrain.base.accounts.models import User
from citybrain.base.accounts.queries import duties_in_force
from citybrain.base.notices.copies import copy_notices
from citybrain.base.notices.models import Letter, Notice
from citybrain.base.notices.types import Recipient, recipient_of

Channel = Callable[[Sequence[Notice]], list[Notice]]
"""Delivers all of them, and answers those for which nobody is there."""


def deliver_in_app(notices: Sequence[Notice]) -> list[Notice]:
    """Put a letter into the inbox of everybody whom each is for; answers those that no active account would see."""
    readers = readers_of([recipient_of(notice.recipient) for notice in notices])
    laid = [(notice, readers[notice.recipient]) for notice in notices]
    now = clock.now()
    letters = [Letter(notice=notice, user_id=user, delivered_at=now) for notice, users in laid for user in users]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    copy_notices([(notice, users) for notice, users in laid if users])
    return [notice for notice, users in laid if not users]


def readers_of(recipients: Iterable[Recipient]) -> dict[str, list[int]]:
    """The ids of the active users that each recipient, by its text, stands for now."""
    keys: dict[str, set[str]] = defaultdict(set)
    for one in recipients:
        keys[one.kind].add(one.key)
    found: dict[str, list[int]] = {str(Recipient(kind, key)): [] for kind, held in keys.items() for key in held}
    found |= _on_duty(keys["duty"])
    for kind, column in (("user", "pk"), ("organisation", "organisation_id")):
        if keys[kind]:
            users = User.objects.filter(is_active=True, **{f"{column}__in": [int(key) for key in keys[kind]]})
            for key, user in users.order_by("pk").values_list(column, "pk"):
                found[str(Recipient(kind, str(key)))].append(user)
    return found


def _on_duty(keys: Collection[str]) -> dict[str, list[int]]:
    """Who holds each permission over that region and organisation; the duties are read once for all."""
    if not keys:
        return {}
    duties = [(duty.user_id, duty.grant()) for duty in duties_in_force().filter(user__is_active=True)]
    found: dict[str, list[int]] = {}
    for key in keys:
        permission, _, reach = key.partition("@")
        region_path, _, organisation_path = reach.partition("|")
        holders = {
            user for user, grant in duties
            if permission in grant.permissions
            and region_path.startswith(grant.region_path if grant.region_path != "/" else "")
            and organisation_path.startswith(grant.organisation_path if grant.organisation_path != "/" else "")
        }  # fmt: skip
        found[str(Recipient("duty", key))] = sorted(holders)
    return found


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
