"""Tables of parties: who does the city's work."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from citybrain.base.conditions import FALSE, TRUE, Condition
from citybrain.base.places.models import Region
from citybrain.base.querying import PathField, Scope
from citybrain.base.querying.trees import CODE


def reach_of_parties(viewer: Any, permission: str) -> Condition:
    """Who works for the city is known to everybody who may read it; it is changed only within one's own subtree."""
    if permission == "party.read":
        return TRUE if viewer.may(permission) else FALSE
    found: Condition = viewer.reach(permission, reading=False, fields=frozenset({"organisation_path"}))
    return found


class Organisation(models.Model):
    """A body that does the city's work (组织机构): a government, bureau, street office, centre, company or team.

    Organisations form trees of any depth; `path` holds the codes from the root down (`/gov/urban/`). `region` is the
    area it looks after, where it has one; `kind` is a word such as `department`. A closed one (`is_active` false) stays
    for what points at it, but takes nothing new.
    """

    SCOPE: ClassVar = Scope(
        kind="organisation",
        read="party.read",
        columns={"organisation_path": "path"},
        key="code",
        where=reach_of_parties,
    )

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

    @property
    def names(self) -> dict[str, str]:
        """Its name in both languages; one that has none in English keeps its own."""
        return {"zh": self.name, "en": self.name_en or self.name}

    @property
    def audit_key(self) -> str:
        """How the audit trail names this organisation."""
        return self.code


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

    @property
    def names(self) -> dict[str, str]:
        """Its name in both languages; one that has none in English keeps its own."""
        return {"zh": self.name, "en": self.name_en or self.name}
