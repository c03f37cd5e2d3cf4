"""Rows become reports and closings; what the source says of them is kept for the comparison and never poured."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from citybrain.lab.replay.running import Source
from citybrain.lab.replay.signals import Reports
from tests.lab.replay.conftest import REPORT_HEADER, SIGNALS

Read = Callable[..., Source]
LAMP = "A-1,03/05/2018 09:00:00 AM,Lamp out,It is dark,12 MAIN ST,-76.652027,39.255363,03/06/2018 08:00:00 AM,03/07/2018 09:00:00 AM,Done\n"  # noqa: E501
HOLE = "A-2,03/05/2018 08:00:00 AM,Hole,,9 ELM ST,-77.0,39.0,,,Dup\n"


def stream_of(source: Source) -> Reports:
    assert isinstance(source.stream, Reports)
    return source.stream


def poured(source: Source, limit: int | None = None) -> list[tuple[str, dict[str, Any]]]:
    steps = source.stream.steps(None, limit)
    return [(batch.door, row) for step in steps for batch in step.batches for row in batch.rows]


def problems(source: Source) -> list[str]:
    return [f"{one.file}:{one.line} {one.reason}" for table in source.tables for one in table.unreadable]


def test_a_row_becomes_a_report_and_a_closing_in_the_order_of_time(source: Read) -> None:
    read = source(SIGNALS, REPORT_HEADER + LAMP + HOLE)
    assert poured(read) == [
        (
            "signals",
            {
                "kind": "source",
                "source": "town-311",
                "source_id": "A-2",
                "occurred_at": "2018-03-05T13:00:00+00:00",
                "subject": "Hole",
                "text": "(Hole)",
                "address": "9 ELM ST",
                "label": "Hole",
            },
        ),
        (
            "signals",
            {
                "kind": "source",
                "source": "town-311",
                "source_id": "A-1",
                "occurred_at": "2018-03-05T14:00:00+00:00",
                "subject": "Lamp out",
                "text": "It is dark (Lamp out)",
                "address": "12 MAIN ST",
                "case_type": "urban.facilities.street_light",
                "label": "Lamp out",
                "lon": -76.652027,
                "lat": 39.255363,
                "precision_m": 1.0,
                "crs": "WGS-84",
            },
        ),
        (
            "closings",
            {
                "source": "town-311",
                "source_id": "A-1",
                "closed_at": "2018-03-06T13:00:00+00:00",
                "outcome": "Done",
            },
        ),
    ]


def test_what_is_compared_with_is_never_poured(source: Read) -> None:
    read = source(SIGNALS, REPORT_HEADER + LAMP + HOLE)
    said = json.dumps(poured(read))
    assert "Dup" not in said
    assert "03-07" not in said, "the source's own due time"
    facts = stream_of(read).facts
    assert [key for key, fact in facts.items() if fact.duplicate] == ["A-2"]
    assert facts["A-1"].due_at == datetime(2018, 3, 7, 14, tzinfo=UTC)
    assert facts["A-2"].placeholder
    assert facts["A-2"].point is None


def test_the_same_row_has_the_same_number_however_often_it_is_read(source: Read) -> None:
    mapping = copy.deepcopy(SIGNALS)
    del mapping["signals"]["id"]  # type: ignore[attr-defined]
    one = [row["source_id"] for _, row in poured(source(mapping, REPORT_HEADER + LAMP + HOLE))]
    other = [row["source_id"] for _, row in poured(source(mapping, REPORT_HEADER + HOLE + LAMP))]
    assert one == other
    assert len(set(one)) == 2


def test_a_report_comes_before_a_closing_of_the_same_moment(source: Read) -> None:
    mapping = copy.deepcopy(SIGNALS)
    for how in (mapping["time"], mapping["signals"]["closing"]["time"]):  # type: ignore[index]
        how |= {"format": "%m/%d/%Y", "date_at": "12:00"}  # type: ignore[operator]
    text = "1,03/05/2018,Hole,,,,,03/05/2018,,\n2,03/05/2018,Hole,,,,,,,\n"
    read = source(mapping, REPORT_HEADER + text)
    assert [(door, row["source_id"]) for door, row in poured(read)] == [
        ("signals", "1"),
        ("signals", "2"),
        ("closings", "1"),
    ]
    assert len(list(read.stream.steps(None, None))) == 1


def test_a_time_that_cannot_be_costs_the_row_only_when_it_is_its_own(source: Read) -> None:
    text = (
        "1,03/11/2018 02:30:00 AM,Hole,,,,,,,\n"
        "2,03/10/2018 02:30:00 AM,Hole,,,,,03/11/2018 02:30:00 AM,,\n"
        "3,03/10/2018 02:30:00 AM,Hole,,,,,03/12/2018 02:30:00 AM,soon,\n"
        "4,03/10/2018 02:30:00 AM,Hole,,,,,03/09/2018 02:30:00 AM,,\n"
        ",03/10/2018 02:30:00 AM,Hole,,,,,,,\n"
        "6,03/10/2018 02:30:00 AM,Hole,,,here,there,,,\n"
    )
    read = source(SIGNALS, REPORT_HEADER + text)
    said = problems(read)
    assert [line.split(" ")[0][-1] for line in said] == ["2", "3", "4", "5", "6", "7"]
    assert "did not exist" in said[0]
    assert "the closing is left out" in said[1]
    assert "the due time is left out" in said[2]
    assert "closed before it was reported" in said[3]
    assert "no number of its own" in said[4]
    assert "is not a point" in said[5]
    assert [(door, row["source_id"]) for door, row in poured(read)] == [
        ("signals", "2"),
        ("signals", "3"),
        ("signals", "4"),
        ("closings", "3"),
    ]


def test_a_limit_takes_the_first_reports_with_their_closings(source: Read) -> None:
    read = source(SIGNALS, REPORT_HEADER + LAMP + HOLE)
    assert [row["source_id"] for _, row in poured(read, limit=1)] == ["A-2"]
    assert set(stream_of(read).chosen_facts(1)) == {"A-2"}
    assert len(poured(read, limit=2)) == 3


def test_a_number_that_stands_twice_is_poured_twice_and_counted(source: Read) -> None:
    read = source(SIGNALS, REPORT_HEADER + LAMP + LAMP)
    assert [door for door, _ in poured(read)] == ["signals", "signals", "closings", "closings"]
    assert stream_of(read).repeated_ids == 1
    assert len(stream_of(read).facts) == 1


def test_long_texts_are_cut_to_what_the_door_takes(source: Read) -> None:
    text = f'1,03/05/2018 09:00:00 AM,Hole,"{"x" * 25000}","{"y" * 400}",,,,,\n'
    ((_, row),) = poured(source(SIGNALS, REPORT_HEADER + text))
    assert (len(row["text"]), len(row["address"])) == (20_000, 300)
