"""Tables of places: the city, its regions, the boundaries that regions had and have, and what a map shows besides."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from citybrain.base.conditions import FALSE, TRUE, Condition
from citybrain.base.querying import PathField, Scope
from citybrain.base.querying.trees import CODE


def reach_of_places(viewer: Any, permission: str) -> Condition:
    """The map is known to everybody who may read places at all; it is changed only within one's own regions."""
    if permission == "place.read":
        return TRUE if viewer.may(permission) else FALSE
    found: Condition = viewer.reach(permission, reading=False, fields=frozenset({"region_path"}))
    return found


class Region(models.Model):
    """An area the city is run by (区域): a province, city, county, street, community or grid.

    Regions form one tree of any depth. `level` is a word from the city's own list of levels. `path` holds the codes
    from the root down (`/4206/420602/`), so that "within 樊城区" is a range of one index. A region may have no
    boundary; area and centre are those of the boundary that is valid now. `population` is what a count or an estimate
    says, of which day and by whom; null where nobody said, and never added up from the parts.
    """

    SCOPE: ClassVar = Scope(
        kind="region", read="place.read", columns={"region_path": "path"}, key="code", where=reach_of_places
    )

    code = models.CharField(max_length=64, unique=True, validators=[CODE])
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")
    level = models.CharField(max_length=32)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = PathField(unique=True)
    area_km2 = models.FloatField(null=True, blank=True)
    centre_lon = models.FloatField(null=True, blank=True)
    centre_lat = models.FloatField(null=True, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    population_at = models.DateField(null=True, blank=True)
    population_source = models.CharField(max_length=200, blank=True, default="")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("path",)
        indexes = [models.Index(fields=["level", "path"], name="region_level_path")]
        constraints = [
            models.CheckConstraint(
                name="region path starts and ends with a slash",
                condition=Q(path__startswith="/") & Q(path__endswith="/"),
            ),
            models.CheckConstraint(
                name="region ends after it began",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def audit_key(self) -> str:
        """How the audit trail names this region."""
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Also marks every process's copy of the map as old."""
        super().save(*args, **kwargs)
        MapVersion.renew()


class RegionBoundary(models.Model):
    """The outline a region had from one moment to another; an outline is replaced, never overwritten.

    `valid_from` null reaches back without limit, `valid_to` null means still valid. Coordinates are WGS-84; `source`
    says where the outline came from and in which system, `is_derived` that it is the union of the parts.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="boundaries")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    wkb = models.BinaryField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    area_km2 = models.FloatField()
    source = models.CharField(max_length=200, blank=True, default="")
    is_derived = models.BooleanField(default=False)

    class Meta:
        ordering = ("region_id", "pk")
        constraints = [
            models.UniqueConstraint(
                name="a region has one present boundary", fields=["region"], condition=Q(valid_to=None)
            ),
            models.UniqueConstraint(
                name="a region has one first boundary", fields=["region"], condition=Q(valid_from=None)
            ),
            models.UniqueConstraint(name="a region has one boundary from a moment on", fields=["region", "valid_from"]),
            models.CheckConstraint(
                name="a boundary ends after it began",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"boundary {self.pk} of region {self.region_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Also marks every process's copy of the map as old."""
        super().save(*args, **kwargs)
        MapVersion.renew()


class City(models.Model):
    """The one city of this data directory: its name, its time zone, its root region and the words for its levels.

    `levels` lists, from the top down, `{"key": "county", "zh": "区县", "en": "County"}`. `is_simulated` says that
    nothing in it is real, so that every page can say so.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    code = models.CharField(max_length=64, validators=[CODE])
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")
    time_zone = models.CharField(max_length=64)
    root = models.OneToOneField(Region, on_delete=models.PROTECT, related_name="+")
    levels = models.JSONField(default=list)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="there is one city", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people of this city read the time."""
        return ZoneInfo(self.time_zone)


class MapLayer(models.Model):
    """A sheet of the map that was loaded from files (底图图层): roads, water, green, buildings, or labels of places.

    It is loaded whole under its name; loading that name again puts the new sheet in the place of the old one at once.
    """

    class Kind(models.TextChoices):
        ROADS = "roads"
        WATER = "water"
        GREEN = "green"
        BUILDINGS = "buildings"
        LABELS = "labels"

    name = models.CharField(max_length=64, unique=True, validators=[CODE])
    kind = models.CharField(max_length=16, choices=Kind.choices)
    source = models.CharField(max_length=500, blank=True, default="")
    feature_count = models.PositiveIntegerField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def audit_key(self) -> str:
        return self.name


class MapFeature(models.Model):
    """One road, river, park, building or label of a map layer (底图要素), in WGS-84.

    `feature_class` is its class within the layer (`primary`, `river`); it is drawn from `min_zoom` to `max_zoom`.
    `quad` names the smallest tile that holds it whole, one digit a zoom (as Bing's quadkeys): what a tile shows has a
    quad that begins with the tile's, or that the tile's begins with, so that a tile is read by ranges of one index.
    """

    layer = models.ForeignKey(MapLayer, on_delete=models.CASCADE, related_name="features")
    quad = PathField(max_length=16, blank=True)
    name = models.CharField(max_length=200, blank=True, default="")
    feature_class = models.CharField(max_length=32, blank=True, default="")
    min_zoom = models.PositiveSmallIntegerField()
    max_zoom = models.PositiveSmallIntegerField()
    wkb = models.BinaryField()

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["quad", "min_zoom"], name="map_features_by_tile")]
        constraints = [
            models.CheckConstraint(
                name="a map feature is drawn from a zoom to a zoom", condition=Q(max_zoom__gte=F("min_zoom"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layer_id}/{self.feature_class}/{self.name}"


class MapVersion(models.Model):
    """One row that changes with every change of a region, boundary or map layer: a process sees that its copy is old.

    The version is random, not counted: a number that a rolled-back transaction had used never comes to mean other rows.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(name="there is one map version", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.version

    @classmethod
    def renew(cls) -> None:
        """Called in the transaction of the change; its row lock also makes writers of the tree wait for each other."""
        version = secrets.token_hex(16)
        rows = MapVersion.objects
        if not rows.filter(pk=1).update(version=version):
            first = [MapVersion(pk=1, version=version)]
            rows.bulk_create(first, update_conflicts=True, unique_fields=["id"], update_fields=["version"])

    @classmethod
    def current(cls) -> str:
        """The version now, `""` while there has never been a region."""
        return cls.objects.filter(pk=1).values_list("version", flat=True).first() or ""
