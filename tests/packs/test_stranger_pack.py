"""A fourth pack, as a stranger writes it from the guide alone: a new thing, a rule, a loop of its own and a clock.

`tests/packs/pumps` holds nothing but YAML and a CSV. It is put into the data directory of a real platform, and a
reading goes all the way to a closed case without a line of Python.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

PACK = Path(__file__).with_name("pumps")
pytestmark = pytest.mark.processes


@pytest.fixture
def city(tmp_path: Path):
    platform = CityPlatform(tmp_path)
    platform.prepare()
    shutil.copytree(PACK, platform.data / "packs" / "pumps")
    yield platform
    platform.stop()


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def as_(city: CityPlatform, role: str, *more: str) -> str:
    words = ["token", "create", "--name", role, "--role", role, *more]
    return city.command(*words).strip().splitlines()[-1]


def take_step(city: CityPlatform, token: str, number: str, step: str, **fields: Any) -> dict[str, Any]:
    reporter, city.token = city.token, token
    try:
        answer: dict[str, Any] = city.call("POST", f"/api/v1/cases/{number}/actions/{step}", fields)
        return answer
    finally:
        city.token = reporter


def the_case(city: CityPlatform) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def opened() -> bool:
        found[:] = city.pages("/api/v1/cases?case_type=pumps")
        return bool(found)

    until("the case is opened", opened, within=30)
    assert len(found) == 1
    detail: dict[str, Any] = city.call("GET", f"/api/v1/cases/{found[0]['number']}")
    return detail


def test_a_pack_of_nothing_but_declarations_runs(city: CityPlatform) -> None:
    # given: the stranger's pack is right, proves its day, and the platform starts with it
    folder = str(city.data / "packs" / "pumps")
    assert "no problems" in city.command("packs", "test", folder)
    city.start()
    assert "pumps" in city.command("packs", "list")
    station = {"code": "underpass-7", "model": "pumps.station", "name": "七号下穿通道", "lon": 116.4, "lat": 39.9}
    assert city.call("POST", "/api/v1/things", station)["accepted"] == 1
    holder = as_(city, "handler", "--organisation", "drainage")
    dispatcher = as_(city, "dispatcher")

    # when: the water stands at 25 cm or more for over a minute
    readings = [
        {"thing": "underpass-7", "property": "depth", "at": ago(seconds), "value": value}
        for seconds, value in ((150, 8.0), (90, 31.0), (10, 44.0))
    ]
    assert city.insist("POST", "/observations", readings, sense=True)["accepted"] == 3

    # then: a case of the stranger's kind is with the office of his list, in his loop, with his clocks running
    case = the_case(city)
    assert (case["case_type"], case["loop"], case["severity"]) == ("pumps.flooded", "pumps.close-and-drain", 1)
    assert (case["state"], case["organisation"], case["thing"]) == ("on_the_way", "drainage", "underpass-7")
    assert case["stage_title"] == {"zh": "封闭", "en": "Closing"}
    clocks = {clock["clock"]: clock["total_seconds"] for clock in case["clocks"]}
    assert clocks == {"pumps.forty-five-minutes": 45 * 60, "pumps.accept": 5 * 60}

    # and: his steps, in his words, lead to its end
    number = case["number"]
    assert take_step(city, holder, number, "set_out")["state"] == "barriers_down"
    assert take_step(city, holder, number, "drained", note="水已排干")["state"] == "dry"
    ended = take_step(city, dispatcher, number, "open", summary="泵站正常,道路开放")
    assert (ended["state"], ended["state_kind"], ended["outcome"]) == ("opened", "ended", "resolved")

    # and: the chain leads from the case back to the reading that fired the rule
    alarm = city.pages("/api/v1/alarms?rule=pumps.flooded")[0]
    assert (alarm["state"], alarm["value"], alarm["thing"]) == ("firing", 44.0, "underpass-7")
    reading = city.call("GET", f"/api/v1/alarms/{alarm['id']}")["reading"]
    assert reading in city.command("trace", "case", number)


def test_a_pack_with_a_mistake_does_not_stop_the_city(city: CityPlatform) -> None:
    """What a start does first goes on, says which line is wrong, and loads everything else."""
    rules = city.data / "packs" / "pumps" / "alarms.yaml"
    rules.write_text(rules.read_text().replace("clear_at: 10", "clear_at: 40"))

    said = city.command("migrate")

    assert f"{rules}:2: rules/pumps.flooded: " in said
    listed = city.command("packs", "list")
    assert "faulty" in listed
    assert "alarms.yaml:2:" in listed
    assert listed.count(" loaded ") >= 3
