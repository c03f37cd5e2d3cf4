"""`cases.yaml`: what the judge refuses, with file and line; what loading makes of it; loading twice is once."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from citybrain.base import packs
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.models import CaseLabel, CaseType, CatalogueVersion, ClockPlan, Loop, Responsibility
from citybrain.hubs.business.cases.queries import case_types, type_for_label
from tests.cast import Cast
from tests.hubs.business.cases.stage import LAMPS, Play, declare

PACK = {
    "key": "lamps", "title": {"zh": "路灯", "en": "Lamps"}, "version": "1.0.0", "owner": "city",
}  # fmt: skip


def write(folder: Path, sections: dict[str, Any]) -> Path:
    from citybrain.base.packs.manifest import QUALITY_RULES

    pack = folder / "lamps"
    pack.mkdir()
    quality = {rule: {"exempt": "only for this test"} for rule in QUALITY_RULES}
    (pack / "pack.yaml").write_text(yaml.safe_dump({**PACK, "quality": quality}), encoding="utf-8")
    (pack / "cases.yaml").write_text(yaml.safe_dump(sections, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return pack


def problems(folder: Path, sections: dict[str, Any]) -> list[tuple[str, str]]:
    found = packs.check_packs([write(folder, sections)])
    assert all(problem.line > 0 and problem.file.name == "cases.yaml" for problem in found), found
    return [(problem.code, "/".join(map(str, problem.place))) for problem in found]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The lamps with one value changed; `path` is like `case_types/1/parent`."""
    sections: Any = copy.deepcopy(LAMPS)
    *way, last = path.split("/")
    here = sections
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    here[int(last) if isinstance(here, list) else last] = value
    return sections  # type: ignore[no-any-return]


def test_a_good_file_has_no_problems(tmp_path: Path):
    assert problems(tmp_path, LAMPS) == []


CALENDAR = {"key": "c", "title": {"zh": "历", "en": "c"}}
WORKING = {"amount": 2, "unit": "working_hours"}


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        ("case_types/1/parent", "town", "cases.unknown_name", "case_types/1/parent"),
        ("case_types/1/loop", "nothing", "cases.unknown_name", "case_types/1/loop"),
        ("case_types/0/parent", "city.lamp", "cases.own_ancestor", "case_types/0/parent"),
        ("case_types/0/clocks/case", "never", "cases.unknown_name", "case_types/0/clocks/case"),
        ("case_types/0/clocks/steps", {"asleep": "one-day"}, "cases.unknown_name", "case_types/0/clocks/steps/asleep"),
        ("case_types/1/code", "city", "loop.key_twice", "case_types/1/code"),
        ("case_types/1/severity", 5, "packs.bound", "case_types/1/severity"),
        ("clocks/0/duration", WORKING, "cases.calendar_missing", "clocks/0/calendar"),
        ("clocks/0/by_severity", {"1": WORKING}, "cases.mixed_units", "clocks/0/by_severity"),
        ("clocks/0/escalate/0/at", 80, "cases.raised_too_early", "clocks/0/escalate/0/raise_severity"),
        ("clocks/0/escalate/0/notify", ["mayor"], "packs.choice", "clocks/0/escalate/0/notify/0"),
        ("responsibilities/0/case_type", "city.lump", "packs.unknown_name", "responsibilities/0/case_type"),
        ("labels", {"路": "city.lump"}, "packs.unknown_name", "labels/路"),
        ("case_types/1/keywords", ["灯"], "cases.keyword_short", "case_types/1/keywords/0"),
        ("case_types/1/keywords", ["灯/路灯"], "cases.keyword_short", "case_types/1/keywords/0"),
        ("case_types/1/keywords", ["吵闹"], "cases.keyword_twice", "case_types/2/keywords/0"),
        ("calendars", [{**CALENDAR, "week": {}}], "calendar.no_hours", "calendars/0/week"),
        ("calendars", [{**CALENDAR, "week": {"mon": ["14:00-12:00"]}}], "calendar.hours", "calendars/0/week/mon"),
    ],
)  # fmt: skip
def test_the_judge_names_the_place(tmp_path: Path, path: str, value: Any, code: str, place: str):
    assert (code, place) in problems(tmp_path, changed(path, value))


