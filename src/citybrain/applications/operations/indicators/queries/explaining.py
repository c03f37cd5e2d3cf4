"""Why a number is what it is: its SELECT runs again on the lake as it stood, and its rows add up to what was shown."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from citybrain.applications.operations.indicators import reading
from citybrain.applications.operations.indicators.evaluating import count_rows
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.models import Indicator, IndicatorRun, IndicatorVersion
from citybrain.applications.operations.indicators.queries.numbers import place_for, value_of
from citybrain.applications.operations.indicators.reading import Found
from citybrain.applications.operations.indicators.rolling import NOTHING, rolled_up
from citybrain.applications.operations.indicators.types import Dimension, Explanation
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.permission import models_by_kind
from citybrain.base.accounts.types import WHOLE, scope_of
from citybrain.base.conditions.sql import to_sql
from citybrain.base.errors import NotFound
from citybrain.base.places.queries import city
from citybrain.hubs.data.facts.lake import Lake, lake
from citybrain.hubs.sensing.alarms.queries import rule_titles

PLAIN = ("period", "organisation_path", "region_path")


def explain(
    viewer: Viewer, row: Indicator, *, dimension: Dimension | None = None, code: str = "",
    start: datetime | None = None, known_at: datetime | None = None, after: int = 0, limit: int = 50,
) -> Explanation:  # fmt: skip
    """Open a number (default: the newest) down to its rows; raises NotFound where there is none.

    Rows that the viewer may not see count and are not shown.
    """
    dimension, code = place_for(viewer, dimension, code)
    shown = _shown(row, dimension, code, start, known_at)
    version = IndicatorVersion.objects.get(pk=shown["version"])
    run = IndicatorRun.objects.get(pk=shown["run"])
    definition = IndicatorDefinition.model_validate(version.definition)
    where = city()
    zone = ZoneInfo(where.time_zone)
    begin = shown["start"].astimezone(zone).replace(tzinfo=None)

    with lake(Path(settings.DATA_DIR), marks=run.marks) as opened:
        count_rows(opened, definition, [begin], now=shown["recorded_at"], zone=zone)
        again = _recomputed(opened, definition, dimension, code, where.root.code)
        own = _only(definition, dimension, code, where.root.code)
        total, visible, rows, columns = _page(opened, viewer, definition, own, after, limit)
        names = _names(opened, viewer, rows)
        tables: list[str] = sorted(opened.tables_of(definition.select) & set(run.marks))
    return Explanation(
        key=row.key, definition=definition, version=version.number, dimension=dimension, code=code,
        shown=value_of(definition, shown), recomputed=again,
        inputs=[{"table": one, "mark": run.marks[one], "newest": run.newest.get(one)} for one in tables],
        columns=columns, rows=rows, total=total, hidden=total - visible,
        next=after + limit if after + limit < visible else None, names=names,
    )  # fmt: skip


def _shown(row: Indicator, dimension: str, code: str, start: datetime | None, known_at: datetime | None) -> Found:
    where, bound = "indicator = ? AND dimension = ? AND code = ?", [row.key, dimension, code]
    if start:
        where, bound = f"{where} AND start = ?", [*bound, start]  # type: ignore[list-item]  # a moment
    rest = "ORDER BY start DESC LIMIT 1"
    found = reading.ask(Path(settings.DATA_DIR), where, bound, rest=rest, known_at=known_at)
    if not found:
        raise NotFound("indicator.no_value", key=row.key)
    return found[0]


def _recomputed(opened: Lake, definition: IndicatorDefinition, dimension: str, code: str, root: str) -> float | None:
    found = opened.query(f"SELECT * FROM ({rolled_up(definition, root=root)})").to_pylist()  # noqa: S608 - own SQL
    values = [one["value"] for one in found if (one["dimension"], one["code"]) == (dimension, code)]
    return values[0] if values else NOTHING.get(definition.aggregate)


def _only(definition: IndicatorDefinition, dimension: str, code: str, root: str) -> str:
    """The condition for rows of one place."""
    path = f"{dimension}_path"
    place = code.replace("'", "''")
    if not definition.rolls_up:
        return f"string_split(trim({path}, '/'), '/')[-1] = '{place}'"
    within = f"list_contains(string_split({path}, '/'), '{place}')"
    return f"({within} OR coalesce({path}, '') = '')" if dimension == "region" and code == root else within


def _names(opened: Lake, viewer: Viewer, rows: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """What the kinds of cases and the alarm rules on a page are called."""
    kinds, rules = ({row[name] for row in rows if row.get(name)} for name in ("case_type", "rule"))
    called = opened.query("SELECT code, title_zh, title_en FROM case_types") if kinds else None
    told = {one["code"]: {"zh": one["title_zh"], "en": one["title_en"]} for one in called.to_pylist()} if called else {}
    of_rules = rule_titles(viewer, rules) if rules and viewer.may("alarm.read") else {}
    found = {"case_type": {code: told[code] for code in kinds & set(told)}, "rule": of_rules}
    return {name: titles for name, titles in found.items() if titles}


def _page(
    opened: Lake, viewer: Viewer, definition: IndicatorDefinition, own: str, after: int, limit: int
) -> tuple[int, int, list[dict[str, Any]], list[str]]:
    """How many rows there are, how many of them the viewer may see, one page of these, and their columns."""
    columns = opened.query("SELECT * FROM counted LIMIT 0").column_names
    owner = "coalesce(organisation_path, '')" if "organisation_path" in columns else "''"
    scope = scope_of(models_by_kind()[definition.subject])
    allowed, bound = to_sql(
        viewer.reach(scope.read, fields=frozenset(WHOLE) & frozenset(scope.columns)),
        {"region_path": "coalesce(region_path, '')", "organisation_path": owner, "holders": f"[{owner}]"},
        lists=frozenset({"holders"}),
    )
    counts = f"SELECT count(*) AS total, count(*) FILTER (WHERE {allowed}) AS visible FROM counted WHERE {own}"  # noqa: S608
    (counted,) = opened.query(counts, bound).to_pylist()
    page = f"SELECT * FROM counted WHERE {own} AND {allowed} ORDER BY ALL LIMIT {limit} OFFSET {after}"  # noqa: S608
    rows = opened.query(page, bound).to_pylist()
    return counted["total"], counted["visible"], rows, [name for name in columns if name not in PLAIN]
