"""The numbers of a report as XLSX: a row for each, with its unit, period, level and the ids of its values."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from citybrain.applications.operations.reports.models import Report
from citybrain.applications.operations.reports.rendering.words import Wording
from citybrain.applications.operations.reports.types import Language

Row = dict[str, Any]
HEADS = ("section", "indicator", "place", "begin", "end", "value", "unit", "level", "rows", "recorded", "value_id",
         "address")  # fmt: skip
WIDTHS = (18, 24, 18, 20, 20, 12, 8, 8, 8, 20, 60, 80)
LONGEST = 32_000
"""A cell holds 32,767 characters."""


def sheet_of(report: Report, language: Language, origin: str = "") -> bytes:
    """Two sheets: what the report is, and its numbers. Every text is a text: no cell can be a formula."""
    wording = Wording(report.content, language, origin)
    book = Workbook()
    numbers = book.active
    assert numbers is not None
    numbers.title = wording.say("numbers")
    for at, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True), start=1):
        put(numbers.cell(1, at), wording.say(head)).font = Font(bold=True)
        numbers.column_dimensions[get_column_letter(at)].width = width
    numbers.freeze_panes = "A2"
    for at, row in enumerate(rows_of(report, wording), start=2):
        for column, value in enumerate(row, start=1):
            put(numbers.cell(at, column), value)
    told = book.create_sheet(wording.say("about"))
    told.column_dimensions["A"].width = 100
    for at, line in enumerate(_told(report, wording), start=1):
        put(told.cell(at, 1), line)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def put(cell: Cell | Any, value: str | float | datetime | None) -> Cell | Any:
    """Write a value as what it is. A text that begins like a formula is a text, also when it is edited later."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST]
        cell.data_type = "s"  # after the value, from which the library guesses a formula
        cell.quotePrefix = value[:1] in "=+-@\t\r" and value != ""
    else:
        cell.value = value
    return cell


def rows_of(report: Report, wording: Wording) -> Iterable[Sequence[str | float | datetime | None]]:
    """Every number that the report holds, those of charts and of the period before too."""
    own = wording.text(report.content["place"]["name"])
    for section in report.content["sections"]:
        title = wording.text(section["title"])
        for row in section.get("rows", ()):
            facts = row.get("indicator") or section["indicator"]
            place = wording.text(row["name"]) if "name" in row else own
            yield from (_row(title, place, facts, row[name], wording) for name in ("now", "before") if row.get(name))
        for line in section.get("lines", ()):
            yield from (_row(title, own, line["indicator"], one, wording) for one in line["points"])


def _row(title: str, place: str, facts: Row, figure: Row, wording: Wording) -> Sequence[str | float | datetime | None]:
    there = figure["value"] is not None
    begin, end, known = (_plain(figure[name], wording) for name in ("start", "end", "recorded_at"))
    level = wording.say(figure["level"]) if figure["level"] else None
    return (
        title, wording.text(facts["title"]), place, begin, end, figure["value"], wording.text(facts["unit"]), level,
        figure["rows"], known, "\n".join(figure["values"]), wording.address(figure) if there else None,
    )  # fmt: skip


def _plain(moment: str | None, wording: Wording) -> datetime | None:
    """City time: a cell knows no zones."""
    return wording.local(moment).replace(tzinfo=None) if moment else None


def _told(report: Report, wording: Wording) -> Iterable[str]:
    content = report.content
    if content["is_simulated"]:
        yield wording.say("simulated")
    yield wording.title()
    yield f"{content['place']['dimension']} {content['place']['code']} · {report.key}"
    yield wording.say("known_at", at=wording.moment(report.known_at))
    yield wording.say("made_at", at=wording.moment(report.made_at), version=report.version)
    yield f"{content['zone']}"
    yield wording.say("sources_long")
