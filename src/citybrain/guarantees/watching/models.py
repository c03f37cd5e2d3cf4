"""What is remembered of the platform's own health."""

from __future__ import annotations

from django.db import models


class PartState(models.Model):
    """How one part of the platform stands (部件状态), and since when (the world's time) it has stood so."""

    name = models.CharField(max_length=80, primary_key=True)
    state = models.CharField(max_length=8)
    since = models.DateTimeField()

    class Meta:
        db_table = "watching_part"

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class Digest(models.Model):
    """The morning on which broken things were looked for (异常晨报): one row a day, also when nothing was broken."""

    day = models.DateField(unique=True)
    broken = models.PositiveIntegerField()

    class Meta:
        db_table = "watching_digest"

    def __str__(self) -> str:
        return f"{self.day}: {self.broken}"
