"""What other systems are told: signed, at least once, no more than the owner may see, and never into our own house."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import transaction

from citybrain.base import bus
from citybrain.base.bus import Message
from citybrain.base.notices import guarded, notify, to_user
from citybrain.base.notices.actions import deliver_due, deliver_outgoing, follow_outbox, outgoing
from citybrain.base.notices.models import Notice, Webhook
from citybrain.base.notices.standard_webhooks import signature_of
from tests.base.notices.receivers import Receiver

WEBHOOKS = "/api/v1/webhooks"


class CaseTold(Message, frozen=True, kw_only=True):
    type = "case.told"
    number: str


class RegionTold(Message, frozen=True, kw_only=True):
    type = "region.told"
    number: str


@pytest.fixture(autouse=True)
def given(cast: Any, clock: Any) -> None:
    """A city with its people."""


def register(cast: Any, url: str, name: str = "integrator", **more: Any) -> tuple[Webhook, str]:
    answer = cast.client(name).post(WEBHOOKS, {"name": "pipes", "url": url, "types": ["case.*"], **more})
    assert answer.status_code == 201, answer.content.decode()
    made = answer.json()
    return Webhook.objects.get(pk=made["webhook"]["id"]), made["secret"]


def tell(number: str = "HX1", region: str = "") -> str:
    with transaction.atomic():
        return bus.publish(CaseTold(number=number), subject=f"case/{number}", region_path=region)


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it, by the text of the standard and not by our code."""
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(wanted, headers["webhook-signature"])


def test_the_example_of_the_standard_is_signed_as_there() -> None:
    """From the test vectors of the reference libraries of Standard Webhooks."""
    secret, key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    body = b'{"test": 2432232314}'
    assert signature_of(secret, key, 1614265330, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_arrives_signed_as_a_cloud_event(cast: Any, receiver: Receiver) -> None:
    tell("HX0")  # before the webhook was there
    webhook, secret = register(cast, receiver.url)
    event = tell()
    with transaction.atomic():
        bus.publish(RegionTold(number="1"), subject="region/1")
    assert follow_outbox() == 1
    assert deliver_outgoing() == 1

    ((headers, body),) = receiver.got
    assert is_signed(secret, headers, body)
    assert headers["content-type"].startswith("application/cloudevents+json")
    told = json.loads(body)
    assert (told["specversion"], told["type"], told["subject"], told["data"]) == (
        "1.0", "case.told", "case/HX1", {"number": "HX1"},
    )  # fmt: skip
    assert told["id"] == headers["webhook-id"] == event
    webhook.refresh_from_db()
    assert webhook.delivered_at is not None
    assert (follow_outbox(), deliver_outgoing()) == (0, 0)


def test_it_is_told_no_more_than_its_owner_may_see(cast: Any, receiver: Receiver) -> None:
    webhook, _ = register(cast, receiver.url)
    cast.user("integrator").duties.update(region_path=cast.other_county.path)
    tell("HX1", cast.street.path)
    tell("HX2", cast.other_street.path)
    follow_outbox()
    assert list(Notice.objects.values_list("subject", flat=True)) == ["case/HX2"]
    cast.user("integrator").duties.update(revoked_at=webhook.created_at)
    tell("HX3", cast.other_street.path)
    assert follow_outbox() == 0


def test_notices_to_the_owner_are_told_in_both_languages(cast: Any, receiver: Receiver) -> None:
    register(cast, receiver.url, types=[], kinds=["case.dispatched"])
    data = {"number": "HX1", "kind": {"zh": "路灯不亮", "en": "Lamp out"}}
    notify(to_user(cast.user("integrator")), "case.dispatched", subject="case/HX1", **data)
    notify(to_user(cast.user("handler")), "case.dispatched", subject="case/HX2", **data)
    deliver_due()
    assert deliver_outgoing() == 1
    told = json.loads(receiver.got[0][1])
    assert told["type"] == "notice.case.dispatched"
    assert told["data"]["title"] == {"zh": "新任务：路灯不亮（HX1）", "en": "New task: Lamp out (HX1)"}


def test_what_fails_is_tried_again_with_the_same_id(
    cast: Any, receiver: Receiver, wall: Callable[..., datetime]
) -> None:
    webhook, secret = register(cast, receiver.url)
    receiver.answers = lambda count: (500, {}) if count < 3 else (200, {})
    tell()
    follow_outbox()
    for _ in range(3):
        assert deliver_outgoing() == 1
        assert deliver_outgoing() == 0
        wall(minutes=30)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert all(is_signed(secret, headers, body) for headers, body in receiver.got)
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.error) == (None, "")
    assert Notice.objects.get().state == "sent"


