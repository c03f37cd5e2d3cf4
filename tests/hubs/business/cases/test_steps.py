"""What people do with a case, from its opening to its summary."""

from __future__ import annotations

import json

import pytest

from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.notices.actions import deliver_due
from citybrain.base.notices.models import Notice
from citybrain.hubs.business.cases.models import Assignment, Case, TimelineEntry
from tests.hubs.business.cases.stage import NEXT_STREET, OTHER_COUNTY, OUTSIDE, Person, Play, Refused, declare


def test_a_case_goes_from_its_opening_to_its_summary(play: Play):
    """发生—告警—处置—解决—总结, with a check by somebody else and a summary that cannot be left out."""
    case = play.dispatcher.opens()
    assert (case.state, case.stage, case.organisation) == ("dispatched", "alert", "urban")

    play.handler.takes("accept", case)
    assert (case.state, case.stage) == ("handling", "handle")

    play.handler.finishes(case, note="已更换灯泡")
    assert (case.state, case.stage) == ("to_verify", "resolve")

    play.dispatcher.takes("verify", case)
    assert case.stage == "summarise"

    with pytest.raises(Refused) as refused:
        play.dispatcher.takes("close", case)
    assert refused.value.fields == {"summary": "input.required"}

    play.dispatcher.takes("close", case, summary="灯泡老化,已更换")
    seen = case.look()
    assert (seen["state"], seen["outcome"], seen["summary"]) == ("closed", "resolved", "灯泡老化,已更换")
    assert [task["outcome"] for task in seen["assignments"]] == ["done"]
    assert case.told() == [
        "立案：路灯不亮",
        "告警：进入待派遣",
        "按责任清单派遣至市城管执法委",
        "市城管执法委接收",
        "市城管执法委处置完毕：已更换灯泡",
        "核查通过",
        "结案（已解决）：灯泡老化,已更换",
    ]


def test_every_step_leaves_evidence_and_is_announced(play: Play):
    """Timeline, audit trail and bus tell the same, with the same actor, and the timeline names its event."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)

    subject = f"case/{case.number}"
    announced = list(
        OutboxEvent.objects.filter(subject=subject).order_by("position").values_list("type", "actor", "id")
    )
    lines = list(TimelineEntry.objects.filter(case__number=case.number).values_list("event", "actor_key"))
    assert [kind for kind, _, _ in announced] == ["case.opened", "case.dispatched", "case.accepted"]
    assert [(event, actor) for _, actor, event in announced] == [line for line in lines if line[0]]
    assert len(lines) == 4, "a step that follows by itself has a line, and belongs to the message of the one before"
    assert json.loads(OutboxEvent.objects.get(type="case.opened").data)["state"] == "to_dispatch"
    proved = Record.objects.filter(object_kind="case", object_key=case.number).values_list("action", "actor_key")
    handler = play.cast.viewer("handler").actor_key
    assert list(proved) == [
        ("case.opened", play.cast.viewer("dispatcher").actor_key),
        ("case.dispatched", "system:dispatch"),
        ("case.accepted", handler),
    ]


def test_messages_and_evidence_hold_no_words_that_a_person_wrote(play: Play):
    """A reason may name a neighbour: it stays on the case and goes neither to the bus nor into the audit trail."""
    case = play.dispatcher.opens(title="王芳家门口路灯不亮", text="电话 13800000000")
    play.handler.takes("return", case, reason="王芳说不归我们管")

    written = [row.data for model in (OutboxEvent, Record) for row in model.objects.all()]
    everything = " ".join(written)
    assert "王芳" not in everything
    assert "138" not in everything
    assert case.told()[-1] == "市城管执法委退回：王芳说不归我们管"


def inbox(person: Person) -> set[str]:
    """What lies unread."""
    deliver_due()
    return {letter["key"] for letter in person.get("/notices", unread="true")["items"]}


def test_nobody_is_asked_any_longer_for_what_is_past(play: Play):
    """A notice is unread until it is read or its matter has gone on; what was not yet delivered is withdrawn."""
    case = play.dispatcher.opens()
    assert "case.dispatched" in inbox(play.handler)
    play.move(days=1)
    assert "clock.breached" in inbox(play.handler)
    play.handler.takes("accept", case)
    assert inbox(play.handler) == {"clock.breached"}
    play.handler.finishes(case)
    assert "case.to_verify" in inbox(play.dispatcher)

    play.dispatcher.takes("verify", case)
    play.dispatcher.takes("close", case, summary="灯泡老化,已更换")
    assert inbox(play.handler) == inbox(play.dispatcher) == set()
    letters = play.handler.get("/notices")["items"]
    assert {letter["key"] for letter in letters} >= {"case.dispatched", "clock.breached"}
    assert all(letter["settled_at"] and not letter["read_at"] for letter in letters)

    swift = play.dispatcher.opens()
    play.handler.takes("accept", swift)
    assert Notice.objects.get(subject=f"case/{swift.number}", key="case.dispatched").state == "withdrawn"


def test_a_returned_case_keeps_its_clock(play: Play):
    """The citizen's waiting time does not start again because two departments disagree."""
    case = play.dispatcher.opens()
    due = case.due

    play.move(hours=1)
    play.handler.takes("return", case, reason="属供电公司管养")

    assert (case.state, case.organisation) == ("to_dispatch", None)
    assert case.due == due
    assert case.told()[-1] == "市城管执法委退回：属供电公司管养"


