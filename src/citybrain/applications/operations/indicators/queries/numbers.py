"""Every read of indicators. Who may see a place may see its numbers (`indicator.read`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from citybrain.applications.operations.indicators import reading
from citybrain.applications.operations.indicators.judging import level_of
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.models import Indicator, IndicatorRun, IndicatorVersion
from citybrain.applications.operations.indicators.reading import Found, definition_of
from citybrain.applications.operations.indicators.types import Board, Dimension, Measured, Ranked, Value
from citybrain.base import conditions
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.types import ROOT
from citybrain.base.conditions.sql import to_sql
from citybrain.base.errors import Forbidden, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.places.queries import city, region_of

READ = "indicator.read"
FIELDS = frozenset({"region_path", "organisation_path"})
MOST = 400


def indicators(viewer: Viewer, *, theme: str = "") -> Any:
    """The rows of indicators in use, for a page of them."""
    viewer.check(READ)
    rows = Indicator.objects.filter(is_enabled=True, retired_at=None).select_related("version")
    return rows.filter(theme=theme) if theme else rows


def get_indicator(viewer: Viewer, key: str) -> Indicator:
    """Raises NotFound; a retired one can still be read."""
    viewer.check(READ)
    row = Indicator.objects.select_related("version").filter(key=key).first()
    if row is None or row.version is None:
        raise NotFound("indicator.unknown", key=key)
    return row


def place_for(viewer: Viewer, dimension: Dimension | None, code: str) -> tuple[Dimension, str]:
    """The place that is meant; where none is named, the widest that the viewer may see.

    Raises NotFound for a place that is not there, Forbidden for one beyond his reach.
    """
    viewer.check(READ)
    if not code:
        dimension, path = _home(viewer, dimension)
    elif dimension == "organisation":
        found = Organisation.objects.filter(code=code).first()
        path = found.path if found else ""
    else:
        region = Region.objects.filter(code=code).first()
        dimension, path = "region", region.path if region else ""
    if not path:
        raise NotFound("input.not_found")
    assert dimension is not None
    if not conditions.test(viewer.reach(READ, fields=FIELDS), _row(dimension, path)):
        raise Forbidden("account.elsewhere", permission=READ)
    return dimension, code or path.strip("/").rpartition("/")[2]


def _home(viewer: Viewer, dimension: Dimension | None) -> tuple[Dimension, str]:
    """The whole city, else the region of a duty, else its organisation."""
    grants = sorted((one for one in viewer.grants if READ in one.permissions), key=lambda one: len(one.region_path))
    regions = [one.region_path for one in grants if one.organisation_path == ROOT]
    owners = [one.organisation_path for one in grants if one.organisation_path != ROOT]
    if dimension == "organisation" or (dimension is None and not regions):
        return "organisation", owners[0] if owners else ""
    path = regions[0] if regions else ROOT
    return "region", city().root.path if path == ROOT else path


def _row(dimension: Dimension, path: str) -> dict[str, str]:
    """Where a number stands, for the predicate: an organisation's number counts the whole city."""
    is_region = dimension == "region"
    return {"region_path": path if is_region else "", "organisation_path": "" if is_region else path}


def measured(
    viewer: Viewer, rows: Sequence[Indicator], *, dimension: Dimension | None = None, code: str = "", count: int = 2,
    known_at: datetime | None = None,
) -> list[Measured]:  # fmt: skip
    """These indicators with their newest values for one place; one query for all of them."""
    dimension, code = place_for(viewer, dimension, code)
    found = reading.ask(
        data_folder(),
        "indicator IN (SELECT unnest(?)) AND dimension = ? AND code = ?",
        [[row.key for row in rows], dimension, code],
        rest=f"QUALIFY row_number() OVER (PARTITION BY indicator ORDER BY start DESC) <= {min(count, MOST)}"
        " ORDER BY indicator, start",
        known_at=known_at,
    )
    by_key: dict[str, list[Found]] = {}
    for one in found:
        by_key.setdefault(one["indicator"], []).append(one)
    return [_measured(row, dimension, code, by_key.get(row.key, [])) for row in rows]


def _measured(row: Indicator, dimension: Dimension, code: str, found: Iterable[Found]) -> Measured:
    definition = definition_of(row)
    return Measured(row.key, row.pack, definition, dimension, code, [value_of(definition, one) for one in found])


