"""`history/*.yaml` in packs: a small recorded day and the alarms that must come out of it, and no others.

The readings go through the very rules engine of `sense`, in the order of the file, the city clock following them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Self

import msgspec
import numpy as np
from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from citybrain.base import clock, packs
from citybrain.base.packs import Declared, Key, Text
from citybrain.hubs.sensing.alarms.manifest import AlarmsFile, SilenceRule, ThresholdRule
from citybrain.hubs.sensing.ingest import adoption
from citybrain.hubs.sensing.ingest.arrange import arrange
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import NEVER, Rows
from citybrain.hubs.sensing.ingest.rulebook import RuleBook, Transition
from citybrain.hubs.sensing.ingest.snapshot import Model, Property, Rule, Things
from citybrain.hubs.sensing.things.manifest import PropertyDefinition, ThingsFile

Code = Annotated[str, Field(min_length=1, max_length=64)]
COLUMNS = ("at", "thing", "property", "value")


class Expected(Declared):
    """One alarm: when its episode began, when it fired, and when it resolved (left out: it is still firing)."""

    rule: Key
    thing: Code
    start_at: AwareDatetime
    fired_at: AwareDatetime
    resolved_at: AwareDatetime | None = None


class HistoryDay(Declared):
    """A recorded day: things, readings in the order in which they arrived, and the alarms that must come out."""

    title: Text
    readings: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+\.csv$")]
    """A CSV file beside this one: at,thing,property,value and, if need be, quality (0 is good)."""
    things: Annotated[dict[Code, Key], Field(min_length=1)]
    """Thing model of each thing."""
    until: AwareDatetime
    """The city time at which the day ends: silences are judged up to it."""
    alarms: tuple[Expected, ...]

    @model_validator(mode="after")
    def check_times(self) -> Self:
        for one in self.alarms:
            if one.fired_at < one.start_at or (one.resolved_at is not None and one.resolved_at < one.fired_at):
                raise PydanticCustomError(
                    "alarms.history_times",
                    "the times of {rule} are out of order",
                    {"rule": one.rule, "thing": one.thing},
                )
        return self


@dataclass(frozen=True, order=True)
class Episode:
    """What became of one alarm."""

    rule: str
    thing: str
    start_at: datetime
    fired_at: datetime
    resolved_at: datetime | None = None

    def spell(self) -> str:
        times = [("start_at", self.start_at), ("fired_at", self.fired_at), ("resolved_at", self.resolved_at)]
        return ", ".join(
            [f"rule: {self.rule}", f"thing: {self.thing}", *(f"{name}: {_spell(at)}" for name, at in times if at)]
        )


def _spell(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Row:
    """A line of the CSV."""

    line: int
    at: datetime
    thing: str
    property: str
    value: float
    quality: int


class BadRow(Exception):
    """A line of the CSV that is no reading; carries its number and why."""

    def __init__(self, line: int, why: str):
        super().__init__(f"line {line}: {why}")
        self.line, self.why = line, why


def check_history(pack: packs.Contents, parsed: HistoryDay, findings: packs.Findings) -> None:
    """The CSV is there and can be read, and everything it names is declared."""
    for thing, model in parsed.things.items():
        findings.check_name(("things", thing), "model", model)
    for index, expected in enumerate(parsed.alarms):
        findings.check_name(("alarms", index, "rule"), "alarm_rule", expected.rule)
        if expected.thing not in parsed.things:
            known = ", ".join(parsed.things)
            findings.add(
                ("alarms", index, "thing"), "packs.unknown_name", kind="thing", name=expected.thing, guess=known
            )
    path = findings.document.path.with_name(parsed.readings)
    if not path.is_file():
        findings.add(("readings",), "packs.file_missing", file=parsed.readings)
        return
    try:
        read_rows(path, parsed, models_of(findings))
    except BadRow as error:
        findings.add(("readings",), "alarms.history_row", file=parsed.readings, line=error.line, why=error.why)


def prove_history(pack: packs.Contents, parsed: HistoryDay, findings: packs.Findings) -> None:
    """Run the day and compare: a problem for each alarm that did not come out, and for each that should not have."""
    models = models_of(findings)
    rows = read_rows(findings.document.path.with_name(parsed.readings), parsed, models)
    found = set(rehearse(rules_of(findings), models, parsed, rows))
    wanted = {
        Episode(one.rule, one.thing, one.start_at, one.fired_at, one.resolved_at): index
        for index, one in enumerate(parsed.alarms)
    }
    for episode, index in wanted.items():
        if episode not in found:
            findings.add(("alarms", index), "alarms.history_missing", alarm=episode.spell())
    for episode in sorted(found - set(wanted), key=lambda one: (one.start_at, one.rule, one.thing)):
        findings.add(("alarms",), "alarms.history_unexpected", alarm=episode.spell())


Models = dict[str, dict[str, PropertyDefinition]]


def models_of(findings: packs.Findings) -> Models:
    found: Models = {}
    for _, parsed in findings.declared("things.yaml"):
        assert isinstance(parsed, ThingsFile)
        for key, model in parsed.models.items():
            found.setdefault(key, model.properties)
    return found


def rules_of(findings: packs.Findings) -> dict[str, ThresholdRule | SilenceRule]:
    """Every rule that the day is judged by: of this pack and the packs it depends on."""
    found: dict[str, ThresholdRule | SilenceRule] = {}
    for _, parsed in findings.declared("alarms.yaml"):
        assert isinstance(parsed, AlarmsFile)
        found |= {key: rule for key, rule in parsed.rules.items() if rule.enabled and key not in found}
    return found


def read_rows(path: Path, day: HistoryDay, models: Models) -> list[Row]:
    """The readings of a day; raises BadRow for the first line that is none."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise BadRow(1, f"the columns {', '.join(COLUMNS)} are needed")
        return [_read_row(reader.line_num, row, day, models) for row in reader]


