"""Notices: what somebody should know, and who has read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from citybrain.base.conditions import FALSE, Compare, Condition
from citybrain.base.querying import Scope

if TYPE_CHECKING:
    from citybrain.base.accounts.types import Viewer

NOBODY = "nobody there"
"""The error of a notice whose recipients hold no account."""


class Notice(models.Model):
    """A message to a person, an organisation or whoever is on duty (通知), with the state of its delivery.

    Its words stand in a `notices.yaml`; `data` fills them in and holds no personal data. What goes by mail or to a
    webhook is a copy of its own with a state of its own, so that one way that fails holds up no other; what a webhook
    hears of the bus is the copy of an event, its key the type and its data the CloudEvent.
    """

    class Channel(models.TextChoices):
        IN_APP = "in_app"
        MAIL = "mail"
        WEBHOOK = "webhook"

    class State(models.TextChoices):
        DUE = "due"
        SENT = "sent"
        FAILED = "failed"
        DEAD = "dead"
        WITHDRAWN = "withdrawn"

    recipient = models.CharField(max_length=300)
    channel = models.CharField(max_length=20, default="in_app")
    key = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    data = models.JSONField(default=dict)
    actor = models.CharField(max_length=80)
    cause = models.CharField(max_length=32, null=True)
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    copy_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="copies", db_index=False)

    class Meta:
        db_table = "notices_notice"
        constraints = [
            models.UniqueConstraint(
                fields=["copy_of", "channel", "recipient"],
                name="a_notice_goes_each_way_once",
                condition=Q(copy_of__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_at"], name="notices_by_state"),
            models.Index(fields=["subject", "id"], name="notices_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.key} to {self.recipient}"


def own(viewer: Viewer, permission: str) -> Condition:
    """A notice is for its reader only, whatever his duties."""
    return Compare("user", "eq", viewer.id) if viewer.kind == "user" and viewer.may(permission) else FALSE


class Letter(models.Model):
    """A notice in the inbox of one person (站内信): unread until he reads it or its matter has gone on without him."""

    SCOPE = Scope(kind="notice", read="notice.read", columns={"user": "user_id"}, where=own)

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="letters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    delivered_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_letter"
        constraints = [
            models.UniqueConstraint(fields=["notice", "user"], name="a_notice_lies_in_an_inbox_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="letters_of_a_user"),
            models.Index(fields=["user"], name="open_letters_of_a_user", condition=Q(read_at=None, settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} for {self.user_id}"


class Mailbox(models.Model):
    """Where somebody reads mail (邮箱), and in which language; the address is sealed at rest."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mailbox")
    address = models.TextField()
    language = models.CharField(max_length=2, default="zh")

    class Meta:
        db_table = "notices_mailbox"

    def __str__(self) -> str:
        return f"mailbox of {self.user_id}"


class Preference(models.Model):
    """Whether notices of a kind come by mail too (通知偏好): for one person, or for everybody with a role.

    `holder` is `user:12` or `role:dispatcher`; what a person chose himself goes before his roles.
    """

    holder = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    by_mail = models.BooleanField()

    class Meta:
        db_table = "notices_preference"
        constraints = [models.UniqueConstraint(fields=["holder", "key"], name="one_preference_for_each_kind")]

    def __str__(self) -> str:
        return f"{self.holder} {self.key}"


class Webhook(models.Model):
    """An address at another system that is told what happens (消息推送): the events and notices its owner may see.

    It reads the outbox with a cursor of its own (`xid`, `position`). `failing_since` (wall time) is the first failure
    since it last answered; after some days it is switched off and its owner is told.
    """

    SCOPE = Scope(kind="webhook", read="token.write", columns={"user": "owner_id"}, where=own)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=64)
    url = models.CharField(max_length=500)
    secret = models.TextField()
    types = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    xid = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    switched_off_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "notices_webhook"

    def __str__(self) -> str:
        return self.name
