"""A lake staged by hand: a few messages, readings and devices, over which the SQL of the packs is run as the platform
runs it (the same views, windows and ways of adding up), so that its numbers can be compared with those worked out
beside them.

Times are the city's own (Asia/Shanghai, eight hours ahead of the UTC that the lake keeps): "03 09:00" is 3 March 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from citybrain.applications.operations.indicators.evaluating import PERIODS, begin_of, count_rows, periods_between
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition, IndicatorsFile
from citybrain.applications.operations.indicators.rolling import rolled_up, with_nothing
from citybrain.base.packs.documents import read_document
from citybrain.hubs.data.facts.lake import Lake, blank_lake
from citybrain.hubs.data.facts.registry import facts
from citybrain.hubs.data.facts.types import FactTable, Reference

SECTORS = Path(__file__).resolve().parents[2] / "src" / "citybrain" / "sectors"
BEIJING = ZoneInfo("Asia/Shanghai")
ROOT, NORTH, SOUTH = "4206", "420606", "420602"
REGIONS = {
    ROOT: ("city", "/4206/"),
    NORTH: ("county", "/4206/420606/"),
    SOUTH: ("county", "/4206/420602/"),
    "n-street": ("street", "/4206/420606/n-street/"),
    "s-street": ("street", "/4206/420602/s-street/"),
    "n-grid": ("grid", "/4206/420606/n-street/n-grid/"),
    "s-grid": ("grid", "/4206/420602/s-street/s-grid/"),
}
PEOPLE = {ROOT: 5000, NORTH: 2000, "n-street": 500}
"""The south and the rest of the north have not been counted."""
ORGANISATIONS = {"": "", "gov": "/gov/", "urban": "/gov/urban/", "eco": "/gov/eco/"}
Numbers = dict[tuple[str, str], float | None]
"""By place and begin of the period: `("4206", "03")` is the city on 3 March, `("eco", "03 09")` a bureau at nine."""


def at(spelled: str) -> datetime:
    """A time of 2026: `03 09:00` (of March), `02-24 09:00`, `03 24:00` (the midnight that ends the day)."""
    day, _, clock = spelled.partition(" ")
    month, _, day = day.rpartition("-")
    hour, minute, second = (*(clock or "00:00").split(":"), "0")[:3]
    begin = datetime(2026, int(month or 3), int(day), tzinfo=BEIJING)
    return begin + timedelta(hours=int(hour), minutes=int(minute), seconds=float(second))


class Case:
    """A case of the staged lake; every step is a message that shows it as it stands after it."""

    def __init__(self, world: World, number: str, told_at: str, **facts: Any):
        self.world, self.task = world, 0
        learned = at(told_at)
        happened = at(facts.pop("happened", told_at))
        due = facts.pop("due", None)
        self.facts: dict[str, Any] = {
            "case": number, "case_type": "city.lamp", "source": "grid", "outcome": "", "organisation": "",
            "opened_at": happened, "learned_at": learned, "due_at": at(due) if due else None, "closed_at": None,
            "reopened_count": 0, "region_code": "n-grid",
        } | facts  # fmt: skip
        self("opened", told_at)

    def __call__(self, told: str, when: str, /, *, learned: str = "", **facts: Any) -> Case:
        """Something happened at `when`, and the city learned of it then or at `learned`."""
        own = {key: facts.pop(key) for key in ("step", "assignment", "role", "clock_extent", "level") if key in facts}
        self.facts |= facts
        path = ORGANISATIONS[self.facts["organisation"]]
        self.world.tell(
            "case_events", f"case.{told}", when, learned or when, region_path=REGIONS[self.facts["region_code"]][1],
            organisation_path=path, **self.facts, **own,
        )  # fmt: skip
        return self

    def dispatched(self, when: str, to: str) -> Case:
        self.world.tasks += 1
        self.task = self.world.tasks
        return self("dispatched", when, organisation=to, assignment=self.task, role="lead")

    def accepted(self, when: str) -> Case:
        return self("accepted", when, assignment=self.task, role="lead")

    def finished(self, when: str) -> Case:
        return self("finished", when, assignment=self.task, role="lead")

    def returned(self, when: str) -> Case:
        return self("returned", when, assignment=self.task, role="lead", organisation="")

    def closed(self, when: str, *, outcome: str = "resolved", learned: str = "") -> Case:
        step = "closed" if outcome == "resolved" else "ended"
        return self(step, when, learned=learned, closed_at=at(when), outcome=outcome)

    def reopened(self, when: str) -> Case:
        again = self.facts["reopened_count"] + 1
        return self("reopened", when, closed_at=None, outcome="", organisation="", reopened_count=again)


class World:
    """What was told to the lake, and the devices and regions that there are."""

    def __init__(self, now: str):
        self.now = at(now)
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.tasks = self.streams = 0
        for code, (level, path) in REGIONS.items():
            people = PEOPLE.get(code)
            self.knows("regions", code=code, level=level, path=path, name=code, population=people)

    def tell(self, table: str, told: str, when: str, learned: str, /, **columns: Any) -> None:
        row = {"type": told, "occurred_at": at(when), "recorded_at": at(learned), **columns}
        self.rows.setdefault(table, []).append(row)

    def knows(self, reference: str, when: str = "01-01 00:00", **columns: Any) -> None:
        """What an entry of reference data became, seen then."""
        rows = self.rows.setdefault(f"{reference}_history", [])
        rows.append({"is_gone": False, **columns, "recorded_at": at(when)})

    def case(self, number: str, told_at: str, **facts: Any) -> Case:
        return Case(self, number, told_at, **facts)

    def signal(self, number: int, step: str, when: str, *, region: str = "n-street", **columns: Any) -> None:
        path = REGIONS[region][1] if region else ""
        self.tell("signal_events", f"signal.{step}", when, when, signal_id=number, region_path=path, **columns)

    def alarm(
        self, name: str, rule: str, thing: str, *, fired: str, resolved: str = "", withdrawn: str = "", start: str = "",
        learned: str = "",
    ) -> None:  # fmt: skip
        """An alarm of a device that stands in the place its name begins with."""
        facts = {
            "alarm": name,
            "rule": rule,
            "thing": thing,
            "start_at": at(start or fired),
            "region_path": _near(thing),
        }
        self.tell("alarm_events", "alarm.fired", fired, learned or fired, **facts)
        for step, when in (("resolved", resolved), ("withdrawn", withdrawn)):
            if when:
                self.tell("alarm_events", f"alarm.{step}", when, when, **facts)

    def thing(
        self, code: str, model: str, *, since: str = "02-01 00:00", state: str = "active", **periods: float
    ) -> None:
        """A device with the seconds between two readings of each of its properties; `n-…` stands in the north."""
        organisation = ORGANISATIONS["urban" if code.startswith("n-") else "eco"]
        self.knows("things", code=code, name=code, model=model, state=state, region_path=_near(code),
                   organisation_path=organisation, registered_at=at(since))  # fmt: skip
        for name, seconds in periods.items():
            self.streams += 1
            self.knows("streams", stream=self.streams, thing=code, property=name, model=model, period_seconds=seconds)

    def changes(self, code: str, when: str, **columns: Any) -> None:
        """A device is moved, handed over or retired."""
        before = [row for row in self.rows["things_history"] if row["code"] == code][-1]
        self.knows("things", when, **before | columns)

    def reads(self, thing: str, name: str, values: dict[str, float], *, late: float = 0, quality: int = 0) -> None:
        """Readings of a device by time; the city knew of them `late` seconds after."""
        stream = next(
            row["stream"] for row in self.rows["streams_history"] if (row["thing"], row["property"]) == (thing, name)
        )
        for when, value in values.items():
            moment = at(when)
            self.rows.setdefault("readings", []).append(
                {"thing": thing, "property": name, "stream": stream, "value": value, "quality": quality, "sequence": 0,
                 "occurred_at": moment, "recorded_at": moment + timedelta(seconds=late), "region_path": _near(thing)}
            )  # fmt: skip

    @contextmanager
    def lake(self) -> Iterator[Lake]:
        with blank_lake(SECTORS) as opened:
            opened.macro("local(t)", f"timezone('{BEIJING}', t)")
            opened.register("periods", PERIODS.empty_table())
            for name, rows in self.rows.items():
                opened.register(name, _table(name, rows))
            yield opened


def _near(thing: str) -> str:
    return REGIONS["n-street" if thing.startswith("n-") else "s-street"][1]


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows in the order in which the city learned of them, as the lake numbers them."""
    entry = facts().entries.get(name) or facts().entries[name.removesuffix("_history")]
    schema = entry.schema  # type: ignore[union-attr]  # no view among them
    if isinstance(entry, FactTable | Reference):
        rows = sorted(rows, key=lambda row: row["recorded_at"])
        rows = [row | {"seq": number} for number, row in enumerate(rows, 1)]
    unknown = {column for row in rows for column in row} - set(schema.names)
    assert not unknown, f"{name} has no {unknown}"
    return pa.Table.from_pylist(rows, schema=schema)


def declared(pack: str) -> dict[str, IndicatorDefinition]:
    """The indicators of a pack, each with the SQL that it shares with others."""
    return IndicatorsFile.model_validate(read_document(SECTORS / pack / "indicators.yaml").data).indicators


def numbers(opened: Lake, definition: IndicatorDefinition, now: datetime, *, since: str) -> Numbers:
    """The indicator in every period since then, by region and organisation."""
    begins = periods_between(definition.period, at(since), now, BEIJING)
    assert begins[0] == begin_of(definition.period, at(since), BEIJING)
    count_rows(opened, definition, begins, now=now, zone=BEIJING)
    opened.register("before", pa.table({"dimension": pa.array([], pa.string()), "code": pa.array([], pa.string())}))
    sql = with_nothing("found", definition, before="before", root=ROOT)
    found = opened.query(
        f"WITH found AS ({rolled_up(definition, root=ROOT)}) SELECT period, code, value FROM ({sql})"
    ).to_pylist()
    spelled = "%d %H" if definition.period == "hour" else "%d"
    taken: Numbers = {}
    for row in found:
        place = (row["code"], f"{row['period']:{spelled}}")
        assert place not in taken, f"{place} comes twice"
        taken[place] = row["value"]
    return taken
