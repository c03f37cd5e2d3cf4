"""Sending notices, delivering them, and reading them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from citybrain.base import audit, clock
from citybrain.base.audit import SYSTEM, Actor
from citybrain.base.bus.describing import describe
from citybrain.base.bus.publishing import handling
from citybrain.base.errors import Conflict
from citybrain.base.notices.channels import channel
from citybrain.base.notices.models import NOBODY, Letter, Notice
from citybrain.base.notices.texts import text_of
from citybrain.base.notices.types import Target, recipients_of

log = logging.getLogger(__name__)
MOST_AT_ONCE, BATCH = 200, 50
OPEN = (Notice.State.DUE, Notice.State.FAILED)
ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)


@transaction.atomic
def notify(
    to: Target | Iterable[Target],
    key: str,
    *,
    subject: str,
    actor: Actor = SYSTEM,
    cause: str | None = None,
    **data: Any,
) -> list[Notice]:
    """Tell somebody something, in the transaction of the change; delivered by `work` within a second.

    `to` is one or several of: a user, an organisation, `to_duty(permission, …)`, or a text such as `organisation:5`.
    `key` names the words in a `notices.yaml`, `data` fills them in. One insert, whoever it is for. Raises ValueError
    for an unknown key or for data that the key does not carry.
    """
    text_of(key).check(data)
    event = handling.get()
    cause = cause or (event.id if event else None)
    common: dict[str, Any] = {"key": key, "subject": subject, "data": data, "actor": actor.actor_key, "cause": cause}
    common |= {"created_at": clock.now(), "next_at": clock.wall_now()}
    rows = [Notice(recipient=str(recipient), **common) for recipient in recipients_of(to)]
    return Notice.objects.bulk_create(rows)


def deliver_due() -> int:
    """Lay what is due into inboxes, many in one transaction; returns how many were attempted."""
    open_ones = Notice.objects.filter(channel=Notice.Channel.IN_APP, state__in=OPEN)
    waiting = open_ones.filter(next_at__lte=clock.wall_now())
    numbers = list(waiting.order_by("next_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for start in range(0, len(numbers), BATCH):
        _deliver(numbers[start : start + BATCH])
    return len(numbers)


def _deliver(numbers: Sequence[int]) -> None:
    """Those that can be delivered; where one of many fails, nothing of them stands and each goes alone."""
    if len(numbers) > 1:
        try:
            _deliver_together(numbers)
        except Exception as error:
            log.warning("%s notices are delivered one by one: %s", len(numbers), describe(error))
            for number in numbers:
                _deliver([number])
        return
    with transaction.atomic():
        try:
            _deliver_together(numbers)
        except Exception as error:
            for notice in _locked(numbers):
                _fail(notice, describe(error)[:300])


@transaction.atomic
def _deliver_together(numbers: Sequence[int]) -> None:
    notices = list(_locked(numbers))
    lonely = channel(Notice.Channel.IN_APP)(notices)
    sent = {notice.pk for notice in notices} - {notice.pk for notice in lonely}
    Notice.objects.filter(pk__in=sent).update(
        attempts=F("attempts") + 1, state=Notice.State.SENT, sent_at=clock.now(), error=""
    )
    for notice in lonely:
        _fail(notice, NOBODY)


def _locked(numbers: Sequence[int]) -> QuerySet[Notice]:
    locked = Notice.objects.select_for_update(skip_locked=connection.vendor == "postgresql")
    return locked.filter(pk__in=numbers, state__in=OPEN).order_by("pk")


def _fail(notice: Notice, error: str) -> None:
    """Nobody there is a state of the city and is tried again like any other failure: somebody may take up the post."""
    notice.attempts, notice.error = notice.attempts + 1, error
    notice.state = Notice.State.DEAD if notice.attempts >= ATTEMPTS else Notice.State.FAILED
    notice.next_at = clock.wall_now() + min(FIRST_PAUSE * 4 ** (notice.attempts - 1), LONGEST_PAUSE)
    notice.save(update_fields=["attempts", "state", "error", "next_at"])
    log.warning("notice %s to %s failed (%s): %s", notice.key, notice.recipient, notice.attempts, notice.error)


def settle(subject: str, keys: Collection[str]) -> None:
    """Their matter goes on, in the transaction in which it does: what lies unread is no longer asked of anybody, and
    what is still on its way is withdrawn. What was given up stays among the failures.
    """
    about = Notice.objects.filter(subject=subject, key__in=keys).exclude(channel=Notice.Channel.WEBHOOK)
    about.filter(state__in=OPEN).update(state=Notice.State.WITHDRAWN)
    unread = Letter.objects.filter(notice__in=about, read_at__isnull=True, settled_at__isnull=True)
    unread.update(settled_at=clock.now())


@transaction.atomic
def retry_notice(notice: Notice, *, actor: Actor) -> Notice:
    """Deliver a failed or dead notice again; raises Conflict `notice.not_failed` for any other."""
    locked = Notice.objects.select_for_update().get(pk=notice.pk)
    if locked.state not in (Notice.State.FAILED, Notice.State.DEAD):
        raise Conflict("notice.not_failed", number=notice.pk)
    locked.state, locked.attempts, locked.next_at = Notice.State.DUE, 0, clock.wall_now()
    locked.save(update_fields=["state", "attempts", "next_at"])
    audit.record(actor, "notice.retried", kind="notice", key=str(locked.pk), recipient=locked.recipient)
    return locked


@transaction.atomic
def mark_read(letter: Letter, *, actor: Actor) -> Letter:
    """Note that somebody has read his letter; reading it again changes nothing."""
    if letter.read_at is None:
        letter.read_at = clock.now()
        letter.save(update_fields=["read_at"])
    return letter


def mark_all_read(letters: Any, *, actor: Actor) -> int:
    """Note that somebody has read all of these letters of his; returns how many were unread."""
    return int(letters.filter(read_at__isnull=True).update(read_at=clock.now()))


def prune(older_than: datetime, *, copies: datetime | None = None) -> int:
    """Forget notices that were sent or withdrawn before a (city) time, and what went out before another; how many."""
    gone = Q(state=Notice.State.SENT, sent_at__lt=older_than)
    gone |= Q(state=Notice.State.WITHDRAWN, created_at__lt=older_than)
    if copies is not None:
        ended = Q(state=Notice.State.SENT) | Q(state=Notice.State.WITHDRAWN)
        gone |= ended & ~Q(channel=Notice.Channel.IN_APP) & Q(created_at__lt=copies)
    return Notice.objects.filter(gone).delete()[0]
