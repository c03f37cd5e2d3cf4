"""What a scratch city needs of the living one: regions, organisations, declarations, packs. Copied row by row."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model

from citybrain.base.packs.models import Pack, PackOverride
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import City, Region
from citybrain.hubs.business.cases.models import (
    CaseLabel,
    CaseType,
    CatalogueVersion,
    ClockPlan,
    Loop,
    Responsibility,
    WorkCalendar,
)

TABLES: tuple[type[Model], ...] = (
    Region, City, Organisation, Loop, ClockPlan, WorkCalendar, CaseType, CaseLabel, Responsibility, Pack, PackOverride,
)  # fmt: skip
BATCH = 500
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def read_reference() -> Rows:
    """The rows of every table, by its name: columns, then values."""
    found: Rows = {}
    for model in TABLES:
        names = [field.attname for field in model._meta.concrete_fields]
        rows = model._default_manager.order_by("pk").values_list(*names)
        found[model._meta.label] = names, [tuple(row) for row in rows.iterator(5_000)]
    return found


def write_reference(rows: Rows) -> None:
    """Put them into an empty database, with their keys."""
    with connection.constraint_checks_disabled():
        for model in TABLES:
            names, values = rows[model._meta.label]
            model._default_manager.all().delete()
            made = [model(**dict(zip(names, row, strict=True))) for row in values]
            model._default_manager.bulk_create(made, batch_size=BATCH)
    CatalogueVersion.renew()
