"""Who a visitor of a demo city may be."""

from __future__ import annotations

from django.db import models


class DemoRole(models.Model):
    """A role of a simulated city that a visitor may take with one click (演示角色), as one ordinary account.

    Rows are made by `citybrain city new` only; a directory without them has no such door.
    """

    role = models.CharField(max_length=32, unique=True)
    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.role}: {self.user_id}"
