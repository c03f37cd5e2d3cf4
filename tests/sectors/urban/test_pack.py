"""The urban pack: judged, loaded, and lived through as those do who handle what it declares."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from citybrain.base.audit import SYSTEM
from citybrain.base.packs import check_packs
from citybrain.base.packs.documents import read_document
from citybrain.base.parties.actions import import_organisations
from citybrain.base.parties.models import Organisation
from citybrain.base.parties.rosters import read_roster
from citybrain.hubs.business.cases.calendars import due_of, working_time
from citybrain.hubs.business.cases.manifest import CasesFile, Duration
from citybrain.hubs.business.cases.packing import apply_cases_file
from citybrain.hubs.business.cases.queries import catalogue, organisation_for
from citybrain.hubs.business.signals.actions.triaging import type_of_label
from tests.hubs.business.cases.stage import Person, Refused

FOLDER = Path(__file__).resolve().parents[3] / "src" / "citybrain" / "sectors" / "urban"
BEIJING = ZoneInfo("Asia/Shanghai")
FIRST_LEVEL = {
    "城乡建设": "hotline.construction",
    "劳动和社会保障": "hotline.labour",
    "教育文体": "hotline.education",
    "卫生计生": "hotline.health",
    "商贸旅游": "hotline.commerce",
    "环境保护": "hotline.environment",
    "交通运输": "hotline.transport",
}


@pytest.fixture(scope="module")
def declared() -> CasesFile:
    return CasesFile.model_validate(read_document(FOLDER / "cases.yaml").data)


@pytest.fixture
def city(cast, clock, declared):
    """The city of the cast, with the pack's own example of organisations."""
    rows, problems = read_roster(FOLDER / "organisations.csv")
    assert problems == []
    taken = set(Organisation.objects.values_list("code", flat=True))
    import_organisations([row for row in rows if row.code not in taken], actor=SYSTEM)
    assert apply_cases_file("urban", declared, actor=SYSTEM) in (None, [])
    return cast


def test_the_judge_finds_nothing_wrong():
    assert [str(problem) for problem in check_packs([FOLDER])] == []


def test_there_are_more_than_thirty_kinds_in_two_levels(declared):
    parents = {kind.parent for kind in declared.case_types if kind.parent}
    tops = [kind for kind in declared.case_types if kind.parent is None]
    leaves = [kind for kind in declared.case_types if kind.parent is not None]
    assert len(tops) >= 15
    assert len(leaves) >= 50
    assert not parents & {kind.code for kind in leaves}
    assert len({kind.title.zh for kind in declared.case_types}) == len(declared.case_types)


def test_somebody_is_responsible_for_every_kind(city, declared):
    nobody = [kind.code for kind in declared.case_types if not organisation_for(kind.code, "/4206/420606/").found]
    assert nobody == []
    assert organisation_for("urban.facilities.street_light", "/4206/420606/").organisation_code == "lighting"
    assert organisation_for("urban.green.tree", "").organisation_code == "parks"


class TestLabels:
    @pytest.mark.parametrize(("label", "code"), FIRST_LEVEL.items())
    def test_the_first_level_of_what_citizens_write_about(self, city, label, code):
        assert type_of_label(label, catalogue()) == code

    @pytest.mark.parametrize(
        ("label", "code"),
        [
            ("SW-Dirty Alley", "urban.sanitation.street"),
            ("SW-Something New", "urban.sanitation"),
            ("FCPF-Trial Request-Parking", "hotline.service.payment"),
            ("DPW - Calendar  or  Water Quality Report Request", "hotline.service"),
            ("Sanitation Code Violation", "urban.sanitation"),
            ("Noise - Residential", "urban.noise.life"),
            ("Unheard Of", ""),
        ],
    )
    def test_words_of_other_systems_exactly_or_by_family(self, city, label, code):
        assert type_of_label(label, catalogue()) == code

    @pytest.mark.data
    def test_all_types_of_two_cities_mean_something(self, city, public_data):
        folder = public_data / "02_311"
        if not folder.is_dir():
            pytest.skip(f"{folder} is not here")
        with gzip.open(folder / "baltimore_311_dev.csv.gz", "rt", encoding="utf-8") as file:
            baltimore = Counter(row["SRType"] for row in csv.DictReader(file))
        with gzip.open(folder / "nyc_311_2023_2024.csv.gz", "rt", encoding="utf-8") as file:
            new_york = Counter(row["complaint_type"] for row in csv.DictReader(file))
        words = catalogue()
        assert [label for label in baltimore if not type_of_label(label, words)] == []
        unmapped = sum(count for label, count in new_york.items() if not type_of_label(label, words))
        assert unmapped / new_york.total() < 0.03


