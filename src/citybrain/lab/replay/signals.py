"""From the rows of a CSV to reports and their closings, in the order of time; and what the source says of each row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from citybrain.lab.replay.mapping import SignalsMapping
from citybrain.lab.replay.points import BadPoint, ReadPoint, read_point
from citybrain.lab.replay.rows import Table
from citybrain.lab.replay.steps import Batch, Door, Step
from citybrain.lab.replay.times import BadTime, TimeReader

BATCH = 500
LONGEST = {"subject": 300, "text": 20_000, "address": 300, "label": 120}
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """What the source says of one report, for the evaluation; `row` is its number in its file, from 1."""

    source_id: str
    row: int
    occurred_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    duplicate: bool
    word: str
    label: str
    address: str
    point: ReadPoint | None
    placeholder: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """A report or a closing, with its place in the files."""

    at: datetime
    door: Door
    row: dict[str, Any]
    origin: tuple[str, int]


class Reports:
    """All reports and closings of the files, sorted by time; a report comes before a closing of the same moment."""

    def __init__(self, mapping: SignalsMapping, tables: Sequence[Table]):
        self.mapping = mapping
        self.facts: dict[str, Fact] = {}
        self.repeated_ids = 0
        self.happenings: list[Happening] = []
        for table in tables:
            _TableReader(self, table).read()
        self.happenings.sort(key=lambda one: (one.at, one.door == "closings"))
        if self.happenings:
            self.first, self.last = self.happenings[0].at, self.happenings[-1].at

    def __len__(self) -> int:
        return len(self.happenings)

    def steps(self, after: datetime | None, limit: int | None) -> Iterator[Step]:
        """Steps after a moment that is already done; at most `limit` reports, with their closings."""
        chosen = self._chosen(limit)
        todo = [one for one in self.happenings if after is None or one.at > after]
        for _, group in groupby(todo, key=self._slot):
            happened = [one for one in group if chosen is None or one.row["source_id"] in chosen]
            if happened:
                yield Step(happened[-1].at, list(_batches(happened)))

    def chosen_facts(self, limit: int | None) -> dict[str, Fact]:
        chosen = self._chosen(limit)
        return self.facts if chosen is None else {key: fact for key, fact in self.facts.items() if key in chosen}

    def _chosen(self, limit: int | None) -> set[str] | None:
        if limit is None:
            return None
        reports = (one.row["source_id"] for one in self.happenings if one.door == "signals")
        return {source_id for source_id, _ in zip(reports, range(limit), strict=False)}

    def _slot(self, one: Happening) -> int | datetime:
        step = self.mapping.step
        return one.at if step is None else (one.at - self.first) // max(step, timedelta(seconds=1))


def _batches(happened: Sequence[Happening]) -> Iterator[Batch]:
    for door, group in groupby(happened, key=lambda one: one.door):
        rows = list(group)
        for low in range(0, len(rows), BATCH):
            part = rows[low : low + BATCH]
            yield Batch(door, [one.row for one in part], [one.origin for one in part])


class _TableReader:
    """Reads one file into `reports`."""

    def __init__(self, reports: Reports, table: Table):
        self.reports, self.table = reports, table
        mapping = self.mapping = reports.mapping
        self.how, self.evaluation = mapping.signals, mapping.evaluation
        self.place = {name: number for number, name in enumerate(table.columns)}
        self.times = TimeReader(mapping.time, mapping.time_zone, table.columns)
        closing, due = self.how.closing, self.evaluation.due
        self.closed = TimeReader(closing.time, mapping.time_zone, table.columns) if closing else None
        self.due = TimeReader(due, mapping.time_zone, table.columns) if due else None

    def read(self) -> None:
        for line, cells in self.table.rows():
            try:
                self._take(line, self.table.count, cells)
            except (BadTime, BadPoint) as error:
                self.table.report(line, str(error))

    def _take(self, line: int, number: int, cells: list[str]) -> None:
        at = self.times.read(cells, number)
        point = self._point(cells)
        source_id = self._id(cells)
        closed_at = self._closed_at(line, cells, number, at)
        due_at = self._time(self.due, line, cells, number, "the due time")
        origin = (self.table.path.name, line)
        happenings = self.reports.happenings
        report = self._report(cells, source_id, at, point)
        happenings.append(Happening(at, "signals", report, origin))
        if closed_at is not None:
            happenings.append(Happening(closed_at, "closings", self._closing(cells, source_id, closed_at), origin))
        if source_id in self.reports.facts:
            self.reports.repeated_ids += 1
            return
        self.reports.facts[source_id] = self._fact(cells, number, point, report, at, closed_at, due_at)

    def _id(self, cells: list[str]) -> str:
        if self.how.id:
            found = "/".join(cells[self.place[name]].strip() for name in self.how.id)
            if not found.strip("/"):
                raise BadTime("it has no number of its own")
            return found[:120]
        return hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def _point(self, cells: list[str]) -> ReadPoint | None:
        how = self.how.point
        return read_point(cells[self.place[how.lon]], cells[self.place[how.lat]], how) if how else None

    def _report(self, cells: list[str], source_id: str, at: datetime, point: ReadPoint | None) -> dict[str, Any]:
        how = self.how
        word = cells[self.place[how.type.column]].strip() if how.type else ""
        case_type = (how.type.table.get(word) or how.type.default) if how.type else ""
        row: dict[str, Any] = {
            "kind": how.kind,
            "source": how.source,
            "source_id": source_id,
            "occurred_at": at.isoformat(),
            "subject": self._filled(how.subject, cells),
            "text": self._filled(how.text, cells),
            "address": self._filled(how.address, cells),
            "region": how.region,
            "case_type": case_type,
            "label": word,
        }
        if point is not None and how.point is not None:
            row |= {"lon": point.lon, "lat": point.lat, "precision_m": point.precision_m, "crs": how.point.crs}
        return {key: value[: LONGEST[key]] if key in LONGEST else value for key, value in row.items() if value != ""}

    def _filled(self, template: str, cells: list[str]) -> str:
        return PLACEHOLDER.sub(lambda found: " ".join(cells[self.place[found[1]]].split()), template).strip()

    def _closed_at(self, line: int, cells: list[str], number: int, opened_at: datetime) -> datetime | None:
        how = self.how.closing
        if how is None or (how.when is not None and not how.when.holds(cells[self.place[how.when.column]])):
            return None
        closed_at = self._time(self.closed, line, cells, number, "the closing")
        if closed_at is not None and closed_at < opened_at:
            self.table.report(line, "closed before it was reported; the closing is left out")
            return None
        return closed_at

    def _time(self, reader: TimeReader | None, line: int, cells: list[str], number: int, what: str) -> datetime | None:
        """A time that may be missing; a wrong one is reported, and the row goes on without it."""
        if reader is None or reader.is_blank(cells):
            return None
        try:
            return reader.read(cells, number)
        except BadTime as error:
            self.table.report(line, f"{error}; {what} is left out")
            return None

    def _closing(self, cells: list[str], source_id: str, at: datetime) -> dict[str, Any]:
        how = self.how.closing
        row = {"source": self.how.source, "source_id": source_id, "closed_at": at.isoformat()}
        if how is not None and how.outcome:
            word = cells[self.place[how.outcome]].strip()
            row["outcome"] = how.outcomes.get(word, word)[:120] or "completed"
        return row

    def _fact(
        self,
        cells: list[str],
        number: int,
        point: ReadPoint | None,
        report: dict[str, Any],
        at: datetime,
        closed_at: datetime | None,
        due_at: datetime | None,
    ) -> Fact:
        marked, how = self.evaluation.duplicate, self.how
        return Fact(
            source_id=report["source_id"],
            row=number,
            occurred_at=at,
            closed_at=closed_at,
            due_at=due_at,
            duplicate=marked is not None and marked.holds(cells[self.place[marked.column]]),
            word=report.get("label", ""),
            label=cells[self.place[self.evaluation.label]].strip() if self.evaluation.label else "",
            address=" ".join(report.get("address", "").upper().split()),
            point=point,
            placeholder=how.point is not None and point is None and bool(cells[self.place[how.point.lon]].strip()),
        )
