"""When something is in the way: duties go while a page is open, no live stream, a slow line, the end of a session."""

from __future__ import annotations

import os
import re
import signal
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

HERE = {"lon": 112.89, "lat": 30.94}
PASSWORD = "a long day on the road"
numbers = count(1)


class Person:
    """Somebody of the staff with an account of his own, so that his duties may go."""

    def __init__(self, town: CityPlatform, *roles: str):
        self.town, self.name = town, f"rough-road-{next(numbers)}"
        account = {"username": self.name, "password": PASSWORD, "display_name": "王试验", "organisation": "drainage"}
        self.id = town.call("POST", "/api/v1/users", account)["id"]
        self.duties = {role: self._grant(role) for role in roles}

    def _grant(self, role: str) -> int:
        where = {"organisation_path": "/gov/housing/" if role == "handler" else "/", "region_path": "/"}
        return int(self.town.call("POST", f"/api/v1/users/{self.id}/duties", {"role": role, **where})["id"])

    def loses(self, role: str) -> None:
        self.town.call("DELETE", f"/api/v1/duties/{self.duties[role]}")


def open_case(town: CityPlatform, title: str, case_type: str = "urban.facilities.manhole") -> str:
    opened = town.call("POST", "/api/v1/cases", {"case_type": case_type, "title": title, **HERE})
    return str(opened["number"])


def returned_case(town: CityPlatform, title: str) -> str:
    number = open_case(town, title)
    town.call("POST", f"/api/v1/cases/{number}/actions/return", {"reason": "不属本单位管养"})
    return number


def sign_in_again(page: Page, name: str) -> None:
    asked = page.get_by_role("dialog", name="登录已结束")
    expect(asked).to_be_visible()
    asked.locator("input[name=username]").fill(name)
    asked.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(asked).to_be_hidden()