def test_returning_needs_a_reason(play: Play):
    case = play.dispatcher.opens()

    with pytest.raises(Refused) as refused:
        play.handler.takes("return", case, reason="  ")

    assert refused.value.fields == {"reason": "input.required"}
    assert case.state == "dispatched"


def test_somebody_else_cannot_act_and_nothing_happens(play: Play):
    case = play.dispatcher.opens()
    before = (TimelineEntry.objects.count(), OutboxEvent.objects.count(), Record.objects.count())

    for name, status in (("handler_elsewhere", 404), ("leader", 403), ("citizen", 403), ("nobody", 403)):
        with pytest.raises(Refused) as refused:
            play.person(name).takes("accept", case)
        assert refused.value.status in (status, 404), name

    assert case.state == "dispatched"
    assert (TimelineEntry.objects.count(), OutboxEvent.objects.count(), Record.objects.count()) == before


def test_a_dispatcher_of_another_county_sees_nothing(play: Play):
    case = play.dispatcher.opens()

    with pytest.raises(Refused) as refused:
        play.dispatcher_elsewhere.get(f"/cases/{case.number}")

    assert refused.value.status == 404
    assert play.dispatcher_elsewhere.sees() == []
    assert play.county_dispatcher.sees() == [case.number]


def test_whoever_held_a_case_still_sees_it(play: Play):
    """A handler sees what is or was assigned to his organisation."""
    case = play.dispatcher.opens()
    play.handler.takes("transfer", case, organisation="eco", reason="属环保")

    assert case.organisation == "eco"
    assert play.handler.sees() == [case.number]
    assert play.handler_elsewhere.sees() == [case.number]
    assert play.handler.may(case) == []


def test_a_transfer_restarts_the_time_to_accept_but_not_that_of_the_case(play: Play):
    case = play.dispatcher.opens()
    due = case.due
    play.move(hours=1.5)

    play.handler.takes("transfer", case, organisation="eco", reason="属环保")

    running = {clock["extent"]: clock for clock in case.clocks if clock["stopped_at"] is None}
    assert case.due == due
    assert running["step"]["started_at"] == "2026-03-02T02:30:00Z"
    assert [task["outcome"] for task in case.assignments] == ["transferred", ""]


def test_a_transfer_to_oneself_is_refused(play: Play):
    case = play.dispatcher.opens()

    with pytest.raises(Refused) as refused:
        play.handler.takes("transfer", case, organisation="urban", reason="再试")

    assert refused.value.fields == {"organisation": "case.same_organisation"}


