"""Who takes many steps and needs no page of each may ask for less (`Prefer: return=minimal`, RFC 7240)."""

from __future__ import annotations

from citybrain.hubs.business.cases.models import Case
from tests.hubs.business.cases.stage import LAMPS, Person, declare


def test_a_step_may_be_answered_with_nothing_and_is_taken_all_the_same(cast, clock):
    declare(LAMPS)
    case = Person(cast, "dispatcher").opens()
    path = f"/api/v1/cases/{case.number}/actions/accept"

    answer = cast.client("handler").post(path, {}, headers={"Prefer": "return=minimal"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Preference-Applied"] == "return=minimal"
    assert Case.objects.get(number=case.number).accepted_at == clock.now()


def test_a_refused_step_says_why_whatever_was_preferred(cast, clock):
    declare(LAMPS)
    case = Person(cast, "dispatcher").opens()

    answer = cast.client("handler").post(
        f"/api/v1/cases/{case.number}/actions/close", {}, headers={"Prefer": "return=minimal"}
    )

    assert answer.status_code in (403, 409)
    assert answer.json()["code"].startswith("case.")
