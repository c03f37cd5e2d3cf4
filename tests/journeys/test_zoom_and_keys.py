"""With a zoom of 200 per cent, and with the keyboard alone: the work of a duty officer and a citizen's report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.journeys.everything import HERE
from tests.journeys.test_rough_road import PASSWORD, Person
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import until

POSITION = {"longitude": 112.88, "latitude": 30.95}
NOTHING = "nothing has the focus"
# Whether who uses the keyboard sees where he is: an element of the page with an outline, a ring or a border of its own.
SEEN = """() => {
  const one = document.activeElement
  if (!one || one === document.body) return 'nothing has the focus'
  if (one.getAttribute('tabindex') === '-1') return ''  // sent there for who listens: a heading, the page's content
  const { width, height, bottom, top } = one.getBoundingClientRect()
  const chain = [one, one.parentElement, one.parentElement?.parentElement, one.nextElementSibling].filter(Boolean)
  const isMarked = chain.some(it => {
    const { outlineStyle, boxShadow } = getComputedStyle(it)
    return outlineStyle !== 'none' || boxShadow !== 'none'
  })
  const name = `${one.tagName} ${one.className} ${one.textContent.slice(0, 20)}`
  if (!isMarked) return `not seen to have the focus: ${name}`
  return bottom < 0 || top > innerHeight ? `out of sight: ${name} ${width}x${height}` : ''
}"""
# What is cut off: something to press or read that lies outside of the window, and nothing scrolls there.
CUT = """() => [...document.querySelectorAll('main :is(a, button, h1, h2, p, label)')].filter(one => {
  const box = one.getBoundingClientRect()
  if (!box.width || !box.height || getComputedStyle(one).clipPath !== 'none') return false
  for (let it = one.parentElement; it; it = it.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(it).overflowX)) return false
  }
  return box.right > innerWidth + 1 || box.left < -1
}).map(one => `${one.tagName} ${one.textContent.trim().slice(0, 30)}`)"""


def returned_case(town: CityPlatform, title: str) -> str:
    opened = town.call("POST", "/api/v1/cases", {"case_type": "urban.facilities.manhole", "title": title, **HERE})
    town.call("POST", f"/api/v1/cases/{opened['number']}/actions/return", {"reason": "不属本单位管养"})
    return str(opened["number"])


def state_of(town: CityPlatform, number: str) -> str:
    return str(town.call("GET", f"/api/v1/cases/{number}")["state"])


@pytest.fixture
def zoomed(town: CityPlatform, windows: Open) -> Window:
    """A desk's screen with a zoom of 200 %: half the room in both directions, twice the dots."""
    window = windows(town, device_scale_factor=2, geolocation=POSITION, permissions=["geolocation"])
    window.page.set_viewport_size({"width": 960, "height": 540})
    window.label = "zoom"
    return window


def check(window: Window, name: str) -> None:
    window.shoot(f"zoom-{name}")
    assert window.overflow() == 0, name
    assert window.page.evaluate(CUT) == [], name


def test_the_duty_officer_works_with_a_zoom_of_200_per_cent(town: CityPlatform, zoomed: Window):
    number = returned_case(town, "放大试验井盖")
    zoomed.become("dispatcher")
    page = zoomed.go("/console/desk")
    expect(page.get_by_role("button", name="交班", exact=True)).to_be_in_viewport()
    expect(page.locator("#section-undispatched [data-number]").first).to_be_visible()
    check(zoomed, "desk")
    page = zoomed.go("/console/cases?q=放大试验&is_open=true")
    expect(page.locator(f".line[data-number={number}]")).to_be_in_viewport()
    check(zoomed, "cases")
    page = zoomed.go("/console/situation")
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("navigation", name="关键数字").get_by_role("link").first).to_be_in_viewport()
    expect(page.get_by_role("button", name="播放最近变化")).to_be_in_viewport()
    check(zoomed, "situation")

    page = zoomed.go(f"/console/cases/{number}")
    primary = page.locator("[data-primary][data-step=dispatch]:visible")
    expect(primary).to_be_in_viewport()
    check(zoomed, "case")
    primary.click()
    page.locator("[data-field=organisation] .offer:not([disabled])").first.click()
    submit = page.locator("[data-submit]:visible")
    submit.scroll_into_view_if_needed()
    expect(submit).to_be_in_viewport()
    check(zoomed, "case-dispatching")
    submit.click()
    until("it is dispatched", lambda: state_of(town, number) == "dispatched")


