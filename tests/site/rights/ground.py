"""Places and parties: reference data that everybody in office reads; changes are for whoever keeps it there."""

from __future__ import annotations

from tests.cast import Cast
from tests.site.rights import LOOKING, Row, Target

READING_PLACES = LOOKING | {"source_system"}
KEEPING = frozenset({"administrator", "steward"})
BOX = [[[112.0, 32.0], [112.05, 32.0], [112.05, 32.05], [112.0, 32.0]]]


def a_street(cast: Cast) -> Target:
    return Target({"code": cast.street.code}, marker=cast.street.name)


def a_team(cast: Cast) -> Target:
    return Target({"code": cast.team.code}, marker=cast.team.name)


def a_new_region(cast: Cast) -> Target:
    return Target(body={"code": "420606009", "name": "新街道", "level": "street", "parent": cast.county.code})


def a_new_organisation(cast: Cast) -> Target:
    return Target(body={"code": "new", "name": "新科室", "parent": cast.organisation.code})


# fmt: off
ROWS = [
    Row("GET", "/places/city", READING_PLACES),
    Row("GET", "/places/locate", READING_PLACES, query={"lon": 112.05, "lat": 32.1}),
    Row("GET", "/places/named", READING_PLACES, query={"text": "王寨街道"}),
    Row("GET", "/places/regions", READING_PLACES, a_street),
    Row("POST", "/places/regions", KEEPING, a_new_region),
    Row("GET", "/places/regions/{code}", READING_PLACES, a_street),
    Row("PATCH", "/places/regions/{code}", KEEPING, a_street, body={"name": "王寨"}),
    Row("GET", "/places/regions/{code}/boundary", READING_PLACES, a_street),
    Row("PUT", "/places/regions/{code}/boundary", KEEPING, a_street,
        body={"geometry": {"type": "Polygon", "coordinates": BOX}, "source": "survey"}),
    Row("POST", "/places/regions/{code}/end", KEEPING, a_street, body={}),
    Row("POST", "/places/regions/{code}/move", KEEPING, a_street, body={"parent": "420602"}),
    Row("GET", "/parties/organisations", LOOKING, a_team),
    Row("POST", "/parties/organisations", KEEPING, a_new_organisation),
    Row("POST", "/parties/organisations/import", KEEPING,
        body={"file": "new.csv", "text": "code,name,parent\nnew,新科室,urban"}),
    Row("GET", "/parties/organisations/{code}", LOOKING, a_team),
    Row("PATCH", "/parties/organisations/{code}", KEEPING, a_team, body={"name": "樊城城管"}),
    Row("POST", "/parties/organisations/{code}/close", KEEPING, a_team),
    Row("POST", "/parties/organisations/{code}/move", KEEPING, a_team, body={"parent": "eco"}),
    Row("POST", "/parties/organisations/{code}/posts", KEEPING, a_team, body={"code": "duty", "name": "值班员"}),
]
# fmt: on
