"""The scenes of the cockpit, and what was asked about its numbers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from citybrain.base.querying import PathField, Scope


class Scene(models.Model):
    """A picture of the city for its leaders (驾驶舱场景), as its pack declares it now."""

    SCOPE: ClassVar = Scope(kind="scene", read="indicator.read", key="key")

    key = models.CharField(max_length=64, unique=True)
    pack = models.CharField(max_length=64, blank=True, default="")
    order = models.PositiveIntegerField(default=100)
    definition = models.JSONField()
    hash = models.CharField(max_length=64)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.key

    @property
    def audit_key(self) -> str:
        return self.key


class Question(models.Model):
    """What a leader asked about a number (领导批注), and the case that it became.

    It keeps what he saw: the number of which place and period, its value and level, and as of when he saw it. The
    answer is that of the case.
    """

    SCOPE: ClassVar = Scope(
        kind="question",
        read="indicator.read",
        columns={"region_path": "region_path", "organisation_path": "organisation_path"},
    )

    case = models.CharField(max_length=32, unique=True)
    indicator = models.CharField(max_length=64)
    dimension = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    region_path = PathField(blank=True, default="")
    organisation_path = PathField(blank=True, default="")
    start = models.DateTimeField()
    value = models.FloatField(null=True)
    level = models.CharField(max_length=8, blank=True, default="")
    known_at = models.DateTimeField()
    text = models.CharField(max_length=1000)
    asked_by = models.CharField(max_length=64)
    asked_label = models.CharField(max_length=120)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["indicator", "dimension", "code", "-id"], name="questions_of_a_number")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.code}: {self.case}"

    @property
    def audit_key(self) -> str:
        return self.case
