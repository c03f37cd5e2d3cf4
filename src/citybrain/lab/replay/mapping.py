"""What a mapping says: how the columns of somebody's CSV become readings of things, or reports and their closings.

A mapping names columns, never holds the data. It is checked as a whole before anything is poured; every error names
file and line. The reference for authors stands in docs/real-runs.md.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from citybrain.base.errors import BadInput, FieldError
from citybrain.lab.replay.documents import Document, read_document

SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")


def read_span(text: object) -> timedelta:
    """`30s`, `5m`, `1h`, `1d` as a time span."""
    found = re.fullmatch(r"(\d+)([smhd])", str(text))
    if not found or not int(found[1]):
        raise ValueError(f"{text!r} is not a span of time such as 5m, 1h or 1d")
    return timedelta(seconds=int(found[1]) * SPANS[found[2]])


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Asia/Shanghai") from error
    return name


def _key(text: str) -> str:
    if not KEY.match(text):
        raise ValueError("use small letters, digits and hyphens")
    return text


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError as error:
        raise ValueError(f"{name!r} is not an encoding such as utf-8 or gb18030") from error
    return name


def _texts(value: object) -> object:
    """A list of words as the file writes them: 0 and 39.0 are texts here."""
    return [str(one) if isinstance(one, int | float) else one for one in value] if isinstance(value, list) else value


Span = Annotated[timedelta, BeforeValidator(read_span)]
Zone = Annotated[str, AfterValidator(_zone)]
Words = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Column = Annotated[str, Field(min_length=1)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FileFormat(Part):
    """How the files are written."""

    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    missing: Words = ("",)


class Where(Part):
    """A test on one column: its text is one of `is`, or none of `is_not`."""

    column: Column
    is_: Words = Field((), alias="is")
    is_not: Words = ()

    def holds(self, cell: str) -> bool:
        return cell in self.is_ if self.is_ else cell not in self.is_not


class TimeColumns(Part):
    year: Column
    month: Column
    day: Column
    hour: str = ""
    minute: str = ""


class TimeOf(Part):
    """When: columns of numbers, or one column with a format, or for rows without a time a start and a step.

    Times are local to the mapping's zone unless the format reads an offset (%z). Where the clock was put back, an hour
    stands twice: `ambiguous` says which is meant. `date_at`: the time of day that stands for a date alone.
    """

    columns: TimeColumns | None = None
    column: str = ""
    format: str = "iso"
    start: str = ""
    step: Span | None = None
    date_at: ClockTime = "00:00"
    ambiguous: Literal["first", "second", "reject"] = "first"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = sum((self.columns is not None, bool(self.column), bool(self.start)))
        if ways != 1:
            raise ValueError("say one of: columns; column (with format); start (with step)")
        if bool(self.start) != (self.step is not None):
            raise ValueError("start and step belong together")
        return self

    def named(self) -> list[str]:
        if self.columns:
            return [name for name in self.columns.model_dump().values() if name]
        return [self.column] if self.column else []


class PointOf(Part):
    """Where: two columns, and how exact they are.

    `precision` is metres, or `decimals`: one unit of the last decimal written. A point with fewer decimals than
    `known_from_decimals`, or one listed in `unknown` as "lon lat", is a placeholder: the report then has no point.
    """

    lon: Column
    lat: Column
    crs: Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"] = "WGS-84"
    precision: float | Literal["decimals"] = "decimals"
    known_from_decimals: int = 0
    unknown: Words = ()


class ThingRow(Part):
    code: str
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    precision_m: float | None = None
    address: str = ""


class ThingFile(Part):
    """Positions of the things in another CSV, found by `key` (the source's name of a thing)."""

    path: str
    key: Column
    lon: Column
    lat: Column
    name: str = ""
    precision_m: float | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8-sig"


class Things(Part):
    """The things that report: their model, their code (`{key}` is the source's name), their positions."""

    model: str
    code: str = "{key}"
    crs: Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"] = "WGS-84"
    organisation: str = ""
    table: dict[str, ThingRow] = {}
    file: ThingFile | None = None


class ReadingColumn(Part):
    """One column of values: its property, and value · factor + offset in the property's unit."""

    property: str
    factor: float = 1.0
    offset: float = 0.0
    text: bool = False


class Long(Part):
    """One reading a row: which column names the property, which holds the value; properties by the source's name."""

    property: Column
    value: Column
    properties: dict[str, ReadingColumn]


class Ending(Part):
    """When the source closed its own ticket; rows where `when` does not hold were not closed."""

    time: TimeOf
    when: Where | None = None
    outcome: str = ""
    outcomes: dict[str, str] = {}


class TypeTable(Part):
    """The source's type: its column, our case types by its words. Words not in the table go as the source's label."""

    column: Column
    table: dict[str, str] = {}
    default: str = ""


class Signals(Part):
    """How a row becomes a report. Without `id` the row's own content names it; `{column}` stands in the texts."""

    source: Annotated[str, AfterValidator(_key)]
    kind: Literal["hotline", "app", "grid", "source"] = "source"
    id: tuple[Column, ...] = ()
    subject: str = ""
    text: str = ""
    address: str = ""
    region: str = ""
    type: TypeTable | None = None
    point: PointOf | None = None
    closing: Ending | None = None


class Evaluation(Part):
    """What the report compares with; none of these columns is ever poured.

    duplicate: rows that the source marked as duplicates (not of which). due: the source's own due time.
    label: the true label of a text, and `unseen`, a CSV with the row numbers that the classifier has not learnt from.
    """

    duplicate: Where | None = None
    due: TimeOf | None = None
    label: str = ""
    unseen: str = ""
    partner_days: Annotated[float, Field(gt=0)] = 30.0


class CheckRow(Part):
    """One value worked by hand: of a thing on a day, or of an `input` that stands nowhere in the data."""

    thing: str = ""
    day: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    input: dict[str, Any] = {}
    expect: dict[str, Any]
    why: str = ""


class DayCheck(Part):
    """A capability that works out a day from its 24 hours, called on the readings that the city keeps.

    It is sent {"hours": [24 × {name: value}]}, the hours of the mapping's time zone; `expect` names what comes out, the
    names inside each other joined by dots.
    """

    capability: str
    properties: tuple[str, ...]
    rows: tuple[CheckRow, ...]


class Congestion(Part):
    """A congestion index at some local times, from the speeds that the city keeps of all things."""

    property: str
    free_flow: str
    index: str
    at: Words


class Mapping(Part):
    """Common to all mappings. `city` are citybrain commands that prepare the city, each a list of words."""

    key: Annotated[str, AfterValidator(_key)]
    title: dict[Literal["zh", "en"], str]
    time_zone: Zone
    file: FileFormat = FileFormat()
    rows: tuple[Where, ...] = ()
    city: tuple[Words, ...] = ()
    time: TimeOf
    step: Span | None = None
    tick: Span | None = None


class ReadingsMapping(Mapping):
    kind: Literal["readings"]
    every: Span
    things: Things
    thing: str = ""
    readings: dict[str, ReadingColumn] = {}
    each_column: ReadingColumn | None = None
    long: Long | None = None
    checks: tuple[DayCheck, ...] = ()
    congestion: Congestion | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if sum((bool(self.readings), self.each_column is not None, self.long is not None)) != 1:
            raise ValueError("say one of: readings (columns of properties), each_column (a thing a column), long")
        if self.each_column is None and not self.thing:
            raise ValueError("thing: name the column that says which thing reports")
        return self


class SignalsMapping(Mapping):
    kind: Literal["signals"]
    signals: Signals
    evaluation: Evaluation = Evaluation()

    @model_validator(mode="after")
    def _time_is_in_the_row(self) -> Self:
        if self.time.start:
            raise ValueError("reports need a time of their own: time.column or time.columns")
        return self


KINDS: dict[str, type[Mapping]] = {"readings": ReadingsMapping, "signals": SignalsMapping}


def read_mapping(path: Path) -> tuple[ReadingsMapping | SignalsMapping, Document]:
    """Raises BadInput with one field error for each wrong place, named by file and line."""
    document = read_document(path)
    data = document.data
    if not isinstance(data, dict):
        raise BadInput("replay.mapping_unreadable", file=str(path), line=1, why="a mapping of keys is expected")
    kind = data.get("kind")
    if kind not in KINDS:
        raise _wrong(document, [(("kind",), f"{kind!r} is not one of: {', '.join(KINDS)}")])
    try:
        mapping = KINDS[kind].model_validate(data)
    except ValidationError as error:
        found = [(_place(one["loc"], data), _why(one)) for one in error.errors(include_url=False)]
        raise _wrong(document, found) from error
    assert isinstance(mapping, ReadingsMapping | SignalsMapping)
    return mapping, document


def _place(loc: tuple[int | str, ...], data: object) -> tuple[int | str, ...]:
    """pydantic's place without the names of union branches, which stand nowhere in the file."""
    place: list[int | str] = []
    for step in loc:
        inside = data
        for taken in place:
            inside = inside[taken] if isinstance(inside, dict | list) and _has(inside, taken) else None  # type: ignore[index]  # either kind of key
        if step != "[key]" and (isinstance(inside, dict | list) or step == loc[-1]):
            place.append(step)
    return tuple(place)


def _has(inside: dict[str, Any] | list[Any], step: int | str) -> bool:
    return step in inside if isinstance(inside, dict) else isinstance(step, int) and step < len(inside)


def _why(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _wrong(document: Document, found: list[tuple[tuple[int | str, ...], str]]) -> BadInput:
    fields = tuple(FieldError(document.where(place), "input.schema", {"why": why}) for place, why in found)
    return BadInput("replay.mapping_wrong", fields=fields, file=str(document.path))
