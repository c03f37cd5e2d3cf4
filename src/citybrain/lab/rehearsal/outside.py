"""What comes to the scratch city from outside: reports, alarms that end, tickets that their source closes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from citybrain.base import bus
from citybrain.base.errors import CityError
from citybrain.base.places.types import Point
from citybrain.hubs.business.cases.actions import open_case, release
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import catalogue, is_open
from citybrain.hubs.business.signals.actions import close_signal, end_alarm, take_classification, triage
from citybrain.hubs.business.signals.actions.triaging import (
    active_type,
    add_to_case,
    decide_by_words,
    open_case_of,
    settle,
)
from citybrain.hubs.business.signals.messages import SignalClosedBySource, TextClassified
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.types import ALARM_SOURCE, MERGED, OPENED, RECEIVED, WAITING
from citybrain.lab.rehearsal.acting import PEOPLE, Refused
from citybrain.lab.rehearsal.recording import SIGNAL_COLUMNS
from citybrain.lab.rehearsal.types import History, Item, RecordedCase

BATCH = 500
BY_HAND = ("person", "followed")
DERIVED = ("case_type", "classified_by", "probability", "alternatives", "source_closed_at", "source_outcome",
           "resolved_at", "merge_reason")  # fmt: skip
"""What came of a report after it was received; played, not copied."""


class Received(NamedTuple):
    """Where a report went: the case, and whether it is its own."""

    pk: int
    number: str
    recorded_number: str
    opened_at: datetime
    is_new: bool


class Outside:
    """The reports of a history, put into the scratch city as they were received."""

    def __init__(self, history: History):
        columns = history.signals
        self.rows: dict[int, dict[str, Any]] = {
            values[0]: dict(zip(SIGNAL_COLUMNS, values, strict=True))
            for values in zip(*(columns[name] for name in SIGNAL_COLUMNS), strict=True)
        }

    def insert_signals(self) -> None:
        """All at once: nobody looks at one before it is read. A type that its source or rule gave is kept."""
        made = []
        for pk, row in self.rows.items():
            told = {name: value for name, value in row.items() if name not in DERIVED and name != "id"}
            known = {"case_type": row["case_type"], "classified_by": row["classified_by"]} if _is_given(row) else {}
            made.append(Signal(pk=pk, reported_by=PEOPLE.actor_key, state=RECEIVED, **told, **known))
        Signal.objects.bulk_create(made, batch_size=BATCH)

    def places(self) -> dict[int, str]:
        return dict(Signal.objects.exclude(case_number="").values_list("pk", "case_number"))

    def receive(self, item: Item, record: RecordedCase | None, own: str | None) -> Received | None:
        """Let it happen; answers where the report went, or nothing where that is not new. Raises Refused."""
        if item.kind == "open":
            return self._open(record) if record is not None else None
        if item.signal is None:
            return None
        signal = Signal.objects.get(pk=item.signal)
        before = signal.case_number
        try:
            _HAPPENS[item.kind](self, signal, item, own)
        except CityError as error:
            raise Refused("not_possible", f"{item.kind} {error.code}") from error
        if item.kind in ("alarm_end", "source_closed", "leave"):
            return None
        signal.refresh_from_db(fields=["case_number", "state"])
        if not signal.case_number or signal.case_number == before:
            return None
        return _received(signal.case_number, item.case, is_new=signal.state == OPENED)

    def _open(self, record: RecordedCase) -> Received:
        given = dict(record.opening)
        lon, lat, precision = (given.pop(name) for name in ("lon", "lat", "precision_m"))
        given["signal_count"] = 0 if given["source"] == "manual" else given["signal_count"]
        point = Point(lon, lat, precision_m=precision) if lon is not None else None
        case = open_case(actor=PEOPLE, case_type=record.case_type, point=point, **given)
        return _received(case.number, record.number, is_new=True)

    def _triage(self, signal: Signal, item: Item, own: str | None) -> None:
        if signal.case_number:  # an alarm that was not over after all
            if is_open(signal.case_number):
                return
            signal.save_fields(state=RECEIVED, case_number="", merge_reason={}, resolved_at=None)
        if signal.state != RECEIVED:
            return
        triage(signal.pk)
        signal.refresh_from_db()
        if signal.state == RECEIVED:
            self._answer(signal)

    def _answer(self, signal: Signal) -> None:
        """The text was asked about: what a model said then, or else the keywords of the packs."""
        row = self.rows[signal.pk]
        if row["classified_by"] == "model" and row["alternatives"]:
            best = row["alternatives"][0]
            take_classification(
                TextClassified(signal_id=signal.pk, label=best["label"], probability=best["probability"])
            )
        else:
            decide_by_words(signal, catalogue(), otherwise="no_classifier")

    def _by_person(self, signal: Signal, item: Item, own: str | None) -> None:
        """A person said what it is, or put it into a case, or gave it one of its own."""
        row = self.rows[signal.pk]
        if signal.case_number == own and own:
            return
        if signal.state in (RECEIVED, WAITING) and (row["merge_reason"] or {}).get("rule") not in BY_HAND:
            self._say_type(signal, row["case_type"])
        elif item.kind == "part":
            self._part(signal)
        elif own is None or not is_open(own):
            raise Refused("move_not_played", f"{item.kind} signal/{signal.pk}")
        else:
            if signal.case_number:
                release(signal.case_number, actor=PEOPLE, signal_subject=signal.key)
            add_to_case(signal, own, actor=PEOPLE)
            signal.save_fields(
                state=MERGED, case_number=own, waiting_reason="", case_type=row["case_type"],
                classified_by="person", merge_reason={"case": own, "rule": "person"},
            )  # fmt: skip

    def _say_type(self, signal: Signal, code: str) -> None:
        declared = catalogue()
        view = active_type(code, declared)
        if view is None:
            raise Refused("not_possible", f"type {code}")
        settle(signal, view, by="person", actor=PEOPLE, declared=declared)

    def _part(self, signal: Signal) -> None:
        if signal.state != MERGED:
            raise Refused("move_not_played", f"part signal/{signal.pk}")
        declared = catalogue()
        release(signal.case_number, actor=PEOPLE, signal_subject=signal.key)
        kind = declared.case_type(signal.case_type)
        number = open_case_of(signal, kind, actor=PEOPLE, declared=declared)
        signal.save_fields(state=OPENED, case_number=number, merge_reason={})

    def _leave(self, signal: Signal, item: Item, own: str | None) -> None:
        """What follows on the timeline, joining or being parted, takes it out."""

    def _end_alarm(self, signal: Signal, item: Item, own: str | None) -> None:
        row = self.rows[signal.pk]
        said = {
            "alarm": signal.source_id, "rule": "", "thing": signal.thing, "property": "", "severity": 4,
            "title": {"zh": signal.subject, "en": signal.subject}, "start_at": signal.occurred_at.isoformat(),
            "at": row["resolved_at"].isoformat(), "case_type": signal.case_type,
        }  # fmt: skip
        event = bus.Event(
            id="", position=0, type="alarm.resolved", source="", subject="", occurred_at=row["resolved_at"],
            recorded_at=item.at, cause=None, actor=PEOPLE.actor_key, text=json.dumps(said),
        )  # fmt: skip
        end_alarm(event, withdrawn=row["source_outcome"] == "withdrawn")

    def _close(self, signal: Signal, item: Item, own: str | None) -> None:
        row = self.rows[signal.pk]
        close_signal(
            SignalClosedBySource(
                signal_id=signal.pk, closed_at=row["source_closed_at"], outcome=row["source_outcome"], note=""
            )
        )


_HAPPENS: dict[str, Callable[[Outside, Signal, Item, str | None], None]] = {
    "triage": Outside._triage,
    "part": Outside._by_person,
    "join": Outside._by_person,
    "leave": Outside._leave,
    "alarm_end": Outside._end_alarm,
    "source_closed": Outside._close,
}


def _received(number: str, recorded: str, *, is_new: bool) -> Received:
    pk, opened_at = Case.objects.values_list("pk", "recorded_at").get(number=number)
    return Received(pk, number, recorded, opened_at, is_new)


def _is_given(row: dict[str, Any]) -> bool:
    """Whether the type came with the report and is no reading of its text."""
    return bool(row["classified_by"] == "source" or row["source"] == ALARM_SOURCE)
