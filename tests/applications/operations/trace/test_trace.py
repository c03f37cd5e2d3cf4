"""The chain from a reading to who handles the case and back, as far as each viewer may see it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from citybrain.applications.operations.trace import kinds
from citybrain.base.audit import SYSTEM
from citybrain.base.bus import delivery
from citybrain.base.bus.registry import only, subscriptions
from citybrain.base.notices.actions import deliver_due
from citybrain.base.notices.models import NOBODY, Notice
from citybrain.hubs.business.cases.manifest import CasesFile
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.packing import apply_cases_file
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.sensing.alarms.intake import take_in
from citybrain.hubs.sensing.alarms.models import Alarm
from citybrain.site.cli import main
from tests.hubs.sensing.alarms.conftest import START, journal, rules, thing  # noqa: F401 - fixtures

POLLUTION = {
    "case_types": [
        {"code": "test.pollution", "title": {"zh": "空气污染", "en": "Air pollution"}, "loop": "standard"},
        {"code": "lamp", "title": {"zh": "路灯", "en": "Lamp"}, "loop": "standard", "merge": {"radius_m": 60}},
    ],
    "responsibilities": [
        {"case_type": "test.pollution", "organisation": "eco"},
        {"case_type": "lamp", "organisation": "urban"},
    ],
}


class World:
    """An alarm that became a dispatched case, and who looks at it."""

    def __init__(self, cast, folder, alarm_id):
        self.cast, self.folder = cast, folder
        self.alarm = Alarm.objects.get(pk=alarm_id)
        self.signal = Signal.objects.get(source_id=alarm_id)
        self.case = Case.objects.get(number=self.signal.case_number)

    def trace(self, kind, key, by="dispatcher"):
        return self.cast.client(by).english().get(f"/api/v1/trace/{kind}/{key}")

    def chain(self, kind, key, by="dispatcher"):
        answer = self.trace(kind, key, by)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def world(cast, clock, journal, thing, monkeypatch):  # noqa: F811 - fixtures
    apply_cases_file("test", CasesFile.model_validate(POLLUTION), actor=SYSTEM)
    alarm_id = journal.episode(thing, 0, 5)
    clock.move_to(START.replace(hour=2))
    take_in(journal.folder)
    deliver()
    reading = Alarm.objects.get(pk=alarm_id).reading
    stored = SimpleNamespace(value=160.0, at=START, quality=0, recorded_at=START)
    monkeypatch.setattr(kinds, "find_reading", lambda viewer, key: stored if key == reading else None)
    return World(cast, journal.folder, alarm_id)


def deliver():
    with only([one for one in subscriptions() if one.name == "signals.triage"]):
        delivery.drain(timeout=20)


def kinds_of(chain):
    return [fact["kind"] for fact in chain["facts"]]


def by_kind(chain):
    return {fact["kind"]: fact for fact in chain["facts"]}


@pytest.mark.parametrize("kind", ["reading", "alarm", "signal", "case", "assignment"])
def test_the_chain_is_the_same_from_wherever_one_looks(world, kind):
    assignment = world.case.assignments.get()
    keys = {"reading": world.alarm.reading, "alarm": world.alarm.pk, "signal": world.signal.pk,
            "case": world.case.number, "assignment": f"{world.case.number}/{assignment.pk}"}  # fmt: skip
    chain = world.chain(kind, keys[kind])
    facts = by_kind(chain)

    told = set() if kind == "assignment" else {"notice"}  # that somebody was told led to no task
    assert set(kinds_of(chain)) == {"alarm", "assignment", "case", "reading", "signal"} | told
    assert chain["root"] == facts[kind]["ref"]
    ref = {fact["ref"]: fact["kind"] for fact in chain["facts"]}
    assert {(ref[link["cause"]], link["relation"], ref[link["effect"]]) for link in chain["links"]} == {
        ("reading", "raised", "alarm"),
        ("alarm", "reported", "signal"),
        ("signal", "opened", "case"),
        ("case", "dispatched", "assignment"),
        *((("case", "told", "notice"),) if told else ()),
    }
    assert facts["reading"]["data"]["value"] == 160.0
    assert facts["reading"]["title"]["zh"].endswith(" PM2.5 160 µg/m³"), "in the words and unit of the model"
    assert facts["alarm"]["data"]["rule"] == "test.high"
    assert facts["assignment"]["data"]["organisation"] == "eco"


def test_every_link_is_proved_by_a_message_that_names_its_cause(world):
    chain = world.chain("case", world.case.number)
    told = {one["id"]: one for fact in chain["facts"] for one in fact["told"]}
    ref = {fact["ref"]: fact["kind"] for fact in chain["facts"]}
    proofs = {(ref[link["cause"]], ref[link["effect"]]): link["event"] for link in chain["links"]}
    assert told[proofs["alarm", "signal"]]["type"] == "signal.received"
    assert told[told[proofs["alarm", "signal"]]["cause"]]["type"] == "alarm.fired"
    assert by_kind(chain)["case"]["told"][0]["type"] == "case.opened"


class TestPermission:
    def test_a_hop_that_may_not_be_seen_is_withheld_without_its_id(self, world):
        """Who handles the case of a department sees the case, not the alarm of another department's sensor."""
        world.cast.client("dispatcher").post(
            f"/api/v1/cases/{world.case.number}/actions/transfer", {"organisation": "urban", "reason": "x"}
        )
        chain = world.chain("case", world.case.number, by="handler")
        facts = by_kind(chain)
        assert facts["alarm"] == {
            "ref": facts["alarm"]["ref"], "kind": "alarm", "id": None, "title": {}, "at": None, "state": "",
            "region_path": "", "data": {}, "told": [], "withheld": True,
        }  # fmt: skip
        assert "reading" not in facts
        assert facts["signal"]["withheld"] is False
        body = json.dumps(chain)
        for hidden in (world.alarm.pk[:12], "air-1/"):
            assert hidden not in body
        told = [one for fact in chain["facts"] for one in fact["told"]]
        assert {one["cause"] for one in told} - {None} <= {one["id"] for one in told}

    @pytest.mark.parametrize("kind", ["alarm", "signal", "case", "reading"])
    def test_of_another_district_nothing_is_there(self, world, kind):
        keys = {"alarm": world.alarm.pk, "signal": world.signal.pk, "case": world.case.number,
                "reading": world.alarm.reading}  # fmt: skip
        assert world.trace(kind, keys[kind], by="dispatcher_elsewhere").status_code == 404
        assert world.trace(kind, keys[kind], by="citizen").status_code == 403
        assert world.trace(kind, keys[kind], by="nobody").status_code == 403
        assert world.cast.anonymous().get(f"/api/v1/trace/{kind}/{keys[kind]}").status_code == 401


