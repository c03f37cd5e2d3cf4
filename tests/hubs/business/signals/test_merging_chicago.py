"""The merge rule against 37,230 real complaints in which a city marked its own duplicates.

Offline: the rule alone, without a database. A complaint counts as merged when the rule finds an open case; a case is
open until the last of its complaints was completed. The city marks a duplicate without saying of what, so a merge is
right when the complaint that was merged carries the mark.
"""

from __future__ import annotations

import csv
import gzip
import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from citybrain.hubs.business.signals.merging import Candidate, MergeRule, Report, rank
from citybrain.hubs.business.signals.similarity import address_key

pytestmark = pytest.mark.data
CELL = 0.002  # degrees; larger than the largest radius tried


@dataclass
class Complaint:
    report: Report
    closed_at: datetime | None
    is_marked: bool


@dataclass
class Figures:
    right: int = 0
    wrong: int = 0
    missed: int = 0
    complaints: int = 0
    rules: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def wrong_per_thousand(self) -> float:
        return 1000 * self.wrong / max(1, self.complaints)


class OpenCases:
    """Open cases by address and by cell, as the database would find them."""

    def __init__(self) -> None:
        self.of_address: dict[str, list[Candidate]] = defaultdict(list)
        self.of_cell: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
        self.left: dict[str, int] = {}
        self.closings: list[tuple[datetime, str]] = []

    def near(self, report: Report) -> list[Candidate]:
        found = {c.number: c for c in self.of_address[address_key(report.address)]}
        if report.lon is not None:
            x, y = int(report.lon / CELL), int(report.lat / CELL)
            for cell in ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
                found.update((c.number, c) for c in self.of_cell[cell])
        return [c for c in found.values() if self.left[c.number] > 0]

    def join(self, number: str, closed_at: datetime | None) -> None:
        self.left[number] = self.left.get(number, 0) + 1
        if closed_at:
            heapq.heappush(self.closings, (closed_at, number))

    def open(self, report: Report, closed_at: datetime | None) -> None:
        candidate = Candidate(f"C{len(self.left):06}", report, order=len(self.left))
        if key := address_key(report.address):
            self.of_address[key].append(candidate)
        if report.lon is not None:
            self.of_cell[int(report.lon / CELL), int(report.lat / CELL)].append(candidate)
        self.join(candidate.number, closed_at)

    def close_until(self, moment: datetime) -> None:
        while self.closings and self.closings[0][0] < moment:
            self.left[heapq.heappop(self.closings)[1]] -= 1


def complaints(path: Path, *, first: str, before: str) -> list[Complaint]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if first <= row["Creation_Date"] < before]
    return [_complaint(row) for row in rows]


def _complaint(row: dict[str, str]) -> Complaint:
    report = Report(
        text=row["What_is_the_Nature_of_this_Code_Violation"],
        occurred_at=datetime.fromisoformat(row["Creation_Date"]).replace(tzinfo=UTC),
        lon=float(row["Longitude"]) if row["Longitude"] else None,
        lat=float(row["Latitude"]) if row["Latitude"] else None,
        address=row["Street_Address"],
    )
    closed = row["Completion_Date"]
    return Complaint(
        report,
        datetime.fromisoformat(closed).replace(tzinfo=UTC) + timedelta(hours=12) if closed else None,
        "Dup" in row["Status"],
    )


def measure(rows: list[Complaint], rule: MergeRule) -> Figures:
    figures, cases = Figures(complaints=len(rows)), OpenCases()
    for row in rows:
        cases.close_until(row.report.occurred_at)
        best = next(iter(rank(row.report, cases.near(row.report), rule)), None)
        if best is None or not best.merge:
            cases.open(row.report, row.closed_at)
            figures.missed += row.is_marked
            continue
        cases.join(best.case, row.closed_at)
        figures.rules[best.rule] += 1
        figures.right += row.is_marked
        figures.wrong += not row.is_marked
    return figures


@pytest.fixture(scope="module")
def half_a_year(public_data: Path) -> list[Complaint]:
    path = public_data / "02_311" / "chicago_sanitation_2000_2012.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return complaints(path, first="2012-01-01", before="2012-07-01")


def test_premises_within_three_days_find_the_marked_duplicates(half_a_year):
    """The rule that the urban pack declares for complaints about premises."""
    figures = measure(half_a_year, MergeRule(radius_m=30, within_hours=72, text_similarity=0.3, place="address"))
    assert figures.complaints > 7000
    assert figures.recall > 0.9
    assert figures.precision > 0.7
    assert figures.wrong_per_thousand < 20


def test_distance_alone_would_merge_neighbours(half_a_year):
    """Why premises are told apart by address: within 30 m the houses next door complain about their own yards."""
    by_address = measure(half_a_year, MergeRule(radius_m=30, within_hours=72, place="address"))
    by_distance = measure(half_a_year, MergeRule(radius_m=30, within_hours=72, place="point"))
    assert by_distance.wrong > 2 * by_address.wrong
    assert by_distance.recall >= by_address.recall - 0.02
