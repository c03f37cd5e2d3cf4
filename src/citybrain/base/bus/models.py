"""The outbox and what delivery remembers: cursors, and events that a subscription could not handle yet."""

from __future__ import annotations

from django.db import models

from citybrain.base.querying import PathField
from citybrain.base.querying.commit_order import TransactionNumber


class OutboxEvent(models.Model):
    """Something that happened, told once (事件消息); read in the order (xid, position) and never changed."""

    position = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=TransactionNumber(), editable=False)
    id = models.CharField(max_length=32, unique=True)
    type = models.CharField(max_length=100)
    source = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    wall_at = models.DateTimeField()
    cause = models.CharField(max_length=32, null=True)
    actor = models.CharField(max_length=80)
    data = models.TextField()
    region_path = PathField(blank=True, default="")
    organisation_paths = models.TextField(default="[]")

    class Meta:
        db_table = "bus_event"
        indexes = [
            models.Index(fields=["subject", "position"], name="bus_event_by_subject"),
            models.Index(fields=["cause"], name="bus_event_by_cause", condition=models.Q(cause__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Cursor(models.Model):
    """How far a subscription has come: everything up to (xid, position) is handled, or stands in `Failure`."""

    name = models.CharField(max_length=100, primary_key=True)
    xid = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "bus_cursor"

    def __str__(self) -> str:
        return f"{self.name} at {self.xid}/{self.position}"


class Failure(models.Model):
    """An event that a subscription could not handle: waiting for its next attempt, or a dead letter (死信)."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DEAD = "dead"

    subscription = models.CharField(max_length=100)
    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, db_column="position")
    xid = models.BigIntegerField()
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        db_table = "bus_failure"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "event"], name="one_failure_for_each_event_and_subscription"
            )
        ]
        indexes = [models.Index(fields=["state", "id"], name="bus_failure_by_state")]

    def __str__(self) -> str:
        return f"{self.subscription}: {self.subject} {self.state}"
