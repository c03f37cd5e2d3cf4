"""Jobs over HTTP: what recurs, what failed, asking for it again, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from citybrain.base import jobs
from citybrain.base.audit.models import Record
from citybrain.base.jobs import registry
from citybrain.base.jobs.models import Run
from citybrain.base.jobs.registry import Every, Loop, Registry, Single
from citybrain.base.jobs.running import run_due

broken = [True]


def train(path: str) -> None:
    if broken[0]:
        raise ValueError(path)


@pytest.fixture(autouse=True)
def known(cast: Any) -> Iterator[Registry]:
    broken[0] = True
    own = Registry()
    own.recurring["test.tick"] = Every("test.tick", lambda: None, timedelta(minutes=5), "city")
    own.single["test.train"] = Single("test.train", train, 1)
    own.loops["test.loop"] = Loop("test.loop", lambda: False)
    with registry.only(own):
        yield own


def failed_run() -> int:
    number = jobs.enqueue("test.train", path="a.csv")
    run_due()
    return number


def test_the_list_shows_what_recurs_and_how_it_went(cast: Any) -> None:
    client = cast.client("administrator")
    before = client.get("/api/v1/jobs").json()
    assert [(one["name"], one["kind"], one["by"]) for one in before] == [
        ("test.tick", "job", "city"),
        ("test.loop", "loop", None),
    ]
    assert before[0]["succeeded_at"] is None
    run_due()
    after = client.get("/api/v1/jobs").json()
    assert after[0]["succeeded_at"] is not None
    assert (after[0]["period_seconds"], after[0]["failures_in_a_row"]) == (300, 0)


def test_a_failure_is_listed_and_run_again_once(cast: Any) -> None:
    client = cast.client("administrator")
    number = failed_run()
    (shown,) = client.get("/api/v1/jobs/runs?state=failed").json()["items"]
    assert (shown["id"], shown["name"], shown["arguments"]) == (number, "test.train", {"path": "a.csv"})
    assert "train" in shown["error"]

    broken[0] = False
    again = client.post(f"/api/v1/jobs/runs/{number}/rerun")
    assert again.status_code == 201, again.content
    assert again.json()["rerun_of"] == number
    run_due()
    assert client.get(f"/api/v1/jobs/runs/{again.json()['id']}").json()["state"] == "done"
    assert client.post(f"/api/v1/jobs/runs/{number}/rerun").status_code == 409
    assert Record.objects.filter(action="job.rerun").count() == 1


def test_runs_come_in_pages(cast: Any) -> None:
    client = cast.client("auditor")
    for _ in range(5):
        jobs.enqueue("test.train", path="b.csv")
    first = client.get("/api/v1/jobs/runs?limit=3").json()
    second = client.get(f"/api/v1/jobs/runs?limit=3&after={first['next']}").json()
    numbers = [one["id"] for one in first["items"] + second["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 5
    assert second["next"] is None


def test_a_recurring_job_can_be_asked_for_at_once(cast: Any) -> None:
    client = cast.client("administrator")
    run_due()
    assert run_due() == []
    answer = client.post("/api/v1/jobs/test.tick/run")
    assert answer.status_code == 200
    assert [one.name for one in run_due()] == ["test.tick"]
    assert client.post("/api/v1/jobs/test.none/run").status_code == 404


@pytest.mark.parametrize("person", ["dispatcher", "handler", "citizen", "nobody"])
def test_who_may_not_see_jobs_sees_and_changes_nothing(cast: Any, person: str) -> None:
    number = failed_run()
    client = cast.client(person)
    for path in ("/api/v1/jobs", "/api/v1/jobs/runs", f"/api/v1/jobs/runs/{number}"):
        assert client.get(path).status_code == 403, path
    for path in (f"/api/v1/jobs/runs/{number}/rerun", "/api/v1/jobs/test.tick/run"):
        assert client.post(path).status_code == 403, path
    assert Run.objects.count() == 1


def test_an_auditor_sees_jobs_and_changes_nothing(cast: Any) -> None:
    number = failed_run()
    client = cast.client("auditor")
    assert client.get("/api/v1/jobs/runs").status_code == 200
    assert client.post(f"/api/v1/jobs/runs/{number}/rerun").status_code == 403
    assert client.post("/api/v1/jobs/test.tick/run").status_code == 403
    assert Run.objects.count() == 1
