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


class Notice(models.Model):
    """A message to a person, an organisation or whoever is on duty (通知), with the state of its delivery.

    Its words stand in a `notices.yaml`; `data` fills them in and holds no personal data.
    """

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

    class Meta:
        db_table = "notices_notice"
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
