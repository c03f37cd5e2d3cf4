"""Sector packs and capabilities: reference data, changed only for the whole city."""

from __future__ import annotations

from citybrain.base import packs
from citybrain.base.accounts import system_viewer
from citybrain.base.packs import actions
from tests.cast import Cast
from tests.site.rights import ADMINISTRATORS, EVERYBODY, LOOKING, Row, Target

READING = LOOKING | {"source_system"}


def the_packs(cast: Cast) -> Target:
    packs.load_packs(actor=system_viewer("rights"))
    return Target({"key": "urban"}, marker='"urban"')


def an_adjustment(cast: Cast) -> Target:
    target = the_packs(cast)
    body = {"section": "cases.yaml", "path": "case_types/urban.facilities/severity", "value": 2, "note": "a test"}
    return Target(target.params, body=body)


def a_trial(cast: Cast) -> Target:
    target = an_adjustment(cast)
    return Target(target.params, body={name: value for name, value in target.body.items() if name != "note"})


def an_adjusted_pack(cast: Cast) -> Target:
    target = an_adjustment(cast)
    given = target.body
    actions.adjust_pack("urban", given["section"], given["path"], given["value"],
                                actor=cast.viewer("administrator"), note="a test")  # fmt: skip
    return Target(target.params, body={"section": given["section"], "path": given["path"], "note": "back"})


def a_capability(cast: Cast) -> Target:
    body = {"pm25": 35.0, "pm10": 50.0, "so2": 10.0, "no2": 20.0, "o3": 80.0, "co": 0.8}
    return Target({"name": "environment.aqi"}, marker='"environment.aqi"', body=body)


# fmt: off
ROWS = [
    Row("GET", "/packs", READING, the_packs),
    Row("GET", "/packs/schemas", EVERYBODY),
    Row("GET", "/packs/{key}", READING, the_packs),
    Row("POST", "/packs/{key}/adjustments", ADMINISTRATORS, an_adjustment),
    Row("POST", "/packs/{key}/adjustments/preview", ADMINISTRATORS, a_trial),
    Row("POST", "/packs/{key}/restorations", ADMINISTRATORS, an_adjusted_pack),
    Row("GET", "/capabilities", LOOKING, a_capability),
    Row("GET", "/capabilities/{name}", LOOKING, a_capability),
    Row("POST", "/capabilities/{name}", LOOKING, a_capability, ok=frozenset({422})),
]
# fmt: on
