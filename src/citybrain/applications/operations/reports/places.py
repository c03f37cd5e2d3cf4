"""The places that reports are about, and the parts of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from citybrain.applications.operations.indicators.types import Dimension
from citybrain.applications.operations.reports.manifest import Places
from citybrain.applications.operations.reports.types import Place
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.places.queries import city


def places_of(dimension: Dimension, wanted: Places) -> list[Place]:
    """Those that a plan is for: from the top down to its depth, one query for each level."""
    level = [_place(dimension, city().root)] if dimension == "region" else _organisations(parent=None)
    found = list(level)
    for _ in range(wanted.deepest):
        level = [part for group in parts_of(dimension, level).values() for part in group]
        found += level
    return [one for one in found if not wanted.only or one.code in wanted.only]


def parts_of(dimension: Dimension, places: Sequence[Place]) -> dict[str, list[Place]]:
    """By the code of each place what stands directly below it; one query."""
    below = {"parent__in": [one.pk for one in places]}
    rows: Any = Region.objects.filter(valid_to=None, **below) if dimension == "region" else _active().filter(**below)
    codes = {one.pk: one.code for one in places}
    found: dict[str, list[Place]] = {one.code: [] for one in places}
    for row in rows.order_by("code"):
        found[codes[row.parent_id]].append(_place(dimension, row))
    return found


def get_place(dimension: Dimension, code: str) -> Place:
    model: Any = Region if dimension == "region" else Organisation
    return _place(dimension, model.objects.get(code=code))


def names_of(dimension: Dimension, codes: Collection[str]) -> dict[str, dict[str, str]]:
    """What places are called, by their codes; one query."""
    model: Any = Region if dimension == "region" else Organisation
    return {one.code: _place(dimension, one).name for one in model.objects.filter(code__in=codes)}


def _active() -> Any:
    return Organisation.objects.filter(is_active=True)


def _organisations(**where: Any) -> list[Place]:
    return [_place("organisation", one) for one in _active().filter(**where).order_by("code")]


def _place(dimension: Dimension, row: Any) -> Place:
    names = {"zh": row.name, "en": row.name_en or row.name}
    return Place(dimension, row.pk, row.code, row.path, names)
