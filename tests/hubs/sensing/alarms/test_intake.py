"""The alarm journal becomes alarms, messages and evidence: each line exactly once."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.db import connection

from citybrain.base.bus.models import OutboxEvent
from citybrain.hubs.sensing.alarms import intake
from citybrain.hubs.sensing.alarms.intake import take_in, waiting_bytes
from citybrain.hubs.sensing.alarms.journal import Position, bytes_after, read_lines
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule, AlarmTransition, JournalCursor
from citybrain.hubs.sensing.things.models import Thing
from tests.hubs.sensing.alarms.conftest import START, TITLE, register

pytestmark = pytest.mark.django_db


def messages(kind="alarm.*"):
    rows = OutboxEvent.objects.filter(type__startswith=kind.rstrip("*")).order_by("position")
    return [(row.type, row.data if isinstance(row.data, dict) else json.loads(row.data)) for row in rows]


def take_all(journal) -> int:
    count = 0
    while taken := take_in(journal.folder):
        count += taken
    return count


def test_an_alarm_from_pending_to_resolved(journal, thing):
    name = journal.episode(thing, 0, 60, 120)

    assert take_in(journal.folder) == 3
    assert take_in(journal.folder) == 0

    alarm = Alarm.objects.get()
    assert (alarm.pk, alarm.state, alarm.severity, alarm.value) == (name, "resolved", 2, 160.0)
    assert (alarm.start_at, alarm.fired_at, alarm.resolved_at) == (
        START, START + timedelta(minutes=60), START + timedelta(minutes=120),
    )  # fmt: skip
    assert (alarm.region_path, alarm.organisation_path) == (thing.region_path, "/gov/eco/")
    assert alarm.reading == "air-1/pm25/2026-03-02T02:00:00Z/0"
    assert [one.state for one in alarm.transitions.all()] == ["pending", "firing", "resolved"]

    (fired, about), (resolved, _) = messages()
    assert (fired, resolved) == ("alarm.fired", "alarm.resolved")
    assert about == {
        "alarm": name, "rule": "test.high", "thing": "air-1", "property": "pm25", "severity": 2, "title": TITLE,
        "value": 160.0, "start_at": "2026-03-02T01:00:00Z", "at": "2026-03-02T02:00:00Z", "case_type": "test.pollution",
        "lon": 112.05, "lat": 32.05, "precision_m": 5.0, "region_path": thing.region_path, "folded": False,
        "root": name, "episodes": 1, "reading": alarm.reading, "kind": "threshold", "unit": "µg/m³",
        "thing_name": "air-1", "model": "test.station", "gateway": "",
    }  # fmt: skip
    event = OutboxEvent.objects.filter(type="alarm.fired").get()
    assert event.subject == f"alarm/{name}"
    assert event.occurred_at == alarm.fired_at
    assert event.id == alarm.transitions.get(state="firing").event_id


def test_what_never_fired_tells_nobody(journal, thing):
    journal.tell(thing, "pending", 0, start=0)
    journal.tell(thing, "lapsed", 10, start=0)
    take_in(journal.folder)
    assert Alarm.objects.get().state == "lapsed"
    assert messages() == []


def test_a_line_that_says_the_same_again_changes_nothing(journal, thing):
    journal.tell(thing, "firing", 0, start=0)
    journal.tell(thing, "firing", 0, start=0)
    take_in(journal.folder)
    assert [kind for kind, _ in messages()] == ["alarm.fired"]
    assert AlarmTransition.objects.count() == 1


def test_a_moment_that_moved_amends_the_alarm_and_tells_nobody(journal, thing):
    journal.episode(thing, 0, 60)
    journal.tell(thing, "firing", 45, start=0, value=155.0)
    take_in(journal.folder)
    alarm = Alarm.objects.get()
    assert (alarm.fired_at, alarm.value) == (START + timedelta(minutes=45), 155.0)
    assert [kind for kind, _ in messages()] == ["alarm.fired"]
    assert AlarmTransition.objects.count() == 3


def test_a_value_that_was_corrected_amends_the_alarm_and_tells_nobody(journal, thing):
    journal.tell(thing, "firing", 0, start=0, value=1600.0)
    take_in(journal.folder)
    journal.tell(thing, "firing", 0, start=0, value=160.0, sequence=1)
    take_in(journal.folder)
    alarm = Alarm.objects.get()
    assert (alarm.value, alarm.reading) == (160.0, "air-1/pm25/2026-03-02T01:00:00Z/1")
    assert [kind for kind, _ in messages()] == ["alarm.fired"]
    assert AlarmTransition.objects.count() == 2


def test_an_alarm_that_was_never_true_is_withdrawn_and_may_come_back(journal, thing):
    name = journal.episode(thing, 0, 60)
    journal.tell(thing, "withdrawn", 0, start=0, value=None)
    take_in(journal.folder)
    assert (Alarm.objects.get().state, Alarm.objects.get().fired_at) == ("withdrawn", None)

    journal.episode(thing, 0, 60, 90)
    take_in(journal.folder)
    assert Alarm.objects.get(pk=name).state == "resolved"
    assert [kind for kind, _ in messages()] == ["alarm.fired", "alarm.withdrawn", "alarm.fired", "alarm.resolved"]


def test_an_alarm_that_turns_out_unresolved_fires_again(journal, thing):
    journal.episode(thing, 0, 60, 120)
    journal.tell(thing, "firing", 60, start=0)
    take_in(journal.folder)
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.resolved_at) == ("firing", None)


def test_silence_names_the_last_reading_before_it(journal, thing):
    journal.tell(thing, "firing", 60, start=60, rule="test.silent", value=None)
    journal.tell(thing, "resolved", 95, start=60, rule="test.silent")
    take_in(journal.folder)
    alarm = Alarm.objects.get()
    assert alarm.reading == "air-1/pm25/2026-03-02T01:00:00Z/0"
    assert messages()[0][1]["case_type"] == ""


# folding


def test_an_alarm_that_flaps_is_folded_into_the_first(journal, thing):
    first = journal.episode(thing, 0, 1, 10)
    second = journal.episode(thing, 30, 31, 40)
    third = journal.episode(thing, 65, 66, 70)
    take_in(journal.folder)

    root = Alarm.objects.get(pk=first)
    assert (root.folded_into, root.episodes) == (None, 3)
    assert {one.pk for one in root.folded.all()} == {second, third}
    fired = [about for kind, about in messages() if kind == "alarm.fired"]
    assert [(one["folded"], one["root"], one["episodes"]) for one in fired] == [
        (False, first, 1), (True, first, 2), (True, first, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(("gap", "folded"), [(30, True), (31, False)])
def test_folding_ends_with_its_time(journal, thing, gap, folded):
    journal.episode(thing, 0, 1, 10)
    take_in(journal.folder)
    second = journal.episode(thing, 10 + gap, 11 + gap)
    take_in(journal.folder)
    assert (Alarm.objects.get(pk=second).folded_into is not None) is folded


def test_a_rule_of_more_seconds_than_there_are_stops_nothing(journal, thing):
    """It was stored before there was a bound."""
    AlarmRule.objects.filter(key="test.high").update(fold_within_seconds=1e11)
    AlarmRule.objects.filter(key="test.silent").update(after_seconds=1e13)
    first = journal.episode(thing, 0, 1, 10)
    second = journal.episode(thing, 3000, 3001)
    journal.tell(thing, "firing", 60, start=60, rule="test.silent", value=None)
    take_in(journal.folder)
    assert Alarm.objects.get(pk=second).folded_into_id == first
    assert Alarm.objects.count() == 3


def test_another_thing_or_rule_is_not_folded(journal, thing, cast):
    other = register(cast, "air-2", 112.3)
    journal.episode(thing, 0, 1, 10)
    journal.episode(other, 15, 16)
    journal.tell(thing, "firing", 20, start=20, rule="test.silent", value=None)
    take_in(journal.folder)
    assert not Alarm.objects.exclude(folded_into=None).exists()


def test_a_folded_alarm_that_is_withdrawn_counts_no_more(journal, thing):
    first = journal.episode(thing, 0, 1, 10)
    journal.episode(thing, 30, 31)
    journal.tell(thing, "withdrawn", 30, start=30)
    take_in(journal.folder)
    assert Alarm.objects.get(pk=first).episodes == 1


def test_what_was_folded_into_an_alarm_that_never_was_stands_for_itself(journal, thing):
    first = journal.episode(thing, 0, 0, 10)
    second = journal.episode(thing, 20, 20, 25)
    third = journal.episode(thing, 30, 30)
    take_in(journal.folder)
    journal.tell(thing, "withdrawn", 0, start=0)
    journal.tell(thing, "resolved", 40, start=30)
    journal.episode(thing, 50, 50)
    take_in(journal.folder)

    root = Alarm.objects.get(pk=second)
    assert (root.folded_into, root.episodes) == (None, 3)
    assert Alarm.objects.get(pk=third).folded_into_id == second
    assert (Alarm.objects.get(pk=first).episodes, Alarm.objects.get(pk=first).folded.count()) == (1, 0)
    assert [about["root"] for _, about in messages()[-2:]] == [second, second]


# reading the file


def test_a_torn_last_line_waits_until_it_is_whole(journal, thing):
    journal.tell(thing, "pending", 0, start=0)
    line = json.dumps(journal.line(thing, "firing", 60, start=0)).encode() + b"\n"
    with journal.path.open("ab") as file:
        file.write(line[:40])

    assert take_in(journal.folder) == 1
    assert take_in(journal.folder) == 0
    with journal.path.open("ab") as file:
        file.write(line[40:])
    assert take_in(journal.folder) == 1
    assert Alarm.objects.get().state == "firing"


def test_a_torn_end_is_passed_over_when_a_later_file_exists(journal, thing):
    journal.tell(thing, "pending", 0, start=0)
    with journal.path.open("ab") as file:
        file.write(b'{"seq": 2, "alarm"')
    journal.number += 1
    journal.tell(thing, "firing", 60, start=0)

    assert take_all(journal) == 2
    assert Alarm.objects.get().state == "firing"
    assert JournalCursor.objects.get().file == "alarms-00000002.jsonl"
    assert waiting_bytes(journal.folder) == 0


def test_a_line_that_cannot_be_read_does_not_stop_the_others(journal, thing, caplog):
    journal.tell(thing, "pending", 0, start=0)
    with journal.path.open("ab") as file:
        file.write(b"not json at all\n\n")
    journal.append(journal.line(thing, "firing", 1, start=0, rule="no.such.rule"))
    journal.tell(thing, "firing", 60, start=0)
    take_all(journal)
    assert Alarm.objects.get().state == "firing"
    assert "cannot be read" in caplog.text
    assert "unknown rule" in caplog.text


def test_files_follow_each_other_and_numbers_never_count_twice(journal, thing):
    journal.tell(thing, "pending", 0, start=0)
    take_all(journal)
    journal.number += 1
    journal.append(journal.line(thing, "pending", 0, start=0, seq=1))  # told again by a writer that restarted
    journal.tell(thing, "firing", 5, start=0)
    take_all(journal)
    assert [one.seq for one in AlarmTransition.objects.order_by("seq")] == [1, 3]


def test_a_line_longer_than_the_buffer(journal, thing, monkeypatch):
    monkeypatch.setattr("citybrain.hubs.sensing.alarms.journal.READ_BYTES", 16)
    journal.episode(thing, 0, 1, 2)
    lines, after = read_lines(journal.folder, Position(), limit=100)
    assert len(lines) >= 1
    assert bytes_after(journal.folder, after) < journal.path.stat().st_size


def test_a_failure_in_the_middle_leaves_nothing_half_done(journal, thing, monkeypatch):
    journal.episode(thing, 0, 60, 120)
    save = intake.AlarmTransition.objects.bulk_create

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(intake.AlarmTransition.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        take_in(journal.folder)
    assert not Alarm.objects.exists()
    assert messages() == []
    assert waiting_bytes(journal.folder) > 0

    monkeypatch.setattr(intake.AlarmTransition.objects, "bulk_create", save)
    take_in(journal.folder)
    assert len(messages()) == 2


def test_a_thousand_transitions_well_within_a_second(journal, rules, cast):
    rows = [{"code": f"s-{n}", "model": "test.station", "lon": 112.05, "lat": 32.05} for n in range(334)]
    cast.token_client("integrator").post("/api/v1/things", rows)
    for thing in Thing.objects.all():
        journal.episode(thing, 0, 1, 2)
    began = time.perf_counter()
    assert take_all(journal) == 1002
    took = time.perf_counter() - began
    assert took < 1.5, f"{took:.2f} s"
    assert Alarm.objects.filter(state="resolved").count() == 334


def test_queries_do_not_grow_with_the_batch(journal, rules, cast, django_assert_max_num_queries):
    rows = [{"code": f"s-{n}", "model": "test.station", "lon": 112.05, "lat": 32.05} for n in range(50)]
    cast.token_client("integrator").post("/api/v1/things", rows)
    for thing in Thing.objects.all():
        journal.episode(thing, 0, 1, 2)
    with django_assert_max_num_queries(17):  # SQLite takes 999 values in a statement: alarms come in two
        take_in(journal.folder)


def test_a_folded_alarm_stays_folded_in_a_later_batch(journal, thing):
    first = journal.episode(thing, 0, 1, 10)
    journal.episode(thing, 30, 31)
    take_in(journal.folder)
    journal.tell(thing, "resolved", 40, start=30)
    take_in(journal.folder)
    resolved = messages("alarm.resolved")[-1][1]
    assert (resolved["folded"], resolved["root"], resolved["episodes"]) == (True, first, 2)


def test_how_the_journal_is_cut_into_batches_does_not_matter(journal, thing, cast):
    other = register(cast, "air-2", 112.3)
    for start in range(0, 200, 12):
        journal.episode(thing, start, start + 1, start + 5)
        journal.episode(other, start, start + 2)
        journal.tell(other, "withdrawn" if start % 24 else "resolved", start + 4, start=start)
    for root in (0, 12):
        journal.tell(thing, "withdrawn", root, start=root)
    journal.episode(thing, 210, 211)
    whole = take_in(journal.folder)
    at_once = sorted(Alarm.objects.values_list("pk", "state", "folded_into", "episodes")), messages()
    for model in (AlarmTransition, JournalCursor):
        model.objects.all().delete()
    Alarm.objects.update(folded_into=None)
    Alarm.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bus_event WHERE type LIKE 'alarm.%%'")

    assert sum(iter(lambda: take_in(journal.folder, limit=1), 0)) == whole

    assert (sorted(Alarm.objects.values_list("pk", "state", "folded_into", "episodes")), messages()) == at_once


def test_the_loop_looks_at_the_database_only_when_the_journal_grew(
    journal, thing, settings, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(intake, "_seen", None)
    settings.DATA_DIR = journal.folder.parent
    journal.tell(thing, "pending", 0, start=0)
    assert intake.take_in_news() is True
    assert intake.take_in_news() is False
    with django_assert_num_queries(0):
        assert intake.take_in_news() is False
    journal.tell(thing, "firing", 1, start=0)
    assert intake.take_in_news() is True
    assert Alarm.objects.get().state == "firing"
