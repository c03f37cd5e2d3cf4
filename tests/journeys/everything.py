"""A town in which every page has something to show, and what an app in the browser says of itself."""

from __future__ import annotations

import http.client
import json
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.journeys.browser import Window
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

HERE = {"lon": 112.88, "lat": 30.95}
STATIONS = "/api/v1/things?model=environment.air_station&limit=20"
APP = "document.querySelector('#app').__vue_app__"
ROUTES = f"() => {APP}.config.globalProperties.$router.getRoutes().filter(one => !one.redirect).map(one => one.path)"
PUSH = f"to => {APP}.config.globalProperties.$router.push(to)"
STILL = """() => document.getAnimations().every(one => one.playState !== 'running')
  && [...document.querySelectorAll('.city-map:not([data-drawn]), img')].every(one => {
    const { top, bottom } = one.getBoundingClientRect()
    return one.complete || bottom <= 0 || top >= innerHeight || bottom === top
  })"""
HEAR = f"""() => {{
  const texts = {APP}._context.provides[{APP}.__VUE_I18N_SYMBOL__].global
  window.missingTexts = new Set()
  texts.setMissingHandler((language, key) => window.missingTexts.add(`${{key}} (${{language}})`))
}}"""


def routes(window: Window) -> set[str]:
    """Every address that the app which is open in the window has a page for, as its router declares it."""
    return set(window.page.evaluate(ROUTES))


def go_to(window: Window, path: str) -> None:
    """Another page of the same app, as a click on a link goes there, until maps and pictures are drawn on it."""
    window.page.evaluate(PUSH, path)
    window.page.wait_for_load_state("networkidle")
    window.settle()
    window.page.wait_for_function(STILL, timeout=30_000)


def hear_missing_texts(window: Window) -> None:
    """From now on the app notes every key that it has no words for, be it in sight or only read out."""
    window.page.wait_for_function(f"() => {APP} !== undefined")  # it is there once it has been mounted
    window.page.evaluate(HEAR)


def missing_texts(window: Window) -> list[str]:
    return sorted(window.page.evaluate("[...window.missingTexts]"))


@dataclass(frozen=True)
class Everything:
    """What object pages can be opened on."""

    case: str
    alarm: str
    thing: str
    pack: str
    user: int
    handover: int
    rehearsal: int


def reading(town: CityPlatform, thing: str, value: float, at: str = "", property: str = "so2") -> None:
    """A reading as a station sends it."""
    at = at or town.call("GET", "/health")["city_time"]
    row = {"thing": thing, "property": property, "at": at, "value": value}

    def taken() -> bool:  # a thing that was registered a moment ago is not known to `sense` yet
        return not town.insist("POST", "/observations", [row], sense=True)["rejected"]

    until(f"a reading of {thing} is taken", taken, within=15)


def quiet_station(town: CityPlatform) -> dict[str, Any]:
    """An air station at work that has no alarm; a new one where all have."""
    noisy = {one["thing"] for one in town.pages("/api/v1/alarms")}
    there = town.call("GET", STATIONS)["items"]
    quiet = [one for one in there if one["code"] not in noisy and one["state"] == "active"]
    return dict(quiet[0] if quiet else new_station(town, f"quiet-{len(noisy)}"))


def new_station(town: CityPlatform, code: str) -> dict[str, Any]:
    row = {"code": code, "model": "environment.air_station", "name": f"空气站 {code}", **HERE}
    assert town.call("POST", "/api/v1/things", [row])["rejected"] == []
    return dict(town.call("GET", f"/api/v1/things/{code}"))


def alarm_of(town: CityPlatform, thing: str) -> dict[str, Any]:
    path = f"/api/v1/alarms?thing={thing}"
    until(f"an alarm of {thing}", lambda: town.call("GET", path)["items"], within=30)
    return dict(town.call("GET", path)["items"][0])


def send_picture(town: CityPlatform, photo: Path) -> str:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="seen.jpg"\r\n\r\n'
    request = urllib.request.Request(
        f"http://127.0.0.1:{town.port}/api/v1/public/pictures",
        data=head + photo.read_bytes() + b"\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status in (http.client.OK, http.client.CREATED)
        return str(json.loads(response.read())["key"])


def fill(town: CityPlatform, person: Window, photo: Path) -> Everything:
    """Make one of everything, through the front door: no list of the town is empty after it."""
    person.become("administrator")
    now = town.call("GET", "/health")["city_time"]
    station = quiet_station(town)["code"]
    reading(town, station, 600.0)
    report = {"text": "老街路口井盖松动,车一压就响", "category": "", **HERE, "pictures": [send_picture(town, photo)]}
    town.call("POST", "/api/v1/public/reports", {**report, "request_key": "every-page-" + "0" * 20})
    unclear = {
        "kind": "hotline", "source": "12345", "source_id": "EVERY-1", "occurred_at": now, **HERE,
        "subject": "说不清楚的一件事", "text": "说不清楚的一件事", "reporter": {"name": "张三", "phone": "13800001234"},
    }  # fmt: skip
    town.call("POST", "/api/v1/signals", [unclear])
    day = datetime.fromisoformat(now).date().isoformat()
    shift = {"name": "白班", "starts_at": f"{day}T08:00:00+08:00", "ends_at": f"{day}T20:00:00+08:00"}
    person.ask("POST", "/api/v1/shifts", shift)
    manhole = {"case_type": "urban.facilities.manhole", "title": "老街井盖松动", **HERE}
    case = town.call("POST", "/api/v1/cases", manhole)
    town.call("POST", f"/api/v1/cases/{case['number']}/notes", {"text": "已请巡查员先到现场围挡"})
    person.ask("POST", "/api/v1/tokens", {"name": "北区空气站网关", "role": "source_system"})
    handover = person.ask("POST", "/api/v1/handovers", {"text": "樱花路抢修队 21 时前回电。"})
    rehearsal = town.call("POST", "/api/v1/rehearsals", {
        "title": "井盖改由市政处置", "start": f"{day}T00:00:00+08:00", "end": now,
        "lines": [{"case_type": "urban.facilities.manhole", "region": "*", "organisation": "urban"}],
    })  # fmt: skip
    user = next(one for one in town.call("GET", "/api/v1/users?q=grid-")["items"])
    alarm = alarm_of(town, station)
    town.await_settled()
    return Everything(case["number"], alarm["id"], station, "environment", user["id"], handover["id"], rehearsal["id"])
