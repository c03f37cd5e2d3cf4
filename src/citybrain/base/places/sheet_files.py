"""Reading map layers from GeoJSON, GeoJSON text sequences and GeoPackage; a feature that cannot be used is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely

from citybrain.base.errors import BadInput, FieldError
from citybrain.base.places.coordinates import WGS84, check_crs, to_wgs84
from citybrain.base.places.geopackage import is_geopackage, read_rows, read_tables
from citybrain.base.places.sheets import (
    CLASS_PROPERTIES,
    LAYER_PROPERTIES,
    MAX_ZOOM,
    NAME_PROPERTIES,
    SHEETS,
    first_text,
    kind_of_word,
)

SEQUENCES = (".geojsonl", ".geojsons", ".ndjson", ".jsonl")
KNOWN_CRS = {"4326": WGS84, "CRS84": WGS84, "4490": "CGCS2000"}
LONGEST_NAME = 200


class Document(msgspec.Struct):
    """A GeoJSON feature collection; the features stay unread until each is looked at by itself."""

    features: list[msgspec.Raw]
    crs: Any = None


class Feature(msgspec.Struct):
    """A GeoJSON feature; its geometry stays text until all are read at once."""

    geometry: msgspec.Raw = msgspec.Raw(b"null")
    properties: dict[str, Any] | None = None


@dataclass
class Column:
    """Features of one layer while they are read: parallel lists."""

    kind: str
    where: list[str] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    is_wkb: list[bool] = field(default_factory=list)
    crs: list[str] = field(default_factory=list)
    properties: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class ReadFeature:
    """One feature that can be drawn."""

    name: str
    feature_class: str
    min_zoom: int
    max_zoom: int


@dataclass
class ReadLayer:
    """What the files say of one layer: features and their geometries (shapely, WGS-84) in parallel."""

    name: str
    kind: str
    sources: list[str]
    features: list[ReadFeature]
    geometries: Any


@dataclass
class ReadLayers:
    layers: list[ReadLayer]
    problems: list[FieldError]


def read_layers(
    paths: Sequence[Path], *, layer: str | None = None, name: str | None = None, crs: str | None = None
) -> ReadLayers:
    """Read every file; several files of one layer make one layer together.

    Which layer a feature belongs to: `layer`, else its property `layer`, else the name of its table or file. `name` is
    what the layer is kept under (default: its kind). Raises BadInput `place.source` for a file that cannot be read.
    """
    if crs is not None:
        check_crs(crs)
    columns: dict[str, Column] = {}
    sources: dict[str, list[str]] = {}
    problems: list[FieldError] = []
    for path in paths:
        for where, text, is_wkb, properties, its_crs, title in _rows(path, crs, problems):
            kind = layer or kind_of_word(first_text(properties, LAYER_PROPERTIES)) or kind_of_word(title)
            if not kind:
                problems.append(FieldError(where, "place.feature_layer", {"known": ", ".join(SHEETS)}))
                continue
            column = columns.setdefault(kind, Column(kind))
            column.where.append(where)
            column.texts.append(text)
            column.is_wkb.append(is_wkb)
            column.crs.append(its_crs)
            column.properties.append(properties)
            files = sources.setdefault(kind, [])
            if path.name not in files:
                files.append(path.name)
    layers = [_layer(columns[kind], name or kind, sources[kind], problems) for kind in SHEETS if kind in columns]
    return ReadLayers(layers, problems)


Found = Iterator[tuple[str, bytes, bool, dict[str, Any], str, str]]


def _rows(path: Path, crs: str | None, problems: list[FieldError]) -> Found:
    """Each feature: where, geometry, whether that is WKB, properties, coordinate system, title of what holds it."""
    if not path.is_file():
        raise BadInput("place.source", file=str(path), why="no such file")
    if is_geopackage(path):
        yield from _package_rows(path, crs, problems)
    else:
        yield from _geojson_rows(path, crs, problems)


def _package_rows(path: Path, crs: str | None, problems: list[FieldError]) -> Found:
    tables = read_tables(path)
    for table in tables:
        if crs is None and table.crs is None:
            problems.append(FieldError(f"{path.name} {table.name}", "place.file_crs", {"crs": f"EPSG:{table.srs_id}"}))
            continue
        title = table.name if kind_of_word(table.name) or len(tables) > 1 else path.stem
        for row in read_rows(path, table):
            yield row.where, row.wkb or b"", True, row.properties, crs or str(table.crs), title


def _geojson_rows(path: Path, crs: str | None, problems: list[FieldError]) -> Found:
    try:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise BadInput("place.source", file=path.name, why=str(error)) from error
    if path.suffix.lower() in SEQUENCES:
        lines = enumerate(data.split(b"\n"), start=1)
        texts = [(f"{path.name}:{number}", line.strip(b"\x1e \r")) for number, line in lines]
        raw, declared = [(where, text) for where, text in texts if text], WGS84
    else:
        document = _document(path, data)
        declared = crs or _declared_crs(document.crs)
        if not declared:
            problems.append(FieldError(path.name, "place.file_crs", {"crs": str(document.crs)[:120]}))
            return
        raw = [(f"{path.name} feature {number}", bytes(one)) for number, one in enumerate(document.features, start=1)]
    for where, text in raw:
        try:
            feature = msgspec.json.decode(text, type=Feature)
        except msgspec.MsgspecError as error:
            problems.append(FieldError(where, "place.row_unreadable", {"why": str(error)}))
            continue
        yield where, bytes(feature.geometry), False, feature.properties or {}, crs or declared, path.stem


def _document(path: Path, data: bytes) -> Document:
    try:
        return msgspec.json.decode(data, type=Document)
    except msgspec.ValidationError as error:
        raise BadInput("place.source", file=path.name, why="not a GeoJSON FeatureCollection") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = str(error)
        digits = why.rpartition("(byte ")[2].rstrip(")")
        line = f"line {data[: int(digits)].count(10) + 1}: " if digits.isdigit() else ""
        raise BadInput("place.source", file=path.name, why=f"{line}{why}") from error


def _declared_crs(member: Any) -> str:
    """What the older `crs` member says (RFC 7946 dropped it); `""` for a system that we do not know."""
    if member is None:
        return WGS84
    properties = member.get("properties") if isinstance(member, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    return KNOWN_CRS.get(name.replace("/", ":").rpartition(":")[2], "")


def _layer(column: Column, name: str, sources: list[str], problems: list[FieldError]) -> ReadLayer:
    """Geometries read and mended all at once; those that cannot be drawn are named and left out."""
    sheet = SHEETS[column.kind]
    shapes = _shapes(column)
    reasons = _refusals(shapes, sheet.geometries)
    kept = np.array([not reason for reason in reasons], dtype=bool)
    for where, reason in zip(column.where, reasons, strict=True):
        if reason:
            problems.append(FieldError(where, "place.feature_shape", {"why": reason}))
    features = [
        feature_of(properties, column.kind)
        for properties, is_kept in zip(column.properties, kept, strict=True)
        if is_kept
    ]
    return ReadLayer(name, column.kind, sources, features, shapes[kept])


def _shapes(column: Column) -> Any:
    """What was written, in two dimensions and in WGS-84; None where it cannot be read."""
    texts, is_wkb = np.array(column.texts, dtype=object), np.array(column.is_wkb, dtype=bool)
    shapes = np.full(len(texts), None, dtype=object)
    shapes[is_wkb] = shapely.from_wkb(texts[is_wkb], on_invalid="ignore")
    shapes[~is_wkb] = shapely.from_geojson(texts[~is_wkb], on_invalid="ignore")
    shapes = shapely.force_2d(shapes)
    systems = np.array(column.crs)
    for crs in sorted(set(column.crs) - {WGS84, "CGCS2000"}):
        mine = systems == crs
        shapes[mine] = shapely.transform(shapes[mine], partial(_degrees, crs))
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes) & (shapely.get_dimensions(shapes) == 2)
    if broken.any():
        shapes[broken] = [_areas(shape) for shape in shapely.make_valid(shapes[broken])]
    return shapes


def _degrees(crs: str, pairs: Any) -> Any:
    return np.column_stack(to_wgs84(pairs[:, 0], pairs[:, 1], crs))


def _areas(shape: Any) -> Any:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _refusals(shapes: Any, allowed: frozenset[str]) -> list[str]:
    """Why each geometry cannot be drawn; `""` for those that can."""
    bounds = shapely.bounds(shapes)
    in_world = (np.abs(bounds[:, 0::2]) <= 180).all(axis=1) & (np.abs(bounds[:, 1::2]) <= 90).all(axis=1)
    missing, empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    reasons = []
    for shape, is_missing, is_empty, is_there in zip(shapes, missing, empty, in_world, strict=True):
        if is_missing:
            reasons.append("there is no geometry that can be read")
        elif is_empty:
            reasons.append("its geometry is empty")
        elif shape.geom_type not in allowed:
            reasons.append(f"it is a {shape.geom_type}, not one of {', '.join(sorted(allowed))}")
        elif not is_there:
            reasons.append("its coordinates are not degrees of longitude and latitude")
        else:
            reasons.append("")
    return reasons


def feature_of(properties: dict[str, Any], kind: str) -> ReadFeature:
    """Name, class and zooms of a feature; `min_zoom` and `max_zoom` of the file win over those of the class."""
    sheet = SHEETS[kind]
    its_class = sheet.class_of(first_text(properties, CLASS_PROPERTIES))
    least = _zoom(properties.get("min_zoom"), sheet.classes[its_class])
    most = max(least, _zoom(properties.get("max_zoom"), MAX_ZOOM))
    return ReadFeature(first_text(properties, NAME_PROPERTIES)[:LONGEST_NAME], its_class, least, most)


def _zoom(value: Any, otherwise: int) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_ZOOM
    return int(value) if is_number else otherwise
