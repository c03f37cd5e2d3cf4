"""Cases, who holds them, and what happened to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from citybrain.base.conditions import Compare
from citybrain.base.errors import BadInput
from citybrain.base.parties.models import Organisation
from citybrain.base.querying import PathField, Scope
from citybrain.base.querying.compile import FieldQ
from citybrain.base.querying.paths import below
from citybrain.hubs.business.cases.models.catalogue import CaseType, Loop

OPEN = Q(closed_at__isnull=True)


def held(case: str) -> FieldQ:
    """Rows whose case (by this ORM path) an organisation at or below a path holds or held: a subquery, never a join."""

    def rows(compare: Compare) -> Q:
        if compare.op != "within":
            raise BadInput("condition.invalid", path="holders", why="holders are asked for with `within` only")
        mine = Assignment.objects.filter(below("organisation_path", compare.value), case=OuterRef(case))
        return Q(Exists(mine))

    return rows


class Case(models.Model):
    """A case (案件/事件): one matter that somebody in the city must handle, from its opening to its summary.

    It runs by the loop version it was opened with. Severity 1 is I (red), 4 is IV (blue). `organisation_path` is that
    of whoever holds it now ("" while nobody does), `holder_paths` those of everybody who holds or held it.
    `title_en` is "" where nobody gave an English title (people write in their own language; alarms have both).
    `region_path` is "" when the place is outside every region or unknown: such a case is kept and marked. `revision`
    counts moves, so that of two people who act at once one is told.
    """

    SCOPE = Scope(
        kind="case",
        read="case.read",
        key="number",
        columns={"region_path": "region_path", "organisation_path": "organisation_path", "holders": held("pk")},
    )

    number = models.CharField(max_length=32, unique=True)
    case_type = models.ForeignKey(CaseType, on_delete=models.PROTECT, related_name="cases", db_index=False)
    loop = models.ForeignKey(Loop, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=64)
    stage = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=0)

    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True, default="")
    text = models.TextField(blank=True, default="")
    source = models.CharField(max_length=32)
    thing = models.CharField(max_length=64, blank=True, default="")
    severity = models.PositiveSmallIntegerField(default=3)
    signal_count = models.PositiveIntegerField(default=0)

    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)
    """Whether the clock of the whole case was kept; null while it is open, and where no clock ran."""
    outcome = models.CharField(max_length=32, blank=True, default="")
    summary = models.TextField(blank=True, default="")
    duplicate_of = models.CharField(max_length=32, blank=True, default="")
    supervised_at = models.DateTimeField(null=True)
    reopened_count = models.PositiveSmallIntegerField(default=0)

    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    precision_m = models.FloatField(null=True)
    h3 = models.CharField(max_length=16, blank=True, default="")
    region_code = models.CharField(max_length=64, blank=True, default="")
    region_path = PathField(blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    address_key = models.CharField(max_length=200, blank=True, default="")

    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organisation_path = PathField(blank=True, default="")
    holder_paths = models.JSONField(default=list)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="cases_newest"),
            models.Index(fields=["region_path", "-recorded_at"], name="cases_by_region"),
            models.Index(fields=["organisation_path", "-recorded_at"], name="cases_by_organisation"),
            models.Index(fields=["case_type", "-recorded_at"], name="cases_by_type"),
            models.Index(fields=["state", "-recorded_at"], name="cases_by_state"),
            models.Index(fields=["-closed_at"], name="cases_last_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["-recorded_at", "-id"], name="open_cases_newest", condition=OPEN),
            models.Index(fields=["due_at"], name="open_cases_by_due", condition=OPEN),
            models.Index(
                fields=["-recorded_at", "-id"], name="supervised_cases", condition=Q(supervised_at__isnull=False)
            ),
            models.Index(fields=["h3", "case_type"], name="open_cases_by_cell", condition=OPEN & ~Q(h3="")),
            models.Index(
                fields=["address_key", "case_type"], name="open_cases_by_address", condition=OPEN & ~Q(address_key="")
            ),
            models.Index(fields=["region_path", "case_type"], name="open_cases_by_region", condition=OPEN),
            models.Index(fields=["thing", "case_type"], name="open_cases_by_thing", condition=OPEN & ~Q(thing="")),
        ]
        constraints = [
            models.CheckConstraint(name="a case has a severity from one to four", condition=Q(severity__range=(1, 4))),
            models.CheckConstraint(
                name="an ended case has an outcome and an open one has none",
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="a case lies on the globe or nowhere",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def audit_key(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """How the bus, the trace and notices call this case."""
        return f"case/{self.number}"


class NumberDay(models.Model):
    """The counter of a day's case numbers; on PostgreSQL the value of the number sequence before the day's first
    case.
    """

    day = models.DateField(primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.day)


class Assignment(models.Model):
    """The task of one organisation in a case (任务): as the one who handles it, or as one who helps.

    It stays when it ends: who held a case, from when to when, and how it ended. `why` keeps what the responsibility
    list answered when it was given out.
    """

    class Role(models.TextChoices):
        LEAD = "lead"
        ASSIST = "assist"

    class Outcome(models.TextChoices):
        DONE = "done"
        RETURNED = "returned"
        TRANSFERRED = "transferred"
        ENDED = "ended"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation_path = PathField()
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.LEAD)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    since = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.CharField(max_length=64, blank=True, default="")
    until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True, default="", choices=Outcome.choices)
    note = models.CharField(max_length=500, blank=True, default="")
    why = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["organisation_path", "case"], name="assignments_by_organisation")]
        constraints = [
            models.UniqueConstraint(
                name="a case has one holder at a time", fields=["case"], condition=Q(until=None, role="lead")
            ),
            models.CheckConstraint(
                name="an ended assignment says how it ended",
                condition=Q(until__isnull=True, outcome="") | (Q(until__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} assignment {self.pk} of case {self.case_id}"


class Extension(models.Model):
    """A request for more time (延期申请) by the holder of a case, which a dispatcher grants or refuses."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="extensions")
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=32)
    reason = models.CharField(max_length=500)
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="a case has one open request for more time", fields=["case"], condition=Q(granted=None)
            ),
        ]

    def __str__(self) -> str:
        return f"extension {self.pk} of case {self.case_id}"


class Evidence(models.Model):
    """A photo or document (佐证材料) that somebody put to a case: the number of an uploaded file."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    file = models.CharField(max_length=64)
    step = models.CharField(max_length=64, blank=True, default="")
    added_by = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="a file stands once in a case", fields=["case", "file"])]

    def __str__(self) -> str:
        return f"file {self.file} of case {self.case_id}"


class TimelineEntry(models.Model):
    """One line of what happened to a case (办理记录): who, when it happened, when the city knew, and because of what.

    Entries are only ever added. The text is a key with data and is put into words when it is read, in the reader's
    language; `event` is the message on the bus that tells the same ("" for a step that followed by itself), `cause`
    the one that it follows from.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_key = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    event = models.CharField(max_length=32, blank=True, default="")
    cause = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["-at"], name="escalations", condition=Q(key="case.escalated"))]

    def __str__(self) -> str:
        return f"{self.key} of case {self.case_id}"
