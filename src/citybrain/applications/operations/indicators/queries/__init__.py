"""Every read of indicators."""

from citybrain.applications.operations.indicators.queries.explaining import explain
from citybrain.applications.operations.indicators.queries.numbers import (
    FIELDS,
    READ,
    get_indicator,
    indicators,
    measured,
    newest_for,
    past_values,
    place_for,
    ranking,
    series,
)

__all__ = [
    "FIELDS",
    "READ",
    "explain",
    "get_indicator",
    "indicators",
    "measured",
    "newest_for",
    "past_values",
    "place_for",
    "ranking",
    "series",
]
