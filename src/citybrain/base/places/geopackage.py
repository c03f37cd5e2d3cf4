"""Reading the features of a GeoPackage (OGC 12-128r19): an SQLite database whose geometries are WKB behind a header."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from citybrain.base.errors import BadInput
from citybrain.base.places.coordinates import WGS84

SYSTEMS = {4326: WGS84, 4490: "CGCS2000"}
ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


class Table(NamedTuple):
    """A table of features: its name, the column of the geometry, and the coordinate system (None: not known to us)."""

    name: str
    column: str
    crs: str | None
    srs_id: int


class Row(NamedTuple):
    """One feature: where it stands, its WKB (None: it has none, or it cannot be read), and its other columns."""

    where: str
    wkb: bytes | None
    properties: dict[str, Any]


def is_geopackage(path: Path) -> bool:
    return path.suffix.lower() == ".gpkg"


def read_tables(path: Path) -> list[Table]:
    """The tables of features; raises BadInput `place.source` for what is no GeoPackage."""
    sql = "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name"
    try:
        with closing(_open(path)) as connection:
            return [Table(name, column, SYSTEMS.get(srs), srs) for name, column, srs in connection.execute(sql)]
    except sqlite3.Error as error:
        raise BadInput("place.source", file=path.name, why=f"not a GeoPackage ({error})") from error


def read_rows(path: Path, table: Table) -> Iterator[Row]:
    """Its features in the order of the file."""
    try:
        with closing(_open(path)) as connection:
            quoted = table.name.replace('"', '""')
            cursor = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - quoted, from the file's own list
            names = [one[0] for one in cursor.description]
            for number, values in enumerate(cursor, start=1):
                row = dict(zip(names, values, strict=True))
                blob = row.pop(table.column, None)
                yield Row(f"{path.name} {table.name} row {number}", wkb_of(blob), row)
    except sqlite3.Error as error:
        raise BadInput("place.source", file=path.name, why=str(error)) from error


def wkb_of(blob: Any) -> bytes | None:
    """The WKB behind the header of a geometry: magic `GP`, version, flags, system, envelope."""
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:
        return None
    flags = blob[3]
    is_extended, is_empty = flags & 0b100000, flags & 0b10000
    envelope = ENVELOPE_BYTES.get((flags >> 1) & 0b111)
    return None if is_extended or is_empty or envelope is None else blob[8 + envelope :]


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
