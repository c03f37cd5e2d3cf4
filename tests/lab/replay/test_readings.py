"""Wide, long and matrix files become readings in the order of time; bad cells are named, good ones go on."""

from __future__ import annotations

import copy
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.errors import BadInput
from citybrain.lab.replay.readings import Readings
from citybrain.lab.replay.reports.gaps import count_gaps
from citybrain.lab.replay.running import Order, Source, read_source
from tests.lab.replay.conftest import AIR_ROWS, READINGS

Read = Callable[..., Source]


def changed(**more: object) -> dict[str, Any]:
    return {**copy.deepcopy(READINGS), **more}


def poured(source: Source, after: datetime | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    return [row for step in source.stream.steps(after, limit) for batch in step.batches for row in batch.rows]


def problems(source: Source) -> list[str]:
    return [f"{one.file}:{one.line} {one.reason}" for table in source.tables for one in table.unreadable]


def test_a_wide_row_becomes_a_reading_for_each_column_that_has_a_value(source: Read) -> None:
    read = source(READINGS, AIR_ROWS)
    assert poured(read) == [
        {"thing": "air-east", "property": "pm25", "at": "2013-02-28T16:00:00Z", "value": 4.0},
        {"thing": "air-east", "property": "co", "at": "2013-02-28T16:00:00Z", "value": 0.3},
        {"thing": "air-east", "property": "pm25", "at": "2013-02-28T17:00:00Z", "value": 8.5},
    ]
    assert problems(read) == []
    assert isinstance(read.stream, Readings)
    assert read.stream.blank == 1


def test_units_are_converted_without_noise(source: Read) -> None:
    readings = {"PM": {"property": "temperature", "factor": 0.5555555556, "offset": -17.777777779}}
    read = source(changed(readings=readings), "y,m,d,h,station,PM\n2013,3,1,0,East,32\n2013,3,1,1,East,212\n")
    assert [row["value"] for row in poured(read)] == [pytest.approx(0, abs=1e-6), pytest.approx(100, abs=1e-5)]
    miles = source(changed(readings={"PM": {"property": "speed", "factor": 1.609344}}), AIR_ROWS)
    assert [row["value"] for row in poured(miles)] == [6.437376, 13.679424]


def test_a_matrix_has_a_thing_in_each_column_and_its_time_in_the_row_number(source: Read) -> None:
    mapping = changed(time={"start": "2012-03-01T00:00", "step": "5m"}, each_column={"property": "speed"})
    mapping["things"]["table"] = {name: {"code": f"la-{name}"} for name in ("7", "8")}
    for key in ("readings", "thing"):
        del mapping[key]
    read = source(mapping, "7,8\n60.5,61\n,x\nthis row is broken\n62,63\n")
    assert poured(read) == [
        {"thing": "la-7", "property": "speed", "at": "2012-02-29T16:00:00Z", "value": 60.5},
        {"thing": "la-8", "property": "speed", "at": "2012-02-29T16:00:00Z", "value": 61.0},
        {"thing": "la-7", "property": "speed", "at": "2012-02-29T16:15:00Z", "value": 62.0},
        {"thing": "la-8", "property": "speed", "at": "2012-02-29T16:15:00Z", "value": 63.0},
    ], "a broken row keeps its place in time"
    assert problems(read) == [
        "rows-1.csv:3 8: 'x' is not a number",
        "rows-1.csv:4 1 cells where the header has 2",
    ]


def test_a_column_without_a_thing_is_refused_before_anything_is_poured(source: Read) -> None:
    mapping = changed(time={"start": "2012-03-01T00:00", "step": "5m"}, each_column={"property": "speed"})
    del mapping["readings"], mapping["thing"]
    with pytest.raises(BadInput) as refused:
        source(mapping, "East,West\n1,2\n")
    assert "West" in refused.value.title("en")


def test_a_long_file_names_thing_property_and_value_in_each_row(source: Read) -> None:
    mapping = changed(
        time={"column": "at"},
        long={"property": "what", "value": "value", "properties": {"PM": {"property": "pm25"}}},
    )
    del mapping["readings"]
    read = source(mapping, "at,station,what,value\n2013-03-01 00:00,East,PM,4\n2013-03-01 00:00,East,Pollen,9\n")
    assert [row["property"] for row in poured(read)] == ["pm25"]
    assert problems(read) == ["rows-1.csv:3 the property 'Pollen' stands not in the mapping"]


def test_words_stay_words(source: Read) -> None:
    mapping = changed(readings={"PM": {"property": "wind_direction", "text": True}})
    read = source(mapping, "y,m,d,h,station,PM\n2013,3,1,0,East,NNW\n2013,3,1,1,East,N\n2013,3,1,2,East,NNW\n")
    assert [row["value"] for row in poured(read)] == ["NNW", "N", "NNW"]


def test_files_are_poured_together_in_the_order_of_time(source: Read) -> None:
    mapping = changed()
    mapping["things"]["table"]["West"] = {"code": "air-west"}
    west = "y,m,d,h,station,PM,CO\n2013,3,1,1,West,2,\n2013,3,1,0,West,1,\n"
    read = source(mapping, AIR_ROWS, west)
    assert [(row["thing"], row["at"][11:13]) for row in poured(read) if row["property"] == "pm25"] == [
        ("air-east", "16"),
        ("air-west", "16"),
        ("air-east", "17"),
        ("air-west", "17"),
    ]
    steps = list(read.stream.steps(None, None))
    assert [step.moment for step in steps] == [
        datetime(2013, 2, 28, 16, tzinfo=UTC),
        datetime(2013, 2, 28, 17, tzinfo=UTC),
    ]
    assert steps[0].batches[0].origins[2] == ("rows-2.csv", 3)


def test_it_goes_on_after_a_moment_and_stops_at_a_limit(source: Read) -> None:
    read = source(READINGS, AIR_ROWS)
    every = poured(read)
    assert poured(read, after=datetime(2013, 2, 28, 16, tzinfo=UTC)) == every[2:]
    assert poured(read, limit=2) == every[:2]
    assert poured(read, after=datetime(2013, 2, 28, 16, tzinfo=UTC), limit=2) == []


def test_bad_rows_are_named_by_line_and_the_good_ones_go_on(source: Read) -> None:
    text = AIR_ROWS + (
        "2013,13,1,2,East,5,\n"
        "2013,3,1,3,Nowhere,5,\n"
        "2013,3,1,4,East,abc,400\n"
        "2013,3,1,5,East\n"
        '"2013",3,1,6,"East",nan,\n'
        "2013,3,1,7,East,9,\n"
    )
    read = source(READINGS, text)
    assert problems(read) == [
        "rows-1.csv:4 '2013 13 1 2' is not a time: month must be in 1..12",
        "rows-1.csv:5 the thing 'Nowhere' stands in no list of things",
        "rows-1.csv:6 PM: 'abc' is not a number",
        "rows-1.csv:7 5 cells where the header has 7",
        "rows-1.csv:8 PM: 'nan' is not a number",
    ]
    assert [row["value"] for row in poured(read)] == [4.0, 0.3, 8.5, 0.4, 9.0]


def test_missing_words_are_blank_and_filters_leave_rows_out(source: Read) -> None:
    mapping = changed(file={"missing": ["NA", "-999"]}, rows=[{"column": "station", "is_not": ["Old"]}])
    text = "y,m,d,h,station,PM,CO\n2013,3,1,0,East,NA,-999\n2013,3,1,0,Old,1,1\n2013,3,1,1,East,1,NA\n"
    read = source(mapping, text)
    assert [row["value"] for row in poured(read)] == [1.0]
    assert read.tables[0].filtered == 1
    assert problems(read) == []


def test_any_encoding_may_be_named_and_a_wrong_one_is_told_by_line(source: Read) -> None:
    mapping = changed(things={"model": "environment.air_station", "table": {"东四": {"code": "dongsi"}}})
    text = AIR_ROWS.replace("East", "东四")
    mapping["file"] = {"encoding": "gb18030"}
    assert {row["thing"] for row in poured(source(mapping, text, encoding="gb18030"))} == {"dongsi"}

    mapping["file"] = {"encoding": "utf-8"}
    with pytest.raises(BadInput) as refused:
        source(mapping, text, encoding="gb18030")
    assert refused.value.code == "replay.no_rows"


def test_a_zipped_file_that_is_broken_off_keeps_what_came_before(tmp_path: Path, source: Read) -> None:
    source(READINGS, AIR_ROWS)
    rows = "".join(f"2013,3,{day},{hour},East,{day * hour},\n" for day in range(1, 29) for hour in range(24))
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(("y,m,d,h,station,PM,CO\n" + rows).encode())[:-400])
    read = read_source(Order((path,), tmp_path / "mapping.yaml", tmp_path / "city"))
    assert 100 < len(read.stream) < 28 * 24
    assert "the file is broken off here" in problems(read)[-1]


