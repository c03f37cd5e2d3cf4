"""Clocks that run."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from citybrain.base.querying import Scope
from citybrain.hubs.business.cases.models.case import Case, held
from citybrain.hubs.business.cases.models.catalogue import ClockPlan


class ClockRun(models.Model):
    """One running of a time limit (计时): of a whole case, of one of its states, or of the daily self-test.

    `total_seconds` is the time allowed and `spent_seconds` what was used before `running_since`, both counted by the
    plan's calendar; a pause empties `running_since`. `next_at` is the city time of the next warning (level in per
    cent of the time allowed), so that what is due is a range of one index. A run that ended stays as it was; that of
    a reopened case counts on in a new one (`round`), so that the last one judges the whole case.
    """

    SCOPE = Scope(
        kind="clock",
        read="case.read",
        columns={
            "region_path": "case__region_path",
            "organisation_path": "case__organisation_path",
            "holders": held("case"),
        },
    )

    class Extent(models.TextChoices):
        CASE = "case"
        STEP = "step"
        SELF_TEST = "self_test"

    class Outcome(models.TextChoices):
        ON_TIME = "on_time"
        LATE = "late"
        CANCELLED = "cancelled"

    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="clocks")
    plan = models.ForeignKey(ClockPlan, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    extent = models.CharField(max_length=16, choices=Extent.choices)
    state = models.CharField(max_length=64, blank=True, default="")
    round = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    total_seconds = models.FloatField()
    spent_seconds = models.FloatField(default=0.0)
    due_at = models.DateTimeField()
    warned_level = models.PositiveSmallIntegerField(default=0)
    next_level = models.PositiveSmallIntegerField(null=True)
    next_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True, default="", choices=Outcome.choices)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["next_at", "id"], name="clocks_due_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["due_at", "id"], name="clocks_not_stopped", condition=Q(stopped_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.extent} clock {self.pk} of case {self.case_id}"


class SelfTest(models.Model):
    """The daily proof that clocks are watched (时限自检): a clock of no case is started and must be seen to escalate.

    It stands apart from every figure about real cases. `failed` means that the warning did not come in time: somebody
    has to look at the `work` process.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PASSED = "passed"
        FAILED = "failed"

    run = models.OneToOneField(ClockRun, on_delete=models.CASCADE, related_name="self_test")
    started_at = models.DateTimeField()
    started_wall_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"self-test {self.pk} {self.state}"
