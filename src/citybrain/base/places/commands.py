"""`citybrain city import | grid | layers | show`: the ground a city stands on."""

from __future__ import annotations

import argparse
import re
import sys
import time
import weakref
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from citybrain.base.audit import system_actor
from citybrain.base.errors import FieldError
from citybrain.base.places.actions import import_city, lay_grid, make_grid_city
from citybrain.base.places.boundaries import Boundaries, read_boundaries
from citybrain.base.places.coordinates import CRS
from citybrain.base.places.divisions import read_division
from citybrain.base.places.grids import read_box, read_size
from citybrain.base.places.importing import Imported
from citybrain.base.places.layering import load_layers, remove_layer
from citybrain.base.places.queries import city, describe_city, list_map_layers, region_of
from citybrain.base.places.sheet_files import read_layers
from citybrain.base.places.sheets import SHEETS

SHOWN = 20
_words: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def city_words(subparsers: Any) -> Any:
    """The sub-commands of `citybrain city`, to which other parts add their own."""
    if subparsers not in _words:
        parser = subparsers.add_parser("city", help="make, import and show the city: regions, grids, organisations")
        _words[subparsers] = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    return _words[subparsers]


def register(subparsers: Any) -> None:
    words = city_words(subparsers)
    _register_import(words)
    _register_grid(words)
    _register_layers(words)
    words.add_parser("show", help="the city, its levels and what has a boundary").set_defaults(run=run_show)


def _register_import(words: Any) -> None:
    parser = words.add_parser(
        "import",
        help="make the region tree from code tables and boundaries",
        description="Make the region tree from code tables and boundaries; newer files bring it up to date.",
    )
    codes = (
        "folder with provinces, cities, areas, streets, villages as .csv or .csv.gz, "
        "or one table with the columns code,name,level,parent; either may have population, population_at and "
        "population_source"
    )
    crs = "coordinate system of the boundaries (default: what the file says, else WGS-84)"
    since = "when the boundaries began, ISO 8601 with offset (default: a first one always, a changed one now)"
    parser.add_argument("--codes", required=True, type=Path, metavar="DIR|FILE", help=codes)
    parser.add_argument("--root", required=True, metavar="CODE", help="the region that is the city, such as 4206")
    parser.add_argument("--boundaries", type=Path, metavar="ZIP|DIR|FILE", help="GeoJSON of the regions that have some")
    parser.add_argument("--crs", choices=CRS, help=crs)
    parser.add_argument("--name", default="", help="the city's name (default: as in the table)")
    parser.add_argument("--name-en", default="", help="the city's English name")
    parser.add_argument("--tz", required=True, metavar="ZONE", help="IANA time zone, such as Asia/Shanghai")
    parser.add_argument("--valid-from", type=_moment, metavar="TIME", help=since)
    parser.set_defaults(run=run_import)


def _register_grid(words: Any) -> None:
    parser = words.add_parser(
        "grid",
        help="make a city of square grids over a box, or divide a region into grids",
        description="Make a city of square grids over a box (anywhere on earth), or divide a region into grids.",
    )
    parser._negative_number_matcher = re.compile(r"-\d")  # so that `--bbox -87.9,41.6,…` is a value, not an option
    parser.add_argument("--bbox", metavar="W,S,E,N", help="degrees; with --under the region's own box by default")
    parser.add_argument("--size", default="1km", help="length of a grid's side on the ground, such as 1km or 500m")
    parser.add_argument("--under", metavar="CODE", help="divide this region of the city instead of making a city")
    parser.add_argument("--code", default="city", help="code of the root region (default: city)")
    parser.add_argument("--name", default="City", help="the city's name")
    parser.add_argument("--name-en", default="", help="the city's English name")
    parser.add_argument("--tz", metavar="ZONE", help="IANA time zone, such as America/Chicago")
    parser.set_defaults(run=run_grid, parser=parser)


LAYERS_TEXT = """Load what a map shows besides boundaries: roads, water, green, buildings, labels.

Files are GeoJSON (.geojson, .json), GeoJSON text sequences (.geojsonl, .ndjson) or GeoPackage (.gpkg). Which layer a
feature belongs to: --layer, else its property "layer", else the name of its table or file (roads.geojson). Its class is
the first of the properties class, fclass, highway, waterway, water, natural, landuse, leisure, building; its name that
of name, name:zh, name:en; min_zoom and max_zoom say from which zoom to which it is drawn (default: by its class).

  roads      lines      motorway trunk primary secondary tertiary minor service path rail
  water      areas,     river lake canal stream pond
             lines
  green      areas      forest park grass farmland
  buildings  areas      building public industrial
  labels     points     district place station poi

A layer is loaded whole, in the place of what was there under its name, all files of one command or none. A feature that
cannot be used is left out and named. Example: citybrain city layers roads.geojson water.geojson buildings.geojson"""


