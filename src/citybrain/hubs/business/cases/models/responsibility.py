"""The responsibility list."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.querying import Scope
from citybrain.hubs.business.cases.models.catalogue import CaseType


class Responsibility(models.Model):
    """One line of the responsibility list (责任清单): this organisation answers for this kind of case in this region.

    It covers every kind below `case_type` and every region below `region`; no region means everywhere. A line that a
    pack declares may name an organisation or region that this city does not have (yet): the codes stay, the keys are
    empty, and the line dispatches nothing until they are found. Lines end, they are not deleted.
    """

    SCOPE = Scope(
        kind="responsibility",
        read="case.read",
        columns={"region_path": "region__path", "organisation_path": "organisation__path"},
    )

    case_type = models.ForeignKey(CaseType, on_delete=models.CASCADE, related_name="responsibilities")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    region_code = models.CharField(max_length=64, blank=True, default="")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=64)
    priority = models.IntegerField(default=0)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")
    pack = models.CharField(max_length=64, blank=True, default="")
    is_edited = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case_type", "region"], name="responsibility_lookup")]
        constraints = [
            models.CheckConstraint(
                name="a responsibility ends after it began",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_type_id} in {self.region_code or '*'} -> {self.organisation_code}"