def navigation(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation").get_by_role("link", name=name, exact=True)


def live_sign(window: Window) -> Locator:
    return window.page.get_by_role("banner").locator(".live")


def slow_line(window: Window) -> None:
    """A phone's line at its worst: 400 ms away, 50 kB/s."""
    line = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    window.context.new_cdp_session(window.page).send("Network.emulateNetworkConditions", line)


def test_a_duty_that_goes_takes_what_it_showed_with_it(town: CityPlatform, windows: Open):
    other = open_case(town, "职责试验空气污染", "environment.air_pollution")  # not of his own organisation
    person = Person(town, "dispatcher", "handler")
    window = windows(town)
    window.sign_in(person.name, PASSWORD)
    page = window.go(f"/console/cases/{other}")
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("职责试验空气污染")
    expect(navigation(page, "线索研判")).to_be_visible()

    person.loses("dispatcher")
    expect(page.get_by_role("dialog", name="登录已结束")).to_contain_text("职责已变更")  # by itself
    expect(title).to_be_hidden()
    expect(page.get_by_role("navigation")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(title).to_be_hidden()
    window.shoot("duty-revoked")

    sign_in_again(page, person.name)
    expect(page.get_by_text("您的职责已变更")).to_be_visible()
    expect(page.get_by_text("不存在，或您无权查看")).to_be_visible()
    expect(page.get_by_text("职责试验空气污染")).to_have_count(0)
    expect(navigation(page, "案件")).to_be_visible()
    expect(navigation(page, "线索研判")).to_have_count(0)
    page.goto("/console/signals")
    expect(page.get_by_role("alert")).to_contain_text("不在您的职责范围内")
    window.shoot("duty-revoked-after")


def test_what_a_duty_allowed_is_refused_in_words_once_it_is_gone(town: CityPlatform, windows: Open):
    number = returned_case(town, "职责试验井盖")
    person = Person(town, "dispatcher")
    window = windows(town)
    window.page.route("**/api/v1/live/ticket", lambda route: route.abort())  # nobody tells the page
    window.sign_in(person.name, PASSWORD)
    page = window.go(f"/console/cases/{number}")
    page.locator("[data-primary][data-step=dispatch]").click()
    page.locator("[data-field=organisation] .offer:not([disabled])").first.click()

    person.loses("dispatcher")
    page.locator("[data-submit]").evaluate("one => one.click()")  # at once: by polling the page hears of it too
    expect(page.get_by_role("dialog", name="登录已结束")).to_be_visible()
    assert town.call("GET", f"/api/v1/cases/{number}")["state"] == "to_dispatch"

    sign_in_again(page, person.name)
    expect(page.get_by_role("alert").filter(has_text="职责范围")).to_be_visible()
    expect(page.get_by_text("职责试验井盖")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(0)


def test_without_the_stream_the_pages_ask_by_themselves_and_say_so(town: CityPlatform, windows: Open):
    window, phone = windows(town), windows(town, phone=True)
    for one in (window, phone):
        one.become("dispatcher")
        one.go("/console/cases?is_open=true&order=newest")
        expect(live_sign(one)).to_have_class(re.compile(r"\blive live\b"))

    for one in (window, phone):
        one.page.route("**/api/v1/live/ticket", lambda route: route.abort())
    os.kill(town.pid_of("live"), signal.SIGKILL)  # its supervisor starts it again
    said = live_sign(window).get_by_text("实时连接不可用，每 10 秒刷新")
    said_short = live_sign(phone).get_by_text("非实时")
    expect(said).to_be_visible()
    expect(said_short).to_be_visible()
    open_case(town, "断流试验井盖")
    expect(window.page.locator(".line").filter(has_text="断流试验井盖")).to_be_visible(timeout=30_000)
    for one in (window, phone):
        one.shoot("polling")
        assert one.overflow() == 0
        one.page.unroute("**/api/v1/live/ticket")

    expect(said).to_have_count(0, timeout=60_000)
    expect(said_short).to_have_count(0, timeout=60_000)
    open_case(town, "复流试验井盖")
    expect(window.page.locator(".line").filter(has_text="复流试验井盖")).to_be_visible()


def test_on_a_slow_line_it_is_seen_that_something_comes_and_a_double_click_acts_once(town: CityPlatform, windows: Open):
    number = open_case(town, "慢网试验井盖")
    window = windows(town)
    person = Person(town, "handler")
    window.sign_in(person.name, PASSWORD)
    page = window.go("/console/packs")
    slow_line(window)
    page.context.set_default_timeout(60_000)
    navigation(page, "案件").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator(".skeleton").first).to_be_visible(timeout=60_000)
    window.shoot("slow-skeleton")
    line = page.locator(f".line[data-number={number}]")
    expect(line).to_be_visible(timeout=60_000)
    line.get_by_role("link").first.click()

    sent: list[str] = []

    def hear(request: Request) -> None:
        if request.method == "POST" and "/actions/" in request.url:
            sent.append(request.url)

    page.on("request", hear)
    button = page.locator("[data-primary][data-step=accept]:visible").first
    expect(button).to_be_enabled(timeout=60_000)
    button.dblclick()
    expect(button).to_have_class(re.compile("is-loading"))
    window.shoot("slow-sending")
    expect(page.locator("[data-primary][data-step=finish]:visible").first).to_be_visible(timeout=60_000)
    assert len(sent) == 1
    assert town.call("GET", f"/api/v1/cases/{number}")["state"] == "handling"


def test_home_asked_for_twice_while_its_page_is_on_its_way_is_still_home(town: CityPlatform, windows: Open):
    window = windows(town)
    window.become("dispatcher")
    page = window.go("/console/account")
    held: list[Route] = []
    page.route("**/DeskPage-*.js", lambda route: held.append(route))  # the code of the first page does not come yet
    home = page.get_by_role("banner").locator("a[href='/console/']")
    home.click()
    until("the page's code is asked for", lambda: page.wait_for_timeout(50) is None and held)
    home.click()
    for one in held:
        one.continue_()
    expect(page).to_have_url(re.compile("/console/desk"))
    expect(page.get_by_role("heading", name="值班台").first).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
def test_what_was_typed_survives_the_end_of_the_session(town: CityPlatform, windows: Open, photo: Path, phone: bool):
    number = open_case(town, "会话试验井盖")
    town.call("POST", f"/api/v1/cases/{number}/actions/accept", {})
    person = Person(town, "handler")
    window = windows(town, phone=phone)
    window.sign_in(person.name, PASSWORD)
    page = window.go(f"/console/cases/{number}?tab=timeline")
    page.locator("#case-note").fill("现场已围挡，等配件")
    write = page.get_by_role("button", name="写入").element_handle()
    window.context.clear_cookies(name="sessionid")
    write.dispatch_event("click")  # whatever the page asks for by itself may have ended the session before
    expect(page.get_by_role("dialog", name="登录已结束")).to_contain_text("您填写的内容仍在")
    window.shoot("session-ended")
    sign_in_again(page, person.name)
    expect(page.locator("#case-note")).to_have_value("现场已围挡，等配件")
    page.get_by_role("button", name="写入").click()
    until("the note is kept", lambda: "现场已围挡" in str(town.call("GET", f"/api/v1/cases/{number}/timeline")))

    page.locator("[data-primary][data-step=finish]:visible").first.click()
    page.locator("#step-note:visible").fill("井盖已更换并加固")
    page.set_input_files("[data-camera]", photo)
    expect(page.locator("[data-submit]:visible")).to_be_enabled()
    send = page.locator("[data-submit]:visible").element_handle()
    window.context.clear_cookies()  # all of them: a browser that was cleaned
    send.dispatch_event("click")
    sign_in_again(page, person.name)
    expect(page.locator("#step-note:visible")).to_have_value("井盖已更换并加固")
    with page.expect_response(lambda answer: "/actions/finish" in answer.url) as answered:
        page.locator("[data-submit]:visible").click()
    assert answered.value.ok, answered.value.text()
    until("it is finished", lambda: town.call("GET", f"/api/v1/cases/{number}")["state"] == "to_verify")
