"""Checks on people that are named at a desk."""

from __future__ import annotations

from collections.abc import Sequence

from citybrain.applications.operations.desk.models import Handover, Shift
from citybrain.applications.operations.desk.queries.people import people_of
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.models import User
from citybrain.base.errors import BadInput, FieldError, Forbidden


def check_person(actor: Viewer) -> int:
    """The account of a person who acts for himself; raises Forbidden for a token or the platform."""
    if actor.kind != "user":
        raise Forbidden("handover.people_only")
    return actor.id


def check_at_desk(actor: Viewer, desk: Handover | Shift, wanted: Sequence[int], field: str) -> list[User]:
    """The accounts of people who serve at a desk, in the order given; raises BadInput for anybody else."""
    if not wanted:
        return []
    place = Handover(region=desk.region, organisation=desk.organisation)
    there = {user.pk: user for user in people_of(actor, place)}
    wrong = [number for number in wanted if number not in there]
    if wrong:
        error = FieldError(field, "handover.not_at_this_desk", {"person": wrong[0]})
        raise BadInput("input.invalid", fields=(error,))
    return [there[number] for number in dict.fromkeys(wanted)]
