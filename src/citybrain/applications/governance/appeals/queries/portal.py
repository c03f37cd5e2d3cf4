"""What the portal shows before anybody has said anything."""

from __future__ import annotations

from dataclasses import dataclass

from citybrain.applications.governance.appeals.manifest import Category
from citybrain.applications.governance.appeals.queries.declared import declared
from citybrain.applications.governance.appeals.types import LEVELS, LONGEST_TEXT, MOST_PICTURES
from citybrain.base.files.content import MAX_BYTES, MEGABYTE
from citybrain.base.packs.declared import Text
from citybrain.base.places.queries import find_box, find_city
from citybrain.hubs.business.cases.queries import catalogue


@dataclass(frozen=True)
class CityShown:
    name: str
    name_en: str
    time_zone: str
    box: list[float] | None
    is_simulated: bool


@dataclass(frozen=True)
class Portal:
    """The city, what can be reported in plain words, and how much fits into a report."""

    city: CityShown | None
    categories: list[Category]
    levels: dict[str, Text]
    reopen_days: int
    most_pictures: int = MOST_PICTURES
    longest_text: int = LONGEST_TEXT
    largest_picture_mb: int = MAX_BYTES // MEGABYTE


def portal() -> Portal:
    """The entry page's facts; a category whose kind this city does not have is left out."""
    words, types, city = declared(), catalogue().types, find_city()
    active = {code for code, kind in types.items() if kind.is_active}
    usable = [one for one in words.categories if not one.case_type or one.case_type in active]
    shown = CityShown(city.name, city.name_en, city.time_zone, find_box(city.root), city.is_simulated) if city else None
    levels = {str(level): Text.model_validate(text) for level, text in LEVELS.items()}
    return Portal(shown, usable, levels, words.reopen_days)