def test_columns_that_a_file_does_not_have_are_named_with_the_line_of_the_mapping(source: Read) -> None:
    with pytest.raises(BadInput) as refused:
        source(READINGS, "y,m,d,station,PM\n2013,3,1,East,4\n")
    assert {one.field.split(" ", 1)[1] for one in refused.value.fields} == {"time.columns", "readings.CO"}
    assert "rows-1.csv has no column 'h'; it has: y, m, d, station, PM" in str(refused.value)


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_refused(source: Read, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        source(READINGS, text)
    assert refused.value.code == "replay.file_unreadable"


def test_positions_may_stand_in_another_file(source: Read, tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("id,lat,lon\nEast,39.9,116.4\nWest,x,116.2\n")
    mapping = changed()
    mapping["things"] = {
        "model": "environment.air_station",
        "code": "bj-{key}",
        "file": {"path": "{folder}/places.csv", "key": "id", "lon": "lon", "lat": "lat", "precision_m": 10},
    }
    read = source(mapping, AIR_ROWS)
    assert read.drafts == [
        {"code": "bj-East", "lon": 116.4, "lat": 39.9, "precision_m": 10.0, "model": "environment.air_station",
         "crs": "WGS-84"}
    ]  # fmt: skip


def test_gaps_are_expected_minus_present(source: Read) -> None:
    text = AIR_ROWS + "2013,3,1,4,East,5,500\n"
    read = source(READINGS, text)
    assert isinstance(read.stream, Readings)
    gaps = count_gaps(read.stream.present(None), {"air-east/co": 1}, read.stream.mapping.every)
    assert gaps["streams"] == 2
    assert (gaps["expected"], gaps["present"], gaps["missing"]) == (10, 4, 6)
    assert gaps["by_property"]["pm25"] == {"expected": 5, "present": 3, "missing": 2}
    assert gaps["most_missing"] == {"air-east/co": 4, "air-east/pm25": 2}
