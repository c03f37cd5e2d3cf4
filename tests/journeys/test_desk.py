"""The duty officer's shift: what waits, judging a report, dispatching, walking a list by keyboard, handing over."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

HERE = {"lon": 112.88, "lat": 30.95}
numbers = count(1)


def receive(town: CityPlatform, subject: str, **more: object) -> int:
    """A report that the city takes in; answers the signal's number."""
    now = town.call("GET", "/health")["city_time"]
    row = {
        "kind": "hotline", "source": "12345", "source_id": f"DESK-{next(numbers)}", "occurred_at": now,
        "subject": subject, "text": subject, "reporter": {"name": "张三", "phone": "13800001234"}, **HERE, **more,
    }  # fmt: skip
    return int(town.call("POST", "/api/v1/signals", [row])["ids"][0])


def a_waiting_report(town: CityPlatform, subject: str) -> int:
    """One that nobody can tell the kind of."""
    signal = receive(town, subject)
    until(
        f"{subject} waits for a person",
        lambda: town.call("GET", f"/api/v1/signals/{signal}")["state"] == "waiting_for_person",
        within=30,
    )
    return signal


def a_case_to_dispatch(town: CityPlatform, title: str) -> str:
    """One that its holder gave back."""
    opened = town.call("POST", "/api/v1/cases", {"case_type": "urban.facilities.manhole", "title": title, **HERE})
    number = str(opened["number"])
    town.call("POST", f"/api/v1/cases/{number}/actions/return", {"reason": "不属本单位管养"})
    return number


def section(page: Page, key: str):
    return page.locator(f"#section-{key}")


@pytest.fixture
def officer(town: CityPlatform, windows: Open) -> Window:
    window = windows(town)
    window.become("dispatcher")
    return window


def test_the_desk_shows_what_waits_and_a_case_is_dispatched_from_it(town: CityPlatform, officer: Window):
    number = a_case_to_dispatch(town, "值班台试验井盖松动")
    page = officer.go("/console/desk")
    line = section(page, "undispatched").locator(f"[data-number={number}]")
    expect(line).to_be_visible()
    officer.shoot("desk")
    assert officer.overflow() == 0
    assert officer.check_access() == []

    line.get_by_role("button").click()
    page.locator(".object-panel [data-primary][data-step=dispatch]").click()
    page.locator(".object-panel [data-field=organisation] .offer:not([disabled])").first.click()
    officer.shoot("desk-dispatching")
    page.locator(".object-panel [data-submit]").click()

    expect(line).to_have_count(0, timeout=20_000)  # the desk hears of it by itself
    assert town.call("GET", f"/api/v1/cases/{number}")["state"] == "dispatched"


def test_a_report_is_judged_by_a_person(town: CityPlatform, officer: Window):
    first = a_waiting_report(town, "值班台试验:说不清楚的一件事")
    second = a_waiting_report(town, "值班台试验:另一件说不清楚的事")
    page = officer.go(f"/console/signals?id={first}")
    sheet = page.locator(".sheet")
    expect(sheet.get_by_role("heading", level=2)).to_contain_text("说不清楚的一件事")
    expect(sheet).to_contain_text("138****1234")
    officer.shoot("signals")
    assert officer.check_access() == []

    sheet.get_by_role("button", name="查看联系方式").click()
    page.get_by_role("button", name="回访反映人").click()
    page.locator(".purpose button[type=submit]").click()
    expect(sheet.get_by_role("link", name="13800001234")).to_be_visible()

    sheet.get_by_role("combobox", name=re.compile("选择类型")).click()
    page.keyboard.type("井盖")
    page.locator("[role=treeitem]").first.click()
    sheet.get_by_role("button", name="确定类型").click()
    expect(page).not_to_have_url(re.compile(rf"id={first}\b"))
    assert town.call("GET", f"/api/v1/signals/{first}")["state"] in ("opened", "merged")

    page = officer.go(f"/console/signals?id={second}")
    page.get_by_role("button", name="终结线索").click()
    page.get_by_role("button", name="重复来电").click()
    page.locator(".end form button[type=submit]").click()
    until("it has ended", lambda: town.call("GET", f"/api/v1/signals/{second}")["state"] == "ended")


