"""Staff at work: people of different pace and care, who act with their own keys and only as the loops allow."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citybrain.base.accounts import system_viewer
from citybrain.base.packs import load_packs
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.models import Assignment, Case
from citybrain.lab.city.bodies import make_organisations
from citybrain.lab.life.deciding import CLOSES, OPENS, Decider, Seen, at_work, before_closing
from citybrain.lab.life.people import Keys, People
from citybrain.lab.life.staff import Staff
from citybrain.lab.life.weather import DAY, ZONE
from tests.hubs.business.cases.stage import LAMPS, Person, declare
from tests.lab.life.stage import StageDoor, Straight

MONDAY = int(datetime(2026, 3, 2, 1, tzinfo=UTC).timestamp())
"""09:00 in Beijing, where the clock of the tests stands."""


@pytest.fixture
def people(world) -> People:
    return People(world, Keys({member.username: member.username for member in world.staff}, {}))


def a_row(number: int, **values: object) -> dict[str, object]:
    return {
        "number": f"AJ20260302{number:05d}", "revision": 2, "state": "dispatched", "severity": 4,
        "case_type": "urban.facilities.street_light", "organisation": "lighting", "region_code": "429901001001001",
        "is_overdue": False, "is_supervised": False, **values,
    }  # fmt: skip


def decisions(people: People, count: int = 400, **values: object):
    decider = Decider(people.seed, people)
    return [decider.decide(Seen(a_row(number, **values), float(MONDAY))) for number in range(count)]


def test_some_are_quick_and_some_are_slow(people):
    waits = [one.at - MONDAY for one in decisions(people, severity=1, state="handling")]

    assert min(waits) < 30 * 60
    assert max(waits) > 4 * 3_600
    assert len(set(waits)) > 350


def test_most_accept_and_some_send_back_what_is_not_theirs(people):
    steps = Counter(one.step for one in decisions(people))

    assert set(steps) == {"accept", "return"}
    assert 4 <= steps["return"] <= 60


def test_a_careless_finish_is_found_out_and_the_second_time_it_is_done_well(people):
    finished = decisions(people, state="handling", revision=3)
    careless = {number for number, one in enumerate(finished) if not one.is_mended}
    checked = decisions(people, state="to_verify", revision=4)
    rejected = {number for number, one in enumerate(checked) if one.step == "reject"}

    assert careless
    assert careless == rejected
    assert len(careless) < 0.3 * len(finished)
    assert all(one.is_mended for one in decisions(people, state="handling", revision=9))


def test_nobody_checks_his_own_work(people):
    for finished, checked in zip(
        decisions(people, state="handling"), decisions(people, state="to_verify", revision=3), strict=True
    ):
        assert finished.person.member.username != checked.person.member.username


def test_what_is_not_urgent_waits_for_the_morning():
    for hour in range(24):
        moment = MONDAY - 9 * 3_600 + hour * 3_600
        local = (at_work(moment, 0.5) + ZONE) % DAY / 3_600
        assert OPENS <= local <= CLOSES
        assert at_work(moment, 0.5) >= moment


def test_most_have_an_eye_on_the_clock_and_some_do_not(people):
    """Without a limit they take a day and more; with one of ten hours most are through with their part in five."""
    due = datetime.fromtimestamp(MONDAY + 36_000, UTC).isoformat()
    free = [one.at - MONDAY for one in decisions(people, state="handling")]
    bound = [one.at - MONDAY for one in decisions(people, state="handling", due_at=due)]
    assert sum(wait > 18_000 for wait in free) > 300
    assert 0.03 < sum(wait > 18_000 for wait in bound) / len(bound) < 0.3
    assert [one for one, other in zip(bound, free, strict=True) if one > other] == []
    late = decisions(people, state="handling", due_at=datetime.fromtimestamp(MONDAY - 60, UTC).isoformat())
    assert [one.at - MONDAY for one in late] == free


def test_what_must_be_done_by_night_is_done_before_closing_or_in_overtime():
    for hour in range(24):
        latest = MONDAY + hour * 3_600
        moment = before_closing(latest, MONDAY - 6 * 3_600, 0.5)
        local = (moment + ZONE) % DAY / 3_600
        assert moment <= latest
        assert OPENS <= local <= CLOSES or moment == latest
    assert before_closing(MONDAY + 12 * 3_600, MONDAY + 11 * 3_600, 0.5) == MONDAY + 12 * 3_600


def test_a_leader_presses_some_of_what_is_late_and_nothing_else(people):
    decider = Decider(people.seed, people)
    late = [decider.supervise(Seen(a_row(number, is_overdue=True), float(MONDAY))) for number in range(300)]
    fine = [decider.supervise(Seen(a_row(number), float(MONDAY))) for number in range(50)]

    assert 10 < sum(one is not None for one in late) < 100
    assert fine == [None] * 50


def test_every_office_that_can_be_sent_a_case_has_hands(people, world):
    from citybrain.lab.city.plan import plan_city

    regions = plan_city(11, 12_000).regions
    silent = {"gov", "command", "grid", "hotline"}
    offices = {row.code for row in make_organisations(regions) if row.kind != "station"} - silent

    assert offices <= set(people.handlers)
    assert len(people.grid_workers) == len(regions.communities)


class OneCase:
    """A city with one case, whose steps are counted and taken nowhere."""

    def __init__(self) -> None:
        self.row = a_row(7, state="to_verify", revision=5, finished_at=datetime.fromtimestamp(MONDAY, UTC).isoformat())
        self.steps: list[str] = []

    def ask(self, path: str, **_: object) -> tuple[int, object]:
        return 200, {"items": [self.row] if path == "/cases" else [], "next": None}

    def tell(self, path: str, *_: object, **__: object) -> tuple[int, object]:
        self.steps.append(path.rpartition("/")[2])
        return 200, {}


def test_after_a_restart_nothing_is_done_sooner(world, people, tmp_path):
    """A case says when it was finished, not since when it waits for its last step."""
    keys = Keys({member.username: member.username for member in world.staff}, {"watch": "leader"})
    city = OneCase()

    def at(hours: float, folder: Path | None) -> list[str]:
        city.steps = []
        staff = Staff(world, keys, city, folder, hands=1)
        staff.work(MONDAY + hours * 3_600)
        staff.close()
        return city.steps

    at(0.05, tmp_path)
    city.row = {**city.row, "state": "to_analyse", "revision": 6}
    assert at(8.4, tmp_path) == []
    assert at(8.41, tmp_path) == []
    assert at(8.41, None) == ["close"]


@pytest.mark.django_db
def test_a_case_goes_through_their_hands_to_its_end(cast, clock, world):
    """Looking, accepting, photographing, checking, closing: each by somebody else, each through the front door."""
    load_packs(actor=system_viewer("test"))
    declare(LAMPS)
    case = Person(cast, "dispatcher").opens()
    members = [
        type(world.staff[0])(name, role, organisation, "")
        for name, role, organisation in (
            ("handler", "handler", "urban"),
            ("dispatcher", "dispatcher", "command"),
            ("commander", "commander", "command"),
        )
    ]
    town = type(world)(**{**{k: v for k, v in world.__dict__.items() if k != "codes"}, "staff": members})
    keys = Keys({member.username: member.username for member in members}, {"watch": "leader"})
    staff = Staff(town, keys, StageDoor(cast), hands=1)
    staff._pool = Straight()

    for _ in range(200):
        clock.move(hours=1)
        staff.work(clock.now().timestamp())
        if Case.objects.get(number=case.number).closed_at:
            break

    done = Case.objects.get(number=case.number)
    assert done.outcome == "resolved", (staff.steps, staff.refused)
    assert {"accept", "finish", "verify", "close"} <= set(staff.steps)
    task = Assignment.objects.filter(case=done).latest("pk")
    assert task.person == cast.user("handler")
    assert Organisation.objects.get(pk=task.organisation_id).code == "urban"
