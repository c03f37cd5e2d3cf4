"""A whole replay on a started platform: rows go in at the front door, alarms and cases come out, nothing doubles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.replay.conftest import READINGS, REPORT_HEADER, SIGNALS

CITYBRAIN = [sys.executable, "-m", "citybrain.site.cli"]
GRID = ["city", "grid", "--bbox", "116.30,39.80,116.50,40.00", "--tz", "Asia/Shanghai", "--name", "试验市"]
TOWN = ["city", "grid", "--bbox", "-76.75,39.18,-76.50,39.39", "--tz", "America/New_York", "--name", "Town"]
ORGANISATIONS = ["city", "organisations", "{packs}/urban/organisations.csv"]

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [*CITYBRAIN, "replay", str(folder / "rows.csv"), "--as", str(folder / "mapping.yaml")]
    return subprocess.Popen(
        [*command, "--data", str(folder / "city"), "--report", str(folder / "report.json"), *more],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "LANG": "C.UTF-8"},
    )  # fmt: skip


def replay(folder: Path, *more: str) -> dict[str, Any]:
    process = start(folder, *more)
    said, _ = process.communicate(timeout=200)
    assert process.returncode == 0, said
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def until_poured(process: subprocess.Popen[str], progress: Path) -> None:
    """Wait until the progress says that something is poured."""
    deadline = time.monotonic() + 120
    while not (progress.exists() and json.loads(progress.read_text())["done"]):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.02)
    assert json.loads(progress.read_text())["seconds"] > 0


def write(folder: Path, mapping: dict[str, Any], rows: str) -> None:
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False))
    (folder / "rows.csv").write_text(rows)


def test_killed_in_the_middle_it_goes_on_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    values = [20, 40, 180, 220, 210, 60, 40, 30, -5, "x"]
    rows = "".join(
        f"2013,3,{1 + hour // 24},{hour % 24},East,{values[hour] if hour < len(values) else 20},400\n"
        for hour in range(120)
    )
    write(tmp_path, {**READINGS, "city": [GRID, ORGANISATIONS]}, "y,m,d,h,station,PM,CO\n" + rows)

    process = start(tmp_path)
    progress = tmp_path / "city" / "replay" / "air.json"
    until_poured(process, progress)
    process.kill()
    process.communicate(timeout=60)

    report = replay(tmp_path)
    assert report["runs"] == 2
    poured = report["poured"]["observations"]
    assert poured["accepted"] + poured["duplicates"] >= 238 >= poured["accepted"]
    assert poured["rejected_by_reason"] == {"observation.out_of_range": 1}
    assert "rows.csv:10" in poured["examples"]["observation.out_of_range"][0]
    assert report["rows"]["examples"] == ["rows.csv:11 PM: 'x' is not a number"]
    assert report["gaps"]["by_property"]["pm25"] == {"expected": 120, "present": 118, "missing": 2}
    assert report["alarms"]["fired_by_rule"] == {"environment.pm25_high": 1}
    assert report["cases"]["by_type"] == {"environment.air_pollution": 1}
    assert report["cases"]["dispatched_by_the_list"] == 1


def test_reports_are_opened_merged_dispatched_and_closed_by_their_source(tmp_path: Path) -> None:
    here, there = "-76.612027,39.285363", "-76.552027,39.285363"
    rows = REPORT_HEADER + (
        f"1,03/05/2018 09:00:00 AM,Lamp out,dark,12 MAIN ST,{here},03/07/2018 08:00:00 AM,03/06/2018 09:00:00 AM,Done\n"
        f"2,03/05/2018 11:00:00 AM,Lamp out,dark,12 MAIN ST,{here},03/07/2018 08:00:00 AM,03/09/2018 09:00:00 AM,Dup\n"
        f"3,03/05/2018 12:00:00 PM,Lamp out,dark,90 ELM ST,{there},,,Done\n"
        "4,03/05/2018 12:30:00 PM,Unheard of,odd,7 OAK ST,-77.0,39.0,,,Done\n"
    )
    write(tmp_path, {**SIGNALS, "city": [TOWN, ORGANISATIONS]}, rows)

    report = replay(tmp_path)
    assert report["signals"]["by_state"] == {"opened": 2, "merged": 1, "waiting_for_person": 1}
    assert report["signals"]["left_to_a_person"] == {"unknown_label": 1}
    assert report["cases"]["by_outcome"] == {"closed_by_source": 1}
    assert report["merges"]["set"] == {"supported": 1, "precision": 1.0, "recall": 1.0}
    assert report["source_times"]["on_time"] == 0.5
    assert report["cases"]["hours_to_close"] == {"count": 1, "median": 47.0, "p90": 47.0}
    assert report["types"]["unmapped"] == {"Unheard of": 1}
    assert report["points"] == {"exact": 3, "rounded": 0, "placeholder": 1, "blank": 0}
