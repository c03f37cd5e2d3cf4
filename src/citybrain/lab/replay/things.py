"""The things that report: the source's names, our codes, positions from the mapping or from another CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from citybrain.base.errors import BadInput, FieldError
from citybrain.lab.replay.mapping import FileFormat, ThingFile, ThingRow, Things
from citybrain.lab.replay.rows import Table, Unreadable


class ThingBook:
    """Every thing that may report, by the source's name of it."""

    def __init__(self, things: Things, rows: Mapping[str, ThingRow], unreadable: list[Unreadable]):
        self.things, self.rows, self.unreadable = things, rows, unreadable

    def knows(self, name: str) -> bool:
        return name in self.rows

    def code_of(self, name: str) -> str:
        return self.rows[name].code

    def drafts(self) -> list[dict[str, Any]]:
        """The things as `POST /api/v1/things` takes them."""
        common = {"model": self.things.model, "crs": self.things.crs}
        if self.things.organisation:
            common["organisation"] = self.things.organisation
        return [
            {**{key: value for key, value in row.model_dump().items() if value not in (None, "")}, **common}
            for row in self.rows.values()
        ]


def read_things(things: Things, fill: Fill, names: Iterable[str]) -> ThingBook:
    """The things of a mapping; `names` are those that must be there (the columns of a matrix).

    Raises BadInput when a name has no thing, or the file of positions cannot be used.
    """
    rows = dict(things.table)
    unreadable: list[Unreadable] = []
    if things.file is not None:
        rows |= _from_file(things.file, things, Path(fill(things.file.path)), unreadable)
    missing = [name for name in names if name not in rows]
    if missing:
        raise BadInput("replay.things_missing", names=", ".join(missing[:10]), count=len(missing))
    return ThingBook(things, rows, unreadable)


class Fill:
    """Puts the folder of the files, the data directory and the packs into a mapping's paths and commands."""

    def __init__(self, **values: object):
        self.values = values

    def __call__(self, text: str) -> str:
        for name, value in self.values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text


def _from_file(how: ThingFile, things: Things, path: Path, unreadable: list[Unreadable]) -> dict[str, ThingRow]:
    table = Table(path, FileFormat(encoding=how.encoding))
    wanted = [name for name in (how.key, how.lon, how.lat, how.name) if name]
    absent = [name for name in wanted if name not in table.columns]
    if absent:
        wrong = FieldError("things.file", "input.schema", {"why": f"{path.name} has no column {', '.join(absent)}"})
        raise BadInput("replay.mapping_wrong", file=path.name, fields=(wrong,))
    place = {name: table.columns.index(name) for name in wanted}
    rows = {}
    for line, cells in table.rows():
        name = cells[place[how.key]].strip()
        try:
            rows[name] = ThingRow(
                code=things.code.replace("{key}", name),
                name=cells[place[how.name]].strip() if how.name else "",
                lon=float(cells[place[how.lon]]),
                lat=float(cells[place[how.lat]]),
                precision_m=how.precision_m,
            )
        except ValueError:
            table.report(line, f"{name}: no point")
    unreadable += table.unreadable
    return rows
