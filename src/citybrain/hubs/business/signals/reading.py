"""Rows at the door: JSON objects become reports and closings, or are refused with the field and the reason.

No Django here, and no database: what needs to know the city (regions, case types) is checked by the intake.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from citybrain.base.accounts.redaction import without_contacts
from citybrain.base.errors import CityError
from citybrain.base.places.types import WGS84, Point
from citybrain.hubs.business.signals.types import REPORTED_KINDS, Closing, Report, Reporter

EARLIEST, LATEST = 1900, 2199
LIVE_PAST, AHEAD = timedelta(days=7), timedelta(minutes=5)
METRES_PER_DEGREE = 111_320.0  # of latitude, and of longitude at the equator
LENGTHS = {
    "kind": 16,
    "source": 80,
    "source_id": 120,
    "subject": 300,
    "text": 20_000,
    "address": 300,
    "region": 64,
    "case_type": 64,
    "label": 120,
    "crs": 16,
}
REPORT_FIELDS = frozenset({*LENGTHS, "occurred_at", "lon", "lat", "precision_m", "severity", "reporter"})
CLOSING_FIELDS = frozenset({"source", "source_id", "closed_at", "outcome", "note"})


class Refused(Exception):
    """One row cannot be taken: which field, and why (an error code with the data of its text)."""

    def __init__(self, field: str, code: str, /, **data: Any):
        super().__init__(field, code)
        self.field, self.code, self.data = field, code, data


def read_report(row: Any, *, now: datetime, history: bool, default_source: str) -> Report:
    """A report, its form checked; raises Refused. Without `source_id` it gets a new one and is never a duplicate."""
    fields = _object(row, REPORT_FIELDS)
    text = {name: _text(fields, name, longest) for name, longest in LENGTHS.items()}
    kind = text["kind"] or "source"
    if kind not in REPORTED_KINDS:
        raise Refused("kind", "input.not_allowed", value=kind, allowed=", ".join(REPORTED_KINDS))
    if not any(text[name] for name in ("subject", "text", "case_type", "label")):
        raise Refused("text", "signal.says_nothing")
    point = _point(fields, text["crs"] or WGS84)
    return Report(
        kind=kind,
        source=text["source"] or default_source,
        source_id=text["source_id"] or uuid.uuid4().hex,
        occurred_at=_occurred(fields, now, history),
        subject=text["subject"],
        text=text["text"],
        lon=point.lon if point else None,
        lat=point.lat if point else None,
        precision_m=point.precision_m if point else None,
        region=text["region"],
        address=text["address"],
        case_type=text["case_type"],
        label=text["label"],
        severity=_severity(fields),
        reporter=_reporter(fields),
    )


def read_closing(row: Any, *, now: datetime) -> Closing:
    """A closing, its form checked; raises Refused."""
    fields = _object(row, CLOSING_FIELDS)
    source, source_id = _text(fields, "source", LENGTHS["source"]), _text(fields, "source_id", LENGTHS["source_id"])
    for name, value in (("source", source), ("source_id", source_id)):
        if not value:
            raise Refused(name, "input.required")
    closed_at = _time(fields, "closed_at")
    if closed_at > now + AHEAD:
        raise Refused("closed_at", "signal.in_the_future", now=now.isoformat())
    outcome = _text(fields, "outcome", 120) or "completed"
    return Closing(source, source_id, closed_at, outcome, without_contacts(_text(fields, "note", 500)))


def decimals_precision(lon: float, lat: float) -> float:
    """How far off a point may be, read off the decimals it was written with: 39.0, -77.0 is good for 111 km."""
    places = max(_decimals(lon), _decimals(lat))
    return float(round(METRES_PER_DEGREE * 10.0**-places, 2))


def _decimals(value: float) -> int:
    text = f"{value:.9f}".rstrip("0")
    return len(text) - text.index(".") - 1


def _object(row: Any, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise Refused("", "input.object")
    for name in row:
        if name not in known:
            raise Refused(str(name)[:64], "input.unknown_field")
    return row


def _text(fields: Mapping[str, Any], name: str, longest: int) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(name, "input.text")
    value = value.strip()
    if len(value) > longest:
        raise Refused(name, "input.too_long", max_length=longest)
    return value


def _time(fields: Mapping[str, Any], name: str) -> datetime:
    value = fields.get(name)
    if value is None:
        raise Refused(name, "input.required")
    try:
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() is None or not EARLIEST <= moment.year <= LATEST:
            raise ValueError("no zone, or no time that every database can keep")
    except (TypeError, ValueError):
        raise Refused(name, "input.time") from None
    return moment.astimezone(UTC)


def _occurred(fields: Mapping[str, Any], now: datetime, history: bool) -> datetime:
    moment = _time(fields, "occurred_at")
    if moment > now + AHEAD:
        raise Refused("occurred_at", "signal.in_the_future", now=now.isoformat())
    if not history and moment < now - LIVE_PAST:
        raise Refused("occurred_at", "signal.too_old", days=LIVE_PAST.days)
    return moment


def _number(fields: Mapping[str, Any], name: str) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(name, "input.number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Refused(name, "input.finite")
    return number


def _point(fields: Mapping[str, Any], crs: str) -> Point | None:
    lon, lat, precision = (_number(fields, name) for name in ("lon", "lat", "precision_m"))
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise Refused("lon" if lon is None else "lat", "input.required")
    try:
        point = Point(lon, lat, crs, decimals_precision(lon, lat) if precision is None else precision)
        return point.wgs84()
    except CityError as error:
        field = {"place.precision": "precision_m", "place.unknown_crs": "crs"}.get(error.code, "lon")
        raise Refused(field, error.code, **error.data) from error


def _severity(fields: Mapping[str, Any]) -> int | None:
    value = fields.get("severity")
    if value is not None and (isinstance(value, bool) or value not in (1, 2, 3, 4)):
        raise Refused("severity", "input.not_allowed", value=value, allowed="1, 2, 3, 4")
    return None if value is None else int(value)


def _reporter(fields: Mapping[str, Any]) -> Reporter:
    value = fields.get("reporter")
    if value is None:
        return Reporter()
    try:
        inner = _object(value, frozenset({"name", "phone"}))
        return Reporter(_text(inner, "name", 64), _text(inner, "phone", 32))
    except Refused as refused:
        field = f"reporter.{refused.field}" if refused.field else "reporter"
        raise Refused(field, refused.code, **refused.data) from None
