"""A visitor of a demo city takes a role without a password; elsewhere there is no such door (tests/lab/demo)."""

from __future__ import annotations

from citybrain.base.places.models import City
from citybrain.lab.demo.models import DemoRole
from tests.cast import Cast
from tests.site.rights import EVERYBODY, Row, Target

ANYBODY = frozenset({"anonymous", "revoked token"})


def a_demo(cast: Cast) -> Target:
    City.objects.update(is_simulated=True)
    DemoRole.objects.create(role="dispatcher", user=cast.user("dispatcher"))
    return Target()


# fmt: off
ROWS = [
    Row("GET", "/demo", EVERYBODY, a_demo, besides=ANYBODY),
    Row("POST", "/demo/session", EVERYBODY, a_demo, body={"role": "dispatcher"}, besides=ANYBODY),
]
# fmt: on
