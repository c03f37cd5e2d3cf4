"""Coming in: the first page, wrong passwords, the keyboard alone, a phone, a big zoom."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Open
from tests.processes.city_platform import CityPlatform


def test_the_first_page_leads_everybody_somewhere(bare: CityPlatform, windows: Open):
    window = windows(bare)
    page = window.go("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("试验市")
    expect(page.get_by_role("link", name=re.compile("工作人员"))).to_have_attribute("href", "/console/")
    expect(page.get_by_role("link", name=re.compile("市民"))).to_have_attribute("href", "/portal")
    assert page.locator("[data-role]").count() == 0  # no demo roles in a real city
    assert window.check_access() == []
    window.shoot("entry")


def test_a_wrong_password_is_refused_in_words_and_the_right_one_opens(bare: CityPlatform, windows: Open):
    window = windows(bare)
    page = window.go("/console/cases?state=handling")
    page.wait_for_url(re.compile("/console/sign-in"))  # nobody is signed in: sign in first, then go on from there
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", "not the password")
    page.keyboard.press("Enter")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("用户名")
    window.shoot("sign-in-refused")

    page.fill("input[name=password]", bare.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("header .who")
    expect(page).to_have_url(re.compile(r"/console/cases\?state=handling"))


def test_the_keyboard_alone_signs_in_and_out(bare: CityPlatform, windows: Open):
    window = windows(bare)
    page = window.go("/console/sign-in")
    page.keyboard.press("Tab")
    for text, key in (("admin", "Tab"), (bare.password, "Enter")):
        page.wait_for_timeout(50)
        while page.evaluate("document.activeElement.tagName") != "INPUT":
            page.keyboard.press("Tab")
        page.keyboard.type(text)
        page.keyboard.press(key)
    page.wait_for_selector("header .who")

    page.locator("header .who").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="退出登录").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/$"))
    assert page.request.get("/api/v1/session").json()["signed_in"] is False


@pytest.mark.parametrize("phone", [False, True])
def test_sign_in_fits_a_phone_and_a_zoom_of_200_per_cent(bare: CityPlatform, windows: Open, phone: bool):
    window = windows(bare, phone=phone)
    if not phone:  # a zoom of 200 % leaves half the pixels in both directions
        window.page.set_viewport_size({"width": 960, "height": 540})
    for path in ("/", "/console/sign-in"):
        window.go(path)
        assert window.overflow() == 0
        assert window.check_access() == []
    window.shoot("sign-in" if phone else "sign-in-zoom")


def test_english_is_one_click_away_and_stays(bare: CityPlatform, windows: Open):
    window = windows(bare)
    page = window.go("/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name=re.compile("Staff sign in"))).to_be_visible()
    page = window.go("/console/sign-in")
    expect(page.get_by_label("User name")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
