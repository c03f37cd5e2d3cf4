"""The responsibility list: a gap is closed after trying, a case goes there, the line is removed again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform

HERE = {"lon": 112.88, "lat": 30.95}
LIST = "/console/responsibilities"


def lines_of(town: CityPlatform, case_type: str, **more: str) -> list[dict[str, object]]:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return list(town.pages(f"/api/v1/responsibilities?case_type={case_type}&in_force=true{query}"))


@pytest.fixture
def gap(town: CityPlatform) -> Iterator[str]:
    """A kind that nobody answers for, because the lines of the kinds above it were let go; they are given back."""
    lines = lines_of(town, "crowd", below="true")
    assert lines
    for line in lines:
        town.call("DELETE", f"/api/v1/responsibilities/{line['id']}")
    yield str(next(one for one in review(town) if one.startswith("crowd.")))
    for line in lines_of(town, "crowd", below="true"):
        town.call("DELETE", f"/api/v1/responsibilities/{line['id']}")
    for line in lines:
        town.call("PATCH", f"/api/v1/responsibilities/{line['id']}", {"valid_to": None})


def review(town: CityPlatform) -> list[str]:
    return [gap["case_type"] for gap in town.call("GET", "/api/v1/responsibilities/review")["gaps"]]


def open_case(town: CityPlatform, case_type: str, title: str) -> dict[str, object]:
    opened = town.call("POST", "/api/v1/cases", {"case_type": case_type, "title": title, **HERE})
    return dict(town.call("GET", f"/api/v1/cases/{opened['number']}"))


def choose(page: Page, dialog: object, name: str, words: str) -> None:
    """Pick from a tree by keyboard: open, type, take what was found."""
    dialog.get_by_role("combobox", name=re.compile(name)).first.focus()  # type: ignore[attr-defined]
    page.keyboard.press("ArrowDown")
    expect(page.locator(".tree-picker:visible input[type=search]")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator("[role=treeitem].active").filter(has_text=words)).to_be_visible()
    page.keyboard.press("Enter")


@pytest.fixture
def organiser(town: CityPlatform, windows: Open) -> Window:
    window = windows(town)
    window.become("steward")
    return window


def test_a_gap_is_closed_after_trying_and_the_line_removed_again(town: CityPlatform, organiser: Window, gap: str):
    assert open_case(town, gap, "清单试验:无人负责")["organisation"] is None
    page = organiser.go(LIST)
    missing = page.locator(f'[data-gap="{gap}"]')
    missing.get_by_role("button").first.click()
    expect(page).to_have_url(re.compile(rf"ask={re.escape(gap)}"))
    answer = page.locator("[data-what-if] .verdict")
    expect(answer).to_contain_text("派遣员手工派遣")
    organiser.shoot("responsibilities-gap")
    assert organiser.overflow() == 0
    assert organiser.check_access() == []

    missing.get_by_role("button", name=re.compile("在全市新增条目")).click()
    dialog = page.get_by_role("dialog", name="新增条目")
    expect(dialog.get_by_role("button", name="新增条目")).to_be_disabled()
    choose(page, dialog, "^责任单位", "市公安局")
    tried = dialog.locator(".rehearsal")
    expect(tried).to_have_attribute("data-effect", "gains")
    expect(tried.locator(".change")).to_contain_text(re.compile(r"现在\s*派遣员手工派遣.*改动后\s*市公安局"))
    assert lines_of(town, gap) == []  # nothing is saved by trying
    organiser.shoot("responsibilities-adding")
    assert organiser.check_access() == []
    dialog.get_by_role("button", name="新增条目").click()

    expect(missing).to_have_count(0)
    expect(answer).to_have_attribute("data-organisation", "police", timeout=20_000)
    expect(answer).to_contain_text("适用的只有这一条")
    (line,) = lines_of(town, gap)
    assert (line["organisation"], line["region"], line["pack"]) == ("police", "*", "")
    assert open_case(town, gap, "清单试验:有人负责")["organisation"] == "police"

    answer.get_by_role("button", name=f"#{line['id']}").click()
    expect(page).to_have_url(re.compile(rf"case_type={re.escape(gap)}"))
    row = page.locator(f'[data-row="{line["id"]}"]')
    row.get_by_role("button", name=re.compile("^移除")).click()
    dialog = page.get_by_role("dialog", name=re.compile("移除条目"))
    expect(dialog.locator(".rehearsal")).to_have_attribute("data-effect", "loses")
    organiser.shoot("responsibilities-removing")
    dialog.get_by_role("button", name="移除", exact=True).click()
    expect(row).to_have_count(0)
    expect(answer).to_contain_text("派遣员手工派遣", timeout=20_000)
    expect(missing).to_have_count(1)
    assert open_case(town, gap, "清单试验:又无人负责")["organisation"] is None


def test_another_organisation_takes_a_line_over(town: CityPlatform, organiser: Window, gap: str):
    first = town.call("POST", "/api/v1/responsibilities", {"case_type": gap, "organisation": "police"})
    page = organiser.go(f"{LIST}?case_type={gap}")
    page.locator(f'[data-row="{first["id"]}"]').get_by_role("button", name=re.compile("^换单位")).click()
    dialog = page.get_by_role("dialog", name=re.compile("更换条目"))
    choose(page, dialog, "^责任单位", "市城管执法委")
    expect(dialog.locator(".rehearsal")).to_have_attribute("data-effect", "moves")
    dialog.get_by_role("button", name="换单位").click()
    expect(page.locator("[data-row]")).to_contain_text(["市城管执法委"])
    (line,) = lines_of(town, gap)
    assert line["organisation"] == "urban"

    page.locator(f'[data-row="{line["id"]}"]').get_by_role("button", name=re.compile("^修改")).click()
    dialog = page.get_by_role("dialog", name=re.compile("修改条目"))
    dialog.get_by_label("备注").fill("市政府 2026 年第 3 号")
    expect(dialog.locator(".rehearsal")).to_have_attribute("data-effect", "same")
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator("[data-row]")).to_contain_text(["市政府 2026 年第 3 号"])


def test_who_only_reads_it_asks_and_changes_nothing(town: CityPlatform, windows: Open):
    reader = windows(town)
    reader.become("dispatcher")
    page = reader.go(f"{LIST}?ask=urban.facilities.manhole&point={HERE['lon']},{HERE['lat']}")
    expect(page.locator("[data-what-if] .verdict")).to_contain_text("胜出")
    expect(page.locator("[data-lost]").first).to_contain_text("不如胜出的条目具体")
    expect(page.get_by_role("button", name=re.compile("^(新增条目|修改|换单位|移除)"))).to_have_count(0)


def test_the_list_on_a_phone(town: CityPlatform, windows: Open):
    window = windows(town, phone=True)
    window.become("steward")
    page = window.go(f"{LIST}?ask=urban.facilities.manhole&where=429901")
    expect(page.locator("[data-what-if] .verdict")).to_be_visible()
    window.shoot("responsibilities")
    assert window.overflow() == 0
    assert window.check_access() == []