def test_a_second_organisation_helps_with_a_task_of_its_own(play: Play):
    """协办: the helper has a task, the holder stays the holder, and each finishes his own."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)

    play.handler.takes("assist", case, organisation="eco", note="请测噪声")
    assert play.handler_elsewhere.may(case) == ["contribute"]
    play.handler_elsewhere.takes("contribute", case, note="已测,达标")

    tasks = [(task["organisation"], task["role"], task["outcome"]) for task in case.assignments]
    assert tasks == [("urban", "lead", ""), ("eco", "assist", "done")]
    assert (case.state, case.organisation) == ("handling", "urban")
    assert case.told()[-2:] == ["请市生态环境局协助：请测噪声", "市生态环境局协助完成：已测,达标"]
    with pytest.raises(Refused):
        play.handler_elsewhere.takes("contribute", case, note="再来")


def test_nobody_checks_his_own_work(play: Play):
    """A grid worker may handle and may verify, but not verify what he himself finished."""
    case = play.dispatcher.opens()
    play.grid_worker.takes("accept", case)
    play.grid_worker.finishes(case)

    assert "verify" not in play.grid_worker.may(case)
    with pytest.raises(Refused) as refused:
        play.grid_worker.takes("verify", case)
    assert refused.value.code == "case.not_yours"
    assert "verify" in play.dispatcher.may(case)


def test_work_that_is_not_accepted_goes_back_to_its_holder(play: Play):
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.handler.finishes(case)

    play.dispatcher.takes("reject", case, reason="灯仍不亮")

    assert (case.state, case.organisation, case.finished_at) == ("handling", "urban", None)
    play.handler.finishes(case)
    assert case.state == "to_verify"


def test_a_photo_is_evidence_only_of_whoever_took_it(play: Play):
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    borrowed = play.dispatcher.uploads()

    with pytest.raises(Refused) as refused:
        play.handler.takes("finish", case, note="好了", evidence=[borrowed])
    assert refused.value.fields == {"evidence": "case.not_your_file"}

    play.handler.finishes(case)
    shown = case.evidence[0]["file"]
    assert play.dispatcher.get(f"/files/{shown}")["media_type"] == "image/jpeg"
    with pytest.raises(Refused):
        play.handler_elsewhere.get(f"/files/{shown}")


@pytest.mark.parametrize(
    ("step", "outcome"),
    [("end_not_ours", "not_ours"), ("end_no_action", "no_action_needed")],
)
def test_a_case_can_end_for_a_reason_without_being_handled(play: Play, step: str, outcome: str):
    case = play.dispatcher.opens("city.noise")

    with pytest.raises(Refused):
        play.dispatcher.takes(step, case)
    play.dispatcher.takes(step, case, reason="属铁路部门")

    assert (case.state, case.outcome, case.accepted_at) == ("ended", outcome, None)
    assert {clock["outcome"] for clock in case.clocks} == {"on_time"}


def test_a_duplicate_names_another_open_case_that_one_can_see(play: Play):
    case, kept, over = (play.dispatcher.opens() for _ in range(3))
    play.dispatcher.takes("end_no_action", over, reason="无需处置")
    elsewhere = play.dispatcher_elsewhere.opens(at=OTHER_COUNTY)
    county = play.county_dispatcher

    [step] = [one for one in county.get(f"/cases/{case.number}")["possible"] if one["key"] == "end_duplicate"]
    assert step["needs"] == ["reason", "into"]
    for into in (None, "AJ0", case.number, elsewhere.number):
        with pytest.raises(Refused) as refused:
            county.takes("end_duplicate", case, reason="重复", into=into)
        assert refused.value.fields == {"into": "case.not_another" if into else "input.required"}
    with pytest.raises(Refused) as refused:
        county.takes("end_duplicate", case, reason="重复", into=over.number)
    assert refused.value.code == "case.not_open"

    county.takes("end_duplicate", case, reason="重复", into=kept.number)
    assert (case.outcome, case.duplicate_of) == ("duplicate", kept.number)


def test_closed_is_not_solved_and_who_was_late_stays_late(play: Play):
    """Reopening goes on with the clock of the case; what was measured first stays, and so does the holder."""
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.move(hours=25)
    play.dispatcher.takes("close", case, summary="好了")

    play.dispatcher.takes("reopen", case, reason="又不亮了")

    seen = case.look()
    assert (seen["state"], seen["organisation"], seen["outcome"], seen["reopened_count"]) == (
        "dispatched",
        "urban",
        "",
        1,
    )
    whole = [clock for clock in seen["clocks"] if clock["extent"] == "case"]
    assert [(clock["round"], clock["outcome"]) for clock in whole] == [(1, "late"), (2, "")]
    assert seen["due_at"] == "2026-03-03T01:00:00Z"
    assert seen["is_overdue"]

    play.handler.takes("accept", case)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.dispatcher.takes("close", case, summary="好了")
    assert [clock["outcome"] for clock in case.look()["clocks"] if clock["extent"] == "case"] == ["late", "late"]


def test_a_leader_supervises(play: Play):
    case = play.dispatcher.opens()

    play.leader.takes("supervise", case, note="请今日办结")

    assert case.is_supervised
    assert case.state == "dispatched"
    assert play.dispatcher.sees(supervised=True) == [case.number]


def test_a_step_that_the_state_does_not_have_says_what_is_possible(play: Play):
    case = play.dispatcher.opens()

    with pytest.raises(Refused) as refused:
        play.handler.takes("finish", case, note="好了", evidence=[play.handler.uploads()])
    assert (refused.value.status, refused.value.code) == (409, "case.not_possible")

    with pytest.raises(Refused) as unknown:
        play.handler.takes("fly", case)
    assert unknown.value.fields == {"key": "input.not_allowed"}


def test_the_case_page_offers_exactly_what_each_may_do(play: Play):
    case = play.dispatcher.opens()

    assert play.handler.may(case) == ["accept", "return", "transfer", "extend"]
    assert play.dispatcher.may(case) == ["transfer", "end_duplicate", "end_no_action"]
    assert play.leader.may(case) == ["supervise"]
    assert play.auditor.may(case) == []


def test_everything_offered_can_be_taken_and_nothing_else(play: Play):
    """For each person and each step of the loop: offered exactly when the door does not say 403 or 404 or 409."""
    fields = {
        "reason": "理由", "note": "备注", "summary": "总结", "organisation": "eco",
        "duration": {"amount": 1, "unit": "hours"}, "into": play.dispatcher.opens().number,
    }  # fmt: skip
    loop = play.dispatcher.get("/loops/standard")["definition"]
    for name in ("dispatcher", "handler", "leader", "administrator"):
        for step in loop["transitions"]:
            if step.get("automatic") or step["verb"] in ("grant", "refuse"):
                continue
            case = play.dispatcher.opens()
            offered = step["key"] in play.person(name).may(case)
            needs = [*step.get("needs", []), *(["into"] if step["key"] == "end_duplicate" else [])]
            asked = {need: fields[need] for need in needs if need in fields}
            if "evidence" in step.get("needs", []):
                asked["evidence"] = [play.person(name).uploads()] if offered else ["0" * 32]
            status = play.person(name).tries(step["key"], case, **asked)
            assert status in (200, 403, 404, 409), (name, step["key"], status)
            assert (status == 200) is offered, (name, step["key"])


def test_a_case_outside_every_region_is_kept_and_marked(play: Play):
    case = play.dispatcher.opens(at=OUTSIDE)

    assert (case.region_code, case.lon, case.lat) == ("", *OUTSIDE)
    assert play.dispatcher.sees(unlocated=True) == [case.number]
    assert play.county_dispatcher.sees() == []


def test_a_case_knows_the_time_of_each_of_the_four_firsts(play: Play):
    """第一时间发现、最短时间响应、最快时间处置、第一时间反馈."""
    case = play.dispatcher.opens(occurred_at="2026-03-02T08:50:00+08:00")
    play.move(minutes=20)
    play.handler.takes("accept", case)
    play.move(hours=2)
    play.handler.finishes(case)
    play.dispatcher.takes("verify", case)
    play.move(minutes=5)
    play.dispatcher.takes("close", case, summary="好了")

    assert case.timings == {"discover": 600.0, "respond": 1200.0, "dispose": 7200.0, "feedback": 300.0}


def test_numbers_are_readable_and_follow_the_day_of_the_city(play: Play):
    first, second = play.dispatcher.opens(), play.dispatcher.opens()
    play.move(hours=16)
    tomorrow = play.dispatcher.opens()

    assert first.number == "AJ2026030200001"
    assert second.number == "AJ2026030200002"
    assert tomorrow.number == "AJ2026030300001"


def test_two_cases_of_one_matter_become_one(play: Play):
    from citybrain.hubs.business.cases.actions import merge_cases

    kept, double = play.dispatcher.opens(), play.dispatcher.opens(at=NEXT_STREET)

    merge_cases(double.number, kept.number, actor=play.cast.viewer("dispatcher"), reason="同一盏灯")

    assert (double.outcome, double.duplicate_of) == ("duplicate", kept.number)
    assert double.told()[-1] == f"终结（重复案件）：同一盏灯（见{kept.number}）"
    assert kept.told()[-1] == f"案件{double.number}与本案重复，已并入"


def test_an_older_case_keeps_the_loop_it_was_opened_with(play: Play):
    """A changed loop is a new version: it holds for new cases only."""
    case = play.dispatcher.opens()
    loop = play.dispatcher.get("/loops/standard")["definition"]
    loop["title"] = {"zh": "新闭环", "en": "New loop"}
    loop["transitions"] = [step for step in loop["transitions"] if step["key"] != "return"]
    declare({"loops": [loop]}, pack="other")

    newer = play.dispatcher.opens()

    assert "return" in play.handler.may(case)
    assert "return" not in play.handler.may(newer)
    play.handler.takes("return", case, reason="不归我们")


def test_nothing_else_is_saved_than_what_changed(play: Play, django_assert_num_queries):
    """Accepting saves four columns of the case; a title that somebody mended at the same time stays mended."""
    case = play.dispatcher.opens()
    Case.objects.filter(number=case.number).update(title="长虹路路灯不亮")
    stale = Case.objects.get(number=case.number)
    stale.title = "old"

    from citybrain.hubs.business.cases.actions import accept_case

    accept_case(stale, actor=play.cast.viewer("handler"))

    assert case.title == "长虹路路灯不亮"
    assert Assignment.objects.get(case__number=case.number).person_id == play.cast.user("handler").pk