def _read_row(line: int, row: dict[str, str], day: HistoryDay, models: Models) -> Row:
    thing, name = row["thing"], row["property"]
    declared = models.get(day.things.get(thing, ""), {}).get(name)
    if declared is None:
        raise BadRow(line, f"{thing} has no property {name}")
    try:
        at = datetime.fromisoformat(row["at"])
        words = declared.values or ()
        value = float(words.index(row["value"]) if declared.type == "enum" else row["value"])
        quality = int(row.get("quality") or 0)
    except ValueError as error:
        raise BadRow(line, str(error)) from error
    if at.tzinfo is None:
        raise BadRow(line, f"the time {row['at']} has no zone")
    return Row(line, at, thing, name, value, quality)


def rehearse(
    rules: dict[str, ThresholdRule | SilenceRule], models: Models, day: HistoryDay, rows: Sequence[Row]
) -> list[Episode]:
    """The alarms that fired, as the engine of `sense` finds them when the readings arrive in this order."""
    catalogue, streams = _catalogue(models, day)
    high = np.full(catalogue.size, NEVER, np.int64)
    engine_rules = [_engine_rule(key, rule) for key, rule in rules.items()]
    book: RuleBook = adoption.adopt(RuleBook.empty(), engine_rules, catalogue, high, now=NEVER + 1).book
    told: list[Transition] = []
    now = NEVER + 1
    for at, group in groupby(rows, key=lambda row: row.at):
        arrived = _rows(list(group), streams)
        now = max(now, clock.to_micros(at))
        told += book.sweep(now)
        told += book.apply(arrived, arrange(arrived, high))
        np.maximum.at(high, arrived.stream, arrived.at)
    told += book.sweep(max(now, clock.to_micros(day.until)))
    return list(_episodes(told))


def _engine_rule(key: str, rule: ThresholdRule | SilenceRule) -> Rule:
    plain: dict[str, Any] = rule.model_dump(
        include={"model", "property", "kind", "op", "raise_at", "clear_at", "for_seconds", "clear_for_seconds",
                 "after_seconds"}
    )  # fmt: skip
    return msgspec.convert({**plain, "key": key, "things": list(rule.things) if rule.things else None}, Rule)


def _catalogue(models: Models, day: HistoryDay) -> tuple[Catalogue, dict[tuple[str, str], int]]:
    things: list[tuple[int, str, str, str, str]] = []
    streams: list[tuple[int, int, str]] = []
    numbers: dict[tuple[str, str], int] = {}
    for thing_id, (code, model) in enumerate(day.things.items(), 1):
        things.append((thing_id, code, model, "", ""))
        for name in models[model]:
            numbers[code, name] = len(streams) + 1
            streams.append((len(streams) + 1, thing_id, name))
    declared = {key: Model({name: _property(one) for name, one in props.items()}) for key, props in models.items()}
    return Catalogue(Things(1, declared, things, streams)), numbers


def _property(one: PropertyDefinition) -> Property:
    return Property(one.type, one.unit or "", one.min, one.max, list(one.values) if one.values else None)


def _rows(group: Sequence[Row], streams: dict[tuple[str, str], int]) -> Rows:
    return Rows(
        np.array([streams[row.thing, row.property] for row in group], np.int32),
        np.array([clock.to_micros(row.at) for row in group], np.int64),
        np.array([row.value for row in group], np.float64),
        np.array([row.quality for row in group], np.int8),
    )


def _episodes(told: Sequence[Transition]) -> Iterator[Episode]:
    """What stands at the end: the last line of an episode is the truth about it."""
    fired: dict[tuple[str, str, str, int], tuple[int, int | None]] = {}
    for rule, _, names, line in told:
        key = (rule, names.thing, names.property, line.start)
        if line.state == "firing":
            fired[key] = (line.at, None)
        elif line.state == "resolved" and key in fired:
            fired[key] = (fired[key][0], line.at)
        elif line.state in ("withdrawn", "lapsed"):
            fired.pop(key, None)
    for (rule, thing, _, start), (at, resolved) in fired.items():
        moments = [clock.from_micros(moment) if moment is not None else None for moment in (start, at, resolved)]
        assert moments[0] is not None
        assert moments[1] is not None
        yield Episode(rule, thing, moments[0], moments[1], moments[2])
