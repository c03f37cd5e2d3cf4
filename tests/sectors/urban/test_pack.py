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


REPORTS = [
    ("人民路12号门口的路灯三天不亮了", "urban.facilities.street_light"),
    ("晚上回家楼下的灯不亮,老人看不清路", "urban.facilities.street_light"),
    ("解放路与建设路交叉口红绿灯不亮,车都乱走", "urban.facilities.signal"),
    ("小区门口窨井盖没了,小孩差点掉下去", "urban.facilities.manhole"),
    ("公交站前面路面塌了一个大坑", "urban.facilities.road"),
    ("人行道地砖松动,一下雨就溅一身水", "urban.facilities.pavement"),
    ("路口的限速牌被撞歪了", "urban.facilities.sign"),
    ("消防栓一直在喷水", "urban.facilities.hydrant"),
    ("垃圾桶已经满溢,没人来倒", "urban.sanitation.collection"),
    ("有人半夜在河边偷倒建筑垃圾", "urban.sanitation.dumping"),
    ("楼道里贴满小广告", "urban.sanitation.graffiti"),
    ("小区老鼠成群", "urban.sanitation.rodents"),
    ("桥面结冰,电动车摔了好几辆", "urban.sanitation.snow"),
    ("工地扬尘太大,窗户都不敢开", "urban.site.dust"),
    ("学校门口流动摊贩占道经营,孩子过不去", "urban.street.vending"),
    ("隔壁楼顶私搭彩钢棚,属于违章搭建", "urban.street.building"),
    ("有人遛狗不牵绳", "urban.street.animal"),
    ("楼下广场舞音响太吵", "urban.noise.life"),
    ("KTV凌晨两点还在放音乐,吵得睡不着", "urban.noise.business"),
    ("工地夜间施工噪音扰民", "urban.noise.works"),
    ("高架车流噪声大", "urban.noise.traffic"),
    ("幼儿园门口双排违停,堵死了", "urban.parking.illegal"),
    ("地下车库有辆僵尸车,两年没动了", "urban.parking.abandoned"),
    ("停车场乱收费", "urban.parking.facility"),
    ("家里停水一整天了,没有通知", "urban.supply.water"),
    ("污水井堵了,粪水流到路上", "urban.supply.sewer"),
    ("暴雨后地下通道积水半米深", "urban.supply.flooding"),
    ("整栋楼停电,电梯里还有人", "urban.supply.power"),
    ("楼道里有燃气味,怀疑燃气泄漏", "urban.supply.gas"),
    ("暖气不热,室温只有14度", "urban.supply.heat"),
    ("大风把行道树刮倒,压住了车", "urban.green.tree"),
    ("绿化带杂草丛生没人修剪", "urban.green.care"),
    ("电动车在楼道充电,占了消防通道", "urban.safety.fire"),
    ("老房子外墙瓷砖脱落,砸到人行道", "urban.safety.building"),
    ("包工头拖欠农民工工资", "hotline.labour.wages"),
    ("养老保险怎么补缴", "hotline.labour.insurance"),
    ("今年小学入学学区怎么划片", "hotline.education.school"),
    ("奶茶店喝出异物,拉肚子了", "hotline.health.food"),
    ("办的健身卡商家跑路,要求退款", "hotline.commerce.consumer"),
    ("烧烤店油烟直接排到我家窗户", "hotline.environment.air"),
    ("河道发黑发臭,有死鱼", "hotline.environment.water"),
    ("公交车半小时不来一班", "hotline.transport.bus"),
    ("出租车拒载绕路", "hotline.transport.taxi"),
    ("物业费涨价,业委会不同意", "hotline.construction.property"),
    ("征地补偿款一直没发", "hotline.construction.demolition"),
]


class TestWords:
    """A fresh city, in which nobody has trained a classifier, knows what most reports are about."""

    @pytest.mark.parametrize(("text", "code"), REPORTS, ids=[code for _, code in REPORTS])
    def test_what_citizens_say(self, city, text, code):
        guess = catalogue().wording.read([text])[0]
        assert (guess.code, guess.is_sure) == (code, True), guess

    @pytest.mark.parametrize(
        "text",
        ["请领导关注我们小区", "路灯下面有人乱停车还放广场舞", "你好,想反映一个问题", "安全隐患严重,盼整改"],
    )
    def test_what_leaves_doubt_is_a_person_s(self, city, text):
        assert not any(guess.is_sure for guess in catalogue().wording.read([text]))

    def test_every_kind_has_words(self, declared):
        assert [kind.code for kind in declared.case_types if not kind.keywords] == []

    @pytest.mark.data
    def test_of_what_it_is_sure_of_in_real_messages_five_in_six_are_right(self, city, public_data):
        """712 messages that people labelled with seven words; the keywords were corrected on these very messages."""
        with (public_data / "01_hotline" / "taidi_labelled_dev.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        wording = catalogue().wording
        read = [(row["一级标签"], wording.read([row["留言主题"], row["留言详情"].strip()])) for row in rows]
        found = [(label, guesses[0].code) for label, guesses in read if guesses and guesses[0].is_sure]
        right = sum(means(label, code) for label, code in found)
        assert len(found) / len(rows) > 0.70
        assert right / len(found) > 0.83


def means(label: str, code: str) -> bool:
    """Is this our kind for that word? The word for town building covers all of city management; noise and parking are
    also called environment and transport.
    """
    also = {"环境保护": "urban.noise", "交通运输": "urban.parking", "城乡建设": "urban."}.get(label, "-")
    return code.startswith((FIRST_LEVEL[label], also))


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
