"""Planning turns of duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from citybrain.applications.operations.desk.actions.people import check_at_desk
from citybrain.applications.operations.desk.messages import ShiftCancelled, ShiftChanged, ShiftMessage, ShiftPlanned
from citybrain.applications.operations.desk.models import Shift
from citybrain.applications.operations.desk.queries.people import desk_for
from citybrain.base import audit, bus, clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.errors import BadInput, Conflict, FieldError

LONGEST = timedelta(hours=48)
PLANNING = "shift.write"


@transaction.atomic
def plan_shift(
    *, actor: Viewer, name: str, starts_at: datetime, ends_at: datetime, people: Sequence[int] = (),
    region: str = "", organisation: str = "",
) -> Shift:  # fmt: skip
    """Plan a turn of duty at a desk (default: the actor's own) for people who serve there.

    Raises Forbidden without `shift.write` there, BadInput for times, people and codes.
    """
    desk = desk_for(actor, region=region, organisation=organisation, permission=PLANNING)
    shift = Shift(
        region=desk.region, organisation=desk.organisation, name=name, starts_at=starts_at, ends_at=ends_at,
        planned_by=actor.actor_key,
    )  # fmt: skip
    _check_times(shift)
    users = check_at_desk(actor, shift, people, "people")
    shift.save()
    shift.people.set(users)
    _tell(shift, actor, ShiftPlanned)
    return shift


@transaction.atomic
def change_shift(shift: Shift, *, actor: Viewer, people: Sequence[int] | None = None, **values: Any) -> Shift:
    """Change a shift's name, times or people; what is not given stays. Raises Conflict for a cancelled one."""
    shift = _locked(shift, actor)
    for name, value in values.items():
        setattr(shift, name, value)
    _check_times(shift)
    if values:
        shift.save(update_fields=list(values))
    if people is not None:
        shift.people.set(check_at_desk(actor, shift, people, "people"))
    _tell(shift, actor, ShiftChanged)
    return shift


@transaction.atomic
def cancel_shift(shift: Shift, *, actor: Viewer) -> Shift:
    """Take a shift off the plan; it stays on record. Raises Conflict when it was cancelled before."""
    shift = _locked(shift, actor)
    shift.cancelled_at = clock.now()
    shift.save(update_fields=["cancelled_at"])
    _tell(shift, actor, ShiftCancelled)
    return shift


def _locked(shift: Shift, actor: Viewer) -> Shift:
    check_may(actor, PLANNING, on=shift)
    shift = Shift.objects.select_related("region", "organisation").select_for_update(of=("self",)).get(pk=shift.pk)
    if shift.cancelled_at is not None:
        raise Conflict("shift.cancelled_before")
    return shift


def _check_times(shift: Shift) -> None:
    if not timedelta() < shift.ends_at - shift.starts_at <= LONGEST:
        raise BadInput("input.invalid", fields=(FieldError("ends_at", "shift.times"),))


def _tell(shift: Shift, actor: Viewer, message: type[ShiftMessage]) -> None:
    people = sorted(shift.people.values_list("pk", flat=True))
    facts: dict[str, Any] = {"name": shift.name, "starts_at": shift.starts_at, "ends_at": shift.ends_at}
    audit.record(actor, message.type, shift, people=people, **facts)
    bus.publish(
        message(shift=shift.pk, people=people, **facts),
        subject=f"shift/{shift.pk}",
        actor=actor,
        region_path=shift.region_path,
        organisation_paths=[shift.organisation_path] if shift.organisation_path else [],
    )
