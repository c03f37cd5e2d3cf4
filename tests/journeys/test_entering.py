"""A matter is entered by the staff: the grid worker in the street, the duty officer with a caller on the telephone."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, Request, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

SIGNALS = "/api/v1/signals"


def enter(window: Window) -> Page:
    """To the page as a person gets there, by its button."""
    window.page.get_by_role("link", name="登记上报").last.click()
    expect(window.page.get_by_role("heading", level=1)).to_have_text("登记上报")
    window.settle()
    return window.page


def sent_from(page: Page) -> list[str]:
    """Every report that leaves the page from now on."""
    sent: list[str] = []

    def hear(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(SIGNALS):
            sent.append(request.post_data or "")

    page.on("request", hear)
    return sent


def home_of_grid_worker(town: CityPlatform, window: Window) -> dict[str, float]:
    """A point within the duties of the grid worker who is signed in in the window."""
    grants = window.page.evaluate("fetch('/api/v1/session').then(it => it.json())")["me"]["grants"]
    path = next(one["region_path"] for one in grants if one["role"] == "grid_worker")
    region = town.call("GET", f"/api/v1/places/regions/{path.strip('/').rpartition('/')[2]}")
    return {"longitude": region["centre_lon"], "latitude": region["centre_lat"]}


def report_of(town: CityPlatform, text: str) -> dict[str, Any]:
    """The one report that says so."""
    until(f"a report of {text}", lambda: town.call("GET", f"{SIGNALS}?q={quote(text)}")["items"])
    (found,) = town.call("GET", f"{SIGNALS}?q={quote(text)}")["items"]
    return dict(town.call("GET", f"{SIGNALS}/{found['id']}"))


def test_a_grid_worker_reports_what_he_sees_where_he_stands(town: CityPlatform, windows: Open):
    worker = windows(town, phone=True, permissions=["geolocation"])
    worker.become("grid_worker")
    worker.context.set_geolocation(home_of_grid_worker(town, worker))
    page = enter(worker)
    expect(page.get_by_text(re.compile("已选当前位置"))).to_be_visible()
    expect(page.get_by_role("radio", name="巡查发现")).to_be_checked()
    page.get_by_label("发生了什么").fill("巡查发现路灯不亮，晚上看不清路")
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=60_000)
    worker.shoot("entering-phone")
    assert worker.overflow() == 0
    assert worker.check_access() == []

    # the page is loaded again: what was written is still there
    page.wait_for_timeout(400)
    page.reload()
    worker.settle()
    expect(page.get_by_label("发生了什么")).to_have_value("巡查发现路灯不亮，晚上看不清路")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    expect(page.get_by_text(re.compile("承办"))).to_be_visible(timeout=45_000)
    worker.shoot("entered-phone")
    assert worker.overflow() == 0
    assert worker.check_access() == []

    report = report_of(town, "巡查发现路灯不亮")
    assert (report["kind"], report["located_by"]) == ("grid", "point")
    page.get_by_role("link", name=re.compile("查看案件")).click()
    expect(page).to_have_url(re.compile(report["case_number"]))
    assert town.call("GET", f"/api/v1/cases/{report['case_number']}")["organisation"]

    page = worker.go("/console/signals/new")
    expect(page.get_by_label("发生了什么")).to_have_value("")


def test_what_a_caller_tells_is_entered_once(town: CityPlatform, windows: Open):
    officer = windows(town)
    officer.become("dispatcher")
    page = enter(officer)
    sent = sent_from(page)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_label("发生了什么")).to_be_focused()
    expect(page.get_by_text("请选位置或填写地址")).to_be_visible()

    page.get_by_label("发生了什么").fill("来电人说楼下井盖松动，车一压就响")
    page.get_by_label("姓名").fill("李雷")
    page.get_by_label("电话", exact=True).fill("138001")
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=60_000)
    page.locator(".place .maplibregl-canvas").click()
    expect(page.get_by_text("已选位置")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_label("电话", exact=True)).to_be_focused()
    expect(page.get_by_role("alert").filter(has_text="电话号码不对")).to_be_visible()
    officer.shoot("entering-wrong-phone")
    assert officer.check_access() == []
    assert sent == []

    page.get_by_label("电话", exact=True).fill("13800001234")
    page.get_by_role("button", name="提交", exact=True).dblclick()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    expect(page.get_by_text(re.compile("承办"))).to_be_visible(timeout=45_000)
    officer.shoot("entered")
    assert officer.check_access() == []
    assert len(sent) == 1

    report = report_of(town, "楼下井盖松动")
    assert report["reporter"]["phone"] == "138****1234"
    page = officer.go(f"/console/signals?state=all&id={report['id']}")
    expect(page.locator(".sheet")).to_contain_text("138****1234")
    expect(page.locator(".sheet")).not_to_contain_text("13800001234")

    page = officer.go("/console/signals/new")
    assert "13800001234" not in str(page.evaluate("JSON.stringify(localStorage)"))


def test_a_report_whose_answer_was_lost_is_entered_once(town: CityPlatform, windows: Open):
    officer = windows(town)
    officer.become("dispatcher")
    page = enter(officer)
    page.get_by_label("发生了什么").fill("来电人说垃圾桶满了没人收")
    page.get_by_label("地址或明显标志").fill("东湖边")

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route(f"**{SIGNALS}", lose, times=1)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="没有发出去")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="没有重复登记")).to_be_visible()
    report_of(town, "垃圾桶满了没人收")
    page.get_by_role("button", name="再登记一条").click()
    expect(page.get_by_label("发生了什么")).to_have_value("")
