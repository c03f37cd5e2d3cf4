"""The table of signals: everything that somebody or something told the city."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from citybrain.base.accounts.types import Scope
from citybrain.base.conditions import Compare
from citybrain.base.querying import PathField
from citybrain.hubs.business.signals.types import ENDED, KINDS, MERGED, OPENED, RECEIVED, STATES, WAITING

TITLE = 60


def _of_cases_held(compare: Compare) -> Q:
    """Signals of the cases that an organisation holds or held."""
    from citybrain.hubs.business.cases.queries.reports import numbers_held_within  # noqa: PLC0415 - after all models

    return Q(case_number__in=numbers_held_within(compare))


class Signal(models.Model):
    """One thing that the city was told (线索): a hotline message, an app or grid report, an alarm, a ticket elsewhere.

    A signal is kept whatever becomes of it. Triage finds where it is and what it is, and then it joins an open case
    (`merged`, with the reason) or opens one (`opened`); where nobody can tell, it waits for a person. `text` and
    `subject` are readable by whoever may read signals, with telephone numbers and the like taken out; the original
    and the reporter's name and telephone are sealed, and opened one at a time for a purpose. `outage` is what a device
    that fell silent has in common with others (`gateway:GW-7`), by which such signals find each other; a merge that
    somebody undid takes it away.
    """

    kind = models.CharField(max_length=16)
    source = models.CharField(max_length=80)
    source_id = models.CharField(max_length=120)
    subject = models.CharField(max_length=300, blank=True, default="")
    subject_en = models.CharField(max_length=300, blank=True, default="")
    text = models.TextField(blank=True, default="")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reported_by = models.CharField(max_length=64)

    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    precision_m = models.FloatField(null=True)
    address = models.CharField(max_length=300, blank=True, default="")
    region_code = models.CharField(max_length=64, blank=True, default="")
    region_path = PathField(blank=True, default="")
    located_by = models.CharField(max_length=16, blank=True, default="")
    organisation_path = PathField(blank=True, default="")
    thing = models.CharField(max_length=64, blank=True, default="")
    outage = models.CharField(max_length=160, blank=True, default="")

    label = models.CharField(max_length=120, blank=True, default="")
    case_type = models.CharField(max_length=64, blank=True, default="")
    probability = models.FloatField(null=True)
    classified_by = models.CharField(max_length=16, blank=True, default="")
    alternatives = models.JSONField(default=list)
    asked_at = models.DateTimeField(null=True)
    severity = models.PositiveSmallIntegerField(null=True)

    reporter_name = models.TextField(blank=True, default="")
    reporter_phone = models.TextField(blank=True, default="")
    reporter_hash = models.CharField(max_length=120, blank=True, default="")
    original = models.TextField(blank=True, default="")

    state = models.CharField(max_length=24, default=RECEIVED)
    waiting_reason = models.CharField(max_length=32, blank=True, default="")
    case_number = models.CharField(max_length=40, blank=True, default="")
    merge_reason = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    undone = models.JSONField(default=list)
    source_closed_at = models.DateTimeField(null=True)
    source_outcome = models.CharField(max_length=120, blank=True, default="")
    resolved_at = models.DateTimeField(null=True)

    SCOPE = Scope(
        kind="signal",
        read="signal.read",
        columns={
            "region_path": "region_path",
            "organisation_path": "organisation_path",
            "holders": _of_cases_held,
        },
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "-id"], name="signals_by_state"),
            models.Index(fields=["case_number", "id"], name="signals_of_a_case"),
            models.Index(fields=["region_path", "-id"], name="signals_by_region"),
            models.Index(fields=["outage", "occurred_at"], name="signals_by_outage", condition=~Q(outage="")),
            models.Index(fields=["reporter_hash"], name="signals_by_reporter", condition=~Q(reporter_hash="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="a_source_reports_a_thing_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="a_signal_is_of_a_known_kind"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="a_signal_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="a_signal_has_a_whole_point_or_none",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MERGED, OPENED]) & ~Q(case_number="")
                | Q(state__in=[RECEIVED, WAITING, ENDED], case_number=""),
                name="a_signal_has_a_case_when_merged_or_opened",
            ),
            models.CheckConstraint(
                condition=Q(state=WAITING) & ~Q(waiting_reason="") | ~Q(state=WAITING) & Q(waiting_reason=""),
                name="a_waiting_signal_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.source_id}"

    @property
    def called(self) -> str:
        """What it is called: its subject, else how its text begins; "" without either."""
        return self.subject or (self.text if len(self.text) <= TITLE else f"{self.text[: TITLE - 1]}…")

    @property
    def key(self) -> str:
        """How events, audit and cases name this signal."""
        return f"signal/{self.pk}"

    def save_fields(self, **changed: Any) -> None:
        """Set and save these fields only."""
        for name, value in changed.items():
            setattr(self, name, value)
        self.save(update_fields=list(changed))