def newest_for(viewer: Viewer) -> list[Measured]:
    """Every indicator with its newest value for the whole city."""
    return measured(viewer, list(indicators(viewer)), count=1)


def series(
    viewer: Viewer, row: Indicator, *, dimension: Dimension | None = None, code: str = "",
    since: datetime | None = None, until: datetime | None = None, known_at: datetime | None = None,
) -> Measured:  # fmt: skip
    """The values of one number over time, the oldest first; at most the newest 400."""
    dimension, code = place_for(viewer, dimension, code)
    where, bound = "indicator = ? AND dimension = ? AND code = ?", [row.key, dimension, code]
    if since:
        where, bound = f'{where} AND "end" > ?', [*bound, since]  # type: ignore[list-item]  # a moment
    if until:
        where, bound = f"{where} AND start < ?", [*bound, until]  # type: ignore[list-item]
    rest = f"QUALIFY row_number() OVER (ORDER BY start DESC) <= {MOST} ORDER BY start"
    return _measured(row, dimension, code, reading.ask(data_folder(), where, bound, rest=rest, known_at=known_at))


def ranking(
    viewer: Viewer, row: Indicator, *, dimension: Dimension, parent: str = "", start: datetime | None = None,
    known_at: datetime | None = None,
) -> list[Ranked]:  # fmt: skip
    """The parts of a place by their numbers in one period (default: the newest), the best first."""
    definition = definition_of(row)
    names = _names(dimension, parent)
    condition, bound = to_sql(
        viewer.reach(READ, fields=FIELDS),
        {"region_path": "''", "organisation_path": "''", f"{dimension}_path": "path"},
    )
    where = f"indicator = ? AND dimension = ? AND code IN (SELECT unnest(?)) AND ({condition})"
    parameters: list[Any] = [row.key, dimension, sorted(names), *bound]
    if start:
        where, parameters = f"{where} AND start = ?", [*parameters, start]
    order = "ASC" if definition.direction == "down" else "DESC"
    rest = f"QUALIFY rank() OVER (ORDER BY start DESC) = 1 ORDER BY value {order} NULLS LAST, code"
    found = reading.ask(data_folder(), where, parameters, rest=rest, known_at=known_at)
    return [Ranked(one["code"], names[one["code"]], value_of(definition, one)) for one in found]


def _names(dimension: Dimension, parent: str) -> dict[str, dict[str, str]]:
    """The parts of a region (of the city), or all organisations (below one), with their names."""
    if dimension == "organisation":
        rows = Organisation.objects.filter(is_active=True)
        rows = rows.filter(parent__code=parent) if parent else rows
        return {one.code: one.names for one in rows}
    top = region_of(parent).code if parent else city().root.code
    regions = Region.objects.filter(parent__code=top)
    return {one.code: {"zh": one.name, "en": one.name_en or one.name} for one in regions}


def board(
    viewer: Viewer, numbers: Mapping[str, int], parts: Collection[tuple[str, Dimension]], *,
    dimension: Dimension | None = None, code: str = "", known_at: datetime | None = None,
) -> Board:  # fmt: skip
    """Many numbers of one place at once: of each its last so many values, and of `parts` the ranking; one query.

    Parts of a region are the regions below it, those of an organisation the ones below that; organisations of a region
    are those right below the head of all, each with all below it, counted over the whole city. An indicator that nobody
    declares is left out.
    """
    dimension, code = place_for(viewer, dimension, code)
    wanted = {*numbers, *(key for key, _ in parts)}
    rows = {row.key: row for row in indicators(viewer).filter(key__in=sorted(wanted))}
    names = {by: _parts(dimension, code, by) for by in sorted({by for _, by in parts})}
    own = "(dimension = ? AND code = ? AND indicator IN (SELECT unnest(?)))"
    where, bound = [own], [dimension, code, sorted(numbers)]
    for by, known in names.items():
        reach, values = to_sql(
            viewer.reach(READ, fields=FIELDS), {"region_path": "''", "organisation_path": "''", f"{by}_path": "path"}
        )
        where.append(f"(dimension = ? AND code IN (SELECT unnest(?)) AND indicator IN (SELECT unnest(?)) AND {reach})")
        bound += [by, sorted(known), sorted(key for key, one in parts if one == by), *values]
    most = max([1, *numbers.values()])
    rest = (
        "QUALIFY row_number() OVER (PARTITION BY indicator, dimension, code ORDER BY start DESC)"
        f" <= CASE WHEN dimension = ? AND code = ? THEN {min(most, MOST)} ELSE 1 END ORDER BY indicator, start, code"
    )
    found = reading.ask(
        data_folder(), f"({' OR '.join(where)})", [*bound, dimension, code], rest=rest, known_at=known_at
    )
    return Board(
        dimension, code,
        {key: _measured(rows[key], dimension, code, _own(found, key, dimension, code)[-count:])
         for key, count in numbers.items() if key in rows},
        {(key, by): _ranked(rows[key], names[by], found, by) for key, by in parts if key in rows},
    )  # fmt: skip


