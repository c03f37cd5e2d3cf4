"""Indicators: whoever looks somewhere sees the numbers of that place."""

from __future__ import annotations

from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators, run
from tests.cast import Cast
from tests.hubs.business.cases.stage import LAMPS, Person, declare
from tests.site.rights import ADMINISTRATORS, LOOKING, Row, Target

WHOLE_CITY = LOOKING - {"county_dispatcher", "dispatcher_elsewhere", "handler", "grid_worker", "handler_elsewhere"}
"""Whoever serves the whole city and no organisation in particular."""


def a_number(cast: Cast) -> Target:
    """One value, for the whole city."""
    declare(LAMPS)
    declare_indicators(accepted=ACCEPTED)
    Person(cast, "dispatcher").opens()
    run()
    return Target({"key": "play.accepted"}, query={"code": cast.city.root.code})


def a_start(cast: Cast) -> Target:
    target = a_number(cast)
    start = Person(cast, "administrator").get("/indicators/play.accepted/series")["values"][-1]["start"]
    return Target(target.params, query={**target.query, "start": start})


ROWS = [
    Row("GET", "/indicators", WHOLE_CITY, a_number),
    Row("POST", "/indicators/compute", ADMINISTRATORS | {"steward"}, body={"keys": []}),
    Row("GET", "/indicators/{key}/series", WHOLE_CITY, a_number),
    Row("GET", "/indicators/{key}/ranking", LOOKING, lambda cast: Target(a_number(cast).params)),
    Row("GET", "/indicators/{key}/values", WHOLE_CITY, a_start),
    Row("GET", "/indicators/{key}/explanation", WHOLE_CITY, a_number),
]
