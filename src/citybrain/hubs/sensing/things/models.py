"""Thing models, things and their streams: everything in the city that has an identity and sends readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from citybrain.base.querying import PathField, Scope


class Properties(dict[str, Any]):
    """The properties of a thing model. `gone` keeps the values of the enums that it no longer has: history means them
    by their place."""

    def __init__(self, rows: Mapping[str, Any] | None = None, gone: Mapping[str, list[str]] | None = None):
        super().__init__(rows or {})
        self.gone = dict(gone or {})


class PropertiesField(models.JSONField):
    """Properties in a JSON column; a row that only says `gone` is a property that is no longer there."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Properties:
        rows = super().from_db_value(value, expression, connection)
        gone = {name: row["gone"] for name, row in rows.items() if "gone" in row}
        return Properties({name: row for name, row in rows.items() if "gone" not in row}, gone)

    def get_prep_value(self, value: Any) -> Any:
        gone = {name: {"gone": values} for name, values in getattr(value, "gone", {}).items()}
        return super().get_prep_value({**value, **gone})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, {**kwargs, "default": dict}


class ThingModel(models.Model):
    """A kind of thing (物模型), such as an air station: which properties it reports, in which unit and range.

    `properties` maps a property's name to `{type: number|integer|boolean|enum, title: {zh, en}, unit, min, max, values,
    period_seconds}`; names are never given to another meaning.
    """

    key = models.CharField(max_length=64, unique=True)
    title = models.JSONField(default=dict)
    pack = models.CharField(max_length=64, blank=True, default="")
    properties = PropertiesField(default=Properties)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Thing(models.Model):
    """A thing (感知设备): a station, detector, pump or camera that stands somewhere and belongs to somebody.

    The point is stored in WGS-84 with the precision it was given with. A thing whose point lies outside every region is
    kept and marked: its `region_path` is empty. `given_region`: somebody named the region, the point did not say it.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    model = models.ForeignKey(ThingModel, on_delete=models.PROTECT, related_name="things")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    precision_m = models.FloatField(null=True)
    given_crs = models.CharField(max_length=16, blank=True, default="")
    region_code = models.CharField(max_length=64, blank=True, default="")
    given_region = models.BooleanField(default=False)
    region_path = PathField(blank=True, default="")
    organisation_path = PathField(blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    attributes = models.JSONField(default=dict)
    registered_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    SCOPE = Scope(
        kind="thing",
        read="thing.read",
        columns={"region_path": "region_path", "organisation_path": "organisation_path"},
        key="code",
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["region_path", "id"], name="things_by_region"),
            models.Index(fields=["model", "id"], name="things_by_model"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True)
                | models.Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
                name="a_thing_stands_on_the_globe_or_nowhere",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Stream(models.Model):
    """What one property of one thing reports (数据流). Its number is its place in the arrays of latest values.

    Numbers are dense, stable and never given again, also not after a thing was retired.
    """

    id = models.AutoField(primary_key=True)
    thing = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="streams")
    property = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["thing", "property"], name="a_property_has_one_stream")]

    def __str__(self) -> str:
        return f"{self.thing_id}/{self.property}"


class Snapshot(models.Model):
    """One file of what `sense` may know (DIR/snapshot): which version of it is wanted, and which one is out there.

    Whoever changes what the file holds wants the next version, in the transaction of the change being told.
    """

    name = models.CharField(primary_key=True, max_length=16)
    wanted = models.BigIntegerField(default=1)
    published = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.published} of {self.wanted}"
