"""Every read of indicators."""

from citybrain.applications.operations.indicators.queries.explaining import explain
from citybrain.applications.operations.indicators.queries.numbers import (
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
