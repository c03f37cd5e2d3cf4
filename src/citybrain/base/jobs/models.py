"""Background work: what recurs, and single runs with their state."""

from __future__ import annotations

from django.db import models


class Recurring(models.Model):
    """A job that comes round, or a loop (周期任务): when it last ran, how long that took, and how it went."""

    class Kind(models.TextChoices):
        JOB = "job"
        LOOP = "loop"

    name = models.CharField(max_length=100, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.JOB)
    next_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    failures_in_a_row = models.IntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "jobs_recurring"

    def __str__(self) -> str:
        return self.name


class Lead(models.Model):
    """Which `work` process runs the recurring jobs (值守进程): one at a time, for as long as it says it is alive."""

    worker = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField()

    class Meta:
        db_table = "jobs_lead"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_lead")]

    def __str__(self) -> str:
        return self.worker


class Run(models.Model):
    """One piece of background work that somebody asked for, or a failed round of a recurring job (任务执行)."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    name = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    recurring = models.BooleanField(default=False)
    asked_by = models.CharField(max_length=80)
    progress = models.FloatField(default=0)
    note = models.CharField(max_length=200, blank=True)
    attempts = models.IntegerField(default=0)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=200, blank=True)
    alive_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    rerun_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True)

    class Meta:
        db_table = "jobs_run"
        indexes = [
            models.Index(fields=["state", "id"], name="jobs_run_by_state"),
            models.Index(fields=["name", "id"], name="jobs_run_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