class TestCalendar:
    @pytest.fixture
    def office(self, declared):
        return working_time(next(one for one in declared.calendars if one.key == "urban.office"), BEIJING)

    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (date(2026, 2, 13), True),
            (date(2026, 2, 14), True),  # a Saturday that is worked for the Spring Festival
            (date(2026, 2, 15), False),
            (date(2026, 2, 23), False),
            (date(2026, 2, 24), True),
            (date(2026, 2, 28), True),
            (date(2026, 10, 7), False),
            (date(2026, 10, 10), True),
            (date(2020, 2, 1), False),  # the extension of January 2020 took this make-up day back
            (date(2020, 1, 19), True),
            (date(2026, 3, 7), False),
            (date(2026, 3, 9), True),
        ],
    )
    def test_free_days_and_make_up_days(self, office, day, works):
        assert bool(office.spans(day)) is works

    def test_the_days_of_2026_add_up(self, office):
        """Weekdays, less the free days among them, and the make-up days at week ends: counted by hand below."""
        days = [date(2026, 1, 1).toordinal() + n for n in range(365)]
        assert sum(bool(office.spans(date.fromordinal(day))) for day in days) == WORKING_DAYS_2026

    def test_five_working_days_across_the_spring_festival(self, office):
        start = datetime(2026, 2, 12, 10, 0, tzinfo=BEIJING)
        due = due_of(office, start, Duration(amount=5, unit="working_days"))
        assert due.astimezone(BEIJING) == datetime(2026, 2, 26, 17, 30, tzinfo=BEIJING)

    def test_two_working_hours_over_noon(self, office):
        start = datetime(2026, 3, 2, 11, 0, tzinfo=BEIJING)
        due = due_of(office, start, Duration(amount=2, unit="working_hours"))
        assert due.astimezone(BEIJING) == datetime(2026, 3, 2, 15, 0, tzinfo=BEIJING)


# Free days of 2026 that fall on Monday to Friday: 1 and 2 January; 16, 17, 18, 19, 20 and 23 February; 6 April;
# 1, 4 and 5 May; 19 June; 25 September; 1, 2, 5, 6 and 7 October: 19. Make-up days: 6. Weekdays of 2026: 261.
WORKING_DAYS_2026 = 261 - 19 + 6


class TestLoops:
    def test_a_ticket_of_the_hotline_needs_a_result_and_a_call_back(self, city):
        """办理结果和回访缺一不可: nobody can close it from handling, and an unhappy citizen sends it back."""
        dispatcher, handler = Person(city, "dispatcher"), Person(city, "handler")
        case = dispatcher.opens("hotline.construction", title="小区门口积水")
        dispatcher.takes("transfer", case, organisation="urban", reason="由城管办理")
        handler.takes("accept", case)
        for step in ("close", "satisfied"):
            assert dispatcher.tries(step, case, note="x", summary="x") == 409
        assert handler.tries("finish", case) == 422

        handler.takes("finish", case, note="已疏通")
        assert case.state == "to_call_back"
        assert dispatcher.tries("close", case, summary="x") == 409
        dispatcher.takes("dissatisfied", case, reason="仍有积水")
        assert case.state == "handling"
        handler.takes("finish", case, note="已更换管道")
        dispatcher.takes("satisfied", case, note="市民满意")
        with pytest.raises(Refused):
            dispatcher.takes("close", case)
        dispatcher.takes("close", case, summary="管道老化,已更换")
        assert (case.state, case.outcome) == ("closed", "resolved")

    def test_grid_work_passes_its_six_steps(self, city):
        dispatcher, handler = Person(city, "dispatcher"), Person(city, "handler")
        case = dispatcher.opens("urban.street.vending", title="占道经营")
        stages = [case.stage]
        handler.takes("accept", case)
        stages.append(case.stage)
        handler.finishes(case)
        stages.append(case.stage)
        dispatcher.takes("verify", case)
        stages.append(case.stage)
        dispatcher.takes("rate", case, note="市民好评")
        stages.append(case.stage)
        dispatcher.takes("close", case, summary="已劝离")
        assert stages == ["accept", "cooperate", "settle", "rate", "analyse"]
        assert case.told()[0]
        assert case.outcome == "resolved"

    def test_clocks_run_for_the_case_and_its_steps(self, city, clock):
        case = Person(city, "dispatcher").opens("urban.facilities.manhole", title="井盖丢失")
        clocks = {one["clock"]: one for one in case.look()["clocks"]}
        assert set(clocks) == {"urban.four-hours", "urban.accept-now"}
        assert (case.due - clock.now()).total_seconds() == 2 * 3600  # severity II
