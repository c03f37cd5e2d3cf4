"""The merge rule alone: what is the same matter, what is not, and that the answer does not depend on luck."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.hubs.business.signals.merging import Candidate, MergeRule, Report, compare, rank

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LAMP = Report(text="人民路路灯不亮", occurred_at=NOON, lon=112.1400, lat=32.0400, region_path="/42/4206/420606/")
METRE = 1 / 111_195  # degrees of latitude
RULE = MergeRule()


def case(number: str = "A", order: int = 0, **changes: object) -> Candidate:
    return Candidate(number, replace(LAMP, **changes), order)


def reason(signal: Report, candidate: Candidate, rule: MergeRule = RULE) -> str:
    verdict = compare(signal, candidate, rule)
    return verdict.rule if verdict.merge else verdict.why_not


def test_near_in_place_time_and_words_is_the_same_matter():
    verdict = compare(replace(LAMP, lat=LAMP.lat + 20 * METRE, text="人民路的路灯坏了不亮"), case(), RULE)
    assert verdict.merge
    assert verdict.rule == "near_point"
    assert verdict.distance_m == pytest.approx(20, abs=0.2)
    assert verdict.hours == 0
    assert 0 < verdict.similarity <= 1
    assert 0.5 < verdict.score <= 1


@pytest.mark.parametrize(
    ("changes", "why_not"),
    [
        ({"lat": LAMP.lat + 60 * METRE}, "too_far"),
        ({"occurred_at": NOON - timedelta(hours=73)}, "too_long_ago"),
        ({"text": "占道经营烧烤油烟扰民"}, "other_words"),
        ({"text": "", "lat": LAMP.lat + 30 * METRE}, "says_too_little"),
    ],
)
def test_what_is_another_matter_says_why(changes, why_not):
    assert reason(LAMP, case(**changes)) == why_not


def test_a_report_without_words_merges_only_close_by():
    assert reason(replace(LAMP, text=""), case(lat=LAMP.lat + 20 * METRE)) == "near_point"


@pytest.mark.parametrize("precision", [51.0, 1000.0, 111_000.0])
def test_a_rounded_point_never_merges_by_distance(precision):
    """39.0, -77.0 lies in the middle of nowhere, and hundreds of reports lie on exactly that spot."""
    rounded = replace(LAMP, precision_m=precision, text="人民路路灯不亮")
    assert reason(rounded, case(precision_m=precision, region_path="")) == "no_common_place"
    assert reason(LAMP, case(precision_m=precision, region_path="")) == "no_common_place"


def test_a_blank_point_merges_by_its_address():
    blank = replace(LAMP, lon=None, lat=None, address="襄阳市襄城区人民路12号", text="灯坏了三天没人管")
    assert reason(blank, case(address="人民路12号")) == "same_address"
    assert reason(blank, case(address="人民路14号")) == "another_address"


def test_renmin_road_12_of_another_town_is_another_house():
    blank = replace(LAMP, lon=None, lat=None, address="人民路12号", region_path="/42/4206/420602/")
    assert reason(blank, case(address="人民路12号")) == "another_address"
    far = case(address="人民路12号", lat=LAMP.lat + 0.1)
    assert reason(replace(LAMP, address="人民路12号"), far) == "too_far"


def test_without_any_place_nearly_the_same_words_in_one_region_merge():
    blank = replace(LAMP, lon=None, lat=None)
    assert reason(blank, case()) == "same_words"
    assert reason(replace(blank, region_path=""), case(region_path="")) == "no_common_place"
    assert reason(blank, case(), MergeRule(same_words=0)) == "no_common_place"


def test_premises_are_told_apart_by_their_addresses():
    """Two neighbours each complain about their own yard; the points are eight metres apart."""
    premises = MergeRule(place="address")
    here = replace(LAMP, address="4853 S WOOD ST")
    there = case(address="4857 S WOOD ST", lat=LAMP.lat + 8 * METRE)
    assert reason(here, there, premises) == "another_address"
    assert reason(here, there) == "near_point"


def test_two_alarms_of_one_sensor_are_one_matter():
    alarm = replace(LAMP, thing="air-001", text="PM2.5 高", lat=LAMP.lat + 0.5)
    assert reason(alarm, case(thing="air-001")) == "same_thing"


REPORTS = st.builds(
    Report,
    text=st.sampled_from(["", "路灯不亮", "路灯坏了不亮", "占道经营", "井盖丢失"]),
    occurred_at=st.integers(0, 200).map(lambda h: NOON + timedelta(hours=h)),
    lon=st.none() | st.floats(112.139, 112.141),
    lat=st.floats(32.039, 32.041),
    precision_m=st.sampled_from([None, 5.0, 1000.0]),
    address=st.sampled_from(["", "人民路12号", "人民路14号"]),
    region_path=st.sampled_from(["", "/42/4206/420606/", "/42/4206/420602/"]),
    thing=st.sampled_from(["", "lamp-1"]),
)


def cases_of(reports: list[Report], rule: MergeRule, shuffle: random.Random | None = None) -> list[str]:
    """Which case each report ends up in when they come one after the other."""
    opened: list[Candidate] = []
    found = []
    for report in reports:
        candidates = list(opened)
        if shuffle:
            shuffle.shuffle(candidates)
        best = next(iter(rank(report, candidates, rule)), None)
        if best and best.merge:
            found.append(best.case)
        else:
            opened.append(Candidate(f"C{len(opened)}", report, order=len(opened)))
            found.append(opened[-1].number)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(REPORTS, max_size=25), st.randoms(use_true_random=False))
def test_the_same_signals_in_the_same_order_give_the_same_cases(reports, luck):
    """Whatever order the database returns the candidates in."""
    assert cases_of(reports, RULE) == cases_of(reports, RULE, luck)


@settings(max_examples=150, deadline=None)
@given(REPORTS, REPORTS)
def test_whether_two_reports_are_one_matter_does_not_depend_on_who_came_first(one, other):
    there = compare(one, Candidate("x", other), RULE)
    back = compare(other, Candidate("x", one), RULE)
    assert (there.merge, there.rule, there.score) == (back.merge, back.rule, back.score)
    assert 0 <= there.score <= 1
