"""Alarm rules, the alarms they raised, and every step of them."""

from __future__ import annotations

from django.db import models

from citybrain.base.querying import PathField, Scope
from citybrain.hubs.sensing.things.models import Thing, ThingModel


class AlarmRule(models.Model):
    """When a property of a kind of thing is an alarm (告警规则): a threshold held for a while, or silence.

    Severity runs from 1 (I, red) to 4 (IV, blue). `case_type` names the kind of case that an alarm asks for; empty
    means that an alarm is only shown. A rule with a `pack` is declared there; operators change it by adjusting the
    pack. A retired rule is one that its pack does not declare any more.
    """

    class Kind(models.TextChoices):
        THRESHOLD = "threshold"
        SILENCE = "silence"

    class Op(models.TextChoices):
        GT = "gt"
        GE = "ge"
        LT = "lt"
        LE = "le"

    key = models.CharField(max_length=64, unique=True)
    title = models.JSONField(default=dict)
    pack = models.CharField(max_length=64, blank=True, default="")
    model = models.ForeignKey(ThingModel, on_delete=models.PROTECT, related_name="rules")
    property = models.CharField(max_length=64)
    things = models.JSONField(default=list)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    op = models.CharField(max_length=2, choices=Op.choices, blank=True, default="")
    raise_at = models.FloatField(null=True)
    clear_at = models.FloatField(null=True)
    for_seconds = models.FloatField(default=0)
    clear_for_seconds = models.FloatField(default=0)
    after_seconds = models.FloatField(null=True)
    fold_within_seconds = models.FloatField(default=0)
    severity = models.PositiveSmallIntegerField()
    case_type = models.CharField(max_length=64, blank=True, default="")
    source = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    retired_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    SCOPE = Scope(kind="alarm_rule", read="alarm.read", key="key")

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__gte=1, severity__lte=4), name="severity_is_one_to_four"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="silence", after_seconds__gt=0)
                | (
                    models.Q(kind="threshold", op__in=["gt", "ge"], clear_at__lte=models.F("raise_at"))
                    | models.Q(kind="threshold", op__in=["lt", "le"], clear_at__gte=models.F("raise_at"))
                ),
                name="a_rule_clears_on_the_quiet_side_of_where_it_raises",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Alarm(models.Model):
    """One time that a rule held for one property of one thing (告警), from its first breach to its end.

    The id is a hash of rule, thing, property and start, so that computing it again changes nothing. An alarm that came
    back soon after it resolved is folded into the first one (`folded_into`), which counts its `episodes`.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        FIRING = "firing"
        RESOLVED = "resolved"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"

    id = models.CharField(primary_key=True, max_length=64)
    rule = models.ForeignKey(AlarmRule, on_delete=models.PROTECT, related_name="alarms")
    thing = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="alarms")
    property = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State.choices)
    severity = models.PositiveSmallIntegerField()
    start_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    value = models.FloatField(null=True)
    reading = models.CharField(max_length=200, blank=True, default="")
    region_path = PathField(blank=True, default="")
    organisation_path = PathField(blank=True, default="")
    folded_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="folded")
    episodes = models.PositiveIntegerField(default=1)
    acknowledged_by = models.CharField(max_length=128, blank=True, default="")
    acknowledged_label = models.CharField(max_length=200, blank=True, default="")
    acknowledged_note = models.CharField(max_length=500, blank=True, default="")
    acknowledged_at = models.DateTimeField(null=True)

    SCOPE = Scope(
        kind="alarm",
        read="alarm.read",
        columns={"region_path": "region_path", "organisation_path": "organisation_path"},
    )

    class Meta:
        ordering = ["-start_at", "id"]
        indexes = [
            models.Index(fields=["-start_at", "id"], name="alarms_newest_first"),
            models.Index(fields=["severity", "-start_at", "id"], name="alarms_worst_first"),
            models.Index(fields=["rule", "thing", "property", "-start_at"], name="alarms_of_a_rule_and_thing"),
            models.Index(fields=["state", "-start_at", "id"], name="alarms_by_state"),
            models.Index(fields=["region_path", "-start_at", "id"], name="alarms_by_region"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(folded_into=models.F("id")), name="an_alarm_is_not_folded_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class AlarmTransition(models.Model):
    """One step of an alarm as the rules engine wrote it (告警变迁): appended, never changed.

    `seq` is the line's number in the journal, `event_id` the message that told of it ("" where nobody needs to know).
    """

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="transitions")
    seq = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=Alarm.State.choices)
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    recorded_at = models.DateTimeField()
    event_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["alarm", "seq"], name="a_line_of_the_journal_is_taken_in_once")]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.state}"


class JournalCursor(models.Model):
    """How far the journal of one data directory has been taken in: advanced in the transaction of what it brought."""

    name = models.CharField(primary_key=True, max_length=32)
    file = models.CharField(max_length=64, blank=True, default="")
    offset = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.file}+{self.offset}"