def test_a_citizen_reports_with_a_zoom_of_200_per_cent(town: CityPlatform, zoomed: Window):
    page = zoomed.go("/portal")
    begin = page.get_by_role("link", name=re.compile("反映问题 (三步|继续)"))
    expect(begin).to_be_in_viewport()
    check(zoomed, "portal")
    begin.click()
    expect(page.get_by_role("button", name="没有照片，继续")).to_be_visible()
    check(zoomed, "portal-photo")
    page.get_by_role("button", name="没有照片，继续").click()
    expect(page.get_by_text("已选位置")).to_be_visible()
    check(zoomed, "portal-place")
    page.get_by_role("button", name="就是这里").click()
    page.get_by_label("发生了什么").fill("放大试验:花坛边的垃圾桶满了")
    check(zoomed, "portal-send")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".code")).to_be_visible()
    check(zoomed, "portal-received")


def press(page: Page, *keys: str) -> None:
    """Press keys; after each of them it is seen where the keyboard is."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(60)  # a dialog takes the focus when it has come up
        assert (said := page.evaluate(SEEN)) == "", f"after {key}: {said}"


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Go on with the tabulator until the focus stands on something; once it may go over the end of the page."""
    ends = 0
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
        said = page.evaluate(SEEN)
        ends += said == NOTHING
        assert said in ("", NOTHING), f"on the way to {selector}: {said}"
        assert ends < 2, f"{selector} is nowhere on the page"
    raise AssertionError(f"{selector} is not reached by {most} tabs")


def test_a_case_is_found_opened_and_dispatched_by_keyboard_alone(town: CityPlatform, windows: Open):
    for title in ("只用键盘甲", "只用键盘乙"):
        number = returned_case(town, title)
    person = Person(town, "dispatcher")
    window = windows(town)
    page = window.go("/console/sign-in")
    tab_to(page, "input[name=username]")
    page.keyboard.type(person.name)
    tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("header .who")
    window.settle()

    page = window.go("/console/desk")
    press(page, "Tab")  # the first thing on every page leads past the menus
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    window.shoot("keys-skip")
    press(page, "Enter", "Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page = window.go("/console/desk")
    tab_to(page, "nav a[href$='/cases']")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("案件")
    window.settle()
    press(page, "/")
    page.keyboard.type("只用键盘")
    expect(page.locator(".line")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".line.chosen .title")).to_have_text("只用键盘乙")
    window.shoot("keys-list")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("只用键盘乙")
    window.settle()

    tab_to(page, "[data-primary][data-step=dispatch]")
    window.shoot("keys-case")
    press(page, "Enter")
    expect(page.locator("[data-field=organisation]")).to_be_visible()
    tab_to(page, "[data-field=organisation] .offer:not([disabled])")
    press(page, "Enter")
    tab_to(page, "[data-submit]")
    window.shoot("keys-dispatching")
    page.keyboard.press("Enter")
    until("it is dispatched", lambda: state_of(town, number) == "dispatched")
    expect(page.locator("[data-submit]")).to_have_count(0)

    page.keyboard.press("?")  # what keys there are is a key away, and Escape closes it
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_citizen_reports_by_keyboard_alone(town: CityPlatform, windows: Open, photo: Path):
    window = windows(town, geolocation=POSITION, permissions=["geolocation"])
    page = window.go("/portal")
    page.on("filechooser", lambda _: None)  # from here on the browser asks us for files, not the desktop
    expect(page.get_by_role("link", name=re.compile("反映问题 (三步|继续)"))).to_be_visible()
    tab_to(page, "a[href$='/report']")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tab_to(page, "input[type=file]")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(photo)
    expect(page.get_by_text("已选位置")).to_be_visible()
    tab_to(page, "button.primary.wide")
    press(page, "Enter")
    tab_to(page, "textarea")
    page.keyboard.type("只用键盘:公园的长椅坏了")
    tab_to(page, "button.primary.wide")
    window.shoot("keys-portal-send")
    page.keyboard.press("Enter")
    expect(page.locator(".code")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
