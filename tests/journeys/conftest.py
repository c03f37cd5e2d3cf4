"""The started platforms and the browser of the journeys. No database of this process is touched here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.journeys.browser import DESKTOP, PHONE, Window, chromium
from tests.processes.city_platform import CityPlatform

Open = Callable[..., Window]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityPlatform]:
    """A platform with a plain grid city and nobody but the administrator, as after `citybrain up --empty`."""
    platform = CityPlatform(tmp_path_factory.mktemp("bare"))
    said = platform.command("migrate")
    platform.prepare()
    platform.start()
    assert platform.platform is not None
    shown = re.search(r"password: (\S+)", said + platform.platform.said())
    platform.password = shown.group(1) if shown else ""
    yield platform
    platform.stop()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityPlatform]:
    """The fictional city as `city new` makes it, standing still: nobody acts in it but the test."""
    platform = CityPlatform(tmp_path_factory.mktemp("town"))
    platform.command("city", "new", "--seed", "7", "--people", "20000")
    platform.token = (
        platform.command("token", "create", "--name", "watcher", "--role", "administrator").strip().splitlines()[-1]
    )
    platform.start()  # with --empty: no earlier life, and nobody who lives on
    yield platform
    platform.stop()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture as a camera makes it."""
    path = tmp_path / "photo.jpg"
    Image.effect_noise((800, 600), 90).convert("RGB").save(path)
    return path


@pytest.fixture
def windows(browser: Browser) -> Iterator[Open]:
    """Opens windows, and fails the test for every error that a page met in them."""
    opened: list[Window] = []

    def open_window(platform: CityPlatform, *, phone: bool = False, **more: Any) -> Window:
        window = Window(browser, f"http://127.0.0.1:{platform.port}", PHONE if phone else DESKTOP, **more)
        opened.append(window)
        return window

    yield open_window
    wrong = [line for window in opened for line in window.wrong]
    for window in opened:
        window.close()
    assert wrong == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.timeout(180))
