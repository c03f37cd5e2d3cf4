"""What leaves the house: mail and webhooks, at least once, with no transaction open while the other side is waited for.

A round claims what is due (each claim counts as an attempt and holds for a while), sends it from threads that touch no
database, and keeps what became of it. Killed in the middle, the claim runs out and the same message goes again under
the same id.
"""

from __future__ import annotations

import json
import logging
import random
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from citybrain.base import clock
from citybrain.base.bus.describing import describe
from citybrain.base.crypto import open_field
from citybrain.base.notices import guarded, mail, server, standard_webhooks
from citybrain.base.notices.actions.hooking import note_failure, note_success, switch_off
from citybrain.base.notices.models import Mailbox, Notice, Webhook
from citybrain.base.notices.queries import time_zone

log = logging.getLogger(__name__)
CLAIM_FOR = timedelta(minutes=2)
MOST_AT_ONCE, MOST_TO_ONE, THREADS = 64, 10, 8
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = {Notice.Channel.MAIL: timedelta(hours=4), Notice.Channel.WEBHOOK: timedelta(hours=8)}
ATTEMPTS = {Notice.Channel.MAIL: 12, Notice.Channel.WEBHOOK: 14}
"""About a day of mail, and two and a half of webhooks."""
GONE = 410
WAITING = (Notice.State.DUE, Notice.State.FAILED)
MAIL_OFF, NO_ADDRESS, NO_WEBHOOK = "mail is off", "no address", "webhook is off"


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: an error or nothing, whether it is final, and when to come again."""

    error: str = ""
    is_final: bool = False
    after: timedelta | None = None


Sending = Callable[[], Outcome]


def deliver_outgoing() -> int:
    """Send what is due by mail and to webhooks; returns how many were attempted."""
    claimed = _claim()
    sendings = [_prepare(notice) for notice in claimed]
    with ThreadPoolExecutor(THREADS, "outgoing") as pool:
        outcomes = list(pool.map(_attempt, sendings))
    for notice, outcome in zip(claimed, outcomes, strict=True):
        _keep(notice.pk, outcome)
    return len(claimed)


def _claim() -> list[Notice]:
    """A few for each recipient, the first of each before the second of any, so that none waits for another's many.

    Of whoever fails now one is tried, and of all such only as many as there are threads, after the others and drawn by
    lot: they may take long. What is chosen is locked and read again, so that nobody waits while it is looked for.
    """
    now = clock.wall_now()
    due = Notice.objects.filter(channel__in=ATTEMPTS, state__in=WAITING, next_at__lte=now)
    wanted = _next_of_each(due)
    locked = due.select_for_update(skip_locked=connection.vendor == "postgresql")
    with transaction.atomic():
        found = {notice.pk: notice for notice in locked.filter(pk__in=wanted).order_by("pk")}
        chosen = [found[number] for number in wanted if number in found]
        for notice in chosen:
            notice.attempts += 1
            notice.next_at = now + CLAIM_FOR
        Notice.objects.bulk_update(chosen, ["attempts", "next_at"])
    return chosen


def _next_of_each(due: QuerySet[Notice]) -> list[int]:
    fail = Webhook.objects.filter(failing_since__isnull=False).values_list("pk", flat=True)
    failing = [f"webhook:{number}" for number in fail]
    turns = due.annotate(turn=Window(RowNumber(), partition_by="recipient", order_by=["next_at", "pk"]))
    well = turns.exclude(recipient__in=failing).filter(turn__lte=MOST_TO_ONE).order_by("turn", "next_at", "pk")
    first = list(turns.filter(recipient__in=failing, turn=1).values_list("pk", flat=True))
    return [
        *well.values_list("pk", flat=True)[:MOST_AT_ONCE],
        *random.sample(first, min(len(first), THREADS)),
    ]


def _prepare(notice: Notice) -> Sending:
    """Everything that needs the database, read now; what cannot be sent at all says so."""
    try:
        return _mail(notice) if notice.channel == Notice.Channel.MAIL else _post(notice)
    except Exception as error:
        log.exception("notice %s could not be written", notice.pk)
        words = describe(error)[:300]
        return lambda: Outcome(words)


def _mail(notice: Notice) -> Sending:
    to = server.server()
    if to is None:
        return lambda: Outcome(MAIL_OFF)
    user = int(notice.recipient.partition(":")[2])
    mailbox = Mailbox.objects.filter(user_id=user, user__is_active=True).first()
    if mailbox is None:
        return lambda: Outcome(NO_ADDRESS, is_final=True)
    message = mail.compose(notice, open_field(mailbox.address), mailbox.language, time_zone(), to.sender)

    def send() -> Outcome:
        mail.hand_over(message, to)
        return Outcome()

    return send


def _post(notice: Notice) -> Sending:
    webhook = Webhook.objects.filter(pk=int(notice.recipient.partition(":")[2]), is_active=True).first()
    if webhook is None:
        return lambda: Outcome(NO_WEBHOOK, is_final=True)
    body = json.dumps(notice.data, ensure_ascii=False).encode()
    secret, url, key = open_field(webhook.secret), webhook.url, str(notice.data["id"])

    def send() -> Outcome:
        headers = standard_webhooks.headers_of(secret, key, int(clock.wall_now().timestamp()), body)
        return _judge(guarded.post(url, body, headers, allowed=settings.WEBHOOK_TARGETS))

    return send


def _judge(answer: guarded.Answer) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome()
    after = None if answer.retry_after is None else timedelta(seconds=min(answer.retry_after, 86_400))
    return Outcome(f"HTTP {answer.status}", is_final=answer.status == GONE, after=after)


def _attempt(send: Sending) -> Outcome:
    try:
        return send()
    except guarded.Unreachable as error:
        return Outcome(str(error))
    except smtplib.SMTPResponseException as error:
        return Outcome(f"SMTP {error.smtp_code}")
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(type(error).__name__)
    except Exception as error:
        log.exception("a notice could not be sent")
        return Outcome(describe(error)[:300])


@transaction.atomic
def _keep(number: int, outcome: Outcome) -> None:
    """What was withdrawn or forgotten meanwhile stays so."""
    notice = Notice.objects.select_for_update().filter(pk=number, state__in=WAITING).first()
    if notice is None:
        return
    if not outcome.error:
        notice.state, notice.sent_at, notice.error = Notice.State.SENT, clock.now(), ""
    else:
        _fail(notice, outcome)
    notice.save(update_fields=["state", "sent_at", "error", "next_at"])
    if notice.channel == Notice.Channel.WEBHOOK:
        _tell_webhook(notice, outcome)


def _fail(notice: Notice, outcome: Outcome) -> None:
    given_up = outcome.is_final or notice.attempts >= ATTEMPTS[Notice.Channel(notice.channel)]
    notice.state = Notice.State.DEAD if given_up else Notice.State.FAILED
    pause = min(FIRST_PAUSE * 4 ** min(notice.attempts - 1, 10), LONGEST_PAUSE[Notice.Channel(notice.channel)])
    notice.next_at = clock.wall_now() + max(pause, outcome.after or timedelta())
    notice.error = outcome.error
    log.warning("notice %s to %s failed (%s): %s", notice.key, notice.recipient, notice.attempts, notice.error)


def _tell_webhook(notice: Notice, outcome: Outcome) -> None:
    webhook = Webhook.objects.select_for_update().filter(pk=int(notice.recipient.partition(":")[2])).first()
    if webhook is None or not webhook.is_active:
        return
    if not outcome.error:
        note_success(webhook)
    elif outcome.error == f"HTTP {GONE}":
        switch_off(webhook, outcome.error)
    else:
        note_failure(webhook, outcome.error)
