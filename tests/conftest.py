"""What every test gets: a data directory of its own run, a clock that stands still, and no network but loopback."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

_data = tempfile.mkdtemp(prefix="citybrain-test-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ["CITYBRAIN_DATA"] = _data
os.environ["DJANGO_SETTINGS_MODULE"] = "citybrain.site.settings"
if not (Path(__file__).resolve().parents[1] / "src/citybrain/site/pages/built/assets").is_dir():
    os.environ.setdefault("CITYBRAIN_PAGES", f"{_data}/pages")  # `make web` has not run: there are no pages to serve
    (Path(os.environ["CITYBRAIN_PAGES"]) / "assets").mkdir(parents=True, exist_ok=True)

from citybrain.site.start import set_up  # noqa: E402  (the environment comes first)

set_up(Path(_data))

from tests.append_only import django_db_setup  # noqa: E402, F401  (models need the set-up)
from tests.cast import cast  # noqa: E402, F401

if os.environ.get("CI"):  # the same examples in every run there; new ones are looked for at home and in the soak
    hypothesis.settings.register_profile("ci", derandomize=True)
    hypothesis.settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _tables_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a table is, is looked at once a minute; in a test it would be looked at whenever that minute is over."""
    from citybrain.base.querying import ways

    monkeypatch.setattr(ways, "_sizes", {("default", "cases_case"): (float("inf"), 0)})


@pytest.fixture
def clock() -> Iterator[object]:
    """The city clock, standing at Monday 2026-03-02 09:00 in Beijing until the test moves it."""
    from citybrain.base import clock as city_clock

    with city_clock.installed(city_clock.MovableClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))) as movable:
        yield movable


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of real public data (CITYBRAIN_PUBLIC_DATA, or `../shared/data` beside the project)."""
    root = Path(os.environ.get("CITYBRAIN_PUBLIC_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
    if not root.is_dir():
        pytest.skip(f"the public data folder is not here ({root}); set CITYBRAIN_PUBLIC_DATA to its path")
    return root
