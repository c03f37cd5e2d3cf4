"""What runs beneath: audit, bus, jobs, notices. It has no place and no owner: only duties over the whole city."""

from __future__ import annotations

from citybrain.base import clock
from citybrain.base.accounts import actions as accounts
from citybrain.base.audit.models import Record
from citybrain.base.audit.sealing import seal_once
from citybrain.base.bus.models import Failure, OutboxEvent
from citybrain.base.crypto import seal_field
from citybrain.base.jobs.models import Run
from citybrain.base.notices.models import Letter, Mailbox, Notice, Webhook
from citybrain.base.notices.standard_webhooks import new_secret
from tests.cast import Cast
from tests.site.rights import ADMINISTRATORS, EVERYBODY, LOOKING, Row, Target

WATCHING = ADMINISTRATORS | {"auditor"}
WITH_NOTICES = LOOKING | {"citizen"}
RECURRING = "files.sweep"


def an_event(cast: Cast) -> Target:
    accounts.grant_duty(cast.user("nobody"), actor=cast.viewer("administrator"), role="citizen")
    event = OutboxEvent.objects.latest("position")
    return Target({"event_id": event.id}, marker=event.id)


def a_record(cast: Cast) -> Target:
    an_event(cast)
    return Target(marker="duty.granted")


def a_sealed_record(cast: Cast) -> Target:
    an_event(cast)
    seal_once()
    return Target()


def the_seal_of_a_record(cast: Cast) -> Target:
    a_sealed_record(cast)
    return Target({"number": Record.objects.latest("id").pk})


def a_sealed_block(cast: Cast) -> Target:
    a_sealed_record(cast)
    return Target({"number": 1})


def _failure(cast: Cast, state: str) -> Failure:
    an_event(cast)
    event, now = OutboxEvent.objects.latest("position"), clock.wall_now()
    return Failure.objects.create(
        subscription="accounts.regions", event=event, xid=event.xid, subject=event.subject, state=state, attempts=10,
        next_at=now, first_at=now, last_at=now, error="KeyError",
    )  # fmt: skip


def a_dead_letter(cast: Cast) -> Target:
    failure = _failure(cast, "dead")
    return Target({"number": failure.pk}, marker="accounts.regions")


def a_waiting_letter(cast: Cast) -> Target:
    _failure(cast, "waiting")
    return Target(marker="accounts.regions")


def a_failed_run(cast: Cast) -> Target:
    now = clock.wall_now()
    run = Run.objects.create(name=RECURRING, state="failed", asked_by="system:work", queued_at=now)
    return Target({"number": run.pk, "name": RECURRING}, marker=RECURRING)


def a_job(cast: Cast) -> Target:
    return Target({"name": RECURRING}, marker=RECURRING)


def _notice(cast: Cast, state: str = "sent") -> Notice:
    now = clock.now()
    data = {"number": "X1", "kind": {"zh": "路灯不亮", "en": "Lamp out"}}
    return Notice.objects.create(
        recipient=f"user:{cast.user('leader').pk}", key="case.dispatched", subject="case/X1", data=data,
        actor="system:work", state=state, created_at=now, next_at=now,
    )  # fmt: skip


def a_letter(cast: Cast) -> Target:
    """To the leader, and to nobody else."""
    letter = Letter.objects.create(notice=_notice(cast), user=cast.user("leader"), delivered_at=clock.now())
    return Target({"number": letter.pk}, marker="case/X1")


def a_failed_notice(cast: Cast) -> Target:
    return Target({"number": _notice(cast, "dead").pk}, marker="case/X1")


def an_address(cast: Cast) -> Target:
    Mailbox.objects.create(user=cast.user("leader"), address=seal_field("leader@example.org"))
    return Target(marker="leader@example.org")