def test_killed_between_sending_and_noting_it_goes_again(
    cast: Any, receiver: Receiver, wall: Callable[..., datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    register(cast, receiver.url)
    for number in range(5):
        tell(f"HX{number}")
    follow_outbox()
    keep, kept = outgoing._keep, []

    def die_in_the_middle(number: int, outcome: Any) -> None:
        if len(kept) == 2:
            raise KeyboardInterrupt
        kept.append(number)
        keep(number, outcome)

    with monkeypatch.context() as broken:
        broken.setattr(outgoing, "_keep", die_in_the_middle)
        with pytest.raises(KeyboardInterrupt):
            deliver_outgoing()
    wall(minutes=3)
    assert deliver_outgoing() == 3
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert (len(ids), len(set(ids))) == (8, 5)
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_one_that_does_not_answer_holds_up_nobody_else(cast: Any, wall: Callable[..., datetime]) -> None:
    """However many messages wait for it, and for however long."""
    now = wall()
    dead, _ = register(cast, "https://dead.example")
    well, _ = register(cast, "https://well.example")
    Webhook.objects.filter(pk=dead.pk).update(failing_since=now)

    def waits(recipient: str, channel: str, minutes: float) -> Notice:
        return Notice(recipient=recipient, channel=channel, key="case.told", subject="case/1", actor="system:work",
                      created_at=now, next_at=now - timedelta(minutes=minutes))  # fmt: skip

    Notice.objects.bulk_create([waits(f"webhook:{dead.pk}", "webhook", 60 - n / 100) for n in range(1000)])
    Notice.objects.bulk_create([waits(f"webhook:{well.pk}", "webhook", 30 - n / 100) for n in range(100)])
    mail = Notice.objects.bulk_create([waits(f"user:{number}", "mail", 1) for number in range(3)])

    claimed = outgoing._claim()

    assert {one.pk for one in claimed} >= {one.pk for one in mail}
    assert Counter(one.recipient for one in claimed if one.channel == "webhook") == {
        f"webhook:{dead.pk}": 1, f"webhook:{well.pk}": outgoing.MOST_TO_ONE,
    }  # fmt: skip
    assert claimed[-1].recipient == f"webhook:{dead.pk}"  # the others do not wait for a thread


def test_it_waits_as_long_as_it_is_asked_to(cast: Any, receiver: Receiver, wall: Callable[..., datetime]) -> None:
    register(cast, receiver.url)
    receiver.answers = lambda _: (429, {"retry-after": "3600"})
    tell()
    follow_outbox()
    deliver_outgoing()
    wall(minutes=50)
    assert deliver_outgoing() == 0
    wall(minutes=11)
    assert deliver_outgoing() == 1


def test_after_days_of_failure_it_is_switched_off_and_people_are_told(
    cast: Any, receiver: Receiver, wall: Callable[..., datetime]
) -> None:
    webhook, _ = register(cast, receiver.url)
    receiver.answers = lambda _: (503, {})
    for day in range(6):
        tell(f"HX{day}")
        follow_outbox()
        deliver_outgoing()
        wall(days=1)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.error) == (False, "HTTP 503")
    notices = Notice.objects.filter(key="webhook.switched_off")
    assert {one.recipient.partition(":")[0] for one in notices} == {"user", "duty"}
    failures = cast.client("administrator").get("/api/v1/notices/failures").json()["items"]
    assert {one["state"] for one in failures if one["channel"] == "webhook"} == {"dead"}

    again = cast.client("integrator").patch(
        f"{WEBHOOKS}/{webhook.pk}", {"is_active": True}, content_type="application/json"
    )
    assert (again.json()["is_active"], again.json()["switched_off_at"]) == (True, None)
    assert follow_outbox() == 0  # what happened while it was off is not told


def test_gone_means_gone(cast: Any, receiver: Receiver) -> None:
    webhook, _ = register(cast, receiver.url)
    receiver.answers = lambda _: (410, {})
    tell()
    follow_outbox()
    deliver_outgoing()
    webhook.refresh_from_db()
    assert webhook.is_active is False


def test_no_redirect_is_followed(cast: Any, receiver: Receiver) -> None:
    register(cast, receiver.url)
    receiver.answers = lambda count: (302, {"location": receiver.url}) if count == 1 else (200, {})
    tell()
    follow_outbox()
    deliver_outgoing()
    assert len(receiver.got) == 1
    assert Notice.objects.get().error == "HTTP 302"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.1.1", "169.254.169.254", "0.0.0.0", "[::1]", "[fe80::1]",
     "[::ffff:127.0.0.1]", "100.64.0.1", "224.0.0.1", "2130706433"],
)  # fmt: skip
def test_nothing_inside_is_reached_unless_it_is_allowed(host: str) -> None:
    with pytest.raises(guarded.Unreachable, match=r"not public|leads nowhere"):
        guarded.post(f"https://{host}/", b"{}", {}, allowed=())


