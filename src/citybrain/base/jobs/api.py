"""The HTTP door of background work: what recurs, what failed, and asking for it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema

from citybrain.base.accounts.http import CityRequest, PageOf, Paging, paged
from citybrain.base.jobs import actions, queries

router = Router(tags=["jobs"])
Name = Annotated[str, Field(max_length=100)]


class RecurringShown(Schema):
    """A job that comes round, or a loop that never rests."""

    name: str = Field(examples=["audit.seal"])
    kind: Literal["job", "loop"] = Field(examples=["job"])
    period_seconds: float | None = Field(description="null for a loop", examples=[0.5])
    by: Literal["wall", "city"] | None = Field(description="The clock by which it comes round", examples=["wall"])
    next_at: datetime | None = Field(description="By that clock")
    started_at: datetime | None = Field(description="Its last round; frequent jobs are written down now and then only")
    succeeded_at: datetime | None
    seconds: float | None = Field(description="How long its last round took", examples=[0.012])
    failures_in_a_row: int = Field(examples=[0])
    error: str = Field(examples=[""])


class RunShown(Schema):
    """One piece of work that was asked for, or a failed round of a recurring job."""

    id: int = Field(examples=[12])
    name: str = Field(examples=["texts.train"])
    state: Literal["queued", "running", "done", "failed"] = Field(examples=["failed"])
    recurring: bool = Field(examples=[False])
    asked_by: str = Field(examples=["user:12"])
    arguments: dict[str, Any] = Field(examples=[{"path": "messages.csv"}])
    progress: float = Field(description="0 to 1", examples=[0.4])
    note: str = Field(examples=["120 of 300 rows"])
    attempts: int = Field(examples=[1])
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str = Field(description="Where it failed", examples=[""])
    rerun_of: int | None = Field(alias="rerun_of_id", description="The failed run that this one repeats")


class RunsAsked(Schema):
    """All that are given must hold."""

    state: Literal["queued", "running", "done", "failed"] | None = Field(None, examples=["failed"])
    name: str | None = Field(None, max_length=100, examples=["texts.train"])


@router.get("/jobs", response=list[RecurringShown])
def list_recurring(request: CityRequest) -> Any:
    """Everything that recurs, with its last round."""
    return queries.recurring(request.viewer)


@router.get("/jobs/runs", response=PageOf[RunShown])
def list_runs(request: CityRequest, asked: Query[RunsAsked], paging: Query[Paging]) -> Any:
    """Runs, the newest first; `state=failed` is the list of failures."""
    return paged(queries.runs(request.viewer, **asked.dict()), paging, order=("-id",))


@router.get("/jobs/runs/{int:number}", response=RunShown)
def get_run(request: CityRequest, number: int) -> Any:
    """One run."""
    return queries.get_run(request.viewer, number)


@router.post("/jobs/runs/{int:number}/rerun", response={201: RunShown})
def rerun(request: CityRequest, number: int) -> Any:
    """Ask for a failed run again."""
    return actions.rerun(queries.get_run(request.viewer, number), actor=request.viewer)


@router.post("/jobs/{name}/run", response=RecurringShown)
def run_now(request: CityRequest, name: Name) -> Any:
    """Let a recurring job come round at once."""
    actions.run_now(name, actor=request.viewer)
    return queries.get_recurring(request.viewer, name)
