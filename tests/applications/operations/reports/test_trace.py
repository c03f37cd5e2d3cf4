"""A report in the chain of what led to what: from its figures to the values they are, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from citybrain.base.clock import MovableClock
from tests.applications.operations.indicators.stage import run
from tests.applications.operations.reports.stage import set_the_stage
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, Play

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(play: Play, clock: MovableClock) -> dict[str, Any]:
    """The daily report of the city, in which two figures stand; with the cases that they count."""
    set_the_stage()
    cases = [play.dispatcher.opens(at=place) for place in (NEXT_STREET, OTHER_COUNTY)]
    clock.move(days=1)
    run()
    return {"cases": cases, **play.leader.post("/reports/builds", {"key": "play.daily"})}


def facts_of(chain: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in chain["facts"] if one["kind"] == kind}


def test_a_report_leads_to_the_values_that_its_figures_are(report: dict[str, Any], play: Play) -> None:
    chain = play.leader.get(f"/trace/report/{report['id']}")

    rows = report["sections"][0]["rows"]
    values = facts_of(chain, "value")
    assert list(values) == [row["now"]["values"][0] for row in rows]
    assert [one["data"]["value"] for one in values.values()] == [row["now"]["value"] for row in rows]
    (own,) = facts_of(chain, "report").values()
    assert (own["state"], own["data"]["version"], own["data"]["values"]) == ("newest", 1, 2)
    assert {(one["effect"], one["relation"]) for one in chain["links"]} == {(own["ref"], "printed")}
    assert not facts_of(chain, "case"), "the cases of a value are in the value's own chain"


def test_a_value_leads_to_the_cases_it_counts_and_to_the_report_that_prints_it(
    report: dict[str, Any], play: Play
) -> None:
    value = report["sections"][0]["rows"][1]["now"]["values"][0]
    chain = play.leader.get(f"/trace/value/{value}")

    assert list(facts_of(chain, "report")) == [str(report["id"])]
    assert len(facts_of(chain, "case")) == 2
    assert list(facts_of(chain, "value")) == [value]


def test_a_report_that_was_replaced_keeps_the_numbers_it_printed(
    report: dict[str, Any], play: Play, clock: MovableClock
) -> None:
    play.handler.takes("accept", report["cases"][0])
    clock.move(minutes=5)
    run()
    play.leader.post("/reports/builds", {"key": "play.daily", "at": report["start"]})

    chain = play.leader.get(f"/trace/report/{report['id']}")

    (own,) = facts_of(chain, "report").values()
    assert (own["state"], own["data"]["version"]) == ("replaced", 1)
    printed = {one["id"]: one["data"]["value"] for one in facts_of(chain, "value").values()}
    assert printed == {row["now"]["values"][0]: row["now"]["value"] for row in report["sections"][0]["rows"]}
    assert printed[report["sections"][0]["rows"][0]["now"]["values"][0]] == 0


def test_a_report_beyond_reach_is_not_there(report: dict[str, Any], play: Play) -> None:
    client = play.cast.client("dispatcher_elsewhere")
    assert client.get(f"/api/v1/trace/report/{report['id']}").status_code == 404


def test_an_exported_chain_holds_the_sealed_record_of_who_had_the_report_made(
    report: dict[str, Any], play: Play
) -> None:
    """A stranger's script checks the file (see the tests of trace); here, that the report's own record is in it."""
    answer = play.cast.client("administrator").get(f"/api/v1/trace-exports/report/{report['id']}")

    lines = [json.loads(line) for line in answer.content.decode().splitlines()]
    kinds = [line["fact"]["kind"] for line in lines if "fact" in line]
    assert kinds == ["report", "value", "value"]
    records = [json.loads(one["text"]) for line in lines if "proof" in line for one in line["proof"]["records"]]
    assert "report.built" in {one["action"] for one in records}
