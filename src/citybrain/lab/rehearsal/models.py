"""Rehearsals that somebody asked for, and the cases that would have gone another way."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from citybrain.base.querying import PathField, Scope
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.models.case import held


class Rehearsal(models.Model):
    """A change of the rules tried on recorded casework (预演): the period, the change, and what came of it.

    The city is only read for it. `result` holds sums and digests; case by case it stands in `CaseDifference`.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    SCOPE = Scope(kind="rehearsal", read="responsibility.write")

    title = models.CharField(max_length=120)
    start = models.DateTimeField()
    end = models.DateTimeField()
    changes = models.JSONField()
    asked_by = models.CharField(max_length=64)
    asked_label = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0)
    note = models.CharField(max_length=200, blank=True, default="")
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=2000, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="a rehearsed period ends after it began", condition=Q(end__gt=models.F("start"))
            ),
        ]

    def __str__(self) -> str:
        return f"rehearsal {self.pk}"


class CaseDifference(models.Model):
    """A case that would have gone another way (差异案件): now and then. Seen by whoever sees the case itself.

    `number` is "" for a case that there would have been and is not; `kinds` says what differs, between commas.
    `now` or `then` is null where the report was part of another case, which `now_in` or `then_in` names.
    """

    SCOPE = Scope(
        kind="case_difference",
        read="case.read",
        columns={"region_path": "region_path", "organisation_path": "organisation_path", "holders": held("case")},
    )

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.CASCADE, related_name="differences")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    number = models.CharField(max_length=32, blank=True, default="")
    case_type = models.CharField(max_length=64)
    region_path = PathField(blank=True, default="")
    organisation_path = PathField(blank=True, default="")
    opened_at = models.DateTimeField()
    kinds = models.CharField(max_length=120)
    organisation_now = models.CharField(max_length=64, blank=True, default="")
    organisation_then = models.CharField(max_length=64, blank=True, default="")
    now = models.JSONField(null=True)
    then = models.JSONField(null=True)
    now_in = models.CharField(max_length=64, blank=True, default="")
    then_in = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.number or self.key} in rehearsal {self.rehearsal_id}"
