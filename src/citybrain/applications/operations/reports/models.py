"""Which reports there are, and every one that was made."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from citybrain.base.querying import PathField, Scope


class ReportPlan(models.Model):
    """A report that is made again and again (报告计划), as its pack declares it now.

    Its reports are made from all computations up to `seen_at`, and from all values up to number `seen_seq`.
    """

    SCOPE: ClassVar = Scope(kind="report plan", read="indicator.read", key="key")

    key = models.CharField(max_length=64, unique=True)
    pack = models.CharField(max_length=64, blank=True, default="")
    order = models.PositiveIntegerField(default=100)
    definition = models.JSONField()
    hash = models.CharField(max_length=64)
    retired_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_seq = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.key

    @property
    def audit_key(self) -> str:
        return self.key


class Report(models.Model):
    """One report of a place and a period (运行报告), as it was made; never changed.

    `head` says what it is (title, place, whether the city is made up), for lists. `content` holds everything that is
    printed, each number with the ids of the values that it is, as known at `known_at`. Late data makes another
    version; `replaced_at` says since when a newer one is there.
    """

    SCOPE: ClassVar = Scope(
        kind="report",
        read="indicator.read",
        columns={"region_path": "region_path", "organisation_path": "organisation_path"},
    )

    key = models.CharField(max_length=64)
    dimension = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    region_path = PathField(blank=True, default="")
    organisation_path = PathField(blank=True, default="")
    period = models.CharField(max_length=8)
    start = models.DateTimeField()
    end = models.DateTimeField()
    version = models.PositiveIntegerField()
    known_at = models.DateTimeField()
    made_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    head = models.JSONField()
    content = models.JSONField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-start", "id"]
        constraints = [
            models.UniqueConstraint(
                name="versions of a report are distinct", fields=["key", "dimension", "code", "start", "version"]
            ),
            models.UniqueConstraint(
                name="one version of a report is the newest", fields=["key", "dimension", "code", "start"],
                condition=Q(replaced_at=None),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-start", "id"], name="reports_newest_first")]

    def __str__(self) -> str:
        return f"{self.key} {self.code} {self.start:%Y-%m-%d} v{self.version}"


class Subscription(models.Model):
    """Somebody who is told when a report of a place is made (订阅); the notice comes by mail too where he wants it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_subscriptions")
    key = models.CharField(max_length=64)
    dimension = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "dimension", "code"]
        constraints = [
            models.UniqueConstraint(name="one subscription each", fields=["key", "dimension", "code", "user"])
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.code} for {self.user_id}"
