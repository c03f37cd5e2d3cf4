"""A walk over every page there is, on a desk, on a phone and in English: nothing broken, nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.browser import DESKTOP, Window
from tests.journeys.conftest import Open
from tests.journeys.everything import Everything, fill, go_to, hear_missing_texts, missing_texts, routes
from tests.journeys.test_one_matter import report
from tests.processes.city_platform import CityPlatform

POSITION = {"longitude": 112.88, "latitude": 30.95}

# The address to open for every route that a router declares: a new page is not there until it is walked over.
CONSOLE: dict[str, Callable[[Everything], str]] = {
    "/": lambda it: "/",
    "/sign-in": lambda it: "/sign-in",
    "/:rest(.*)*": lambda it: "/nowhere",
    "/desk": lambda it: "/desk",
    "/handovers/:id?": lambda it: f"/handovers/{it.handover}",
    "/situation": lambda it: "/situation",
    "/cockpit/:scene?": lambda it: "/cockpit",
    "/signals": lambda it: "/signals",
    "/signals/new": lambda it: "/signals/new",
    "/cases": lambda it: "/cases",
    "/cases/:number": lambda it: f"/cases/{it.case}",
    "/alarms": lambda it: "/alarms",
    "/alarms/:id": lambda it: f"/alarms/{it.alarm}",
    "/alarm-rules": lambda it: "/alarm-rules",
    "/pictures": lambda it: "/pictures",
    "/indicators": lambda it: "/indicators",
    "/indicators/:key": lambda it: "/indicators/urban.open_cases",
    "/reports": lambda it: "/reports",
    "/reports/:id(\\d+)": lambda it: "/reports/1",  # a town without a yesterday has no report, and the page says so
    "/things": lambda it: "/things",
    "/things/:code": lambda it: f"/things/{it.thing}",
    "/thing-register": lambda it: "/thing-register",
    "/organisations": lambda it: "/organisations?at=eco",
    "/responsibilities": lambda it: "/responsibilities",
    "/calendars": lambda it: "/calendars",
    "/rehearsals": lambda it: "/rehearsals",
    "/rehearsals/:number": lambda it: f"/rehearsals/{it.rehearsal}",
    "/trace/:kind/:id(.+)": lambda it: f"/trace/case/{it.case}",
    "/account": lambda it: "/account",
    "/webhooks": lambda it: "/webhooks",
    "/packs": lambda it: "/packs",
    "/packs/:key": lambda it: f"/packs/{it.pack}",
    "/users": lambda it: "/users",
    "/users/tokens": lambda it: "/users/tokens",
    "/users/:id(\\d+)": lambda it: f"/users/{it.user}",
    "/jobs": lambda it: "/jobs",
    "/failures": lambda it: "/failures",
    "/audit": lambda it: "/audit",
}
PORTAL = ("/", "/report", "/track", "/mine")  # and what stands there after a report was sent: /received


@pytest.fixture(scope="module")
def everything(town: CityPlatform, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Everything:
    path = tmp_path_factory.mktemp("photo") / "seen.jpg"
    Image.effect_noise((800, 600), 90).convert("RGB").save(path)
    person = Window(browser, f"http://127.0.0.1:{town.port}", DESKTOP)
    try:
        return fill(town, person, path)
    finally:
        person.close()


def name_of(route: str) -> str:
    return re.sub(r"\W+", "-", route).strip("-") or "home"


def look(window: Window, name: str, *, access: bool) -> list[str]:
    """What is wrong with the page in the window; its picture is kept."""
    window.shoot(f"every-{name}")
    found = [f"{name}: no words for {key}" for key in missing_texts(window)]
    if over := window.overflow():
        found.append(f"{name}: {over} px wider than the window")
    if access:
        found += [f"{name}: {line}" for line in window.check_access()]
    return found


def walk(window: Window, everything: Everything, name: str, *, access: bool = True) -> list[str]:
    window.go("/console/")
    hear_missing_texts(window)
    assert routes(window) == set(CONSOLE)
    found = []
    for route, address in CONSOLE.items():
        go_to(window, address(everything))
        expect(window.page.get_by_role("heading").first).to_be_visible(timeout=15_000)
        found += look(window, f"{name}-{name_of(route)}", access=access)
    return found


def test_every_page_of_the_console_on_a_desk(town: CityPlatform, windows: Open, everything: Everything):
    window = windows(town)
    window.become("administrator")
    found = walk(window, everything, "console")
    assert not found, "\n".join(found)


def test_every_page_of_the_console_on_a_phone(town: CityPlatform, windows: Open, everything: Everything):
    window = windows(town, phone=True)
    window.become("administrator")
    found = walk(window, everything, "console")
    assert not found, "\n".join(found)


def test_every_page_of_the_console_in_english(town: CityPlatform, windows: Open, everything: Everything):
    window = windows(town)
    window.go("/").get_by_role("button", name="English").click()
    window.page.click("[data-role=administrator]")
    window.page.wait_for_url(re.compile("/console"))
    found = walk(window, everything, "english", access=False)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("phone", [False, True])
def test_every_page_of_the_portal(town: CityPlatform, windows: Open, photo: Path, phone: bool):
    window = windows(town, phone=phone, geolocation=POSITION, permissions=["geolocation"])
    code = report(window, photo, f"老街{'东' if phone else '西'}口路灯不亮")
    hear_missing_texts(window)
    assert routes(window) == {*PORTAL, "/received"}
    found = look(window, "portal-received", access=True)
    for path in (*PORTAL, f"/track#{code.replace('-', '')}"):
        go_to(window, path)
        expect(window.page.get_by_role("heading", level=1).first).to_be_visible()
        found += look(window, f"portal-{name_of(path.partition('#')[0])}{'-code' if '#' in path else ''}", access=True)
    window.page.get_by_role("button", name="English").click()
    for path in PORTAL:
        go_to(window, path)
        found += look(window, f"portal-english-{name_of(path)}", access=False)
    assert not found, "\n".join(found)
