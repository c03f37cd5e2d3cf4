"""The alarms of a city are a function of its readings, however they arrive."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base import clock as city_clock
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import SECOND, Rows
from citybrain.hubs.sensing.ingest.journal import Entry, micros
from citybrain.hubs.sensing.ingest.service import Snapshots
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.ingest.store import Store
from tests.hubs.sensing.ingest.reference import Episode, episodes
from tests.hubs.sensing.ingest.world import alarms, folders, told, write_snapshot

BEGIN = city_clock.to_micros(city_clock.datetime(2026, 3, 2, 1, 0, tzinfo=city_clock.UTC))
MINUTE = 60 * SECOND
EXAMPLES = int(os.environ.get("CITYBRAIN_EXAMPLES", "120"))
STREAMS = {1: "air-1", 5: "air-2"}  # the stream ids of pm25


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the disk has it is tested elsewhere."""
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: None)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@dataclass(frozen=True)
class Sent:
    stream: int
    at: int
    value: float
    quality: int


@dataclass
class Story:
    rules: list[Rule]
    groups: list[list[Sent]]
    restarts: list[str | None]  # after each group: how `sense` ends, if it does
    advances: list[int]  # how far city time runs on before each group, in minutes
    begins: int  # where city time begins, in minutes: seven days on, the first of the readings are a history


@st.composite
def thresholds(draw: st.DrawFn) -> Rule:
    op = draw(st.sampled_from(["gt", "ge", "lt", "le"]))
    raise_at, clear_at = (100.0, draw(st.sampled_from([100.0, 80.0])))
    if op in ("lt", "le"):
        raise_at, clear_at = clear_at, raise_at
    return Rule(
        key=draw(st.sampled_from(["a", "b"])), model="air", property="pm25", kind="threshold", op=op,
        raise_at=raise_at, clear_at=clear_at,
        for_seconds=draw(st.sampled_from([0, 60, 180])), clear_for_seconds=draw(st.sampled_from([0, 120])),
    )  # fmt: skip


