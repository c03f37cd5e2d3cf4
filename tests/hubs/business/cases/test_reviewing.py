"""The responsibility list as a whole, and what a line would change before it is saved."""

from __future__ import annotations

from typing import Any

from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.models import Responsibility
from tests.hubs.business.cases.stage import Play


def line(organisation: str, case_type: str = "city.lamp", region: str = "*", **more: Any) -> dict[str, Any]:
    return {"case_type": case_type, "region": region, "organisation": organisation, **more}


def rehearse(play: Play, **more: Any) -> tuple[Any, Any]:
    answer = play.steward.post("/responsibilities/what-if", {"case_type": "city.lamp", "region": "420606001", **more})
    return answer["now"]["organisation"], answer["then"]["organisation"]


def test_a_line_is_tried_before_it_is_saved(play: Play):
    """A more specific line would win, an equal one would not, one for another place changes nothing here."""
    assert rehearse(play) == ("urban", "urban")
    assert rehearse(play, draft=line("eco", region="420606")) == ("urban", "eco")
    assert rehearse(play, draft=line("eco", "city", region="420606")) == ("urban", "urban")
    assert rehearse(play, draft=line("eco")) == ("urban", "urban")
    assert rehearse(play, draft=line("eco", priority=1)) == ("urban", "eco")
    assert rehearse(play, draft=line("eco", region="420602")) == ("urban", "urban")
    assert rehearse(play, draft=line("eco", "city.noise")) == ("urban", "urban")
    assert Responsibility.objects.count() == 1
    assert play.dispatcher.opens().organisation == "urban"


def test_a_line_is_tried_in_place_of_another_and_in_its_time(play: Play):
    there = Responsibility.objects.get().pk
    later = line("eco", priority=9, valid_from="2026-03-05T00:00:00+08:00")

    assert rehearse(play, without=there) == ("urban", None)
    assert rehearse(play, without=there, draft=line("eco")) == ("urban", "eco")
    assert rehearse(play, draft=later) == ("urban", "urban")
    assert rehearse(play, draft=later, at="2026-03-06T00:00:00+08:00") == ("urban", "eco")


def test_a_line_that_is_only_changed_keeps_its_age(play: Play):
    """Of two equal lines the older one wins, also while its note is being changed; another organisation is younger."""
    there = Responsibility.objects.get().pk
    play.steward.post("/responsibilities", line("eco"))
    assert rehearse(play, without=there, draft=line("urban", note="试点")) == ("urban", "urban")
    assert rehearse(play, without=there, draft=line("urban", priority=-1)) == ("urban", "eco")
    assert rehearse(play, without=there, draft=line("urban-fancheng")) == ("urban", "eco")


def test_a_draft_that_names_what_is_not_there_is_refused_where_it_stands(play: Play):
    body = {"case_type": "city.lamp", "draft": line("nobody")}
    refused = play.steward.client.post("/api/v1/responsibilities/what-if", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "draft.organisation"


def review(play: Play) -> dict[str, Any]:
    return play.steward.get("/responsibilities/review")


def test_kinds_that_nobody_answers_for_are_named_with_the_place(play: Play):
    def gap_of_noise() -> list[tuple[Any, ...]]:
        gaps = [gap for gap in review(play)["gaps"] if gap["case_type"] == "city.noise"]
        return [(gap["is_everywhere"], gap["regions"], gap["partly"]) for gap in gaps]

    assert gap_of_noise() == [(True, [], [])]
    play.steward.post("/responsibilities", line("eco", "city.noise", "420606001"))
    assert gap_of_noise() == [(False, ["420602"], ["420606"])]
    play.steward.post("/responsibilities", line("eco", "city.noise", "420606"))
    assert gap_of_noise() == [(False, ["420602"], [])]
    play.steward.post("/responsibilities", line("eco", "city"))
    assert gap_of_noise() == []


def test_lines_that_contradict_each_other_and_lines_of_closed_organisations_are_named(play: Play):
    assert review(play)["ties"] == []
    first = Responsibility.objects.get().pk
    second = play.steward.post("/responsibilities", line("eco"))["id"]
    play.steward.post("/responsibilities", line("urban", priority=3))
    assert review(play)["ties"] == [
        {"case_type": "city.lamp", "region": "*", "lines": [first, second], "organisations": ["urban", "eco"]}
    ]

    Organisation.objects.filter(code="eco").update(is_active=False)
    assert review(play) == {**review(play), "ties": [], "unusable": 1}
    unusable = play.steward.get("/responsibilities", usable=False)["items"]
    assert [(one["id"], one["is_usable"]) for one in unusable] == [(second, False)]
    assert second not in [one["id"] for one in play.steward.get("/responsibilities", usable=True)["items"]]


def test_the_list_is_filtered_with_what_lies_below(play: Play):
    def found(**wanted: Any) -> list[str]:
        return [
            f"{one['case_type']}@{one['region']}" for one in play.steward.get("/responsibilities", **wanted)["items"]
        ]

    play.steward.post("/responsibilities", line("urban-fancheng", "city.noise", "420606001"))
    assert found(case_type="city") == []
    assert found(case_type="city", below=True) == ["city.lamp@*", "city.noise@420606001"]
    assert found(region="420606", below=True) == ["city.noise@420606001"]
    assert found(organisation="urban", below=True) == ["city.lamp@*", "city.noise@420606001"]
    assert found(own=True) == ["city.noise@420606001"]
    assert found(own=False) == ["city.lamp@*"]
