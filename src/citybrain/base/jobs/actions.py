"""What people and code ask of background work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from citybrain.base import audit, clock
from citybrain.base.accounts import Viewer
from citybrain.base.audit import SYSTEM, Actor
from citybrain.base.bus import wake
from citybrain.base.bus.waking import JOBS
from citybrain.base.errors import Conflict, NotFound
from citybrain.base.jobs.models import Recurring, Run
from citybrain.base.jobs.registry import registry


@transaction.atomic
def enqueue(name: str, *, actor: Actor = SYSTEM, **arguments: Any) -> int:
    """Ask for a single job (`@job`) with JSON-able arguments, in the caller's transaction; returns the run's id.

    Raises NotFound `job.unknown` when no job has that name.
    """
    if name not in registry().single:
        raise NotFound("job.unknown", name=name)
    run = Run.objects.create(name=name, arguments=arguments, asked_by=actor.actor_key, queued_at=clock.wall_now())
    transaction.on_commit(wake)
    return run.pk


@transaction.atomic
def rerun(run: Run, *, actor: Viewer) -> Run:
    """Ask for a failed run again, with the same arguments; the failure stays on record.

    Raises Conflict `job.not_failed` for a run that did not fail or was asked for again already.
    """
    actor.check("job.write")
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state != Run.State.FAILED or locked.recurring or Run.objects.filter(rerun_of=locked).exists():
        raise Conflict("job.not_failed", number=run.pk)
    again = Run.objects.create(
        name=locked.name,
        arguments=locked.arguments,
        asked_by=actor.actor_key,
        queued_at=clock.wall_now(),
        rerun_of=locked,
    )
    audit.record(actor, "job.rerun", kind="job", key=locked.name, run=locked.pk, again=again.pk)
    transaction.on_commit(wake)
    return again


def set_next(name: str, moment: datetime) -> None:
    """Let a recurring job come round at a moment (of its own clock), and not before; raises NotFound `job.unknown`."""
    if name not in registry().recurring:
        raise NotFound("job.unknown", name=name)
    Recurring.objects.update_or_create(name=name, defaults={"next_at": moment})
    wake(JOBS)


@transaction.atomic
def run_now(name: str, *, actor: Viewer) -> Recurring:
    """Let a recurring job come round at once instead of at its time; raises NotFound `job.unknown`."""
    actor.check("job.write")
    every = registry().recurring.get(name)
    if every is None:
        raise NotFound("job.unknown", name=name)
    now = every.now()
    row, _ = Recurring.objects.select_for_update().get_or_create(name=name, defaults={"next_at": now})
    row.next_at = now
    row.save(update_fields=["next_at"])
    audit.record(actor, "job.asked_for", kind="job", key=name)
    transaction.on_commit(wake)
    return row


def prune(keep: timedelta) -> int:
    """Forget runs that ended longer than `keep` ago; returns how many."""
    return Run.objects.filter(finished_at__lt=clock.wall_now() - keep).delete()[0]
