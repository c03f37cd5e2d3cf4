"""What DuckDB says of a SELECT that does not run: in one sentence, and where in the SELECT that is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

LINE = re.compile(r"^LINE (?P<line>\d+): (?P<text>.*)\n(?P<before> *)\^", re.MULTILINE)
TABLE = re.compile(r"Table with name (\w+) does not exist")
HINTS = ("Candidate bindings:", "Did you mean ")


@dataclass(frozen=True)
class Complaint:
    """`line` counts from 1 in the SELECT, 0 where nobody says; `rest` is what stands in it from the place on."""

    why: str
    line: int = 0
    rest: str = ""

    def data(self) -> dict[str, Any]:
        """For a refusal: the reason with its line in words, and the complaint itself."""
        return {"why": f"{self.why} (line {self.line})" if self.line else self.why, "complaint": self}


def complaint_of(error: duckdb.Error, tables: Iterable[str]) -> Complaint:
    """The first line of an error with the names that DuckDB offers; of tables the nearest one of `tables`."""
    said = str(error)
    lines = [line.strip() for line in said.partition("\nLINE ")[0].splitlines()]
    head, hints = lines[0].rstrip(" .!"), [line for line in lines[1:] if line.startswith(HINTS)]
    missing = TABLE.search(head)
    if missing:
        near = difflib.get_close_matches(missing[1], sorted(tables), n=1)
        hints = [f'Did you mean "{name}"?' for name in near]
    place = LINE.search(said)
    if place is None:
        return Complaint(". ".join([head, *hints]))
    label = len(f"LINE {place['line']}: ")
    rest = place["text"][len(place["before"]) - label :]
    return Complaint(". ".join([head, *hints]), int(place["line"]), rest.removesuffix("..."))


def complaint_of_parser(tree: Mapping[str, Any], sql: str) -> Complaint:
    """The same of what json_serialize_sql answers for a text that is no SELECT."""
    at = int(tree.get("position", 0))
    line = sql.count("\n", 0, at) + 1 if "position" in tree else 0
    return Complaint(str(tree["error_message"]).rstrip(" .!"), line, sql[at:].partition("\n")[0] if line else "")
