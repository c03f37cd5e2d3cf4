"""Notices to those who should know: the organisation that received a case, dispatchers, verifiers, supervisors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from citybrain.base.notices import Recipient, notify, settle, to_duty, to_organisation
from citybrain.hubs.business.cases.models import Assignment, Case
from citybrain.hubs.business.cases.rights import PERMISSION_OF

if TYPE_CHECKING:
    from citybrain.hubs.business.cases.actions.change import Change

OPERATORS = "job.read"
OF_A_STATE = (
    "case.dispatched", "case.to_dispatch", "case.returned", "case.to_verify", "case.rejected", "clock.warned",
)  # fmt: skip
OF_AN_OPEN_CASE = (
    *OF_A_STATE, "case.assist_asked", "case.assisted", "case.extension_asked", "case.extended",
    "case.extension_refused", "case.supervised", "clock.breached", "case.escalated",
)  # fmt: skip


@dataclass(frozen=True)
class Announcement:
    """A notice to be sent with a change.

    The audience is named by relation to the case (or as `organisation:5`); `data` holds no personal data.
    """

    key: str
    audience: tuple[str, ...]
    data: dict[str, Any]


def send(change: Change) -> None:
    """Hand all notices of a change over, in its transaction; nobody is asked any longer for what is past."""
    case = change.case
    if "state" in change.columns and not change.is_new:
        settle(case.subject, OF_AN_OPEN_CASE if change.state.kind == "ended" else OF_A_STATE)
    kind = change.declared.types_by_pk[case.case_type_id].title
    for one in change.announcements:
        to = [recipient for name in one.audience for recipient in _recipients(case, name)]
        if to:
            notify(
                to, one.key, subject=case.subject, actor=change.actor, cause=change.cause, number=case.number,
                kind=kind, **one.data,
            )  # fmt: skip


def _recipients(case: Case, name: str) -> Iterator[Recipient | str]:
    """Whom a relation means for this case; nobody, where nobody stands in it."""
    if name == "holder":
        if case.organisation_id is not None:
            yield to_organisation(case.organisation_id)
    elif name == "helper":
        tasks = Assignment.objects.filter(case=case, role=Assignment.Role.ASSIST, until=None).order_by("pk")
        yield from (to_organisation(pk) for pk in tasks.values_list("organisation_id", flat=True))
    elif name == "parent":
        parent = case.organisation.parent_id if case.organisation else None
        if parent is not None:
            yield to_organisation(parent)
    elif name in PERMISSION_OF:
        path = case.organisation_path
        yield to_duty(PERMISSION_OF[name], region_path=case.region_path, organisation_path=path)
    else:
        yield name


def tell_operators(key: str, *, subject: str, **data: Any) -> None:
    """Tell those who run the platform."""
    notify(to_duty(OPERATORS), key, subject=subject, **data)