silences = st.builds(
    Rule, key=st.just("s"), model=st.just("air"), property=st.just("pm25"), kind=st.just("silence"),
    after_seconds=st.sampled_from([90, 240]),
)  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Two streams whose readings come up to 12 places late, corrections up to 20 later, repetitions at any time."""
    rules = [draw(thresholds()), *draw(st.lists(silences, max_size=1))]
    seed = draw(st.integers(0, 2**32 - 1))
    count = draw(st.integers(1, 90))
    random = np.random.default_rng(seed)
    lateness = draw(st.sampled_from([0, 0, 3, 12]))
    arrivals: list[tuple[float, Sent]] = []
    for stream in STREAMS:
        at = BEGIN
        for place in range(count):
            at += int(random.choice([1, 1, 1, 2, 5, 30])) * MINUTE
            one = _reading(random, stream, at)
            when = place + random.uniform(0, lateness)
            arrivals.append((when, one))
            if random.random() < 0.15:
                arrivals.append((when + random.uniform(0, 40), one))
            if random.random() < 0.1:
                arrivals.append((when + random.uniform(0.1, 8), _reading(random, stream, at)))
    sent = [one for _, one in sorted(arrivals, key=lambda pair: pair[0])]
    groups, begin = [], 0
    while begin < len(sent):
        size = int(random.choice([1, 2, 5, 20, 60]))
        groups.append(sent[begin : begin + size])
        begin += size
    ends = random.choice([None, "clean", "killed", "killed before apply", "killed before the journal"],
                         size=len(groups), p=[0.8, 0.05, 0.05, 0.05, 0.05])  # fmt: skip
    begins = draw(st.sampled_from([1, 1, 7 * 1440 + 5, 7 * 1440 + 60, 7 * 1440 + 300]))
    return Story(rules, groups, [end and str(end) for end in ends], random.integers(0, 8, len(groups)).tolist(), begins)


def first_heard(story: Story, stream: int) -> dict[int, int]:
    """By the time of a reading of a stream: when the city first heard of it."""
    came: dict[int, int] = {}
    now = BEGIN + story.begins * MINUTE
    for group, minutes in zip(story.groups, story.advances, strict=True):
        now += minutes * MINUTE
        for one in group:
            if one.stream == stream:
                came.setdefault(one.at, now)
    return came


def _reading(random: np.random.Generator, stream: int, at: int) -> Sent:
    value = float(random.choice([50, 79, 80, 81, 99, 100, 101, 150]))
    return Sent(stream, at, value, int(random.choice([0, 0, 0, 0, 0, 1])))


def send(store: Store, group: list[Sent], end: str | None) -> None:
    """One group commit, broken off where the story says so."""
    rows = Rows(
        np.array([one.stream for one in group], np.int32),
        np.array([one.at for one in group], np.int64),
        np.array([one.value for one in group], np.float64),
        np.array([one.quality for one in group], np.int8),
    )
    prepared = store.decide(rows, np.ones(len(rows), np.int32), store.arrange(rows))
    if len(prepared.stored.rows):
        store.write(prepared.stored)
        if end == "killed before apply":
            return
        store.apply(prepared.stored)
    if end == "killed before the journal":
        return
    store.journal.flush()


def kill(store: Store) -> None:
    """What the kernel does for a process that is gone: its files are closed, nothing is written."""
    store.journal.close()
    store.segment.close()


def live(data: Path, story: Story, clock: city_clock.MovableClock) -> None:
    snapshots = _snapshots(data)
    store = Store(data, snapshots.catalogue, snapshots.rules)
    assert snapshots.catalogue is not None
    store.adopt(snapshots.catalogue, snapshots.rules)
    for place, (group, end, minutes) in enumerate(zip(story.groups, story.restarts, story.advances, strict=True)):
        clock.move(minutes=minutes)
        if place % 3 == 0:
            store.sweep()
        send(store, group, end)
        if end is not None:
            if end == "clean":
                store.close()
            else:
                kill(store)
            store = Store(data, snapshots.catalogue, snapshots.rules)
            store.adopt(snapshots.catalogue, snapshots.rules)
        elif place % 5 == 4:
            store.journal.flush()
            store.rotate()
            store.save_checkpoint(store.take_checkpoint())
    store.sweep()
    store.close()


def _snapshots(data: Path) -> Snapshots:
    snapshots = Snapshots(data / "snapshot")
    snapshots.load(snapshots.changed())
    assert isinstance(snapshots.catalogue, Catalogue)
    return snapshots


def names_its_readings(entries: list[Entry], story: Story) -> None:
    """Each line's time, value and sequence are those of a reading that was sent."""
    contents: dict[tuple[str, int], list[tuple[float, int]]] = {}
    for one in (one for group in story.groups for one in group):
        known = contents.setdefault((STREAMS[one.stream], one.at), [])
        if (one.value, one.quality) not in known:
            known.append((one.value, one.quality))
    for entry in entries:
        if entry.value is not None:
            assert contents[entry.thing, micros(entry.at)][entry.sequence][0] == entry.value


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_alarms_do_not_depend_on_how_the_readings_arrive(story: Story) -> None:
    """Late within the window, repeated, corrected, in any grouping, across restarts and kills: the same episodes."""
    with tempfile.TemporaryDirectory() as folder:
        data = folders(Path(folder))
        write_snapshot(data, things=2, rules=story.rules)
        movable = city_clock.MovableClock(city_clock.from_micros(BEGIN) + timedelta(minutes=story.begins))
        with city_clock.installed(movable):
            live(data, story, movable)
        entries = told(data)
    found = alarms(entries)

    names_its_readings(entries, story)
    now = city_clock.to_micros(movable.now())
    for rule in story.rules:
        for stream, thing in STREAMS.items():
            arrived = [
                (one.at, one.value, one.quality) for group in story.groups for one in group if one.stream == stream
            ]
            expected: list[Episode] = episodes(rule, arrived, now, first_heard(story, stream))
            assert found.pop((rule.key, thing, "pm25"), []) == expected
    assert not found