def a_webhook(cast: Cast) -> Target:
    """Of the integrator; whoever runs the platform may switch it off."""
    webhook = Webhook.objects.create(
        owner=cast.user("integrator"), name="X1 pipes", url="https://example.org/", secret=seal_field(new_secret()),
        types=["case.*"], created_at=clock.wall_now(),
    )  # fmt: skip
    return Target({"number": webhook.pk}, marker="X1 pipes")


HOOKING = ADMINISTRATORS | {"integrator"}
HOOK = {"name": "pipes", "url": "https://example.org/", "types": ["case.*"]}


# fmt: off
ROWS = [
    Row("GET", "/audit/records", WATCHING, a_record),
    Row("GET", "/audit/records/{number}/seal", WATCHING, the_seal_of_a_record),
    Row("GET", "/audit/head", WATCHING, a_sealed_record),
    Row("GET", "/audit/blocks/{number}", WATCHING, a_sealed_block),
    Row("GET", "/bus/events", WATCHING, an_event),
    Row("GET", "/bus/events/{event_id}", WATCHING, an_event),
    Row("GET", "/bus/subscriptions", WATCHING),
    Row("GET", "/bus/waiting", WATCHING, a_waiting_letter),
    Row("GET", "/bus/dead", WATCHING, a_dead_letter),
    Row("POST", "/bus/dead/retry", ADMINISTRATORS, a_dead_letter, body={}),
    Row("POST", "/bus/dead/{number}/retry", ADMINISTRATORS, a_dead_letter),
    Row("POST", "/bus/dead/{number}/dismiss", ADMINISTRATORS, a_dead_letter, body={"reason": "a test"}),
    Row("GET", "/jobs", WATCHING, a_job),
    Row("POST", "/jobs/{name}/run", ADMINISTRATORS, a_job),
    Row("GET", "/jobs/runs", WATCHING, a_failed_run),
    Row("GET", "/jobs/runs/{number}", WATCHING, a_failed_run),
    Row("POST", "/jobs/runs/{number}/rerun", ADMINISTRATORS, a_failed_run),
    Row("GET", "/platform/parts", WATCHING),
    Row("GET", "/notices", WITH_NOTICES, a_letter, sees=frozenset({"leader"})),
    Row("GET", "/notices/unread", EVERYBODY),
    Row("POST", "/notices/read", EVERYBODY, a_letter),
    Row("POST", "/notices/{number}/read", frozenset({"leader"}), a_letter, tokens=False),
    Row("GET", "/notices/failures", WATCHING, a_failed_notice),
    Row("GET", "/notices/states", WATCHING),
    Row("POST", "/notices/failures/{number}/retry", ADMINISTRATORS, a_failed_notice),
    Row("GET", "/notices/preferences", WITH_NOTICES, an_address, sees=frozenset({"leader"}), tokens=False),
    Row("PUT", "/notices/preferences", WITH_NOTICES, body={"by_mail": {"case.dispatched": True}}, tokens=False),
    Row("POST", "/notices/mail/test", WITH_NOTICES, ok=frozenset({409}), tokens=False),
    Row("GET", "/notices/role-preferences", WATCHING),
    Row("PUT", "/notices/role-preferences/{role}", ADMINISTRATORS, lambda _: Target({"role": "handler"}),
        body={"by_mail": {"case.dispatched": True}}),
    Row("GET", "/webhooks", HOOKING, a_webhook, tokens=False),
    Row("GET", "/webhooks/hears", HOOKING),
    Row("POST", "/webhooks", HOOKING, body=HOOK, tokens=False),
    Row("PATCH", "/webhooks/{number}", HOOKING, a_webhook, body={"is_active": False}, tokens=False),
    Row("DELETE", "/webhooks/{number}", HOOKING, a_webhook, tokens=False),
    Row("POST", "/webhooks/{number}/secret", HOOKING, a_webhook, tokens=False),
    Row("POST", "/webhooks/{number}/test", HOOKING, a_webhook, tokens=False),
]
# fmt: on
