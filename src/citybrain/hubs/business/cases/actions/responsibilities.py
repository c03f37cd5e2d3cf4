"""Editing the responsibility list. Lines end or are replaced, they are not deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from citybrain.base import audit, bus, clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.errors import BadInput, Conflict, FieldError
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.hubs.business.cases.messages import ResponsibilityChanged
from citybrain.hubs.business.cases.models import CaseType, CatalogueVersion, Responsibility

EDITABLE = ("priority", "note", "valid_from", "valid_to")


@transaction.atomic
def add_responsibility(
    *, actor: Viewer, case_type: str, organisation: str, region: str = "*", priority: int = 0, note: str = "",
    valid_from: datetime | None = None, valid_to: datetime | None = None,
) -> Responsibility:  # fmt: skip
    """Add a line: who answers for a kind of case in a region (`*` is everywhere). Needs the right over both."""
    there = _region(region)
    target = _found(Organisation, "organisation", organisation)
    line = Responsibility(
        case_type=_found(CaseType, "case_type", case_type), region=there, region_code=there.code if there else "",
        organisation=target, organisation_code=target.code, priority=priority, note=note, valid_from=valid_from,
        valid_to=valid_to, is_edited=True,
    )  # fmt: skip
    _check_times(line)
    check_may(actor, "responsibility.write", on=line)
    line.save()
    _note(line, actor, "responsibility.added")
    return line


@transaction.atomic
def change_responsibility(line: Responsibility, *, actor: Viewer, **values: Any) -> Responsibility:
    """Change a line's priority, note or time; another organisation or region is another line.

    A line of a pack that was changed here keeps what was changed when the pack is loaded again.
    """
    check_may(actor, "responsibility.write", on=line)
    wrong = sorted(set(values) - set(EDITABLE))
    if wrong:
        raise BadInput("input.invalid", fields=tuple(FieldError(name, "case.unknown_field") for name in wrong))
    changed = [name for name, value in values.items() if getattr(line, name) != value]
    if not changed:
        return line
    for name in changed:
        setattr(line, name, values[name])
    _check_times(line)
    line.is_edited = True
    line.save(update_fields=[*changed, "is_edited"])
    _note(line, actor, "responsibility.changed", changed=sorted(changed))
    return line


@transaction.atomic
def end_responsibility(line: Responsibility, *, actor: Viewer) -> Responsibility:
    """Let a line end now; cases dispatched by it stay where they are. Raises Conflict when it ended before."""
    check_may(actor, "responsibility.write", on=line)
    if line.valid_to is not None and line.valid_to <= clock.now():
        raise Conflict("case.line_ended", line=line.pk)
    line.valid_to, line.is_edited = clock.now(), True
    if line.valid_from is not None and line.valid_from > line.valid_to:
        line.valid_from = line.valid_to
    line.save(update_fields=["valid_from", "valid_to", "is_edited"])
    _note(line, actor, "responsibility.ended")
    return line


def _note(line: Responsibility, actor: Viewer, action: str, **more: Any) -> None:
    CatalogueVersion.renew()
    facts: dict[str, Any] = {
        "case_type": line.case_type.code,
        "region": line.region_code or "*",
        "organisation": line.organisation_code,
        "priority": line.priority,
    }
    audit.record(actor, action, line, **facts, **more)
    bus.publish(
        ResponsibilityChanged(line=line.pk, what=action, **facts),
        subject=f"responsibility/{line.pk}",
        actor=actor,
        region_path=line.region.path if line.region else "",
        organisation_paths=[line.organisation.path] if line.organisation else [],
    )


def _region(code: str) -> Region | None:
    return None if code == "*" else _found(Region, "region", code)


def _found(model: type[Any], name: str, code: str) -> Any:
    row = model.objects.filter(code=code).first()
    if row is None:
        wrong = "case.unknown_type" if name == "case_type" else f"case.unknown_{name}"
        raise BadInput("input.invalid", fields=(FieldError(name, wrong, {"code": code}),))
    return row


def _check_times(line: Responsibility) -> None:
    if line.valid_from is not None and line.valid_to is not None and line.valid_to < line.valid_from:
        raise BadInput("input.invalid", fields=(FieldError("valid_to", "case.line_backwards"),))
