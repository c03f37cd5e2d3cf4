"""Tables of parties: who does the city's work."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from citybrain.base.places.models import Region
from citybrain.base.querying import PathField
from citybrain.base.querying.trees import CODE


class Organisation(models.Model):
    """A body that does the city's work (组织机构): a government, bureau, street office, centre, company or team.

    Organisations form trees of any depth; `path` holds the codes from the root down (`/gov/urban/`). `region` is the
    area it looks after, where it has one; `kind` is a word such as `department`.
    """

    code = models.CharField(max_length=64, unique=True, validators=[CODE])
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=32, default="department")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = PathField(unique=True)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("path",)
        constraints = [
            models.CheckConstraint(
                name="organisation path starts and ends with a slash",
                condition=Q(path__startswith="/") & Q(path__endswith="/"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Post(models.Model):
    """A position in an organisation (岗位), such as duty officer or grid worker, whoever holds it today."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="posts")
    code = models.CharField(max_length=64, validators=[CODE])
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ("organisation_id", "code")
        constraints = [
            models.UniqueConstraint(name="a post code is used once in an organisation", fields=["organisation", "code"])
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
