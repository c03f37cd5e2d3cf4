"""A mapping is checked as a whole before anything is poured, and every error names file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from citybrain.base.errors import BadInput
from citybrain.lab.replay.mapping import ReadingsMapping, SignalsMapping, read_mapping, read_span

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "mappings"

GOOD = """\
key: air
title: {zh: 空气, en: Air}
kind: readings
time_zone: Asia/Shanghai
every: 1h
time:
  columns: {year: y, month: m, day: d, hour: h}
thing: station
things:
  model: environment.air_station
  table:
    East: {code: air-east, lon: 116.4, lat: 39.9}
readings:
  PM: {property: pm25}
"""


def refused(tmp_path: Path, text: str) -> tuple[str, list[tuple[str, str]]]:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as found:
        read_mapping(path)
    return found.value.code, [(one.field, one.reason("en")) for one in found.value.fields]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_published_mappings_are_right(path: Path) -> None:
    mapping, _ = read_mapping(path)
    assert isinstance(mapping, ReadingsMapping | SignalsMapping)
    assert mapping.key == path.stem


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ("kind: readings", "kind: reading", "mine.yaml:3 kind", "'reading' is not one of: readings, signals"),
        ("Asia/Shanghai", "Asia/Hanshui", "mine.yaml:4 time_zone", "is not a time zone"),
        ("every: 1h", "every: 1 hour", "mine.yaml:5 every", "'1 hour' is not a span of time"),
        ("every: 1h", "every: 0m", "mine.yaml:5 every", "is not a span"),
        ("year: y, ", "", "mine.yaml:7 time.columns.year", "Field required"),
        ("hour: h", "hours: h", "mine.yaml:7 time.columns.hours", "Extra inputs"),
        ("PM: {property: pm25}", "PM: {factor: 2}", "mine.yaml:14 readings.PM.property", "Field required"),
        ("{property: pm25}", "{property: pm25, factor: viel}", "mine.yaml:14 readings.PM.factor", "valid number"),
        ("thing: station\n", "", "mine.yaml:1", "name the column that says which thing reports"),
        ("key: air", "key: Air Quality", "mine.yaml:1 key", "small letters"),
        ("zh: 空气", "de: Luft", "mine.yaml:2 title.de", "'zh' or 'en'"),
        ("every: 1h", "every: 1h\nfile: {encoding: utf-99}", "mine.yaml:6 file.encoding", "is not an encoding"),
    ],
)
def test_an_error_names_file_line_place_and_reason(tmp_path: Path, old: str, new: str, where: str, why: str) -> None:
    assert old in GOOD
    code, fields = refused(tmp_path, GOOD.replace(old, new))
    assert code == "replay.mapping_wrong"
    assert [field for field, _ in fields] == [where]
    assert why in fields[0][1]


def test_every_error_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("Asia/Shanghai", "Mars/Base").replace("1h", "soon").replace("key: air", "key: ÄIR")
    assert [field for field, _ in refused(tmp_path, text)[1]] == [
        "mine.yaml:1 key",
        "mine.yaml:4 time_zone",
        "mine.yaml:5 every",
    ]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("key: air\ntitle: [", 2, "expected"),
        ("key: air\nkind: readings\nkey: water\n", 3, "stands twice"),
        ("- one\n- two\n", 1, "a mapping of keys is expected"),
        ("", 1, "a mapping of keys is expected"),
    ],
)
def test_what_is_not_a_mapping_is_refused_with_its_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(BadInput) as found:
        read_mapping(path)
    assert found.value.code == "replay.mapping_unreadable"
    assert found.value.data["line"] in (line, line + 1)
    assert why in found.value.data["why"]


def test_a_mapping_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as found:
        read_mapping(tmp_path / "nowhere.yaml")
    assert "No such file" in found.value.title("en")


@pytest.mark.parametrize(
    ("time", "why"),
    [
        ("{column: made, start: 2012-03-01}", "say one of"),
        ("{start: 2012-03-01}", "belong together"),
        ("{column: made, date_at: noon}", "pattern"),
        ("{}", "say one of"),
    ],
)
def test_time_is_told_in_exactly_one_way(tmp_path: Path, time: str, why: str) -> None:
    text = GOOD.replace("time:\n  columns: {year: y, month: m, day: d, hour: h}", f"time: {time}")
    assert why in refused(tmp_path, text)[1][0][1]


def test_reports_need_a_time_of_their_own(tmp_path: Path) -> None:
    text = (
        "key: reports\ntitle: {zh: 报, en: R}\nkind: signals\ntime_zone: UTC\n"
        "time: {start: 2012-03-01, step: 5m}\nsignals: {source: town}\n"
    )
    assert "a time of their own" in refused(tmp_path, text)[1][0][1]


def test_spans() -> None:
    assert [read_span(text).total_seconds() for text in ("30s", "5m", "1h", "1d")] == [30, 300, 3600, 86400]
