"""Every read of indicators."""

from citybrain.applications.operations.indicators.queries.explaining import explain
from citybrain.applications.operations.indicators.queries.numbers import (
    FIELDS,
    READ,
    board,
    definitions,
    get_indicator,
    indicators,
    keys,
    measured,
    newest_declaration,
    newest_for,
    newest_run,
    past_values,
    place_for,
    ranking,
    series,
    standing_of,
)

__all__ = [
    "FIELDS",
    "READ",
    "board",
    "definitions",
    "explain",
    "get_indicator",
    "indicators",
    "keys",
    "measured",
    "newest_declaration",
    "newest_for",
    "newest_run",
    "past_values",
    "place_for",
    "ranking",
    "series",
    "standing_of",
]
