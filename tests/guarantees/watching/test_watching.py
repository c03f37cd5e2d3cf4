"""What is broken is seen, with since when; those who run the platform hear of it once each morning."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as running

from citybrain.base import clock as city_clock
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.jobs.models import Run
from citybrain.base.jobs.running import run_due
from citybrain.base.metrics import gauges
from citybrain.base.notices.actions import deliver_due
from citybrain.base.notices.models import Notice
from citybrain.guarantees.watching import parts
from citybrain.guarantees.watching.actions import note_states, send_digest_when_due
from citybrain.guarantees.watching.models import Digest, PartState
from citybrain.guarantees.watching.parts import PARTS, Look
from citybrain.guarantees.watching.words import catalogue, said

PARTS_PAGE = "/api/v1/platform/parts"


@pytest.fixture(autouse=True)
def given(cast: Any, clock: Any) -> None:
    """A city with its people, at 09:00 in Beijing."""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> dict[str, Look]:
    """Parts that stand as the test says."""
    stands = {"bus": Look("green", {"behind": 0}), "dead_letters": Look("green", {"count": 0})}
    monkeypatch.setattr(parts, "PARTS", {name: (lambda name=name: stands[name]) for name in stands})
    monkeypatch.setattr(parts, "_processes", dict)
    return stands


def fail_a_run() -> Run:
    now = city_clock.wall_now()
    return Run.objects.create(
        name="packs.load", state="failed", asked_by="user:1", queued_at=now, finished_at=now, error="KeyError"
    )


def shown(cast: Any) -> dict[str, Any]:
    answer = cast.client("administrator").get(PARTS_PAGE)
    assert answer.status_code == 200, answer.content.decode()
    return {one["name"]: one for one in answer.json()}


def test_every_part_is_looked_at_and_has_words(cast: Any) -> None:
    found = shown(cast)
    assert set(PARTS) <= set(found)
    for name, one in found.items():
        assert set(one["title"]) == {"zh", "en"}
        assert one["found"]["zh"], name
        assert one["link"].startswith("/console/")
    assert set(catalogue()) == {*PARTS, "process"}
    assert found["database"]["state"] == "green"


def test_a_failed_run_is_seen_until_it_was_run_again(cast: Any) -> None:
    assert shown(cast)["jobs"]["state"] == "green"
    run = fail_a_run()
    found = shown(cast)
    assert found["jobs"]["state"] == "amber"
    assert "1" in found["jobs"]["found"]["en"]
    assert next(iter(found)) == "jobs"  # the worst first
    Run.objects.create(name=run.name, asked_by="user:1", queued_at=run.queued_at, rerun_of=run)
    assert shown(cast)["jobs"]["state"] == "green"


def test_a_process_that_is_gone_is_red(cast: Any) -> None:
    run = Path(running.DATA_DIR) / "run"
    run.mkdir(exist_ok=True)
    (run / "toy.pid").write_text("999999999")
    try:
        found = shown(cast)["process toy"]
    finally:
        (run / "toy.pid").unlink()
    assert (found["state"], found["title"]["en"]) == ("red", "Process toy")
    assert "toy.log" in found["cure"]["en"]


def test_a_part_that_cannot_be_looked_at_is_red_and_says_why(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Look:
        raise PermissionError("/secret/path")

    monkeypatch.setitem(parts.PARTS, "lake", broken)
    found = shown(cast)["lake"]
    assert (found["state"], found["found"]["en"]) == ("red", "PermissionError")


def test_since_when_is_remembered_and_begins_anew_with_each_change(
    cast: Any, alone: dict[str, Look], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = city_clock.wall_now()
    now = [start]
    monkeypatch.setattr(city_clock, "wall_now", lambda: now[0])
    run_due(names=["watching.note"])
    now[0] += timedelta(hours=1)
    alone["bus"] = Look("amber", {"behind": 5000})
    assert note_states() == 1
    now[0] += timedelta(hours=1)
    assert note_states() == 0
    assert PartState.objects.get(name="bus").since == start + timedelta(hours=1)
    assert PartState.objects.get(name="dead_letters").since == start
    assert shown(cast)["bus"]["since"].startswith((start + timedelta(hours=1)).isoformat()[:19])


def test_nothing_broken_is_no_news(alone: dict[str, Look]) -> None:
    assert send_digest_when_due() == 0
    assert Digest.objects.get().broken == 0
    assert not Notice.objects.exists()


def test_broken_things_are_told_once_a_morning_with_since_when_and_where(
    cast: Any, alone: dict[str, Look], clock: Any
) -> None:
    alone["dead_letters"] = Look("amber", {"count": 3})
    note_states()
    assert send_digest_when_due() == 1
    assert send_digest_when_due() == 0
    deliver_due()
    (letter,) = cast.client("administrator").get("/api/v1/notices").json()["items"]
    assert letter["key"] == "platform.digest"
    assert letter["link"] == "/console/jobs"
    (line,) = letter["data"]["lines"]
    assert line["link"] == "/console/failures"
    assert line["zh"].startswith("未送达的消息：3 条，自 2")
    assert line["en"].startswith("Dead letters: 3, since 2")
    assert cast.client("dispatcher").get("/api/v1/notices").json()["items"] == []

    clock.move(days=1)
    assert send_digest_when_due() == 1


def test_the_morning_is_the_citys_and_the_evening_hears_nothing(alone: dict[str, Look], clock: Any) -> None:
    alone["bus"] = Look("red", {"behind": 50_000})
    clock.move(hours=22)  # 07:00 the next day in Beijing
    assert send_digest_when_due() == 0
    clock.move(minutes=31)
    assert send_digest_when_due() == 1
    clock.move(hours=28)  # 11:31
    assert send_digest_when_due() == 0


def test_metrics_carry_the_state_and_the_figures_of_every_part() -> None:
    fail_a_run()
    read = {one.name: one.read for one in gauges()}
    states, figures = read["citybrain_part_state"](), read["citybrain_part_figure"]()
    assert {name for (name,) in states} >= set(PARTS)
    assert states[("jobs",)] == 1
    assert figures[("jobs", "failed")] == 1
    assert figures[("disk", "gib")] > 0


def test_words_without_their_figures_say_the_error() -> None:
    assert said("lake", "found", {"error": "OSError"}) == {"zh": "OSError", "en": "OSError"}
    assert said("process web", "name", {}) == {"zh": "进程 web", "en": "Process web"}


def test_looking_writes_nothing(cast: Any) -> None:
    before = OutboxEvent.objects.count()
    shown(cast)
    assert not PartState.objects.exists()
    assert OutboxEvent.objects.count() == before
