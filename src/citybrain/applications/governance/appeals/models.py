"""What citizens said to the city through the portal, and what they are told back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from citybrain.applications.governance.appeals.types import KINDS, PENDING, PICTURE_STATES, PURPOSES, REFUSED
from citybrain.base.accounts.types import Scope
from citybrain.base.files.models import File
from citybrain.hubs.business.signals.models import Signal


class Declaration(models.Model):
    """What one pack says to citizens (诉求目录): categories, plain words for states, what is not public."""

    pack = models.CharField(max_length=64, unique=True)
    definition = models.JSONField()

    class Meta:
        ordering = ["pack"]

    def __str__(self) -> str:
        return self.pack


class Appeal(models.Model):
    """A citizen's report, or his following of a case (诉求), with the code by which he and nobody else looks it up.

    What he said, where, and who he is stands in the signal; the case is the signal's, wherever that is merged into.
    Of code and request key only hashes are kept.
    """

    signal = models.OneToOneField(Signal, on_delete=models.PROTECT, related_name="appeal")
    kind = models.CharField(max_length=16)
    category = models.CharField(max_length=64, blank=True, default="")
    code_hash = models.CharField(max_length=64, unique=True)
    request_hash = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request_hash"], condition=~Q(request_hash=""), name="a_request_makes_one_appeal"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="an_appeal_is_of_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"

    @property
    def actor_key(self) -> str:
        """How timelines and audit call whoever holds the code."""
        return f"reporter:{self.pk}"


class Picture(models.Model):
    """A photo that citizens may see once somebody of the staff has looked at it (照片审核).

    Of a report it is the reporter's, of a finish the handler's. Until it is shown, only staff see it.
    """

    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="picture")
    purpose = models.CharField(max_length=16)
    signal = models.ForeignKey(Signal, null=True, on_delete=models.PROTECT, related_name="pictures")
    case_number = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=16, default=PENDING)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")

    SCOPE = Scope(
        kind="picture",
        read="picture.check",
        columns={"region_path": "file__region_path", "organisation_path": "file__organisation_path"},
    )

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["state", "id"], name="pictures_by_state"),
            models.Index(fields=["case_number", "id"], name="pictures_of_a_case"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="a_picture_has_a_known_purpose"),
            models.CheckConstraint(condition=Q(state__in=PICTURE_STATES), name="a_picture_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(state=PENDING, decided_at__isnull=True) | ~Q(state=PENDING) & Q(decided_at__isnull=False),
                name="a_picture_that_waits_is_not_decided",
            ),
            models.CheckConstraint(condition=~Q(state=REFUSED) | ~Q(reason=""), name="a_refused_picture_says_why"),
        ]

    def __str__(self) -> str:
        return f"picture {self.pk} ({self.state})"

    @property
    def key(self) -> str:
        return self.file.key


class Rating(models.Model):
    """What one citizen thinks of how his matter was handled (好差评), once for each time that the case was closed."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="ratings")
    case_number = models.CharField(max_length=40, db_index=True)
    round = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "case_number", "round"], name="a_citizen_rates_a_closing_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="a_rating_has_a_level_from_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.level} of {self.case_number}"


class Allowance(models.Model):
    """How much somebody has used of what the portal lets one address or telephone do; the key is a hash of either."""

    key = models.CharField(max_length=64, unique=True)
    used = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.key[:8]}… {self.used}"
