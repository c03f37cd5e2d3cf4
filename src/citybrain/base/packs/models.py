"""What a database knows of sector packs: which stand loaded, and what operators changed about them."""

from __future__ import annotations

from django.db import models


class Pack(models.Model):
    """A sector pack (行业包) as it was last loaded: its version, the hash of what it declared, and its problems.

    A pack with problems is not applied; what it declared at the last good load stays in force.
    """

    key = models.CharField(max_length=64, unique=True)
    version = models.CharField(max_length=32)
    title = models.JSONField(default=dict)
    owner = models.CharField(max_length=128, blank=True, default="")
    source = models.CharField(max_length=16)
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(null=True)
    problems = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class PackOverride(models.Model):
    """One operator's change over a pack (运行方调整): the value that stands in place of what the pack declares.

    Nothing is overwritten: each change is a row with the next version, and the newest row of a place holds. A row that
    is `removed` gives the place back to the pack.
    """

    pack = models.CharField(max_length=64)
    section = models.CharField(max_length=64)
    path = models.CharField(max_length=255)
    value = models.JSONField(null=True)
    removed = models.BooleanField(default=False)
    version = models.PositiveIntegerField()
    by = models.CharField(max_length=128)
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["pack", "version"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "version"], name="versions_of_a_packs_overrides_are_distinct"),
        ]

    def __str__(self) -> str:
        return f"{self.pack}/{self.section}/{self.path} v{self.version}"

    @property
    def in_force(self) -> bool:
        """Whether it holds right after it was made; later ones of the same place end that."""
        return not self.removed
