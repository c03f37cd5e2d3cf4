"""Small files that the tests make themselves, and mappings for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from citybrain.lab.replay.running import Order, Source, read_source

READINGS = {
    "key": "air",
    "title": {"zh": "空气", "en": "Air"},
    "kind": "readings",
    "time_zone": "Asia/Shanghai",
    "every": "1h",
    "time": {"columns": {"year": "y", "month": "m", "day": "d", "hour": "h"}},
    "thing": "station",
    "things": {"model": "environment.air_station", "table": {"East": {"code": "air-east", "lon": 116.4, "lat": 39.9}}},
    "readings": {"PM": {"property": "pm25"}, "CO": {"property": "co", "factor": 0.001}},
}
SIGNALS = {
    "key": "reports",
    "title": {"zh": "报案", "en": "Reports"},
    "kind": "signals",
    "time_zone": "America/New_York",
    "time": {"column": "made", "format": "%m/%d/%Y %I:%M:%S %p"},
    "signals": {
        "source": "town-311",
        "id": ["no"],
        "subject": "{kind}",
        "text": "{words} ({kind})",
        "address": "{where}",
        "type": {"column": "kind", "table": {"Lamp out": "urban.facilities.street_light"}},
        "point": {"lon": "x", "lat": "y", "known_from_decimals": 2},
        "closing": {"time": {"column": "closed", "format": "%m/%d/%Y %I:%M:%S %p"}, "outcome": "status"},
    },
    "evaluation": {
        "duplicate": {"column": "status", "is": ["Dup"]},
        "due": {"column": "due", "format": "%m/%d/%Y %I:%M:%S %p"},
    },
}
AIR_ROWS = """y,m,d,h,station,PM,CO
2013,3,1,0,East,4,300
2013,3,1,1,East,8.5,
"""
REPORT_HEADER = "no,made,kind,words,where,x,y,closed,due,status\n"


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Source]:
    """`source(mapping, text, …)`: write the mapping and the files, and read them."""

    def read(mapping: dict[str, object], *texts: str, encoding: str = "utf-8") -> Source:
        path = tmp_path / "mapping.yaml"
        path.write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False))
        files = []
        for number, text in enumerate(texts, start=1):
            files.append(tmp_path / f"rows-{number}.csv")
            files[-1].write_text(text, encoding=encoding)
        return read_source(Order(tuple(files), path, tmp_path / "city"))

    return read