@pytest.mark.parametrize(
    ("kind", "key", "status"),
    [
        ("dragon", "1", 422), ("alarm", "nope", 404), ("signal", "0", 404), ("signal", "x", 404),
        ("signal", "9" * 30, 404), ("case", "AJ0", 404), ("reading", "a/b", 404), ("assignment", "AJ0/1", 404),
        ("reading", "air-1/pm25/2020-01-01T00:00:00Z/0", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_says_so(world, kind, key, status):
    assert world.trace(kind, key).status_code == status


def test_reports_that_were_merged_and_taken_apart_stay_in_the_chain(world):
    client = world.cast.client("dispatcher")
    row = {"text": "路灯不亮", "case_type": "lamp", "occurred_at": "2026-03-02T02:00:00Z", "lon": 112.0512}
    client.post("/api/v1/signals", [{**row, "lat": 32.0475}, {**row, "lat": 32.0476}])
    deliver()
    first, second = Signal.objects.filter(kind="source").order_by("pk")
    assert second.state == "merged"
    assert kinds_of(world.chain("case", first.case_number)).count("signal") == 2

    client.post(f"/api/v1/signals/{second.pk}/undo", {"reason": "另一盏灯"})

    chain = world.chain("signal", second.pk)
    ref = {fact["ref"]: fact["id"] for fact in chain["facts"]}
    links = {(ref[link["cause"]], link["relation"], ref[link["effect"]]) for link in chain["links"]}
    assert (str(second.pk), "left", first.case_number) in links
    assert any(relation == "opened" for _, relation, _ in links)


class TestCommand:
    def test_it_draws_the_tree(self, world, capsys):
        assert main(["trace", "case", world.case.number]) == 0
        lines = capsys.readouterr().out.splitlines()
        words = {"reading": "读数", "alarm": "告警", "signal": "线索", "case": "案件", "assignment": "任务",
                 "notice": "通知"}  # fmt: skip
        for line, (english, chinese) in zip(lines, words.items(), strict=True):
            assert english in line or chinese in line
        assert lines[3].startswith("*")
        assert world.case.number in lines[3]

    def test_it_writes_json(self, world, capsys):
        assert main(["trace", "alarm", world.alarm.pk, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["root"] == "f1"

    def test_what_is_not_there_is_a_sentence(self, world, capsys):
        assert main(["trace", "case", "AJ0"]) == 2
        said = capsys.readouterr().err
        assert "AJ0" in said
        assert "案件" in said or "case" in said
        assert "Traceback" not in said


def test_a_thing_leads_to_the_cases_of_its_alarms(world):
    """Whoever may see the thing and the case finds it there; in another county there is no such thing."""
    code = world.alarm.thing.code
    found = world.cast.client("dispatcher").get(f"/api/v1/things/{code}/cases").json()
    assert [(one["number"], one["case_type_title"]["en"]) for one in found] == [(world.case.number, "Air pollution")]
    assert world.cast.client("dispatcher_elsewhere").get(f"/api/v1/things/{code}/cases").status_code == 404


# the export, checked by the script alone


SCRIPT = Path(__file__).resolve().parents[4] / "scripts" / "verify_audit.py"


def stranger(path):
    return subprocess.run([sys.executable, "-I", "-S", SCRIPT, path], capture_output=True, text=True)


@pytest.mark.django_db(transaction=True)
def test_an_exported_chain_is_checked_by_a_stranger(world, tmp_path):
    """Without a transaction around it, as a process of the platform asks."""
    answer = world.cast.client("administrator").get(f"/api/v1/trace-exports/case/{world.case.number}")
    assert answer.status_code == 200, answer.content
    path = tmp_path / "chain.jsonl"
    path.write_bytes(answer.content)

    found = stranger(path)
    assert found.returncode == 0, found.stderr
    assert "intact: 6 facts" in found.stdout
    records = [record["text"] for line in path.read_text().splitlines() if line.startswith('{"proof"')
               for record in json.loads(line)["proof"]["records"]]  # fmt: skip
    assert any(json.loads(text)["action"] == "case.opened" for text in records)

    for old, new in ((b'"value":160.0', b'"value":16.0'), (b"case.opened", b"case.opener"), (b'"end":', b'"enx":')):
        assert old in answer.content
        path.write_bytes(answer.content.replace(old, new))
        assert stranger(path).returncode == 1, old


def test_an_export_without_the_audit_trail_holds_the_facts_alone(world, tmp_path):
    answer = world.cast.client("dispatcher").get(f"/api/v1/trace-exports/case/{world.case.number}")
    path = tmp_path / "chain.jsonl"
    path.write_bytes(answer.content)
    found = stranger(path)
    assert found.returncode == 0, found.stderr
    assert "intact: 6 facts, 0 records in 0 blocks" in found.stdout


def test_whoever_was_told_of_a_case_is_a_part_of_its_chain(world):
    chain = world.chain("case", world.case.number)
    told = by_kind(chain)["notice"]
    assert world.case.number in told["title"]["zh"]
    assert told["data"]["to"] == "organisation"
    back = world.chain("notice", told["id"])
    assert by_kind(back)["case"]["id"] == world.case.number
    assert world.trace("notice", told["id"], by="handler").status_code == 404


def test_a_notice_that_found_nobody_says_why(world, capsys):
    deliver_due()
    chain = world.chain("case", world.case.number)
    assert by_kind(chain)["notice"]["data"]["why"] == ""
    Notice.objects.update(state=Notice.State.FAILED, error=NOBODY)

    assert by_kind(world.chain("case", world.case.number))["notice"]["data"]["why"] == NOBODY
    assert main(["trace", "case", world.case.number]) == 0
    out = capsys.readouterr().out
    assert "nobody there" in out or "没有收件人" in out

    Notice.objects.update(error="550 no such mailbox: somebody@example.org")
    assert by_kind(world.chain("case", world.case.number))["notice"]["data"]["why"] == ""


def test_a_signal_has_its_english_title(world):
    titles = by_kind(world.chain("signal", str(world.signal.pk)))["signal"]["title"]
    assert titles == {"zh": world.signal.subject, "en": world.signal.subject_en}
    assert titles["en"] != titles["zh"]