def test_a_merge_by_hand_is_undone(town: CityPlatform, officer: Window):
    signal = a_waiting_report(town, "值班台试验:并错了的事")
    number = a_case_to_dispatch(town, "值班台试验并案")
    page = officer.go(f"/console/signals?id={signal}")
    page.get_by_role("button", name="并入其他案件").click()
    page.get_by_label("案件编号").fill(number)
    page.get_by_label("理由").fill("同一件事")
    page.get_by_role("button", name="并入", exact=True).last.click()
    until("it is merged", lambda: town.call("GET", f"/api/v1/signals/{signal}")["case_number"] == number)

    page = officer.go(f"/console/signals?state=merged&id={signal}")
    page.get_by_role("button", name="撤销并案").click()
    page.get_by_label("理由").fill("不是一件事")
    page.locator(".end form button[type=submit]").click()
    until("it is taken out", lambda: town.call("GET", f"/api/v1/signals/{signal}")["case_number"] != number)
    assert signal not in [one["id"] for one in town.call("GET", f"/api/v1/cases/{number}/signals")["items"]]


def test_a_list_is_walked_by_keyboard_and_its_address_says_all(town: CityPlatform, officer: Window):
    for title in ("键盘试验甲", "键盘试验乙", "键盘试验丙"):
        a_case_to_dispatch(town, title)
    page = officer.go("/console/cases")
    expect(page).to_have_url(re.compile("is_open=true"))
    page.keyboard.press("/")
    page.keyboard.type("键盘试验")
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator(".line")).to_have_count(3)
    expect(page.get_by_role("status").filter(has_text="约 3 件")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".line.chosen .title")).to_have_text("键盘试验乙")
    page.keyboard.press(" ")
    expect(page.locator(".object-panel h2")).to_have_text("键盘试验乙")
    officer.shoot("cases-list-panel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("键盘试验乙")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_contain_text("键盘试验甲")

    page = officer.go("/console/cases?q=键盘试验&is_open=true&view=both")
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=60_000)
    officer.shoot("cases-both")
    page.get_by_role("button", name="更多筛选").click()
    officer.shoot("cases-filters")
    assert officer.check_access() == []
    officer.go("/console/cases?q=没有这样的案件&is_open=true")
    expect(page.get_by_text("没有符合条件的案件")).to_be_visible()


def test_the_desk_is_handed_over_and_taken(town: CityPlatform, windows: Open, officer: Window):
    page = officer.go("/console/desk")
    page.get_by_role("button", name="交班", exact=True).click()
    page.get_by_label("交班说明").fill("路灯抢修队在樱花路,21 时前回电。")
    officer.shoot("handover-writing")
    page.get_by_role("button", name="提交交班").click()
    expect(page).to_have_url(re.compile(r"/handovers/\d+"))
    expect(page.locator(".sheet")).to_contain_text("樱花路")

    comes = windows(town)
    comes.become("commander")
    other = comes.go("/console/desk")
    other.get_by_role("link", name="查看并接班").first.click()
    other.get_by_label("接班备注").fill("已核对")
    comes.shoot("handover-accepting")
    other.get_by_role("button", name="确认接班").click()
    expect(other.locator(".sheet dl")).to_contain_text("已核对")
    assert comes.check_access() == []
    expect(page.locator(".sheet dl")).to_contain_text("已核对", timeout=20_000)  # who went sees it at once


def test_the_desk_on_a_phone(town: CityPlatform, windows: Open):
    a_case_to_dispatch(town, "手机试验井盖")
    window = windows(town, phone=True)
    window.become("dispatcher")
    for name, path in (("desk", "/console/desk"), ("cases", "/console/cases"), ("signals", "/console/signals"),
                       ("handovers", "/console/handovers")):  # fmt: skip
        page = window.go(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        window.settle()
        window.shoot(name)
        assert window.overflow() == 0, path
