"""Reading boundaries from GeoJSON: a `.zip`, a folder or one file. A feature that cannot be used is named and left out.

A feature's code is looked for in the properties `adcode`, `code`, `id`, `gb` and in the feature's own id. Files that
circulate say nothing of their coordinate system and RFC 7946 has it that GeoJSON is WGS-84, so WGS-84 it is unless a
`crs` member or the caller says otherwise. The county outlines of 2015 in wide circulation (property `id`) are coarse:
their vertices lie about 1 km apart, and the line between the two middle districts of Beijing falls on the real one in
WGS-84, not where GCJ-02 (500 m east) would have it.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citybrain.base.errors import BadInput, FieldError
from citybrain.base.places.coordinates import WGS84
from citybrain.base.places.divisions import Division, RegionRow
from citybrain.base.places.names import stem_of
from citybrain.base.places.outlines import Outline, outline_from_geojson

CODE_PROPERTIES = ("adcode", "code", "id", "gb")
KNOWN_CRS = {"4326": WGS84, "CRS84": WGS84, "4490": "CGCS2000"}


@dataclass(frozen=True)
class SourcedOutline:
    """An outline and where it came from."""

    outline: Outline
    source: str


@dataclass
class Boundaries:
    """Outlines by region code; `problems` could not be used, `notes` were taken with a doubt worth reading."""

    outlines: dict[str, SourcedOutline] = field(default_factory=dict)
    problems: list[FieldError] = field(default_factory=list)
    notes: list[FieldError] = field(default_factory=list)


def read_boundaries(path: Path, division: Division, crs: str | None = None) -> Boundaries:
    """The outlines of the division's regions; features of other regions are passed over.

    A feature whose code is unknown but whose name is that of exactly one region of the same city that has no outline
    (密云县 110128 became 密云区 110118) is taken for it, with a note. Raises BadInput `place.source`.
    """
    found = Boundaries()
    names = {row.code: row.name for row in division.rows}
    renamed: list[tuple[str, str, SourcedOutline]] = []
    for file, text in _geojson_files(path):
        for where, feature, feature_crs in _features(file, text, found.problems):
            code, name = _code_and_name(feature)
            mine = code in names
            if not mine and not code.startswith(division.root.code):
                continue
            try:
                outline = outline_from_geojson(feature.get("geometry"), crs or feature_crs)
            except BadInput as error:
                found.problems.append(FieldError(where, error.code, error.data))
                continue
            sourced = SourcedOutline(outline, f"{file} {crs or feature_crs}")
            if mine and code in found.outlines:
                found.problems.append(FieldError(where, "place.row_twice", {"region": code}))
            elif mine:
                found.outlines[code] = sourced
            else:
                renamed.append((code, name, sourced))
    _take_renamed(renamed, division, found)
    return found


def _take_renamed(renamed: list[tuple[str, str, SourcedOutline]], division: Division, found: Boundaries) -> None:
    for code, name, sourced in renamed:
        same = [row for row in division.rows if row.code not in found.outlines and _is_renamed(row, code, name)]
        about = {"region": code, "name": name}
        if len(same) == 1:
            found.outlines[same[0].code] = sourced
            about |= {"taken_for": same[0].code, "its_name": same[0].name}
            found.notes.append(FieldError(sourced.source, "place.feature_taken_for", about))
        else:
            found.problems.append(FieldError(sourced.source, "place.feature_unknown", about))


def _is_renamed(row: RegionRow, code: str, name: str) -> bool:
    """Whether a region may be the one of this code and name: same city, same level, same name but for 区 or 县."""
    is_sibling = len(row.code) == len(code) and row.code[:4] == code[:4]
    return bool(name) and is_sibling and stem_of(row.name) == stem_of(name)


def _code_and_name(feature: Mapping[str, Any]) -> tuple[str, str]:
    properties = feature.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    given = [properties.get(key) for key in CODE_PROPERTIES] + [feature.get("id")]
    return str(next((code for code in given if code not in (None, "")), "")), str(properties.get("name") or "")


def _geojson_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each GeoJSON file in a zip, a folder, or of the one file."""
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in sorted(archive.namelist()):
                    if name.lower().endswith((".json", ".geojson")) and not name.startswith("__MACOSX"):
                        yield name, archive.read(name)
        else:
            files = sorted([*path.glob("*.json"), *path.glob("*.geojson")]) if path.is_dir() else [path]
            for file in files:
                yield file.name, file.read_bytes()
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise BadInput("place.source", file=str(path), why=str(error)) from error


def _features(file: str, text: bytes, problems: list[FieldError]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        problems.append(FieldError(file, "place.row_unreadable", {"why": "not UTF-8"}))
        return
    except json.JSONDecodeError as error:
        problems.append(FieldError(f"{file}:{error.lineno}", "place.row_unreadable", {"why": error.msg}))
        return
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, list):
        problems.append(FieldError(file, "place.row_unreadable", {"why": "not a GeoJSON FeatureCollection"}))
        return
    crs = _declared_crs(document)
    if crs is None:
        problems.append(FieldError(file, "place.file_crs", {"crs": json.dumps(document["crs"])[:120]}))
        return
    for number, feature in enumerate(features, start=1):
        where = f"{file} feature {number}"
        if isinstance(feature, Mapping):
            yield where, feature, crs
        else:
            problems.append(FieldError(where, "place.row_unreadable", {"why": "not a GeoJSON feature"}))


def _declared_crs(document: Mapping[str, Any]) -> str | None:
    """What the older `crs` member says (RFC 7946 dropped it); None for a system that we do not know."""
    member = document.get("crs")
    if member is None:
        return WGS84
    properties = member.get("properties") if isinstance(member, Mapping) else None
    name = str(properties.get("name", "")) if isinstance(properties, Mapping) else ""
    return KNOWN_CRS.get(re.split(r"[:/]", name)[-1])
