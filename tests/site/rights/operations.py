"""The map, and trace: whoever may see a fact may see what led to it, as far as each hop is his."""

from __future__ import annotations

from tests.cast import Cast
from tests.site.rights import EVERYBODY, LOOKING, WATCHING, Row, Target
from tests.site.rights.casework import a_case


def a_chain(cast: Cast) -> Target:
    case = a_case(cast)
    return Target({"kind": "case", "key": case.params["number"]}, marker=case.marker)


TILE = {"z": 12, "x": 3322, "y": 1661}
ANYBODY = frozenset({"anonymous", "revoked token"})


def a_public_tile(cast: Cast) -> Target:
    return Target({"version": "1", **TILE})


def a_case_on_a_tile(cast: Cast) -> Target:
    case = a_case(cast)
    return Target({"layer_set": "cases", "z": 9, "x": 415, "y": 207}, marker=case.marker)


# fmt: off
ROWS = [
    Row("GET", "/map", LOOKING | {"source_system"}),
    Row("GET", "/tiles/{layer_set}/{z}/{x}/{y}.mvt", LOOKING, a_case_on_a_tile, sees=WATCHING),
    Row("GET", "/trace/{kind}/{key}", WATCHING, a_chain),
    Row("GET", "/trace-exports/{kind}/{key}", WATCHING, a_chain),
    Row("GET", "/public/map", EVERYBODY, besides=ANYBODY),
    Row("GET", "/public/tiles/{version}/{z}/{x}/{y}.mvt", EVERYBODY, a_public_tile, besides=ANYBODY),
]
# fmt: on
