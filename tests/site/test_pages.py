"""The pages: three entries answer whatever stands behind them, under a policy that lets nothing foreign in."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from citybrain.base.clock import ScaledClock, installed, wall_now
from citybrain.base.places.models import City

PLATFORM = "/api/v1/platform"


@pytest.fixture
def built(settings, tmp_path):
    settings.PAGES_DIR = tmp_path
    for name in ("index", "console", "portal"):
        (tmp_path / f"{name}.html").write_text(f"<title>{name}</title>", encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "page"),
    [("/", "index"), ("/console", "console"), ("/console/", "console"), ("/console/cases/AJ1?tab=map", "console"),
     ("/portal", "portal"), ("/portal/track", "portal")],
)  # fmt: skip
def test_each_entry_answers_for_everything_below_it(db, built, path, page):
    answer = Client().get(path, headers={"Accept": "text/html"})
    assert answer.content.decode() == f"<title>{page}</title>"
    assert answer["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/consoles", "/portalx/a", "/index.html", "/assets/none.js"])
def test_what_is_no_page_is_not_found(db, built, path):
    assert Client().get(path).status_code == 404


@pytest.fixture
def assets(settings, tmp_path):
    """A folder of built files with one that is there when the process begins."""
    settings.STATIC_ROOT = tmp_path / "assets"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "console-old.js").write_text("old", encoding="utf-8")
    return settings.STATIC_ROOT


def test_what_was_built_after_the_start_is_served_like_what_was_there(db, assets):
    client = Client()
    assert b"".join(client.get("/assets/console-old.js")) == b"old"
    (assets / "console-new.js").write_text("new, and longer", encoding="utf-8")
    (assets / "console-new.js.br").write_bytes(b"packed")

    answer = client.get("/assets/console-new.js")
    assert b"".join(answer) == b"new, and longer"
    assert answer["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer["Cache-Control"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    packed = client.get("/assets/console-new.js", headers={"Accept-Encoding": "br"})
    assert (b"".join(packed), packed["Content-Encoding"]) == (b"packed", "br")


def test_what_a_newer_build_took_away_is_not_found_and_no_error(db, assets):
    client = Client()
    assert client.get("/assets/console-old.js").status_code == 200
    (assets / "console-old.js").unlink()
    for _ in range(2):
        answer = client.get("/assets/console-old.js")
        assert answer.status_code == 404
        assert "immutable" not in answer.get("Cache-Control", "")


@pytest.mark.parametrize("name", ["", ".", "..", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "folder"])
def test_nothing_beside_the_built_files_is_served(db, assets, name):
    (assets.parent / "secret.txt").write_text("secret", encoding="utf-8")
    (assets / "folder").mkdir()
    assert Client().get(f"/assets/{name}").status_code == 404


def test_a_page_runs_only_what_this_platform_serves(db, built, settings):
    settings.LIVE_URL = "https://live.example:8443"
    policy = dict(part.split(" ", 1) for part in Client().get("/")["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' https://live.example:8443"
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy  # falls back to default-src: nothing inline, nothing from elsewhere


def test_pages_that_were_not_built_say_what_to_do(db, settings, tmp_path):
    settings.PAGES_DIR = tmp_path / "nothing"
    answer = Client().get("/console/", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "make web" in answer.content.decode()


def test_pages_learn_the_city_and_its_time(cast):
    City.objects.update(is_simulated=True)
    begin = wall_now()
    with installed(ScaledClock(wall_anchor=begin, city_anchor=begin, speed=60)):
        facts = Client().get(PLATFORM).json()
    assert facts["city"] == {
        "code": "4206", "name": "襄阳市", "name_en": "", "time_zone": "Asia/Shanghai", "is_simulated": True,
    }  # fmt: skip
    assert (facts["clock"], facts["speed"]) == ("scaled", 60)


def test_a_platform_without_a_city_says_so(db):
    assert Client().get(PLATFORM).json()["city"] is None


@pytest.mark.parametrize(
    ("path", "needed"),
    [("/console/situation", "/assets/map.js"), ("/console/situation/", "/assets/map.js"),
     ("/console/cases/AJ1", "/assets/case.js"), ("/console/cases/AJ1/more", "/api/v1/session"),
     ("/console", "/api/v1/session"), ("/portal/situation", "")],
)  # fmt: skip
def test_a_page_names_in_its_head_what_its_address_will_need(db, built, settings, path, needed):
    """A browser asks for all of it at once, not for the map's code after it has read the frame's."""
    lines = [
        {"path": "/console/situation", "modules": ["/assets/map.js"], "styles": ["/assets/map.css"], "asks": []},
        {"path": "/console/cases/*", "modules": ["/assets/case.js"], "styles": [], "asks": []},
        {"path": "/console/**", "modules": [], "styles": [], "asks": ["/api/v1/session"]},
    ]
    (settings.PAGES_DIR / "early.json").write_text(json.dumps(lines), encoding="utf-8")
    for page in ("console", "portal"):
        (settings.PAGES_DIR / f"{page}.html").write_text("<head></head><body></body>", encoding="utf-8")

    answer = Client().get(path, headers={"Accept": "text/html"}).content.decode()

    assert answer.startswith("<head>")
    assert answer.endswith("</head><body></body>")
    assert (f'href="{needed}"' in answer) if needed else "<link" not in answer
