"""A citizen says that what was closed is not solved."""

from __future__ import annotations

from django.db import transaction

from citybrain.applications.governance.appeals.models import Appeal
from citybrain.applications.governance.appeals.queries.tracking import tracked
from citybrain.base import audit
from citybrain.base.accounts.redaction import without_contacts
from citybrain.base.errors import BadInput, Conflict, FieldError
from citybrain.hubs.business.cases.actions import perform
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.types import Reporter


@transaction.atomic
def reopen(appeal: Appeal, *, reason: str) -> Case:
    """Take the step of the case's loop that reopens it, as the citizen; his waiting time goes on from his report.

    Raises Conflict while the case is open, when the days for it are over, and where its loop lets no reporter do it;
    BadInput without a reason.
    """
    if not reason.strip():
        raise BadInput("input.invalid", fields=(FieldError("reason", "input.required"),))
    at = tracked(appeal)
    if at.case is None or at.case.closed_at is None:
        raise Conflict("appeal.not_closed")
    if at.reopen_step is None:
        raise Conflict("appeal.not_reopenable")
    if not at.may_reopen:
        raise Conflict("appeal.too_late", days=at.words.reopen_days)
    reporter = Reporter(at.case.number, appeal.actor_key)
    case = perform(at.case.number, at.reopen_step, actor=reporter, reason=without_contacts(reason.strip()))

    audit.record(reporter, "appeal.reopened", appeal, case=case.number)
    return case
