"""What a map layer may hold: which word of a file means which class, and from which zoom it is drawn.

The words are those of OpenStreetMap's keys (`highway`, `waterway`, …) and of the extracts made from it (`fclass`),
which is what can be had for most cities; a file of one's own may use the plain property `class`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_ZOOM = 22
CLASS_PROPERTIES = ("class", "fclass", "highway", "waterway", "water", "natural", "landuse", "leisure", "building")
NAME_PROPERTIES = ("name", "name:zh", "name_zh", "名称", "name:en", "name_en")
LAYER_PROPERTIES = ("layer", "map_layer", "图层")
WORDS_OF_KINDS = {
    "roads": ("roads", "road", "streets", "highways", "highway", "道路", "路网"),
    "water": ("water", "waters", "waterway", "waterways", "rivers", "river", "lakes", "水系", "水域"),
    "green": ("green", "parks", "park", "forest", "landuse", "绿地", "公园"),
    "buildings": ("buildings", "building", "建筑", "建筑物"),
    "labels": ("labels", "label", "poi", "pois", "places", "地名", "兴趣点"),
}


@dataclass(frozen=True)
class Sheet:
    """A kind of layer: its kinds of geometry, its classes with the zoom each is drawn from, and words that mean them.

    `otherwise` is the class of whatever has no word that is known.
    """

    geometries: frozenset[str]
    classes: Mapping[str, int]
    otherwise: str
    words: Mapping[str, str]

    def class_of(self, word: str) -> str:
        """The class that a word of a file means."""
        word = word.strip().lower()
        return word if word in self.classes else self.words.get(word, self.otherwise)


LINES = frozenset({"LineString", "MultiLineString"})
AREAS = frozenset({"Polygon", "MultiPolygon"})
POINTS = frozenset({"Point", "MultiPoint"})

SHEETS: Mapping[str, Sheet] = {
    "roads": Sheet(
        LINES,
        {
            "motorway": 6, "trunk": 8, "primary": 9, "secondary": 10, "tertiary": 11, "minor": 12, "service": 14,
            "path": 14, "rail": 10,
        },
        "minor",
        {
            "motorway_link": "motorway", "trunk_link": "trunk", "primary_link": "primary",
            "secondary_link": "secondary", "tertiary_link": "tertiary", "residential": "minor",
            "unclassified": "minor", "living_street": "minor", "road": "minor", "track": "path", "footway": "path",
            "cycleway": "path", "pedestrian": "path", "steps": "path", "bridleway": "path", "railway": "rail",
            "subway": "rail", "light_rail": "rail", "快速路": "trunk", "高速": "motorway", "高速公路": "motorway",
            "主干路": "primary", "次干路": "secondary", "支路": "tertiary", "街巷": "minor",
        },
    ),
    "water": Sheet(
        LINES | AREAS,
        {"river": 6, "lake": 8, "canal": 11, "stream": 12, "pond": 12},
        "lake",
        {
            "riverbank": "river", "water": "lake", "reservoir": "lake", "basin": "pond", "wetland": "pond",
            "drain": "stream", "ditch": "stream", "湖泊": "lake", "河流": "river", "水库": "lake", "池塘": "pond",
        },
    ),
    "green": Sheet(
        AREAS,
        {"forest": 8, "park": 10, "grass": 12, "farmland": 9},
        "park",
        {
            "wood": "forest", "nature_reserve": "forest", "garden": "park", "recreation_ground": "park",
            "meadow": "grass", "scrub": "grass", "farm": "farmland", "orchard": "farmland", "林地": "forest",
            "公园": "park", "农田": "farmland",
        },
    ),
    "buildings": Sheet(AREAS, {"building": 14, "public": 13, "industrial": 13}, "building", {
        "government": "public", "hospital": "public", "school": "public", "university": "public", "station": "public",
        "warehouse": "industrial", "factory": "industrial", "industry": "industrial",
    }),
    "labels": Sheet(POINTS, {"district": 9, "place": 11, "station": 12, "poi": 14}, "poi", {
        "suburb": "district", "town": "place", "village": "place", "neighbourhood": "place", "train_station": "station",
        "railway_station": "station", "bus_station": "station", "hospital": "station",
    }),
}  # fmt: skip


def kind_of_word(word: str) -> str:
    """The kind of layer that a word names, `""` where it names none."""
    word = word.strip().lower()
    return next((kind for kind, words in WORDS_OF_KINDS.items() if word in words), "")


def first_text(properties: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of these properties that is there and says something."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""
