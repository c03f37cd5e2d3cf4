"""A page of telemetry, as JSON rows or as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
from django.http import HttpResponse

from citybrain.base import clock
from citybrain.base.accounts import Viewer
from citybrain.base.errors import BadInput, FieldError
from citybrain.hubs.sensing.ingest.journal import iso, micros
from citybrain.hubs.sensing.telemetry import queries
from citybrain.hubs.sensing.telemetry.types import Aggregate

CSV, ARROW = "text/csv", "application/vnd.apache.arrow.stream"
SINGLE = ("at", "value", "quality", "sequence", "recorded_at", "id")
STRETCH = ("at", "value", "count", "lowest", "highest")


class Question(Protocol):
    thing: str
    property: str
    start: datetime | None
    end: datetime | None
    every: str | None
    agg: Aggregate | None
    as_known_at: datetime | None
    limit: int
    after: str | None


@dataclass(frozen=True)
class Page:
    thing: str
    property: str
    unit: str
    items: list[dict[str, Any]]
    next: str | None
    columns: tuple[str, ...]


def answer(viewer: Viewer, question: Question, *, accept: str) -> Page | HttpResponse:
    """The page, in the form that `accept` asks for. Raises NotFound and BadInput."""
    page = page_of(viewer, question)
    if CSV in accept:
        return _file(page, CSV, _csv(page))
    if ARROW in accept:
        return _file(page, ARROW, _arrow(page))
    return page


def page_of(viewer: Viewer, question: Question) -> Page:
    stream = queries.get_stream(viewer, question.thing, question.property)
    span = queries.span_of(question.start, question.end, question.as_known_at)
    after = _after(question.after)
    rows: list[Any]
    columns: tuple[str, ...]
    if question.every and question.agg:
        rows = queries.list_buckets(stream, span, every=question.every, agg=question.agg)
        rows = [row for row in rows if after is None or row.at > after]
        columns = STRETCH
    elif question.every or question.agg:
        missing = "agg" if question.every else "every"
        raise BadInput("input.invalid", fields=(FieldError(missing, "telemetry.pair"),))
    else:
        rows = list(queries.list_readings(stream, span, after=after, limit=question.limit + 1))
        columns = SINGLE
    items = [{name: value for name, value in asdict(row).items() if name in columns} for row in rows[: question.limit]]
    following = iso(clock.to_micros(items[-1]["at"])) if len(rows) > question.limit else None
    return Page(question.thing, question.property, stream.unit, items, following, columns)


def _after(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        return clock.from_micros(micros(given))
    except (ValueError, TypeError, OverflowError) as error:  # not a time, or one without zone
        raise BadInput("input.invalid", fields=(FieldError("after", "telemetry.known_after"),)) from error


def _file(page: Page, kind: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    if page.next:
        response["X-Next"] = page.next
    return response


def _csv(page: Page) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(page.columns)
    writer.writerows([_plain(item[name]) for name in page.columns] for item in page.items)
    return text.getvalue().encode()


def _plain(value: Any) -> Any:
    return iso(clock.to_micros(value)) if isinstance(value, datetime) else value


def _arrow(page: Page) -> bytes:
    columns: Mapping[str, list[Any]] = {name: [item[name] for item in page.items] for name in page.columns}
    table = pa.table(dict(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content
