"""The closer look: row by row, the good ones become columns and every bad one gets its reason."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from citybrain.base.errors import BadInput, FieldError
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import TIME, Rows
from citybrain.hubs.sensing.ingest.decode import HISTORY_BEGIN, Limits
from citybrain.hubs.sensing.ingest.journal import iso
from citybrain.hubs.sensing.ingest.known import MAX_CORRECTIONS

NANO = pa.timestamp("ns", tz="UTC")
NAIVE = (pa.timestamp("us"), pa.timestamp("ns"))
MAX_QUALITY = 127
MAX_DEPTH_WHY = "nested too deeply"
BLANK = object()  # a blank line
TEXT = {"zh": "文字", "en": "text"}
MOMENT = {"zh": "带时区的 ISO 8601 时间", "en": "an ISO 8601 time with zone"}
TRUTH = {"zh": "true 或 false", "en": "true or false"}
NUMBER = {"zh": "数字", "en": "a number"}
WHOLE = {"zh": "整数", "en": "a whole number"}
TOO_LONG = {"zh": "超过 308 位的数字", "en": "a number of more than 308 digits"}


class NotANumber:
    """Stands for NaN and Infinity, which JSON does not know but many senders write, and for what is far too long."""

    def __init__(self, text: str | dict[str, str]):
        self.text = text


class Unreadable:
    """Stands for a line that is not JSON."""

    def __init__(self, why: str):
        self.why = why


@dataclass(frozen=True)
class Rejected:
    """A row that is not taken: its index in the batch (0 = the first), and what is wrong in which field."""

    index: int
    error: FieldError

    def document(self, language: str) -> dict[str, Any]:
        return {"index": self.index, **self.error.document(language)}


def corrected_too_often(index: int, rows: Rows, row: int, catalogue: Catalogue) -> Rejected:
    """The rejection of a reading that was right by itself, for a moment that was corrected too often already."""
    stream, at = catalogue.named(int(rows.stream[row])), iso(int(rows.at[row]))
    data = {"thing": stream.thing, "property": stream.property, "at": at, "most": MAX_CORRECTIONS}
    return Rejected(index, FieldError("at", "observation.corrected_too_often", data))


class _Refused(Exception):
    def __init__(self, field: str, code: str, **data: Any):
        super().__init__(code)
        # half a surrogate pair is a string for Python, and cannot be written in any answer
        printable = {key: text.encode(errors="replace").decode() if isinstance(text, str) else text
                     for key, text in data.items()}  # fmt: skip
        self.error = FieldError(field, code, printable)


def parse(body: bytes, *, lines: bool) -> list[Any]:
    """The rows as plain values. Raises BadInput `observation.broken_json` when an array as a whole is not JSON."""
    if not lines:
        return _parse_array(body)
    rows = [_parse_line(line) if line.strip() else BLANK for line in body.split(b"\n")]
    while rows and rows[-1] is BLANK:
        rows.pop()
    return rows


def places_of(body: bytes, count: int, *, lines: bool) -> list[int]:
    """Where in its batch each row stands, of a body in which all of them are right: blank lines are counted too."""
    if not lines:
        return list(range(count))
    return [place for place, line in enumerate(body.split(b"\n")) if line.strip()]


def _parse_array(body: bytes) -> list[Any]:
    try:
        found = msgspec.json.decode(body)
    except ValueError:
        found = _lenient(body)
    except RecursionError as error:
        raise BadInput("observation.broken_json", offset=0, why=MAX_DEPTH_WHY) from error
    return found if isinstance(found, list) else [found]


def _lenient(body: bytes) -> Any:
    """JSON in which what is no number stands for itself, so that only its row is refused."""
    try:
        return json.loads(body, parse_constant=NotANumber, parse_int=_whole)
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode())
        raise BadInput("observation.broken_json", offset=offset, why=error.msg) from error
    except UnicodeDecodeError as error:
        raise BadInput("observation.broken_json", offset=error.start, why="not UTF-8") from error
    except RecursionError as error:
        raise BadInput("observation.broken_json", offset=0, why=MAX_DEPTH_WHY) from error


def _whole(digits: str) -> int | NotANumber:
    try:
        return int(digits)
    except ValueError:  # more digits than Python reads
        return NotANumber(TOO_LONG)


def _parse_line(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except ValueError:
        pass
    except RecursionError:
        return Unreadable(MAX_DEPTH_WHY)
    try:
        return _lenient(line)
    except BadInput as error:
        return Unreadable(f"{error.data['why']} (byte {error.data['offset']})")


class Sieve:
    """Takes rows one by one; the good ones are collected as columns."""

    def __init__(self, catalogue: Catalogue, limits: Limits, thing: str | None = None):
        self.catalogue = catalogue
        self.limits = limits
        self.thing = thing  # what the MQTT topic says
        self.rejected: list[Rejected] = []
        self.places: list[int] = []  # of the good ones in the batch
        self._good: list[tuple[int, int, float, int]] = []

    def take(self, rows: list[Any], *, size: int = 1000) -> Iterator[None]:
        """Go through the rows, giving way after every `size`, so that other senders are served in between."""
        for index, row in enumerate(rows):
            if row is not BLANK:
                try:
                    self._good.append(self._row(row))
                    self.places.append(index)
                except _Refused as refused:
                    self.rejected.append(Rejected(index, refused.error))
            if index % size == size - 1:
                yield

    def rows(self) -> Rows:
        stream, at, value, quality = zip(*self._good, strict=True) if self._good else ((), (), (), ())
        return Rows(
            np.array(stream, np.int32), np.array(at, np.int64), np.array(value, np.float64), np.array(quality, np.int8)
        )

    def _row(self, row: Any) -> tuple[int, int, float, int]:
        if isinstance(row, Unreadable):
            raise _Refused("", "observation.broken_line", why=row.why)
        if not isinstance(row, dict):
            raise _Refused("", "observation.not_an_object")
        stream = self._stream(row)
        at = self._at(row)
        value = self._value(row, stream)
        quality = row.get("quality", 0)
        if type(quality) is not int or not 0 <= quality <= MAX_QUALITY:
            raise _Refused("quality", "observation.quality", highest=MAX_QUALITY)
        return stream, at, value, quality

    def _stream(self, row: dict[str, Any]) -> int:
        thing = row.get("thing", self.thing)
        name = row.get("property")
        for field, given in (("thing", thing), ("property", name)):
            if given is None:
                raise _Refused(field, "input.required")
            if not isinstance(given, str):
                raise _Refused(field, "observation.wrong_type", expected=TEXT)
        if self.thing is not None and thing != self.thing:
            raise _Refused("thing", "observation.other_thing", thing=thing, topic=self.thing)
        if thing not in self.catalogue.thing_row:
            raise _Refused("thing", "observation.unknown_thing", thing=thing)
        stream = self.catalogue.find(thing, name) if isinstance(name, str) else 0
        if not stream:
            known = ", ".join(self.catalogue.model_of(thing).properties)
            raise _Refused("property", "observation.unknown_property", thing=thing, property=name, known=known)
        if self.limits.scope is not None and not self.limits.scope[stream]:
            raise _Refused("thing", "observation.outside_scope", thing=thing)
        return stream

    def _at(self, row: dict[str, Any]) -> int:
        text = row.get("at")
        if text is None:
            raise _Refused("at", "input.required")
        if not isinstance(text, str):
            raise _Refused("at", "observation.wrong_type", expected=MOMENT)
        at = _moment(text)
        if at < self.limits.earliest:
            before = "too_old" if self.limits.earliest > HISTORY_BEGIN else "before_1900"
            raise _Refused("at", f"observation.{before}", at=text)
        if at > self.limits.latest:
            raise _Refused("at", "observation.in_the_future", at=text)
        return at

    def _value(self, row: dict[str, Any], stream: int) -> float:
        declared = self.catalogue.declared(stream)
        value = row.get("value")
        if value is None:
            raise _Refused("value", "input.required")
        if isinstance(value, NotANumber):
            raise _Refused("value", "observation.not_finite", value=value.text)
        if declared.type == "boolean":
            if not isinstance(value, bool):
                raise _Refused("value", "observation.wrong_type", expected=TRUTH)
            return float(value)
        if declared.type == "enum":
            values = declared.values or []
            if not isinstance(value, str):
                raise _Refused("value", "observation.wrong_type", expected=TEXT)
            if value not in values:
                raise _Refused("value", "observation.unknown_value", value=value, known=", ".join(values))
            return float(values.index(value))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _Refused("value", "observation.wrong_type", expected=NUMBER)
        number = _number(value)
        if declared.type == "integer" and not number.is_integer():
            raise _Refused("value", "observation.wrong_type", expected=WHOLE)
        low, high = self.catalogue.minimum[stream], self.catalogue.maximum[stream]
        if not low <= number <= high:
            raise _Refused("value", "observation.out_of_range", value=value, low=low, high=high, unit=declared.unit)
        return number


def _number(value: int | float) -> float:
    try:
        number = float(value)
    except OverflowError as error:
        raise _Refused("value", "observation.not_finite", value=TOO_LONG) from error
    if not math.isfinite(number):
        raise _Refused("value", "observation.not_finite", value=str(value))
    return number


def _moment(text: str) -> int:
    """Microseconds since 1970; finer digits are cut off. The parser is the straight path's own."""
    micros = _cast(text, TIME)
    if micros is not None:
        return micros
    nanos = _cast(text, NANO)
    if nanos is not None:
        return nanos // 1000
    if any(_cast(text, naive) is not None for naive in NAIVE):
        raise _Refused("at", "observation.no_zone", at=text)
    raise _Refused("at", "observation.not_a_time", at=text[:40])


def _cast(text: str, kind: pa.DataType) -> int | None:
    try:
        return int(pa.scalar(text, pa.string()).cast(kind).value)
    except ValueError:
        return None
