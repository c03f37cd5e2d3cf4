"""A leader's morning: the city in one picture, a number opened down to its rows, a question that becomes a task."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

KINDS = ("urban.facilities.manhole", "urban.facilities.street_light", "urban.street.vending")
NEW = "[data-element=new]"
SCENE = "/console/cockpit/urban.operations"


@pytest.fixture(scope="module")
def counted(town: CityPlatform) -> list[str]:
    """A few cases that the city has counted; returns their numbers."""
    here = [(112.88, 30.95), (112.9, 30.96), (112.86, 30.94)]
    numbers = []
    for kind, (lon, lat) in zip(KINDS, here, strict=True):
        body = {"case_type": kind, "title": f"驾驶舱试验 {kind}", "lon": lon, "lat": lat}
        numbers.append(str(town.call("POST", "/api/v1/cases", body)["number"]))
    town.command("indicators", "compute")
    until("the numbers are there", lambda: town.call("GET", "/api/v1/indicators/urban.new_cases/series")["values"])
    return numbers


def number_of(page: Page) -> int:
    shown = page.locator(f"{NEW} b").inner_text()
    return int(re.sub(r"\D", "", shown.split("\n")[0]))


def test_a_number_is_opened_and_asked_about(town: CityPlatform, windows: Open, counted: list[str]):
    leader = windows(town)
    leader.become("leader")
    page = leader.page
    expect(page).to_have_url(re.compile(r"/console/cockpit"))  # where a leader begins
    expect(page.locator("button.number")).to_have_count(6, timeout=30_000)
    page.keyboard.press("2")
    expect(page.locator(NEW)).to_be_enabled(timeout=30_000)
    assert number_of(page) >= len(counted)
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=60_000)
    leader.shoot("cockpit")
    assert leader.check_access() == []
    high = page.evaluate("document.querySelector('.cockpit').scrollHeight - window.innerHeight")
    assert high <= 0, "the wall scrolls"

    page.click(NEW)
    panel = page.get_by_role("dialog")
    expect(panel.locator(".again.well")).to_be_visible(timeout=30_000)  # recomputed equals shown
    expect(panel.locator("table").first).to_contain_text("AJ")
    leader.shoot("cockpit-number")
    assert leader.check_access() == []

    panel.locator("textarea").fill("为什么今天多了这么多?")
    panel.get_by_role("button", name="批注并督办").click()
    done = panel.locator("[role=status] a")
    expect(done).to_be_visible()
    case = (done.get_attribute("href") or "").rpartition("/")[2]
    expect(panel.locator("[data-thread] li")).to_contain_text("为什么今天多了这么多?")
    told = town.call("GET", f"/api/v1/cases/{case}")
    assert told["is_supervised"] is True
    assert told["due_at"]

    panel.locator("table a").first.click()
    expect(page).to_have_url(re.compile(r"/console/cases/AJ"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    dispatcher = windows(town)
    dispatcher.become("dispatcher")
    seen = dispatcher.go(f"/console/cases/{case}")
    expect(seen.get_by_role("heading", level=1)).to_contain_text("为什么今天多了这么多?")
    expect(seen.locator(".asked")).to_contain_text("新立案件")
    dispatcher.shoot("cockpit-question")
    seen.locator(".asked a").click()
    expect(seen.get_by_role("dialog")).to_be_visible(timeout=30_000)  # back at the number, as it was seen
    expect(seen.locator(".cockpit.past")).to_be_visible()


def test_places_scenes_and_moments(town: CityPlatform, windows: Open, counted: list[str]):
    leader = windows(town)
    leader.become("leader")
    slow: list[Route] = []
    leader.page.route("**/cockpit/scenes", lambda route: slow.append(route))
    page = leader.go(SCENE)
    expect(page.locator(NEW)).to_be_enabled(timeout=30_000)
    page.keyboard.press("3")  # before the list of scenes is there
    for one in slow:
        one.continue_()
    leader.page.unroute("**/cockpit/scenes")
    expect(page).to_have_url(re.compile("traffic.roads"))
    expect(page.locator("[data-element=speed]")).to_be_visible()
    leader.settle()
    page.locator(".place select").select_option(index=1)
    expect(page).to_have_url(re.compile(r"code=\d+"))
    expect(page.locator(".place button")).to_have_count(1)
    page.keyboard.press("t")
    page.get_by_role("button", name="早 1 小时").click()
    expect(page.locator(".cockpit.past")).to_be_visible()
    expect(page.get_by_text("当时所知 ·").first).to_be_visible()
    leader.settle()
    leader.shoot("cockpit-past")
    assert leader.check_access() == []
    page.get_by_role("button", name="回到现在").click()
    expect(page.locator(".cockpit.past")).to_have_count(0)

    page.set_viewport_size({"width": 960, "height": 540})  # what 1920 × 1080 becomes at a zoom of 200 per cent
    page.keyboard.press("1")
    expect(page.locator("button.number")).to_have_count(6)
    for one in page.locator("button.number").all():
        one.scroll_into_view_if_needed()
        wide = one.evaluate("it => it.scrollWidth - it.clientWidth")
        assert wide <= 0, one.inner_text()
    assert leader.overflow() == 0


def test_the_city_on_a_phone(town: CityPlatform, windows: Open, counted: list[str]):
    leader = windows(town, phone=True)
    leader.become("leader")
    page = leader.go(SCENE)
    expect(page.locator(NEW)).to_be_enabled(timeout=30_000)
    leader.shoot("cockpit")
    assert leader.overflow() == 0
    assert leader.check_access() == []
    page.click(NEW)
    expect(page.get_by_role("dialog").locator(".again")).to_be_visible(timeout=30_000)
    leader.shoot("cockpit-number")
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
