"""What the nightly count of both sides found."""

from __future__ import annotations

from django.db import models


class Reconciliation(models.Model):
    """One comparison of the database with the lake (对账): the same count on both sides, up to one moment.

    `differences` names each count that differs, with both numbers; empty: nothing drifted.
    """

    at = models.DateTimeField()
    until = models.DateTimeField()
    compared = models.PositiveIntegerField()
    differences = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"reconciliation {self.pk}: {len(self.differences)} of {self.compared} differ"
