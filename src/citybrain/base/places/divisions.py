"""Reading tables of division codes. A wrong row is named by file and line and left out.

Two kinds of tables are understood:

- a folder with `provinces`, `cities`, `areas`, `streets` and `villages` as `.csv` or `.csv.gz` (a suffix such as
  `areas_2023.csv` is allowed, and any table may be missing), columns `code`, `name` and the code of the level above:
  the layout of the freely available lists of China's statistical division codes;
- one `.csv` or `.csv.gz` file with the columns `code,name,level,parent[,name_en]`, for a tree of any depth.

Either may also say how many people live in a region: `population`, and of which day (`population_at`, 2020-11-01) and
by whom (`population_source`).
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from citybrain.base.errors import BadInput, FieldError
from citybrain.base.querying.trees import check_code

LEVELS = (
    {"key": "province", "zh": "省级", "en": "Province"},
    {"key": "city", "zh": "市", "en": "City"},
    {"key": "county", "zh": "区县", "en": "County"},
    {"key": "street", "zh": "街道乡镇", "en": "Street or town"},
    {"key": "community", "zh": "社区村", "en": "Community or village"},
    {"key": "grid", "zh": "网格", "en": "Grid"},
)
TABLES = (
    ("provinces", "province", None),
    ("cities", "city", "provinceCode"),
    ("areas", "county", "cityCode"),
    ("streets", "street", "areaCode"),
    ("villages", "community", "streetCode"),
)
MOST_PEOPLE = 2_000_000_000
NO_REAL_PLACE = re.compile(r"(?:市辖区|县|(?:省|自治区)直辖县级行政区划)\Z")  # rows that only group what is below


@dataclass(frozen=True)
class People:
    """How many live in a region, counted or estimated for a day."""

    count: int
    at: date | None = None
    source: str = ""


@dataclass(frozen=True)
class RegionRow:
    """One region as a file gives it; `parent` is a code, None for the root, `people` None where nothing is said."""

    code: str
    name: str
    level: str
    parent: str | None
    name_en: str = ""
    people: People | None = None


@dataclass
class Division:
    """A tree of regions, the root first and each region after the one above it, and what could not be read."""

    rows: list[RegionRow]
    levels: list[dict[str, str]]
    problems: list[FieldError] = field(default_factory=list)

    @property
    def root(self) -> RegionRow:
        return self.rows[0]


def read_division(path: Path, root: str, name: str = "") -> Division:
    """The tree at and below the code `root` from a folder of code tables or from one table.

    Raises BadInput `place.source` when a file cannot be read at all, and when the root is not in it.
    """
    problems: list[FieldError] = []
    rows = list(_one_table(path, problems) if path.is_file() else _code_tables(path, problems))
    by_code: dict[str, RegionRow] = {}
    for row in rows:
        by_code.setdefault(row.code, row)
    if root not in by_code:
        raise BadInput("place.source", file=str(path), why=f"there is no region {root} in it")
    kept = _below(root, name, by_code)
    used = {row.level for row in kept} | {"grid"}
    known = [dict(level) for level in LEVELS if level["key"] in used]
    other = [level for level in dict.fromkeys(row.level for row in kept) if all(level != k["key"] for k in LEVELS)]
    if other:  # a table of its own makes its own words, in the order from the root down
        order = dict.fromkeys([*(row.level for row in kept), "grid"])
        titles = {level["key"]: dict(level) for level in LEVELS}
        known = [titles.get(key, {"key": key, "zh": key, "en": key}) for key in order]
    return Division(kept, known, problems)


def _below(root: str, name: str, by_code: Mapping[str, RegionRow]) -> list[RegionRow]:
    """The root and everything below it, top down; rows that only group others are passed over."""
    children: dict[str | None, list[RegionRow]] = {}
    for row in by_code.values():
        children.setdefault(row.parent, []).append(row)
    top = by_code[root]
    if NO_REAL_PLACE.match(top.name):
        name = name or (by_code[top.parent].name if top.parent is not None and top.parent in by_code else "")
    kept = [replace(top, name=name or top.name, parent=None)]
    waiting = [(child, root) for child in children.get(root, [])]
    while waiting:
        deeper: list[tuple[RegionRow, str]] = []
        for row, parent in waiting:
            if NO_REAL_PLACE.match(row.name) and row.level == "city":
                deeper += [(child, parent) for child in children.get(row.code, [])]
            else:
                kept.append(replace(row, parent=parent))
                deeper += [(child, row.code) for child in children.get(row.code, [])]
        waiting = deeper
    depths = {root: 0}
    for row in kept[1:]:
        depths[row.code] = depths[str(row.parent)] + 1 if row.parent in depths else 1
    return sorted(kept, key=lambda row: (depths[row.code], row.code))


def _code_tables(folder: Path, problems: list[FieldError]) -> Iterator[RegionRow]:
    if not folder.is_dir():
        raise BadInput("place.source", file=str(folder), why="it is neither a folder nor a file")
    known: set[str] = set()
    found = False
    for table, level, parent_column in TABLES:
        files = sorted([*folder.glob(f"{table}*.csv"), *folder.glob(f"{table}*.csv.gz")])
        above, known = known, set()
        for file in files:
            found = True
            for where, row in _rows(file, ("code", "name", *([parent_column] if parent_column else [])), problems):
                parent = row[parent_column] if parent_column else None
                if _is_usable(where, row, known, above, parent, problems):
                    known.add(row["code"])
                    yield RegionRow(row["code"], row["name"], level, parent, people=_people(where, row, problems))
    if not found:
        raise BadInput("place.source", file=str(folder), why="there is no areas.csv, streets.csv, … in it")


def _one_table(file: Path, problems: list[FieldError]) -> Iterator[RegionRow]:
    known: set[str] = set()
    for where, row in _rows(file, ("code", "name", "level", "parent"), problems):
        if not row["level"]:
            problems.append(FieldError(where, "place.row_blank", {"column": "level"}))
        elif _is_usable(where, row, known, known, row["parent"] or None, problems):
            known.add(row["code"])
            people = _people(where, row, problems)
            yield RegionRow(
                row["code"], row["name"], row["level"], row["parent"] or None, row.get("name_en", ""), people
            )


def _people(where: str, row: dict[str, str], problems: list[FieldError]) -> People | None:
    """What a row says of the people; what cannot be read is noted, and the region stands without it."""
    count, day = row.get("population", ""), row.get("population_at", "")
    if not count:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", count) or int(count) > MOST_PEOPLE:
        problems.append(FieldError(where, "place.row_population", {"value": count}))
        return None
    try:
        at = date.fromisoformat(day) if day else None
    except ValueError:
        problems.append(FieldError(where, "place.row_population_at", {"value": day}))
        return None
    return People(int(count), at, row.get("population_source", "")[:200])


def _is_usable(
    where: str, row: dict[str, str], known: set[str], above: set[str], parent: str | None, problems: list[FieldError]
) -> bool:
    """Whether a row can stand in the tree; says why not. A table without the one above it stands for itself."""
    blank = next((column for column in ("code", "name") if not row[column]), None)
    if blank:
        problems.append(FieldError(where, "place.row_blank", {"column": blank}))
    elif row["code"] in known:
        problems.append(FieldError(where, "place.row_twice", {"region": row["code"]}))
    elif parent is not None and above and parent not in above:
        problems.append(FieldError(where, "place.row_orphan", {"region": row["code"], "parent": parent}))
    else:
        try:
            check_code(row["code"])
            return True
        except BadInput as error:
            problems.append(FieldError(where, error.code, error.data))
    return False


def _rows(file: Path, columns: tuple[str, ...], problems: list[FieldError]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with its place (`areas.csv:12`); unreadable ones are noted."""
    reader = csv.reader(_lines(file, problems), strict=True)
    header = [name.strip() for name in next(reader, [])]
    missing = [column for column in columns if column not in header]
    if missing:
        raise BadInput("place.source", file=str(file), why=f"its first line has no column {', '.join(missing)}")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(FieldError(f"{file.name}:{reader.line_num}", "place.row_unreadable", {"why": str(error)}))
            continue
        where = f"{file.name}:{reader.line_num}"
        if cells and len(cells) != len(header):
            problems.append(FieldError(where, "place.row_columns", {"found": len(cells), "expected": len(header)}))
        elif cells:
            yield where, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _lines(file: Path, problems: list[FieldError]) -> Iterator[str]:
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as raw:
            for number, line in enumerate(raw, start=1):
                try:
                    yield line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError:
                    problems.append(FieldError(f"{file.name}:{number}", "place.row_unreadable", {"why": "not UTF-8"}))
                    yield "\n"
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput("place.source", file=str(file), why=str(error)) from error
