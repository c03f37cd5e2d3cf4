"""Loops as data: the three that the plans ask for run as declared, and a judge refuses what makes no sense."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from citybrain.hubs.business.cases.loops import VERBS, LoopDefinition, flaws_of
from citybrain.hubs.business.cases.packing import default_file
from tests.hubs.business.cases.stage import Play, Refused, declare


def words(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": zh}


def stage_states(*rows: tuple[str, str, str]) -> dict[str, Any]:
    """One stage and one state for each of (key, title, kind)."""
    return {
        "stages": [{"key": key, "title": words(title)} for key, title, _ in rows],
        "states": [{"key": key, "title": words(title), "stage": key, "kind": kind} for key, title, kind in rows],
        "initial": rows[0][0],
    }


def step(key: str, source: str | list[str], to: str | None, verb: str, who: str, **more: Any) -> dict[str, Any]:
    sources = [source] if isinstance(source, str) else source
    made = {"key": key, "title": words(key), "from": sources, "verb": verb, "who": who.split(), **more}
    return made if to is None else {**made, "to": to}


GRID_WORK: dict[str, Any] = {
    # Q2-02: 巡查上报、受理转办、协同办理、处置办结、评价反馈、分析研判
    "key": "grid-work",
    "title": words("网格化工作闭环"),
    **stage_states(
        ("reported", "巡查上报", "waiting"),
        ("accepted", "受理转办", "waiting"),
        ("joint", "协同办理", "working"),
        ("done", "处置办结", "checking"),
        ("rated", "评价反馈", "working"),
        ("analysed", "分析研判", "ended"),
    ),
    "transitions": [
        step("take_in", "reported", "accepted", "advance", "dispatcher"),
        step("hand_out", "accepted", "joint", "dispatch", "dispatcher system"),
        step("ask_help", "joint", None, "assist", "holder", needs=["organisation"]),
        step("help_done", "joint", None, "contribute", "helper", needs=["note"]),
        step(
            "finish", "joint", "done", "finish", "holder", needs=["note"],
            guard={"field": "open_assists", "is": "eq", "value": 0},
        ),
        step("rate", "done", "rated", "verify", "verifier", needs=["note"]),
        step("not_good", "done", "joint", "reject", "verifier", needs=["reason"]),
        step("analyse", "rated", "analysed", "close", "dispatcher", needs=["summary"], outcome="resolved"),
    ],
}  # fmt: skip

INDUSTRIAL_SECURITY: dict[str, Any] = {
    # Q2-08: 监测、报警、处置、溯源、恢复、检查
    "key": "industrial-security",
    "title": words("工业安全闭环"),
    **stage_states(
        ("monitored", "监测", "waiting"),
        ("alarmed", "报警", "waiting"),
        ("handling", "处置", "working"),
        ("tracing", "溯源", "working"),
        ("restoring", "恢复", "working"),
        ("checking", "检查", "checking"),
        ("over", "完成", "ended"),
    ),
    "transitions": [
        step(
            "alarm", "monitored", "alarmed", "advance", "system", automatic=True,
            guard={"field": "severity", "is": "le", "value": 2},
        ),
        step("raise_alarm", "monitored", "alarmed", "advance", "dispatcher", needs=["reason"]),
        step("send", "alarmed", "handling", "dispatch", "dispatcher system"),
        step("contained", "handling", "tracing", "advance", "holder", needs=["note"]),
        step("source_found", "tracing", "restoring", "advance", "holder", needs=["note"]),
        step("restored", "restoring", "checking", "finish", "holder", needs=["note"]),
        step("passed", "checking", "over", "verify", "verifier", outcome="resolved"),
        step("again", "checking", "handling", "reject", "verifier", needs=["reason"]),
        step("false_alarm", "monitored", "over", "end", "dispatcher", needs=["reason"], outcome="no_action_needed"),
    ],
}  # fmt: skip


def kind(code: str, loop: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "loops": [loop],
        "case_types": [{"code": code, "title": words(code), "loop": loop["key"], **more}],
        "responsibilities": [{"case_type": code, "organisation": "urban"}],
    }


def test_the_city_loop_of_five_stages_is_the_default(play: Play):
    """Q2-01 发生—告警—处置—解决—总结 is what a kind of case gets that says nothing."""
    stages = play.dispatcher.get("/loops/standard")["definition"]["stages"]

    assert [stage["title"]["zh"] for stage in stages] == ["发生", "告警", "处置", "解决", "总结"]
    assert play.dispatcher.opens().stage == "alert"


def test_the_grid_loop_runs_with_joint_handling_as_a_guard(play: Play):
    """Q2-02: six stages, and nothing is finished while a helper still has a task."""
    declare(kind("grid", GRID_WORK), pack="grid")
    case = play.dispatcher.opens("grid")
    passed = [case.stage]

    def then(who: str, key: str, **fields: Any) -> None:
        play.person(who).takes(key, case, **fields)
        if case.stage != passed[-1]:
            passed.append(case.stage)

    then("dispatcher", "take_in")
    assert case.organisation == "urban", "the responsibility list hands it out once it is taken in"
    then("handler", "ask_help", organisation="eco")

    offered = {one["key"]: one for one in play.handler.get(f"/cases/{case.number}")["possible"]}
    assert offered["finish"]["blocked_by"][0]["actual"] == 1
    with pytest.raises(Refused) as refused:
        play.handler.takes("finish", case, note="好了")
    assert (refused.value.status, refused.value.code) == (409, "case.guard")

    then("handler_elsewhere", "help_done", note="已协助")
    then("handler", "finish", note="已清理")
    then("dispatcher", "rate", note="满意")
    then("dispatcher", "analyse", summary="该路段多发")

    assert passed == ["reported", "joint", "done", "rated", "analysed"]
    assert (case.outcome, case.summary) == ("resolved", "该路段多发")


def test_the_industrial_loop_raises_the_alarm_by_itself_when_it_is_grave(play: Play):
    """Q2-08: an automatic step with a guard; a light case waits in 监测 for a person."""
    declare(kind("plant", INDUSTRIAL_SECURITY), pack="plant")

    grave, light = play.dispatcher.opens("plant", severity=1), play.dispatcher.opens("plant", severity=4)
    assert (grave.stage, light.stage) == ("handling", "monitored")

    for key in ("contained", "source_found", "restored"):
        play.handler.takes(key, grave, note="记录")
    play.dispatcher.takes("again", grave, reason="仍有残留")
    assert grave.stage == "handling"
    for key in ("contained", "source_found", "restored"):
        play.handler.takes(key, grave, note="记录")
    play.dispatcher.takes("passed", grave)
    assert (grave.state, grave.outcome) == ("over", "resolved")

    play.dispatcher.takes("false_alarm", light, reason="检修")
    assert light.outcome == "no_action_needed"


def test_a_loop_is_drawn(play: Play):
    drawn = play.dispatcher.get("/loops/standard/drawing")

    assert drawn.startswith("stateDiagram-v2\n  [*] --> s0\n")
    assert '  state "待派遣" as s1' in drawn
    assert "  s1 --> s2: 派遣" in drawn


# the judge


def standard() -> dict[str, Any]:
    return copy.deepcopy(default_file().loops[0].row())


def change_step(loop: dict[str, Any], key: str, **values: Any) -> dict[str, Any]:
    for one in loop["transitions"]:
        if one["key"] == key:
            one.update(values)
            for name in [name for name, value in values.items() if value is None]:
                del one[name]
    return loop


def without(loop: dict[str, Any], *keys: str) -> dict[str, Any]:
    loop["transitions"] = [one for one in loop["transitions"] if one["key"] not in keys]
    return loop


def add_state(loop: dict[str, Any], key: str, kind: str = "working") -> dict[str, Any]:
    loop["states"].append({"key": key, "title": words(key), "stage": "handle", "kind": kind})
    return loop


@pytest.mark.parametrize(
    ("loop", "code"),
    [
        (add_state(standard(), "limbo"), "loop.unreachable"),
        (without(standard(), "accept", "return", "transfer", "end_no_action", "end_duplicate", "close_by_source"),
         "loop.unreachable"),
        (without(standard(), "close", "end_no_action", "end_duplicate", "close_by_source"), "loop.dead_end"),
        (change_step(standard(), "accept", to="nowhere"), "loop.unknown_state"),
        (change_step(standard(), "accept", **{"from": ["nowhere"]}), "loop.unknown_state"),
        (change_step(standard(), "return", needs=[]), "loop.asks_too_little"),
        (change_step(standard(), "finish", needs=[]), "loop.asks_too_little"),
        (change_step(standard(), "end_not_ours", outcome=None), "loop.asks_too_little"),
        (change_step(standard(), "accept", who=["dispatcher"]), "loop.not_theirs"),
        (change_step(standard(), "accept", to=None), "loop.must_move"),
        (change_step(standard(), "supervise", to="handling"), "loop.must_stay"),
        (change_step(standard(), "close", to="handling"), "loop.must_end"),
        (change_step(standard(), "reopen", to="closed"), "loop.must_not_end"),
        (change_step(standard(), "accept", **{"from": ["closed"]}), "loop.ended_reopens_only"),
        (change_step(standard(), "alert", who=["dispatcher"]), "loop.automatic"),
        (change_step(standard(), "accept", guard={"field": "mood", "is": "eq", "value": "good"}), "loop.guard"),
        (change_step(standard(), "accept", guard={"field": "severity"}), "loop.guard"),
        ({**standard(), "initial": "closed"}, "loop.starts_ended"),
        ({**standard(), "initial": "nowhere"}, "loop.unknown_state"),
        ({**standard(), "stages": standard()["stages"][:4]}, "loop.unknown_stage"),
        ({**standard(), "transitions": standard()["transitions"] * 2}, "loop.key_twice"),
    ],
)  # fmt: skip
def test_the_judge_refuses_a_loop_that_makes_no_sense(loop: dict[str, Any], code: str):
    found = flaws_of(LoopDefinition.model_validate(loop))

    assert code in {flaw.code for flaw in found}
    assert all(flaw.place for flaw in found)


def test_the_judge_refuses_automatic_steps_that_turn_in_a_circle():
    loop = standard()
    loop["transitions"].append(step("back", "to_dispatch", "occurred", "advance", "system", automatic=True))

    assert [flaw.code for flaw in flaws_of(LoopDefinition.model_validate(loop))] == ["loop.automatic_circle"]


def test_the_judge_refuses_holders_that_nobody_appoints():
    loop = without(standard(), "dispatch", "transfer")
    for one in loop["transitions"]:
        if one["key"] == "alert":
            one["to"] = "dispatched"
    loop["states"] = [state for state in loop["states"] if state["key"] != "to_dispatch"]
    for key, changed in (("return", "occurred"), ("reopen", "occurred")):
        change_step(loop, key, to=changed)
    without(loop, "end_not_ours")

    assert [flaw.code for flaw in flaws_of(LoopDefinition.model_validate(loop))] == ["loop.nobody_dispatches"]


@pytest.mark.parametrize("loop", [standard(), GRID_WORK, INDUSTRIAL_SECURITY])
def test_the_judge_finds_nothing_wrong_with_good_loops(loop: dict[str, Any]):
    assert flaws_of(LoopDefinition.model_validate(loop)) == []


def test_every_verb_can_be_declared_and_is_done():
    """The table of verbs, the words a pack may write, and the table of effects are one set."""
    from typing import get_args

    from citybrain.hubs.business.cases.actions.effects import EFFECTS
    from citybrain.hubs.business.cases.loops.graph import VerbKey
    from citybrain.hubs.business.cases.messages import BY_TYPE

    assert set(VERBS) == set(get_args(VerbKey)) == set(EFFECTS)
    assert {verb.event for verb in VERBS.values()} <= set(BY_TYPE)