def test_the_guard_looks_at_the_address_that_is_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers a public address first and loopback then cannot lead inside: it is asked once."""
    asked, really = [], socket.getaddrinfo

    def rebinding(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        if host == "127.0.0.1":
            return really(host, port, *more, **named)
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", receiver.server_address[1]))]

    monkeypatch.setattr("socket.getaddrinfo", rebinding)
    with pytest.raises(guarded.Unreachable, match="not public"):
        guarded.post("https://rebinding.example/", b"{}", {}, allowed=())
    assert asked == ["rebinding.example"]
    assert receiver.got == []
    answer = guarded.post(
        f"http://inside.example:{receiver.server_address[1]}/", b"{}", {}, allowed=(ip_network("127.0.0.1/32"),)
    )
    assert answer.status == 204


def test_whoever_answers_too_slowly_is_not_waited_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "DEADLINE_SECONDS", 0.3)

    def slowly(_: int) -> tuple[int, dict[str, str]]:
        time.sleep(1.0)
        return 200, {}

    receiver.answers = slowly
    with pytest.raises(guarded.Unreachable, match="in time"):
        guarded.post(receiver.url, b"{}", {}, allowed=(ip_network("127.0.0.0/8"),))


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "http://example.org/x", "https://user:pw@example.org/", "https:///x", "https://a b/"]
)
def test_addresses_that_cannot_be_are_refused(cast: Any, url: str) -> None:
    answer = cast.client("integrator").post(WEBHOOKS, {"name": "x", "url": url, "types": ["case.*"]})
    assert answer.json()["errors"][0]["code"] == "webhook.address"


def test_the_owner_alone_changes_it_and_operators_may(cast: Any, receiver: Receiver) -> None:
    webhook, secret = register(cast, receiver.url)
    url = f"{WEBHOOKS}/{webhook.pk}"
    assert secret not in json.dumps(cast.client("administrator").get(WEBHOOKS).json())
    assert secret not in webhook.secret
    assert cast.client("administrator").get(WEBHOOKS).json()["items"][0]["owner"] == "integrator"
    assert cast.client("dispatcher").get(WEBHOOKS).status_code == 403
    assert cast.token_client("integrator").delete(url).status_code == 403
    renewed = cast.client("integrator").post(f"{url}/secret").json()["secret"]
    assert cast.client("integrator").post(f"{url}/test").status_code == 202
    deliver_outgoing()
    assert is_signed(renewed, *receiver.got[0])
    assert cast.client("integrator").delete(url).status_code == 204
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("wanted", [{"types": ["secret.*"]}, {"types": ["*"]}, {"kinds": ["no.such"]}, {"types": []}])
def test_what_there_is_not_cannot_be_heard(cast: Any, wanted: dict[str, Any]) -> None:
    body = {"name": "x", "url": "https://example.org/", "types": ["case.*"], **wanted}
    assert cast.client("integrator").post(WEBHOOKS, body).status_code == 422
