"""From the bytes of a request to columns, as long as everything in it is right.

The straight path is typed decoding (msgspec), two dictionary lookups a row, and array checks of the whole batch. As
soon as one thing is wrong, or a value is not a number, it raises `Unclear` and `sift` goes through the rows one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa

from citybrain.hubs.sensing.ingest.catalogue import INTEGER, NUMBER, Catalogue
from citybrain.hubs.sensing.ingest.columns import LIVE_PAST, SECOND, TIME, Flags, Ints, Rows

LIVE_FUTURE = 300 * SECOND
HISTORY_BEGIN = -2_208_988_800 * SECOND  # 1900: before it nothing was measured that a city would ask for


class Observation(msgspec.Struct, gc=False):
    thing: str
    property: str
    at: str
    value: float
    quality: int = 0


class Unclear(Exception):
    """Something in the batch needs a closer look."""


@dataclass(frozen=True)
class Limits:
    """What this sender may send now: event times from `earliest` to `latest`, and streams (None: all)."""

    earliest: int
    latest: int
    scope: Flags | None


_array = msgspec.json.Decoder(list[Observation])
_line = msgspec.json.Decoder(Observation)


def limits_of(mode: str, *, city_now: int, wall_now: int, scope: Flags | None) -> Limits:
    """`live`: seven days back to five minutes ahead of city time; `history`: any past time of the real world."""
    if mode == "live":
        return Limits(city_now - LIVE_PAST, city_now + LIVE_FUTURE, scope)
    return Limits(HISTORY_BEGIN, wall_now + LIVE_FUTURE, scope)


def parse_times(texts: list[str]) -> Ints:
    """Microseconds since 1970 of ISO 8601 times with a zone; raises pa.ArrowInvalid when one is not."""
    return np.asarray(pa.array(texts, pa.string()).cast(TIME).view(pa.int64()).to_numpy())


def straight(body: bytes, *, lines: bool, catalogue: Catalogue, limits: Limits) -> Rows:
    """The readings of a body in which everything is right; raises Unclear when anything is not."""
    try:
        found = _line.decode_lines(body) if lines else _array.decode(body)
    except ValueError as error:  # not JSON, another shape, not UTF-8
        raise Unclear from error
    return columns(found, catalogue, limits)


def columns(found: list[Observation], catalogue: Catalogue, limits: Limits) -> Rows:
    n = len(found)
    try:
        things = catalogue.things.rows([row.thing for row in found])
        names = np.fromiter(map(catalogue.property_row.__getitem__, [row.property for row in found]), np.int32, n)
        at = parse_times([row.at for row in found])
        quality = np.array([row.quality for row in found], np.int8)
    except (KeyError, ValueError, OverflowError) as error:
        raise Unclear from error
    if n and things.min() < 0:
        raise Unclear
    value = np.array([row.value for row in found], np.float64)
    rows = Rows(catalogue.streams(things, names), at, value, quality)
    if n and not right(rows, catalogue, limits):
        raise Unclear
    return rows


def right(rows: Rows, catalogue: Catalogue, limits: Limits) -> bool:
    """Whether every row may be stored as it stands."""
    kind = catalogue.kind[rows.stream]
    lowest, highest = kind.min(), kind.max()
    if lowest < NUMBER or highest > INTEGER or rows.quality.min() < 0:
        return False
    if rows.at.min() < limits.earliest or rows.at.max() > limits.latest:
        return False
    inside = (rows.value >= catalogue.minimum[rows.stream]) & (rows.value <= catalogue.maximum[rows.stream])
    if not inside.all() or not np.isfinite(rows.value).all():
        return False
    if highest == INTEGER and not (np.floor(rows.value) == rows.value)[kind == INTEGER].all():
        return False
    return limits.scope is None or bool(limits.scope[rows.stream].all())
