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
    news_since,
    past_values,
    place_for,
    ranking,
    series,
    standing_of,
)
from citybrain.applications.operations.indicators.queries.spans import ADDING_UP, added_up, span_of, values_between

__all__ = [
    "ADDING_UP",
    "FIELDS",
    "READ",
    "added_up",
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
    "news_since",
    "past_values",
    "place_for",
    "ranking",
    "series",
    "span_of",
    "standing_of",
    "values_between",
]
