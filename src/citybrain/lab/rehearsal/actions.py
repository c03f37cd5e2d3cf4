"""Asking for a rehearsal, and keeping what came of it."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from citybrain.base import audit, clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.bus.describing import describe
from citybrain.base.errors import BadInput, CityError, FieldError
from citybrain.base.jobs.actions import enqueue
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.models import Case
from citybrain.lab.rehearsal.changing import check_changes
from citybrain.lab.rehearsal.models import CaseDifference, Rehearsal
from citybrain.lab.rehearsal.recording import chunks
from citybrain.lab.rehearsal.running import Order, Say, rehearse
from citybrain.lab.rehearsal.types import Changes

log = logging.getLogger(__name__)
JOB = "rehearsals.run"
KEPT = ("summary", "digests", "speed", "period")
BATCH = 500


@transaction.atomic
def ask_rehearsal(
    *, actor: Viewer, title: str, start: datetime, end: datetime, lines: list[Any], layers: list[Any]
) -> Rehearsal:
    """Ask for a rehearsal, which `work` carries out; needs the right to edit the responsibility list.

    Raises BadInput for a period that ends before it begins or lies ahead, and for a change that could not be made.
    """
    check_may(actor, "responsibility.write")
    if not start < end or start >= clock.now():
        raise BadInput("input.invalid", fields=(FieldError("end", "rehearsal.period"),))
    changes = msgspec.convert({"lines": lines, "layers": layers}, Changes)
    check_changes(changes)
    row = Rehearsal.objects.create(
        title=title.strip() or f"{start:%Y-%m-%d}", start=start, end=end, changes=msgspec.to_builtins(changes),
        asked_by=actor.actor_key, asked_label=actor.actor_label, asked_at=clock.now(),
    )  # fmt: skip

    audit.record(actor, "rehearsal.asked", kind="rehearsal", key=str(row.pk), lines=len(lines), layers=len(layers))
    enqueue(JOB, actor=actor, rehearsal=row.pk)
    return row


def carry_out(rehearsal: int, say: Say) -> None:
    """Run it; what fails is kept with its reason, and a rehearsal that was carried out is not run again.

    What could not be carried out is the end of it; a fault is raised on, so that the job fails too.
    """
    row = Rehearsal.objects.get(pk=rehearsal)
    if row.state == Rehearsal.State.DONE:
        return
    Rehearsal.objects.filter(pk=rehearsal).update(state=Rehearsal.State.RUNNING, progress=0, error="")

    def tell(done: float, note: str) -> None:
        Rehearsal.objects.filter(pk=rehearsal).update(progress=done, note=note[:200])
        say(min(done, 0.99), note)

    try:
        _keep(row, rehearse(Order(row.start, row.end, msgspec.convert(row.changes, Changes)), tell))
    except CityError as error:
        log.warning("rehearsal %s: %s", rehearsal, error)
        _fail(rehearsal, error)
    except Exception as error:  # a full disk or a fault: its trace is in the log, where the job that failed is kept
        _fail(rehearsal, CityError("rehearsal.failed", why=describe(error)))
        raise


def _fail(rehearsal: int, error: CityError) -> None:
    words = "; ".join([error.title("zh"), *(f"{one.field}: {one.reason('zh')}" for one in error.fields)])
    Rehearsal.objects.filter(pk=rehearsal).update(
        state=Rehearsal.State.FAILED, error=words[:2000], finished_at=clock.wall_now()
    )


@transaction.atomic
def _keep(row: Rehearsal, result: dict[str, Any]) -> None:
    row.differences.all().delete()
    rows = [_difference(row, one) for one in result["differences"]]
    _tie(rows)
    CaseDifference.objects.bulk_create(rows, batch_size=BATCH)
    base, assumed = result["reproduction"], result["assumptions"]
    told = {name: result[name] for name in KEPT}
    told["reproduction"] = {name: base[name] for name in ("cases", "exact", "share", "by_why")}
    told["assumptions"] = assumed["counts"]
    row.result = msgspec.to_builtins(told)
    row.state, row.progress, row.note, row.finished_at = Rehearsal.State.DONE, 1.0, "", clock.wall_now()
    row.save(update_fields=["result", "state", "progress", "note", "finished_at"])


def _difference(row: Rehearsal, one: dict[str, Any]) -> CaseDifference:
    now, then = (msgspec.to_builtins(one[side]) for side in ("now", "then"))
    return CaseDifference(
        rehearsal=row, key=one["key"], number=one["number"], case_type=one["case_type"],
        region_path=one["region_path"], opened_at=one["opened_at"], kinds=f",{','.join(one['kinds'])},",
        organisation_now=now["organisation"] if now else "", organisation_then=then["organisation"] if then else "",
        now=now, then=then, now_in=one["now_in"], then_in=one["then_in"],
    )  # fmt: skip


def _tie(rows: list[CaseDifference]) -> None:
    """Tie differences to their cases, whose readers may read them; one without a case is its organisation's then."""
    cases: dict[str, tuple[int, str]] = {}
    for some in chunks({row.number for row in rows if row.number}):
        found = Case.objects.filter(number__in=some).values_list("number", "pk", "organisation_path")
        cases |= {number: (pk, path) for number, pk, path in found}
    paths = dict(Organisation.objects.values_list("code", "path"))
    for row in rows:
        row.case_id, row.organisation_path = cases.get(row.number, (None, paths.get(row.organisation_then, "")))
