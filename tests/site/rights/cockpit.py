"""The cockpit: whoever sees numbers sees the scenes of his place; leaders ask."""

from __future__ import annotations

from tests.applications.operations.cockpit.stage import set_the_stage
from tests.applications.operations.indicators.stage import run
from tests.cast import Cast
from tests.hubs.business.cases.stage import Person
from tests.site.rights import LEADING, LOOKING, Row, Target
from tests.site.rights.indicators import WHOLE_CITY

QUESTION = {"indicator": "play.accepted", "code": "4206", "text": "为什么这么低?"}


def a_number(cast: Cast) -> None:
    set_the_stage()
    Person(cast, "dispatcher").opens()
    run()


def a_scene(cast: Cast) -> Target:
    """A scene of one's own place."""
    a_number(cast)
    return Target({"key": "play.whole"})


def something_to_ask(cast: Cast) -> Target:
    a_number(cast)
    return Target(body=QUESTION)


def a_question(cast: Cast) -> Target:
    something_to_ask(cast)
    Person(cast, "leader").post("/cockpit/questions", QUESTION)
    return Target(marker=QUESTION["text"])


ROWS = [
    Row("GET", "/cockpit/scenes", LOOKING),
    Row("GET", "/cockpit/scenes/{key}", LOOKING, a_scene),
    Row("GET", "/cockpit/questions", LOOKING, a_question, sees=WHOLE_CITY),
    Row("POST", "/cockpit/questions", LEADING, something_to_ask),
]
