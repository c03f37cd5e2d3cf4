"""What is declared about casework: loops, clocks, calendars, kinds of case, and the labels of a text classifier."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from citybrain.base.querying import PathField


class Declared(models.Model):
    """One version of something that a pack declares; versions are added, never changed, so that old cases keep
    theirs.
    """

    key = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    definition = models.JSONField()
    hash = models.CharField(max_length=64)
    pack = models.CharField(max_length=64, blank=True, default="")
    declared_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Loop(Declared):
    """A way of working (闭环流程): the states a kind of case passes through, and who may move it from one to the next.

    A case keeps the version it was opened with, whatever is declared later.
    """

    class Meta:
        ordering = ["key", "version"]
        constraints = [models.UniqueConstraint(name="versions of a loop are distinct", fields=["key", "version"])]


class ClockPlan(Declared):
    """A time limit (时限): how long, counted by which calendar, when to warn, and to whom to escalate."""

    class Meta:
        ordering = ["key", "version"]
        constraints = [models.UniqueConstraint(name="versions of a clock are distinct", fields=["key", "version"])]


class WorkCalendar(Declared):
    """When the city works (工作日历): hours of each week day, public holidays and make-up days."""

    class Meta:
        ordering = ["key", "version"]
        constraints = [models.UniqueConstraint(name="versions of a calendar are distinct", fields=["key", "version"])]


class CalendarYear(models.Model):
    """What an operator put in place of a calendar's free days and make-up days of one year (年度节假日安排).

    Nothing is overwritten: each change is the next version, the newest holds, and one without a definition gives the
    year back to the pack.
    """

    calendar = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    definition = models.JSONField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    by = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        ordering = ["calendar", "year", "version"]
        constraints = [
            models.UniqueConstraint(
                name="versions of a calendar's year are distinct", fields=["calendar", "year", "version"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.year} v{self.version}"


class CaseType(models.Model):
    """A kind of case (案件类型), in a tree of any depth: a broken street lamp under municipal facilities.

    `path` holds the codes from the root down. `loop` is the key of its way of working; `clocks` names the time limits
    of the whole case and of single states; `merge` says when a new report is the same matter; `keywords` are
    words by which a report is known to be about it. Empty settings are inherited from the parent when the pack is
    loaded, so that a row says everything about itself.
    """

    code = models.CharField(max_length=64, unique=True)
    title = models.JSONField(default=dict)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = PathField(unique=True)
    severity = models.PositiveSmallIntegerField(default=3)
    loop_key = models.CharField(max_length=64)
    clocks = models.JSONField(default=dict)
    merge = models.JSONField(default=dict)
    on_alarm_resolved = models.CharField(max_length=16, default="propose")
    classify_threshold = models.FloatField(default=0.6)
    keywords = models.JSONField(default=list)
    pack = models.CharField(max_length=64, blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(name="severity is between one and four", condition=Q(severity__range=(1, 4))),
        ]

    def __str__(self) -> str:
        return self.code


class CaseLabel(models.Model):
    """A word by which a text classifier calls a kind of case (分类标签), such as 城乡建设."""

    label = models.CharField(max_length=120, unique=True)
    case_type = models.ForeignKey(CaseType, on_delete=models.CASCADE, related_name="labels")
    pack = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class CatalogueVersion(models.Model):
    """One row that changes with every change of a declaration or responsibility, so that processes drop their copies.

    The version is random, not counted: a number that a rolled-back transaction had used never comes to mean other rows.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(name="there is one catalogue version", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.version

    @staticmethod
    def renew() -> None:
        """Called in the transaction of the change."""
        CatalogueVersion.objects.bulk_create(
            [CatalogueVersion(pk=1, version=secrets.token_hex(16))],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["version"],
        )
