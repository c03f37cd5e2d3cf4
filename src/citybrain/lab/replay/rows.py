"""Reading the rows of CSV files: good ones with their line, bad ones kept with file, line and reason."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from citybrain.base.errors import BadInput
from citybrain.lab.replay.mapping import FileFormat, Where


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row, or a cell of it, that could not be understood."""

    file: str
    line: int
    reason: str


@dataclass
class Table:
    """One CSV file: its columns, how many data rows it has so far, and what of it was not understood."""

    path: Path
    layout: FileFormat
    filters: Sequence[Where] = ()
    unreadable: list[Unreadable] = field(default_factory=list)
    count: int = 0
    filtered: int = 0
    columns: list[str] = field(init=False)

    def __post_init__(self) -> None:
        try:
            with self._open() as file:
                self.columns = next(self._reader(file), [])
        except (OSError, EOFError, csv.Error) as error:
            raise BadInput("replay.file_unreadable", file=str(self.path), why=_reason(error)) from error
        if not self.columns:
            raise BadInput("replay.file_unreadable", file=str(self.path), why="it has no header")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of each readable row that the filters keep; cells that mean "missing" are empty."""
        self.unreadable.clear()
        self.count = self.filtered = 0
        tests = [(self.columns.index(where.column), where) for where in self.filters]
        missing = set(self.layout.missing) - {""}
        with self._open() as file:
            for line, cells in self._lines(file):
                self.count += 1
                wrong = self._wrong(cells)
                if wrong:
                    self.report(line, wrong)
                elif all(where.holds(cells[place]) for place, where in tests):
                    yield line, ["" if cell in missing else cell for cell in cells] if missing else cells
                else:
                    self.filtered += 1

    def report(self, line: int, reason: str) -> None:
        self.unreadable.append(Unreadable(self.path.name, line, reason))

    def _lines(self, file: IO[str]) -> Iterator[tuple[int, list[str]]]:
        reader = self._reader(file)
        next(reader, None)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.count += 1
                self.report(reader.line_num, str(error))
                continue
            except (OSError, EOFError) as error:
                self.report(reader.line_num + 1, f"the file is broken off here: {_reason(error)}")
                return
            if cells:
                yield reader.line_num, cells

    def _wrong(self, cells: list[str]) -> str:
        if len(cells) != len(self.columns):
            return f"{len(cells)} cells where the header has {len(self.columns)}"
        for name, cell in zip(self.columns, cells, strict=True):
            if not cell.isascii() and any("\udc80" <= letter <= "\udcff" for letter in cell):
                return f"{name} is not {self.layout.encoding}"
        return ""

    def _open(self) -> IO[str]:
        encoding = self.layout.encoding
        if self.path.suffix == ".gz":
            return gzip.open(self.path, "rt", encoding=encoding, errors="surrogateescape", newline="")
        return self.path.open(encoding=encoding, errors="surrogateescape", newline="")

    def _reader(self, file: IO[str]) -> Any:
        return csv.reader(file, delimiter=self.layout.delimiter)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