def _parts(dimension: Dimension, code: str, by: Dimension) -> dict[str, dict[str, str]]:
    if dimension == by:
        return _names(by, code)
    if by == "region":
        return {}
    rows = list(Organisation.objects.filter(is_active=True))
    heads = {one.pk for one in rows if one.parent_id is None}
    below = [one for one in rows if one.parent_id in heads]
    return {one.code: one.names for one in below or rows}


def _own(found: Iterable[Found], key: str, dimension: Dimension, code: str) -> list[Found]:
    return [one for one in found if (one["indicator"], one["dimension"], one["code"]) == (key, dimension, code)]


def _ranked(row: Indicator, names: Mapping[str, dict[str, str]], found: Iterable[Found], by: Dimension) -> list[Ranked]:
    """Those with a number in the newest period that any of them has, the best first."""
    definition = definition_of(row)
    own = [one for one in found if (one["indicator"], one["dimension"]) == (row.key, by) and one["code"] in names]
    newest = max((one["start"] for one in own), default=None)
    own = [one for one in own if one["start"] == newest and one["value"] is not None]
    sign = 1 if definition.direction == "down" else -1
    own.sort(key=lambda one: (sign * one["value"], one["code"]))
    return [Ranked(one["code"], names[one["code"]], value_of(definition, one)) for one in own]


def newest_declaration() -> int:
    """Number of the newest wording of any indicator: another one after a pack was loaded that changed one."""
    return IndicatorVersion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def definitions(keys: Collection[str]) -> dict[str, IndicatorDefinition]:
    """What these indicators mean, as declared now; also of those that are retired."""
    rows = Indicator.objects.select_related("version").filter(key__in=sorted(keys), version__isnull=False)
    return {row.key: definition_of(row) for row in rows}


def newest_run(known_at: datetime | None = None) -> tuple[int, datetime] | None:
    """Number and moment of the newest finished computation (as of a moment), or None."""
    rows = IndicatorRun.objects.filter(finished_at__isnull=False)
    found = (rows.filter(recorded_at__lte=known_at) if known_at else rows).order_by("-id").first()
    return (found.pk, found.recorded_at) if found else None


def news_since(seq: int) -> tuple[int, datetime | None]:
    """Number of the newest value, and the earliest end of a period among the values written after number `seq`."""
    return reading.news_since(data_folder(), seq)


def standing_of(viewer: Viewer, dimension: Dimension | None, code: str) -> tuple[Dimension, str, dict[str, str]]:
    """The place that is meant (`place_for`), with the paths that a permission on its numbers is about."""
    dimension, code = place_for(viewer, dimension, code)
    model = Organisation if dimension == "organisation" else Region
    path = model.objects.values_list("path", flat=True).get(code=code)
    return dimension, code, _row(dimension, path)


def past_values(
    viewer: Viewer, row: Indicator, *, dimension: Dimension | None, code: str, start: datetime
) -> list[Value]:
    """Every value that was ever shown for one period, the oldest first."""
    dimension, code = place_for(viewer, dimension, code)
    definition = definition_of(row)
    return [value_of(definition, one) for one in reading.every_value(data_folder(), row.key, dimension, code, start)]


def value_of(definition: IndicatorDefinition, one: Found) -> Value:
    return Value(
        start=one["start"], end=one["end"], value=one["value"], rows=one["rows"],
        level=level_of(definition, one["value"]), is_whole=one["end"] <= one["recorded_at"],
        recorded_at=one["recorded_at"], numerator=one["numerator"], denominator=one["denominator"],
    )  # fmt: skip


def data_folder() -> Path:
    return Path(settings.DATA_DIR)


def keys() -> list[str]:
    """The keys of all indicators, retired ones too: their values are still there."""
    return list(Indicator.objects.values_list("key", flat=True))
