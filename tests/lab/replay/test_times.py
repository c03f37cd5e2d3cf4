"""Local times become moments; hours that did not exist, or existed twice, are told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from citybrain.lab.replay.mapping import TimeOf
from citybrain.lab.replay.times import BadTime, TimeReader


def read(how: dict[str, object], zone: str, *cells: str, columns: tuple[str, ...] = ("t",), row: int = 0) -> datetime:
    return TimeReader(TimeOf.model_validate(how), zone, columns).read(cells, row)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("layout", "text", "moment"),
    [
        ("%m/%d/%Y %I:%M:%S %p", "04/12/2018 11:11:26 AM", utc(2018, 4, 12, 15, 11, 26)),
        ("%Y-%m-%d", "2012-01-03", utc(2012, 1, 3, 5, 0)),
        ("iso", "2012-01-03", utc(2012, 1, 3, 5, 0)),
        ("iso", "2012-07-03 12:00:01", utc(2012, 7, 3, 16, 0, 1)),
        ("iso", "2012-07-03T12:00:01+08:00", utc(2012, 7, 3, 4, 0, 1)),
        ("%Y-%m-%d %H:%M:%S%z", "2012-07-03 12:00:01+0800", utc(2012, 7, 3, 4, 0, 1)),
    ],
)
def test_formats_are_local_unless_they_read_an_offset(layout: str, text: str, moment: datetime) -> None:
    assert read({"column": "t", "format": layout}, "America/New_York", text) == moment


def test_a_date_stands_for_the_time_of_day_that_the_mapping_says() -> None:
    how = {"column": "t", "format": "%Y-%m-%d", "date_at": "12:00"}
    assert read(how, "America/Chicago", "2012-01-03") == utc(2012, 1, 3, 18, 0)
    assert read(how, "America/Chicago", "2012-07-03") == utc(2012, 7, 3, 17, 0)


def test_time_in_four_columns_may_be_written_as_decimals() -> None:
    how = {"columns": {"year": "y", "month": "m", "day": "d", "hour": "h"}}
    assert read(how, "Asia/Shanghai", "2013", "3", "1.0", "0", columns=("y", "m", "d", "h")) == utc(2013, 2, 28, 16)
    with pytest.raises(BadTime, match="whole number"):
        read(how, "Asia/Shanghai", "2013", "3", "1.5", "0", columns=("y", "m", "d", "h"))


def test_rows_without_a_time_follow_from_start_and_step_across_a_change_of_clocks() -> None:
    how = {"start": "2012-03-11T01:55", "step": "5m"}
    assert read(how, "America/Los_Angeles", "", row=0) == utc(2012, 3, 11, 9, 55)
    assert read(how, "America/Los_Angeles", "", row=1) == utc(2012, 3, 11, 10, 0), "03:00 PDT follows 01:55 PST"


def test_an_hour_that_did_not_exist_is_refused() -> None:
    with pytest.raises(BadTime, match="did not exist in America/New_York: the clocks were put forward"):
        read({"column": "t"}, "America/New_York", "2018-03-11 02:43:56")
    assert read({"column": "t"}, "America/New_York", "2018-03-11 03:00:00") == utc(2018, 3, 11, 7)


def test_an_hour_that_was_twice_is_what_the_mapping_says() -> None:
    text, zone = "2018-11-04 01:30:00", "America/New_York"
    assert read({"column": "t"}, zone, text) == utc(2018, 11, 4, 5, 30)
    assert read({"column": "t", "ambiguous": "second"}, zone, text) == utc(2018, 11, 4, 6, 30)
    with pytest.raises(BadTime, match="was twice"):
        read({"column": "t", "ambiguous": "reject"}, zone, text)


@pytest.mark.parametrize("text", ["", "soon", "2018-02-30", "99999-01-01"])
def test_what_is_no_time_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(BadTime, match="is not a time"):
        read({"column": "t"}, "UTC", text)
