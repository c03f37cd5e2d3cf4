"""Shifts of a duty desk, and the notes by which one shift hands over to the next."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.querying import Scope


class Desk(models.Model):
    """Which duty desk (值班席) something belongs to: that of a region, of an organisation, or of both.

    Without either it is the desk of the whole city, and only a duty over the whole city reaches it.
    """

    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True

    @property
    def region_path(self) -> str:
        return self.region.path if self.region else ""

    @property
    def organisation_path(self) -> str:
        return self.organisation.path if self.organisation else ""


DESK_COLUMNS = {"region_path": "region__path", "organisation_path": "organisation__path"}


class Shift(Desk):
    """A turn of duty (班次): from when until when, and who sits at the desk. A cancelled one stays and is not shown."""

    SCOPE = Scope(kind="shift", read="handover.read", columns=DESK_COLUMNS)

    name = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    planned_by = models.CharField(max_length=64)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["-starts_at", "-id"], name="shifts_newest")]
        constraints = [
            models.CheckConstraint(name="a shift ends after it begins", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_at:%Y-%m-%d %H:%M}"


class Handover(Desk):
    """What one shift tells the next (交接班记录): a note, and the open matters of the desk as they stood then.

    `facts` holds the sections of the desk with their counts and first items, frozen at `facts_at`; cases go on, the
    facts do not. Whoever wrote it may change it until somebody takes over; what it said before stays in `earlier`.
    """

    SCOPE = Scope(kind="handover", read="handover.read", columns=DESK_COLUMNS)

    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="handovers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    addressee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    since_at = models.DateTimeField()
    text = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict)
    facts_at = models.DateTimeField()
    written_at = models.DateTimeField()
    earlier = models.JSONField(default=list)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    remark = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["-id"], name="handovers_waiting", condition=Q(accepted_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                name="an accepted handover names who took over",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody takes over from himself",
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("author")),
            ),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk} of {self.written_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> str:
        return f"handover/{self.pk}"
