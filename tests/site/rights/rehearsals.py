"""Rehearsals: for whoever may edit the responsibility list, and case by case for whoever sees the case."""

from __future__ import annotations

from datetime import timedelta

from citybrain.base import clock
from citybrain.hubs.business.cases.models import Case
from citybrain.lab.rehearsal.models import CaseDifference, Rehearsal
from tests.cast import Cast
from tests.site.rights import ADMINISTRATORS, Row, Target
from tests.site.rights.casework import a_case

EDITING = ADMINISTRATORS | {"steward"}


def a_rehearsal(cast: Cast) -> Target:
    now = clock.now()
    row = Rehearsal.objects.create(
        title="试一试", start=now - timedelta(days=1), end=now, changes={"lines": [], "layers": []},
        asked_by="user:1", asked_label="steward", asked_at=now,
    )  # fmt: skip
    return Target({"rehearsal": row.pk}, marker="试一试")


def a_difference(cast: Cast) -> Target:
    case = Case.objects.get(number=a_case(cast).params["number"])
    target = a_rehearsal(cast)
    CaseDifference.objects.create(
        rehearsal_id=target.params["rehearsal"], case=case, key=f"case/{case.number}", number=case.number,
        case_type="city.lamp", region_path=case.region_path, organisation_path=case.organisation_path,
        opened_at=case.recorded_at, kinds=",organisation,",
    )  # fmt: skip
    return Target(target.params, marker=case.number)


def a_change(cast: Cast) -> Target:
    case = Case.objects.get(number=a_case(cast).params["number"])
    line = {"action": "add", "case_type": case.case_type.code, "organisation": "eco"}
    start = (case.recorded_at - timedelta(days=1)).isoformat()
    return Target(body={"title": "试一试", "start": start, "end": clock.now().isoformat(), "lines": [line]})


# fmt: off
ROWS = [
    Row("GET", "/rehearsals", EDITING, a_rehearsal),
    Row("POST", "/rehearsals", EDITING, a_change),
    Row("GET", "/rehearsals/{rehearsal}", EDITING, a_rehearsal),
    Row("GET", "/rehearsals/{rehearsal}/differences", EDITING, a_difference),
]
# fmt: on
