"""What rules tell, case by case: the paragraphs of docs/decisions/0031 as plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citybrain.base import clock as city_clock
from citybrain.base.clock import MovableClock
from citybrain.hubs.sensing.ingest import checkpoint
from citybrain.hubs.sensing.ingest.columns import Rows
from citybrain.hubs.sensing.ingest.journal import alarm_id
from citybrain.hubs.sensing.ingest.rulebook import Named
from citybrain.hubs.sensing.ingest.service import Snapshots
from citybrain.hubs.sensing.ingest.store import Store
from citybrain.hubs.sensing.ingest.windows import DEPTH
from citybrain.hubs.sensing.telemetry.moving import move_segments
from tests.hubs.sensing.ingest.world import PM25_HIGH, folders, told, write_snapshot

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LONG = {**PM25_HIGH, "key": "long", "for_seconds": 120, "clear_for_seconds": 60}
SILENT = {"key": "silent", "model": "air", "property": "pm25", "kind": "silence", "after_seconds": 300}
PM25 = {"air-1": 1, "air-2": 5}


@dataclass
class Watch:
    """Readings at minutes after nine; `lines` are what the journal tells since the last look."""

    data: Path
    store: Store
    clock: MovableClock
    seen: int = 0
    version: int = 1

    def reads(self, *readings: tuple[float, float], thing: str = "air-1", quality: int = 0) -> list[tuple[str, Any]]:
        begin = city_clock.to_micros(START)
        rows = Rows(
            np.array([PM25[thing]] * len(readings), np.int32),
            np.array([begin + int(minute * 60_000_000) for minute, _ in readings], np.int64),
            np.array([value for _, value in readings], np.float64),
            np.full(len(readings), quality, np.int8),
        )
        prepared = self.store.decide(rows, np.ones(len(rows), np.int32), self.store.arrange(rows))
        if len(prepared.stored.rows):
            self.store.write(prepared.stored)
            self.store.apply(prepared.stored)
        return self.lines()

    def lines(self) -> list[tuple[str, Any]]:
        """(state, minute of the deciding reading) of each new line."""
        self.store.journal.flush()
        new = told(self.data)[self.seen :]
        self.seen += len(new)
        return [(entry.state, minute(entry.at)) for entry in new]

    def sweep(self, at: float) -> list[tuple[str, Any]]:
        self.clock.move_to(START + timedelta(minutes=at))
        self.store.sweep()
        return self.lines()

    def rules(self, *rules: Any, things: int = 2) -> list[tuple[str, Any]]:
        self.version += 1
        write_snapshot(self.data, things=things, rules=list(rules), version=self.version)
        snapshots = Snapshots(self.data / "snapshot")
        snapshots.load(snapshots.changed())
        assert snapshots.catalogue is not None
        changed = self.store.adopt(snapshots.catalogue, snapshots.rules)
        lines = self.lines()
        if changed:
            self.store.rotate()
            self.store.save_checkpoint(self.store.take_checkpoint())
        return lines

    def restart(self) -> None:
        self.store.journal.close()
        self.store.segment.close()
        snapshots = Snapshots(self.data / "snapshot")
        snapshots.load(snapshots.changed())
        self.store = Store(self.data, snapshots.catalogue, snapshots.rules)


def minute(moment: str) -> float:
    return (datetime.fromisoformat(moment) - START).total_seconds() / 60


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with city_clock.installed(MovableClock(START)) as clock:
        data = folders(tmp_path)
        write_snapshot(data, things=2)
        watching = Watch(data, Store(data), clock)
        yield watching
        watching.store.close()


def test_it_fires_above_and_resolves_below_the_lower_mark(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    assert watch.reads((0, 100), (1, 101)) == [("firing", 1)]
    assert watch.reads((2, 90), (3, 150), (4, 81)) == []
    assert watch.reads((5, 80)) == [("resolved", 5)]


@pytest.mark.parametrize(
    ("op", "calm", "beyond"), [("gt", 100, 100.1), ("ge", 99.9, 100), ("lt", 100, 99.9), ("le", 100.1, 100)]
)
def test_comparisons(watch: Watch, op: str, calm: float, beyond: float) -> None:
    watch.rules({**PM25_HIGH, "op": op, "clear_at": 100})
    assert watch.reads((0, calm), (1, beyond), (2, calm)) == [("firing", 1), ("resolved", 2)]


def test_what_does_not_last_lapses_and_what_lasts_fires(watch: Watch) -> None:
    watch.rules(LONG)
    assert watch.reads((0, 110), (1, 110), (1.9, 100)) == [("pending", 0), ("lapsed", 1.9)]
    assert watch.reads((3, 110), (4, 110), (5, 110)) == [("pending", 3), ("firing", 5)]
    assert watch.reads((6, 70), (6.5, 85), (7, 70), (8, 70)) == [("resolved", 8)]


def test_bad_quality_is_no_evidence(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    assert watch.reads((0, 500), quality=1) == []
    assert watch.reads((1, 500)) == [("firing", 1)]
    assert watch.reads((2, 10), quality=1) == []


def test_a_correction_withdraws_an_alarm_that_never_was(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    assert watch.reads((0, 50), (1, 500), (2, 500)) == [("firing", 1)]
    assert watch.reads((1, 50)) == [("withdrawn", 1), ("firing", 2)]
    assert watch.reads((2, 50)) == [("withdrawn", 2)]


def test_a_late_reading_moves_the_beginning(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    assert watch.reads((0, 50), (4, 500)) == [("firing", 4)]
    assert watch.reads((2, 500)) == [("withdrawn", 4), ("firing", 2)]


def test_a_late_reading_opens_again_what_had_resolved(watch: Watch) -> None:
    """The reading that resolved it is corrected: the alarm is told to be firing again, as since when it fired."""
    watch.rules(PM25_HIGH)
    assert watch.reads((0, 500), (1, 90), (2, 50)) == [("firing", 0), ("resolved", 2)]
    assert watch.reads((2, 95)) == [("firing", 0)]
    assert watch.reads((3, 60)) == [("resolved", 3)]


def test_what_had_fired_and_never_lasted_is_withdrawn_before_it_is_told_anew(watch: Watch) -> None:
    watch.rules(LONG)
    assert watch.reads((0, 110), (1, 110), (2, 110)) == [("pending", 0), ("firing", 2)]
    assert watch.reads((1, 10)) == [("withdrawn", 0), ("pending", 0), ("lapsed", 1), ("pending", 2)]


def test_late_beyond_the_window_is_stored_and_counted(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    watch.reads(*((float(n), 50) for n in range(DEPTH + 5)))
    assert watch.store.book.unevaluated == 0
    assert watch.reads((0.5, 500)) == []
    assert watch.store.book.unevaluated == 1
    assert watch.reads((6.5, 500), (6.6, 10)) == [("firing", 6.5), ("resolved", 6.6)]
    assert watch.store.book.unevaluated == 1


def test_a_young_stream_has_no_window_to_fall_out_of(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    watch.reads((10, 50))
    assert watch.reads((1, 500), (2, 50)) == [("firing", 1), ("resolved", 2)]


def test_silence_begins_by_the_clock_and_ends_with_a_reading(watch: Watch) -> None:
    watch.rules(SILENT)
    watch.reads((0, 1), (4, 1))
    assert watch.sweep(9) == []
    assert watch.sweep(9.1) == [("firing", 9)]
    assert watch.sweep(30) == []
    assert watch.reads((31, 1)) == [("resolved", 31)]
    assert watch.reads((40, 1)) == [("firing", 36), ("resolved", 40)]  # nobody had looked in between


def test_a_reading_that_was_only_slow_withdraws_its_silence(watch: Watch) -> None:
    watch.rules(SILENT)
    watch.reads((0, 1))
    assert watch.sweep(6) == [("firing", 5)]
    assert watch.reads((4, 1)) == [("withdrawn", 5)]
    assert watch.sweep(10) == [("firing", 9)]
    assert watch.reads((2, 1)) == []  # late, and before the last: the silence after the last stays
    assert watch.sweep(11) == []


def test_a_thing_that_never_spoke_is_not_silent(watch: Watch) -> None:
    watch.rules(SILENT)
    assert watch.sweep(10_000) == []


def test_a_rule_may_be_for_some_things_only(watch: Watch) -> None:
    watch.rules({**PM25_HIGH, "things": ["air-2", "air-77"]})
    assert watch.reads((0, 500)) == []
    assert watch.reads((0, 500), thing="air-2") == [("firing", 0)]


def test_taking_a_rule_away_ends_what_is_open(watch: Watch) -> None:
    watch.rules(PM25_HIGH, LONG, SILENT)
    assert watch.reads((0, 500)) == [("firing", 0), ("pending", 0)]
    assert watch.sweep(6) == [("firing", 5)]
    assert watch.rules() == [("resolved", 6), ("lapsed", 6), ("resolved", 6)]
    assert watch.reads((7, 500)) == []


def test_a_thing_that_is_retired_ends_its_alarms(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    watch.reads((0, 500))
    watch.reads((0, 500), thing="air-2")
    watch.clock.move(minutes=3)
    assert watch.rules(PM25_HIGH, things=1) == [("resolved", 3)]
    assert watch.reads((1, 50)) == [("resolved", 1)]


@pytest.mark.parametrize("seconds", [1e13, 9.2e12])
def test_a_rule_of_more_seconds_than_there_are_is_left_out(
    watch: Watch, caplog: pytest.LogCaptureFixture, seconds: float
) -> None:
    """One that was stored before there was a bound ends neither the sense that runs nor one that starts."""
    watch.rules(PM25_HIGH, {**LONG, "for_seconds": seconds}, {**SILENT, "after_seconds": seconds})
    watch.restart()
    assert watch.reads((0, 50), (1, 150)) == [("firing", 1)]
    assert watch.sweep(5) == []
    assert "the rule long is left out" in caplog.text
    assert "the rule silent is left out" in caplog.text


def test_a_changed_rule_judges_from_now_on(watch: Watch) -> None:
    """What fired under the old numbers goes on under the new ones; the past is not judged again."""
    watch.rules(PM25_HIGH)
    assert watch.reads((0, 50), (1, 70), (2, 120)) == [("firing", 2)]
    assert watch.rules({**PM25_HIGH, "raise_at": 60, "clear_at": 55}) == []
    assert watch.reads((1.5, 70)) == []
    assert watch.store.book.unevaluated == 1
    assert watch.reads((3, 58)) == []
    assert watch.reads((4, 54)) == [("resolved", 4)]


def test_a_new_rule_does_not_judge_the_past(watch: Watch) -> None:
    """A late reading is judged by the rule that was there, and not by the one that came since."""
    watch.rules(LONG)
    watch.reads((0, 50), (1, 50))
    watch.rules(LONG, PM25_HIGH)
    assert watch.reads((0.5, 500)) == [("pending", 0.5), ("lapsed", 1)]
    assert sorted(watch.reads((2, 500))) == [("firing", 2), ("pending", 2)]


def test_a_changed_silence_is_counted_anew(watch: Watch) -> None:
    watch.rules(SILENT)
    watch.reads((0, 1))
    assert watch.sweep(6) == [("firing", 5)]
    assert watch.rules({**SILENT, "after_seconds": 600}) == [("resolved", 6)]
    assert watch.sweep(9) == []
    assert watch.sweep(11) == [("firing", 10)]
    assert watch.reads((12, 1)) == [("resolved", 12)]


def test_a_restart_tells_nothing_twice(watch: Watch) -> None:
    watch.rules(PM25_HIGH, SILENT)
    watch.reads((0, 500), (1, 50), (2, 500))
    watch.sweep(20)
    for _ in range(3):
        watch.restart()
        assert watch.lines() == []
    assert watch.reads((21, 10)) == [("resolved", 21), ("resolved", 21)]


def test_rules_that_change_while_sense_is_down_are_taken_over_after_the_replay(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    assert watch.reads((0, 50), (1, 500)) == [("firing", 1)]
    write_snapshot(watch.data, things=2, rules=[{**PM25_HIGH, "raise_at": 600, "clear_at": 590}], version=9)
    watch.restart()
    assert watch.lines() == []
    assert watch.rules({**PM25_HIGH, "raise_at": 600, "clear_at": 590}) == []
    assert watch.reads((2, 580)) == [("resolved", 2)]


def test_the_id_of_an_alarm_is_where_and_when_it_began() -> None:
    names = Named(7, "air-1", "pm25")
    one = alarm_id("high", names, 5)
    assert one == alarm_id("high", names._replace(thing_id=8), 5)
    assert (
        len(
            {one, alarm_id("low", names, 5), alarm_id("high", names, 6), alarm_id("high", Named(7, "air-2", "pm25"), 5)}
        )
        == 4
    )


MONTH = 30 * 1440  # minutes before the first reading of the present


@pytest.fixture
def living(watch: Watch) -> Watch:
    watch.rules(SILENT, LONG)
    return watch


def test_a_history_poured_into_a_living_city_is_no_sign_of_life(living: Watch) -> None:
    """Nothing of it is a silence: not its gaps, not its end, not the way from it to the present."""
    told_lines = []
    for step in range(0, 600, 20):
        told_lines += living.reads(*[(step - MONTH + minute, 50) for minute in range(0, 20, 10)])
        told_lines += living.sweep(step / 20)
    assert told_lines == []
    assert living.reads((31, 50)) == []
    assert living.sweep(37) == [("firing", 36)]


def test_a_history_is_judged_by_thresholds(living: Watch) -> None:
    lines = living.reads(*[(minute - MONTH, 150) for minute in range(4)])
    assert [state for state, _ in lines] == ["pending", "firing"]


def test_a_history_does_not_end_the_silence_of_a_thing(living: Watch) -> None:
    living.reads((0, 50))
    assert living.sweep(9 * 1440) == [("firing", 5)]
    assert living.reads(*[(minute, 50) for minute in range(10, 60)]) == []
    living.restart()
    assert living.sweep(9 * 1440 + 10) == []
    assert living.reads((9 * 1440 + 10, 50)) == [("resolved", 9 * 1440 + 10)]


def test_a_correction_that_comes_too_late_does_not_unsay_that_the_thing_spoke(living: Watch) -> None:
    living.reads((0, 50), (4, 50), (8, 50))
    assert living.sweep(9) == []
    living.clock.move_to(START + timedelta(days=8))
    assert living.reads((4, 60)) == []
    assert living.sweep(8 * 1440 + 1) == [("firing", 13)]


def test_the_last_seven_days_of_a_history_are_readings_like_any_other(living: Watch) -> None:
    living.reads((-6 * 1440, 50))
    assert living.sweep(1) == [("firing", 5 - 6 * 1440)]


@pytest.mark.parametrize("where", [b"meta.npy", b"moments.npy", b"silent.npy"])
def test_a_checkpoint_with_a_flipped_bit_is_none(living: Watch, where: bytes) -> None:
    living.reads((0, 50), (4, 50))
    path = living.data / "hot" / "checkpoint.npz"
    content = bytearray(path.read_bytes())
    content[content.index(where) + 150] ^= 1
    path.write_bytes(content)
    assert checkpoint.read(living.data / "hot") is None
    living.restart()
    assert living.sweep(10) == [("firing", 9)]


def lost(watch: Watch) -> None:
    """The checkpoint is gone, and the lake has taken over all but the last segment."""
    watch.store.rotate()
    watch.store.save_checkpoint(watch.store.take_checkpoint())
    move_segments(watch.data, lambda streams: {})
    (watch.data / "hot" / "checkpoint.npz").unlink()


def test_a_checkpoint_that_is_lost_withdraws_no_alarm_that_is_over(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    watch.reads((0, 50), (1, 150), (2, 50))
    lost(watch)
    watch.restart()
    assert watch.lines() == []
    assert watch.reads((3, 150)) == [("firing", 3)]


def test_a_checkpoint_that_is_lost_keeps_an_alarm_that_ended_since(watch: Watch) -> None:
    watch.rules(PM25_HIGH)
    watch.reads((0, 50), (1, 150))
    watch.clock.move_to(START + timedelta(minutes=2))
    lost(watch)
    watch.reads((2, 50), (3, 50))
    watch.restart()
    assert watch.lines() == []


def test_a_checkpoint_that_is_lost_tells_an_alarm_anew_that_goes_on(watch: Watch) -> None:
    """Its beginning has moved to the lake: it begins with what is left."""
    watch.rules(PM25_HIGH)
    watch.reads((0, 50), (1, 150))
    watch.clock.move_to(START + timedelta(minutes=2))
    lost(watch)
    watch.reads((2, 150), (3, 50))
    watch.restart()
    assert sorted(watch.lines()) == [("firing", 2), ("resolved", 3), ("withdrawn", 1)]


def test_a_checkpoint_of_before_there_were_histories_goes_on(living: Watch) -> None:
    """Every reading in it is a sign of life."""
    living.reads((0, 50), (4, 50))
    living.store.rotate()
    living.store.save_checkpoint(living.store.take_checkpoint())
    path = living.data / "hot" / "checkpoint.npz"
    with np.load(path) as stored:
        older = {name: stored[name] for name in stored if name not in ("past", "heard", "heard_sequence")}
    np.savez(path, **older)
    living.restart()
    assert living.sweep(10) == [("firing", 9)]
