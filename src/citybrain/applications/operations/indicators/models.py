"""Which indicators there are, in which versions, and when they were computed. The values lie in the lake."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from citybrain.base.querying import Scope


class Indicator(models.Model):
    """A number the city steers by (指标), as its pack declares it now.

    `computed_*` say with which wording, up to when and over which state of the lake it was computed last.
    """

    SCOPE: ClassVar = Scope(kind="indicator", read="indicator.read", key="key")

    key = models.CharField(max_length=64, unique=True)
    pack = models.CharField(max_length=64, blank=True, default="")
    version = models.ForeignKey("IndicatorVersion", null=True, on_delete=models.PROTECT, related_name="+")
    theme = models.CharField(max_length=32)
    is_enabled = models.BooleanField(default=True)
    retired_at = models.DateTimeField(null=True)
    computed_version = models.BigIntegerField(null=True)
    computed_until = models.DateTimeField(null=True)
    computed_marks = models.JSONField(default=dict)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

    @property
    def audit_key(self) -> str:
        return self.key


class IndicatorVersion(models.Model):
    """One wording of an indicator (指标口径): kept for ever, so that an old value is explained by its own SQL."""

    key = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    hash = models.CharField(max_length=64)
    declared_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "number"]
        constraints = [
            models.UniqueConstraint(name="versions of an indicator are distinct", fields=["key", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.number}"


class IndicatorRun(models.Model):
    """One computation (指标计算): when, over which state of the lake (`marks`), and what came of it.

    `newest` says for each table when its newest row was recorded: how fresh the numbers were. `failures` names the
    indicators that could not be computed, with the reason; the others are there all the same.
    """

    recorded_at = models.DateTimeField()
    wall_at = models.DateTimeField()
    marks = models.JSONField(default=dict)
    newest = models.JSONField(default=dict)
    computed = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=dict)
    seconds = models.FloatField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"indicator run {self.pk}"


class Standing(models.Model):
    """On which side of its thresholds a number stands (指标状态), so that a crossing is told once."""

    class Level(models.TextChoices):
        NORMAL = "normal"
        WARN = "warn"
        ALARM = "alarm"

    indicator = models.CharField(max_length=64)
    dimension = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    level = models.CharField(max_length=8, choices=Level)
    start = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["indicator", "dimension", "code"]
        constraints = [
            models.UniqueConstraint(name="a number stands once", fields=["indicator", "dimension", "code"]),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.code} {self.level}"
