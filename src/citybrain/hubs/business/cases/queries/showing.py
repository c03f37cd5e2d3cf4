"""Many cases at once, for a map or a spreadsheet: bounded, and by the same predicate as every list."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from citybrain.base.accounts import Viewer
from citybrain.base.errors import BadInput, FieldError
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.catalogue import catalogue
from citybrain.hubs.business.cases.queries.reading import Box, CaseFilter, matching
from citybrain.hubs.business.cases.queries.views import CaseView

MOST_FEATURES = 5000
CHUNK = 1000
BYTE_ORDER_MARK = "\ufeff"  # spreadsheets take a file without it for the local encoding
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: dict[str, tuple[str, str]] = {
    "number": ("案件编号", "number"),
    "case_type": ("类型代码", "case type"),
    "kind": ("类型", "kind"),
    "title": ("标题", "title"),
    "state": ("状态", "state"),
    "stage": ("阶段", "stage"),
    "severity": ("级别", "severity"),
    "occurred_at": ("发生时间", "occurred at"),
    "recorded_at": ("立案时间", "recorded at"),
    "due_at": ("截止时间", "due at"),
    "accepted_at": ("接收时间", "accepted at"),
    "finished_at": ("处置完毕时间", "finished at"),
    "closed_at": ("结案时间", "closed at"),
    "outcome": ("结果", "outcome"),
    "organisation": ("承办单位代码", "organisation"),
    "organisation_name": ("承办单位", "organisation name"),
    "region_code": ("区域代码", "region"),
    "address": ("地址", "address"),
    "lon": ("经度", "longitude"),
    "lat": ("纬度", "latitude"),
    "precision_m": ("精度（米）", "precision (m)"),
    "signal_count": ("线索数", "reports"),
    "source": ("来源", "source"),
}


def feature_collection(viewer: Viewer, wanted: CaseFilter, *, limit: int) -> dict[str, Any]:
    """Located cases in a box as GeoJSON, newest first; `truncated` says that there are more than were asked for."""
    if wanted.box is None:
        raise BadInput("input.invalid", fields=(FieldError("bbox", "input.required"),))
    west, south, east, north = wanted.box
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput("input.invalid", fields=(FieldError("bbox", "case.box"),))
    limit = max(1, min(limit, MOST_FEATURES))
    columns = ("number", "case_type_id", "state", "stage", "severity", "title", "title_en", "lon", "lat", "precision_m",
               "recorded_at", "due_at", "closed_at")  # fmt: skip
    rows = matching(viewer, wanted).order_by("-recorded_at", "-pk")
    found = list(rows.values_list(*columns)[: limit + 1])
    types = catalogue().types_by_pk
    return {
        "type": "FeatureCollection",
        "features": [_feature(dict(zip(columns, row, strict=True)), types) for row in found[:limit]],
        "truncated": len(found) > limit,
    }


def _feature(row: dict[str, Any], types: dict[int, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row["number"],
        "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
        "properties": {"case_type": types[row.pop("case_type_id")].code, **row},
    }


def box_of(text: str) -> Box:
    """`west,south,east,north` in degrees; raises BadInput for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadInput("input.invalid", fields=(FieldError("bbox", "case.box"),)) from error
    return west, south, east, north


class _Echo:
    """Hands back what a CSV writer writes."""

    def write(self, line: str) -> str:
        return line


def csv_lines(viewer: Viewer, wanted: CaseFilter, *, language: str) -> Iterator[str]:
    """The cases of a list as CSV, line by line, oldest first; read in pieces, so that a million need no memory.

    Texts that a spreadsheet would run as a formula are written with an apostrophe before them.
    """
    rows = matching(viewer, wanted).select_related("organisation").defer("text", "summary").order_by("pk")
    return _lines(rows, language)  # what is wrong with the filter was said above, before the first line goes out


def _lines(rows: QuerySet[Case], language: str) -> Iterator[str]:
    declared = catalogue()
    writer = csv.writer(_Echo())
    place = 0 if language == "zh" else 1
    yield BYTE_ORDER_MARK + str(writer.writerow([titles[place] for titles in COLUMNS.values()]))
    for case in rows.iterator(chunk_size=CHUNK):
        view = CaseView(case, declared)
        yield str(writer.writerow([_cell(view, name, language) for name in COLUMNS]))


def _cell(view: CaseView, name: str, language: str) -> Any:
    titles = {"kind": view.case_type_title, "state": view.state_title, "stage": view.stage_title}
    if name == "outcome":
        value: Any = (view.outcome_title or {}).get(language, "")
    else:
        value = titles[name][language] if name in titles else getattr(view, name)
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.astimezone(view.declared.zone).isoformat(timespec="seconds")
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return value
