"""One matter through everybody's hands: a citizen, a handler with a phone, the duty officer, and the citizen again."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

HERE = {"longitude": 112.88, "latitude": 30.95}


def report(window: Window, photo: Path, text: str) -> str:
    """Report in three taps, without choosing a kind; answers the tracking code."""
    page = window.go("/portal")
    page.get_by_role("link", name=re.compile("反映问题 (三步|继续)")).click()
    page.set_input_files("input[type=file]", photo)
    expect(page.get_by_text("已选位置")).to_be_visible()
    page.get_by_role("button", name="就是这里").click()
    page.get_by_label("发生了什么").fill(text)
    page.get_by_role("button", name="提交", exact=True).click()
    code = page.locator(".code")
    expect(code).to_be_visible()
    return code.inner_text()


def number_of(town: CityPlatform, text: str) -> str:
    """The case that a report opened, or joined where the same was reported there before."""
    query = f"/api/v1/signals?q={quote(text)}"

    def found() -> bool:
        return any(one["case_number"] for one in town.pages(query))

    until(f"a case for {text}", found, within=60)
    return str(next(one["case_number"] for one in town.pages(query)))


def state_of(town: CityPlatform, number: str) -> str:
    return str(town.call("GET", f"/api/v1/cases/{number}")["state"])


def moved_on(town: CityPlatform, number: str, before: str) -> bool:
    return state_of(town, number) != before


def open_case(window: Window, number: str) -> Page:
    page = window.go(f"/console/cases/{number}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def take(page: Page, step: str) -> None:
    """Take the step that the page offers first."""
    button = page.locator(f"[data-primary][data-step={step}]:visible").first
    expect(button).to_be_enabled()
    button.click()


def take_other(page: Page, step: str) -> None:
    """Take one of the other steps."""
    page.get_by_role("button", name="更多办理").first.click()
    page.locator(f"[data-step={step}]:visible").first.click()


def fill(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"#step-{name}:visible, [data-field={name}] textarea:visible").first.fill(text)


def submit(page: Page) -> None:
    page.locator("[data-submit]:visible").click()
    expect(page.locator("[data-submit]:visible")).to_have_count(0)


def test_reported_returned_dispatched_finished_verified_and_rated(town: CityPlatform, windows: Open, photo: Path):
    citizen = windows(town, phone=True, geolocation=HERE, permissions=["geolocation"])
    code = report(citizen, photo, "滨河步道的路灯不亮，老人散步看不清路")
    number = number_of(town, "滨河步道")
    assert state_of(town, number) == "dispatched"  # the responsibility list knew whose it is

    # the handler says that it is not his, on his phone
    handler = windows(town, phone=True)
    handler.become("handler")
    page = open_case(handler, number)
    handler.shoot("case-handler-phone")
    take_other(page, "return")
    fill(page, reason="该段路灯属区城管局管养")
    submit(page)
    assert state_of(town, number) == "to_dispatch"

    # the duty officer sends it to somebody else, with what the list says before his eyes
    officer = windows(town)
    officer.become("dispatcher")
    desk = open_case(officer, number)
    officer.shoot("case-to-dispatch")
    take(desk, "dispatch")
    desk.locator("[data-field=organisation] .offer:not([disabled])").first.click()
    officer.shoot("case-dispatching")
    submit(desk)
    assert state_of(town, number) == "dispatched"

    # the handler accepts it after all, and finishes it with a photo
    page = open_case(handler, number)
    take(page, "accept")
    expect(page.locator("[data-primary][data-step=finish]:visible")).to_be_visible()
    take(page, "finish")
    fill(page, note="更换灯头一只，已恢复照明")
    page.set_input_files("[data-camera]", photo)
    handler.shoot("case-finishing-phone")
    expect(page.locator("[data-submit]:visible")).to_be_enabled()
    submit(page)
    assert state_of(town, number) == "to_verify"

    # the duty officer verifies, answers and closes
    for step, fields in (
        ("verify", {"note": "现场已亮"}),
        ("rate", {"note": "已电话告知"}),
        ("close", {"summary": "灯头老化，已更换"}),
    ):
        desk = open_case(officer, number)
        before = state_of(town, number)
        take(desk, step)
        fill(desk, **fields)
        submit(desk)
        until(f"{step} is done", partial(moved_on, town, number, before))
    until("it is closed", lambda: state_of(town, number) == "closed")
    open_case(officer, number)
    officer.shoot("case-closed")

    # the citizen sees what was done, and is content
    page = citizen.go(f"/portal/track#{code.replace('-', '')}")
    citizen.page.reload()
    citizen.settle()
    page.get_by_text(re.compile("非常满意")).first.click()
    page.get_by_role("button", name=re.compile("提交评价|提交")).first.click()
    citizen.shoot("portal-rated")
    until("the rating is known", lambda: town.call("GET", f"/api/v1/cases/{number}/voices")["ratings"])
    assert town.call("GET", f"/api/v1/cases/{number}/voices")["ratings"][0]["level"] == 1


def test_every_tab_of_a_case_has_its_address(town: CityPlatform, windows: Open, photo: Path):
    report(
        windows(town, phone=True, geolocation=HERE, permissions=["geolocation"]), photo, "东湖边井盖松动，车一压就响"
    )
    number = number_of(town, "东湖边")
    officer = windows(town)
    officer.become("dispatcher")
    page = open_case(officer, number)
    for tab in page.get_by_role("tab").all():
        tab.click()
        officer.settle()
        assert officer.overflow() == 0
        officer.shoot(f"case-tab-{tab.get_attribute('id') or tab.inner_text().split()[0]}")
    assert officer.check_access() == []
