"""From wide, long or matrix CSV files to readings in the order of time.

The readings of all files are kept as columns (23 bytes each), so that files of millions of rows sort in a moment.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citybrain.base.clock import from_micros, to_micros
from citybrain.lab.replay.mapping import ReadingColumn, ReadingsMapping
from citybrain.lab.replay.rows import Table
from citybrain.lab.replay.steps import Batch, Step
from citybrain.lab.replay.things import ThingBook
from citybrain.lab.replay.times import BadTime, TimeReader

BATCH = 5000
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of values, and what it means: the thing comes from the row, or from the column itself (matrix)."""

    place: int
    means: ReadingColumn
    thing: str = ""


class Readings:
    """All readings of the files, sorted by time; a step is one instant, or a span of the mapping's `step`."""

    def __init__(self, mapping: ReadingsMapping, tables: Sequence[Table], things: ThingBook):
        self.mapping, self.tables, self.things = mapping, tables, things
        self.streams: dict[tuple[str, str], int] = {}
        self._at, self._value = array("q"), array("d")
        self._stream, self._line, self._file = array("l"), array("l"), array("b")
        self._words: dict[str, int] = {}
        self.blank = 0
        for number, table in enumerate(tables):
            self._read(number, table)
        self._sort()

    def __len__(self) -> int:
        return len(self.at)

    def _sort(self) -> None:
        self.at: Ints = np.frombuffer(self._at, dtype=np.int64) if self._at else np.zeros(0, np.int64)
        self._order = np.argsort(self.at, kind="stable")
        self.at = self.at[self._order]
        if len(self.at):
            self.first, self.last = from_micros(int(self.at[0])), from_micros(int(self.at[-1]))

    # -- reading

    def _read(self, number: int, table: Table) -> None:
        times = TimeReader(self.mapping.time, self.mapping.time_zone, table.columns)
        long = self.mapping.long
        thing_place = table.columns.index(self.mapping.thing) if self.mapping.thing else -1
        cells = self._cells(table)
        long_places = (table.columns.index(long.property), table.columns.index(long.value)) if long else None
        for line, row in table.rows():
            try:
                at = to_micros(times.read(row, table.count - 1))
            except BadTime as error:
                table.report(line, str(error))
                continue
            thing = row[thing_place].strip() if thing_place >= 0 else ""
            if thing_place >= 0 and not self.things.knows(thing):
                table.report(line, f"the thing {thing!r} stands in no list of things")
                continue
            if long_places and long:
                means = long.properties.get(row[long_places[0]].strip())
                if means is None:
                    table.report(line, f"the property {row[long_places[0]]!r} stands not in the mapping")
                    continue
                self._take(number, table, line, at, thing, row, Cell(long_places[1], means))
            for cell in cells:
                self._take(number, table, line, at, cell.thing or thing, row, cell)

    def _cells(self, table: Table) -> list[Cell]:
        each = self.mapping.each_column
        if each is not None:
            named = set(self.mapping.time.named())
            return [Cell(place, each, name) for place, name in enumerate(table.columns) if name not in named]
        return [Cell(table.columns.index(name), means) for name, means in self.mapping.readings.items()]

    def _take(self, number: int, table: Table, line: int, at: int, thing: str, row: list[str], cell: Cell) -> None:
        text = row[cell.place].strip()
        if not text:
            self.blank += 1
            return
        means = cell.means
        if means.text:
            value = float(self._words.setdefault(text, len(self._words)))
        else:
            value = _number(text)
            if not math.isfinite(value):
                table.report(line, f"{table.columns[cell.place]}: {text!r} is not a number")
                return
            if means.factor != 1.0 or means.offset:
                value = round(value * means.factor + means.offset, 9)
        key = (self.things.code_of(thing), means.property)
        stream = self.streams.setdefault(key, len(self.streams))
        self._at.append(at)
        self._value.append(value)
        self._stream.append(stream)
        self._line.append(line)
        self._file.append(number)

    # -- pouring

    def steps(self, after: datetime | None, limit: int | None) -> Iterator[Step]:
        """Steps after a moment that is already done; at most `limit` readings from the beginning of the files."""
        end = len(self.at) if limit is None else min(limit, len(self.at))
        begin = 0 if after is None else int(np.searchsorted(self.at, to_micros(after), side="right"))
        for start, stop in self._spans(begin, end):
            batches = [self._batch(low, min(low + BATCH, stop)) for low in range(start, stop, BATCH)]
            yield Step(from_micros(int(self.at[stop - 1])), batches)

    def _spans(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        span = self.mapping.step or timedelta(microseconds=1)
        width = span // timedelta(microseconds=1)
        slots = self.at[begin:end] // width
        cuts = np.flatnonzero(np.diff(slots)) + 1 + begin
        edges = [begin, *cuts.tolist(), end]
        return ((low, high) for low, high in pairwise(edges) if low < high)

    def _batch(self, low: int, high: int) -> Batch:
        names, words = list(self.streams), list(self._words)
        texts = self._text_streams()
        rows: list[dict[str, Any]] = []
        origins: list[tuple[str, int]] = []
        moments: dict[int, str] = {}
        for place, at in zip(self._order[low:high].tolist(), self.at[low:high].tolist(), strict=True):
            stream, number = self._stream[place], self._value[place]
            thing, name = names[stream]
            value: float | str = words[int(number)] if stream in texts else number
            stamp = moments.get(at) or moments.setdefault(at, from_micros(at).isoformat().replace("+00:00", "Z"))
            rows.append({"thing": thing, "property": name, "at": stamp, "value": value})
            origins.append((self.tables[self._file[place]].path.name, self._line[place]))
        return Batch("observations", rows, origins)

    def _text_streams(self) -> set[int]:
        columns = self._means()
        return {number for (_, name), number in self.streams.items() if name in columns}

    def _means(self) -> set[str]:
        """Properties whose values are texts."""
        mapping = self.mapping
        columns = list(mapping.readings.values()) + list(mapping.long.properties.values() if mapping.long else ())
        if mapping.each_column:
            columns.append(mapping.each_column)
        return {column.property for column in columns if column.text}

    # -- what is there

    def present(self, limit: int | None) -> dict[tuple[str, str], tuple[int, datetime, datetime]]:
        """For each thing and property: distinct times, first and last of them, among the readings poured."""
        end = len(self.at) if limit is None else min(limit, len(self.at))
        stream = np.frombuffer(self._stream, dtype=np.int64)[self._order[:end]]
        found = {}
        for key, number in self.streams.items():
            times = np.unique(self.at[:end][stream == number])
            if len(times):
                found[key] = (len(times), from_micros(int(times[0])), from_micros(int(times[-1])))
        return found


def _number(text: str) -> float:
    """The number that a cell holds; NaN when it holds none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