def test_a_loop_without_an_end_is_refused_with_its_line(tmp_path: Path):
    from tests.hubs.business.cases.test_loops import INDUSTRIAL_SECURITY

    loop = copy.deepcopy(INDUSTRIAL_SECURITY)
    loop["states"][-1]["kind"] = "checking"

    assert ("loop.never_ends", "loops/0/states") in problems(tmp_path, {"loops": [loop]})


def test_what_a_kind_leaves_out_comes_from_its_parent(cast: Cast, clock: object):
    declare(LAMPS)

    kinds = case_types()

    assert kinds["city.lamp"].clocks.case == "one-day"
    assert kinds["city.lamp"].merge.radius_m == 100
    assert kinds["city.lamp"].path == "/city/city.lamp/"
    assert type_for_label("噪声扰民") == "city.noise"
    assert type_for_label("别的") is None


def test_loading_twice_changes_nothing(cast: Cast, clock: object):
    declare(LAMPS)
    before = [list(model.objects.values()) for model in (CaseType, ClockPlan, Loop, Responsibility, CaseLabel)]
    version = CatalogueVersion.objects.get().version

    declare(LAMPS)

    assert [list(model.objects.values()) for model in (CaseType, ClockPlan, Loop, Responsibility, CaseLabel)] == before
    assert CatalogueVersion.objects.get().version == version


def test_a_changed_clock_is_a_new_version(play: Play):
    old = play.dispatcher.opens()

    declare(changed("clocks/0/duration/amount", 48))

    assert [plan.version for plan in ClockPlan.objects.filter(key="one-day")] == [1, 2]
    new = play.dispatcher.opens()
    assert (new.due - old.due).total_seconds() == 24 * 3600


def test_what_a_pack_no_longer_declares_is_retired(play: Play):
    """Kinds stay for their cases, lines end, labels go."""
    case = play.dispatcher.opens("city.noise")

    declare({**LAMPS, "case_types": LAMPS["case_types"][:2], "responsibilities": []})

    assert "city.noise" not in [kind["code"] for kind in play.dispatcher.get("/case-types")]
    assert case.case_type_title == {"zh": "噪声", "en": "Noise"}
    assert type_for_label("噪声扰民") is None
    assert play.dispatcher.opens().organisation is None


def test_an_organisation_that_is_not_there_is_reported_and_found_later(cast: Cast, clock: object):
    """A pack for every city names organisations that one city has and another has not."""
    sections = {**LAMPS, "responsibilities": [{"case_type": "city.lamp", "organisation": "power"}]}

    assert declare(sections) == [
        "responsibility of power for city.lamp in *: this city has no organisation power (yet)"
    ]
    play_line = Responsibility.objects.get()
    assert (play_line.organisation, play_line.organisation_code) == (None, "power")

    power = Organisation.objects.create(code="power", name="供电公司", path="/power/")
    assert declare(sections) == []
    assert Responsibility.objects.get().organisation == power


def test_what_was_edited_here_survives_the_next_load(play: Play):
    """An operator's change is a layer over the pack."""
    [shown] = play.steward.get("/responsibilities")["items"]
    play.steward.patch(f"/responsibilities/{shown['id']}", {"priority": 7, "note": "本市约定"})

    declare({**LAMPS, "responsibilities": [{"case_type": "city.lamp", "organisation": "urban", "priority": 1}]})

    [kept] = play.steward.get("/responsibilities")["items"]
    assert (kept["priority"], kept["note"], kept["is_edited"]) == (7, "本市约定", True)
