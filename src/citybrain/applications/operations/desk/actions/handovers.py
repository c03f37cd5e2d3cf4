"""Handing the desk over (交接班): written by who goes, accepted by who comes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from citybrain.applications.operations.desk.actions.people import check_at_desk, check_person
from citybrain.applications.operations.desk.messages import (
    HandoverAccepted,
    HandoverChanged,
    HandoverMessage,
    HandoverWritten,
)
from citybrain.applications.operations.desk.models import Handover, Shift
from citybrain.applications.operations.desk.queries.board import desk_of, facts_of
from citybrain.applications.operations.desk.queries.people import HANDING_OVER, desk_for
from citybrain.applications.operations.desk.queries.shifts import get_shift
from citybrain.applications.operations.desk.types import Area
from citybrain.base import audit, bus, clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.accounts.models import User
from citybrain.base.errors import BadInput, Conflict, FieldError, Forbidden
from citybrain.base.notices import notify, to_duty, to_user
from citybrain.base.notices.types import Recipient


@transaction.atomic
def write_handover(
    *, actor: Viewer, text: str, addressee: int | None = None, shift: int | None = None, region: str = "",
    organisation: str = "",
) -> Handover:  # fmt: skip
    """Write a handover of a desk (default: that of the shift, else the actor's own), with its open matters as now.

    Raises Forbidden without `handover.write` there or for a token, NotFound for a shift out of reach, BadInput for
    whoever does not serve at the desk.
    """
    author = check_person(actor)
    ending = get_shift(actor, shift) if shift is not None else None
    handover = _at(actor, ending, region, organisation)
    handover.shift, handover.author_id, handover.text = ending, author, text
    handover.addressee = _addressee(actor, handover, addressee)
    handover.written_at = clock.now()
    handover.since_at = ending.starts_at if ending else desk_of(actor).since.at
    _freeze(handover, actor)
    handover.save()
    _tell(handover, actor, HandoverWritten)
    _notify(handover, actor)
    return handover


@transaction.atomic
def change_handover(
    handover: Handover, *, actor: Viewer, text: str | None = None, refresh: bool = False, **values: Any
) -> Handover:
    """Change what is not accepted yet: its text, whom it is for (`addressee`), or (`refresh`) its facts to those of
    now. What it said before is kept. Raises Forbidden unless the actor wrote it, Conflict when it was accepted.
    """
    handover = _waiting(handover, actor)
    if handover.author_id != check_person(actor):
        raise Forbidden("handover.not_the_author")
    columns = []
    if text is not None and text != handover.text:
        handover.earlier = [*handover.earlier, {"at": clock.now().isoformat(), "text": handover.text}]
        handover.text = text
        columns += ["text", "earlier"]
    if "addressee" in values:
        handover.addressee = _addressee(actor, handover, values["addressee"])
        columns.append("addressee")
    if refresh:
        _freeze(handover, actor)
        columns += ["facts", "facts_at"]
    if columns:
        handover.save(update_fields=columns)
        _tell(handover, actor, HandoverChanged, changed=sorted(columns))
    if "addressee" in values:
        _notify(handover, actor)
    return handover


@transaction.atomic
def accept_handover(handover: Handover, *, actor: Viewer, remark: str = "") -> Handover:
    """Take the desk over, also in place of the addressee; from now on the handover stays as it is.

    Raises Forbidden for a token and for its author, Conflict when somebody was faster.
    """
    handover = _waiting(handover, actor)
    if handover.author_id == check_person(actor):
        raise Forbidden("handover.own")
    handover.accepted_by, handover.accepted_at = User.objects.get(pk=actor.id), clock.now()
    handover.remark = remark
    handover.save(update_fields=["accepted_by", "accepted_at", "remark"])
    _tell(handover, actor, HandoverAccepted, accepted_by=actor.id)
    facts_at = handover.facts_at.isoformat()
    notify(
        to_user(handover.author_id), "handover.accepted", subject=handover.subject, actor=actor, facts_at=facts_at
    )  # fmt: skip
    return handover


def _at(actor: Viewer, shift: Shift | None, region: str, organisation: str) -> Handover:
    """A new handover at the desk of its shift, else at the one that is named, else at the actor's own."""
    if shift is None:
        return desk_for(actor, region=region, organisation=organisation)
    desk = Handover(region=shift.region, organisation=shift.organisation)
    named = (region, organisation)
    if any(named) and named != (_code(desk.region), _code(desk.organisation)):
        raise BadInput("input.invalid", fields=(FieldError("shift", "handover.other_desk"),))
    check_may(actor, HANDING_OVER, on=desk)
    return desk


def _code(row: Any) -> str:
    return row.code if row else ""


def _addressee(actor: Viewer, handover: Handover, number: int | None) -> User | None:
    if number is None:
        return None
    if number == handover.author_id:
        raise BadInput("input.invalid", fields=(FieldError("addressee", "handover.own"),))
    return check_at_desk(actor, handover, [number], "addressee")[0]


def _freeze(handover: Handover, actor: Viewer) -> None:
    area = Area(_code(handover.region), _code(handover.organisation))
    handover.facts, handover.facts_at = facts_of(actor, area, handover.since_at), clock.now()


def _waiting(handover: Handover, actor: Viewer) -> Handover:
    check_may(actor, HANDING_OVER, on=handover)
    rows = Handover.objects.select_related("region", "organisation", "author", "addressee", "shift")
    handover = rows.select_for_update(of=("self",)).get(pk=handover.pk)
    if handover.accepted_at is not None:
        raise Conflict("handover.accepted_before", at=handover.accepted_at.isoformat(timespec="minutes"))
    return handover


def _open_matters(handover: Handover) -> int:
    return sum(int(section["count"]) for section in handover.facts["sections"])


def _tell(handover: Handover, actor: Viewer, message: type[HandoverMessage], **more: Any) -> None:
    facts: dict[str, Any] = {
        "shift": handover.shift_id,
        "author": handover.author_id,
        "addressee": handover.addressee_id,
        "facts_at": handover.facts_at,
        "open_matters": _open_matters(handover),
    }
    audit.record(actor, message.type, handover, **facts, **more)
    in_message = {name: value for name, value in more.items() if name == "accepted_by"}
    bus.publish(
        message(handover=handover.pk, **facts, **in_message),
        subject=handover.subject,
        actor=actor,
        region_path=handover.region_path,
        organisation_paths=[handover.organisation_path] if handover.organisation_path else [],
    )


def _notify(handover: Handover, actor: Viewer) -> None:
    """Tell the addressee, or everybody who could take over."""
    to: Recipient = (
        to_user(handover.addressee)
        if handover.addressee
        else to_duty(HANDING_OVER, region_path=handover.region_path, organisation_path=handover.organisation_path)
    )
    notify(
        to, "handover.written", subject=handover.subject, actor=actor, facts_at=handover.facts_at.isoformat(),
        open_matters=_open_matters(handover),
    )  # fmt: skip