def _register_layers(words: Any) -> None:
    parser = words.add_parser(
        "layers",
        help="load roads, water, green, buildings and labels for the map from GeoJSON or GeoPackage",
        description=LAYERS_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    crs = "coordinate system of the files (default: what the file says, else WGS-84)"
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--layer", choices=list(SHEETS), help="everything in the files belongs to this layer")
    parser.add_argument("--name", help="keep it under this name beside the layer's others (with --layer)")
    parser.add_argument("--crs", choices=CRS, help=crs)
    parser.add_argument("--remove", metavar="NAME", help="take the layer of this name off the map")
    parser.set_defaults(run=run_layers, parser=parser)


def run_layers(options: argparse.Namespace) -> int:
    began = time.monotonic()
    if options.name and not options.layer:
        options.parser.error("--name needs --layer")
    if options.remove:
        remove_layer(options.remove, actor=system_actor("cli"))
    if options.files:
        read = read_layers(options.files, layer=options.layer, name=options.name, crs=options.crs)
        print_remarks("left out", read.problems, options.language)
        for layer in load_layers(read.layers, actor=system_actor("cli")):
            print(f"{layer.name}: {layer.feature_count} features loaded")
        print(f"({time.monotonic() - began:.1f} s)")
    return show_layers()


def show_layers() -> int:
    for layer in list_map_layers():
        print(f"  {layer.name} ({layer.kind}): {layer.feature_count} features from {layer.source}")
    return 0


def run_import(options: argparse.Namespace) -> int:
    began = time.monotonic()
    division = read_division(options.codes, options.root, options.name)
    boundaries = read_boundaries(options.boundaries, division, options.crs) if options.boundaries else Boundaries()
    done = import_city(
        division,
        boundaries,
        actor=system_actor("cli"),
        time_zone=options.tz,
        name_en=options.name_en,
        valid_from=options.valid_from,
    )
    language = options.language
    print_remarks("left out", [*division.problems, *boundaries.problems], language)
    print_remarks("note", boundaries.notes, language)
    _print_done(done, began)
    return run_show(options)


def run_grid(options: argparse.Namespace) -> int:
    began = time.monotonic()
    size, box = read_size(options.size), read_box(options.bbox) if options.bbox else None
    actor = system_actor("cli")
    if options.under:
        done = lay_grid(region_of(options.under), actor=actor, size_m=size, box=box)
    elif box is None or not options.tz:
        options.parser.error("--bbox and --tz are needed to make a city; --under divides a region of the present one")
    else:
        done = make_grid_city(
            actor=actor,
            box=box,
            size_m=size,
            code=options.code,
            name=options.name,
            name_en=options.name_en,
            time_zone=options.tz,
        )
    _print_done(done, began)
    return run_show(options)


def run_show(options: argparse.Namespace) -> int:
    it = city()
    print(f"{it.name} ({it.code}{', ' + it.name_en if it.name_en else ''}), {it.time_zone}")
    for level in describe_city():
        area = f", {level.area_km2:,.0f} km²" if level.bounded else ""
        print(f"  {level.zh} ({level.key}): {level.regions}, with boundary {level.bounded}{area}")
    return show_layers()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a time needs its offset, such as 2026-01-01T00:00:00+08:00")
    return moment


def _print_done(done: Imported, began: float) -> None:
    parts = {
        "created": len(done.created),
        "renamed": len(done.renamed),
        "moved": len(done.moved),
        "boundaries drawn": len(done.bounded),
        "ended": len(done.ended),
        "with another population": len(done.counted),
        "there but not in the files": len(done.not_in_files),
    }
    said = ", ".join(f"{count} {what}" for what, count in parts.items() if count) or "nothing changed"
    print(f"{said} ({time.monotonic() - began:.1f} s)")


def print_remarks(word: str, remarks: Iterable[FieldError], language: str) -> None:
    remarks = list(remarks)
    for remark in remarks[:SHOWN]:
        print(f"{word}: {remark.field}: {remark.reason(language)}", file=sys.stderr)
    if len(remarks) > SHOWN:
        print(f"{word}: … and {len(remarks) - SHOWN} more", file=sys.stderr)
