"""A citizen says how well his matter was handled (好差评)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from citybrain.applications.governance.appeals.messages import AppealRated
from citybrain.applications.governance.appeals.models import Appeal, Rating
from citybrain.applications.governance.appeals.queries.tracking import Tracked, tracked
from citybrain.applications.governance.appeals.types import BAD, LEVELS
from citybrain.base import audit, bus, clock
from citybrain.base.accounts.redaction import without_contacts
from citybrain.base.errors import Conflict
from citybrain.base.notices import notify, to_duty
from citybrain.hubs.business.cases.actions import note_case
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.types import Reporter

CHANGEABLE = timedelta(days=1)


@transaction.atomic
def rate(appeal: Appeal, *, level: int, comment: str = "") -> Rating:
    """Rate the last closing of one's case: once, and changeable for a day.

    A bad rating (不满意, 非常不满意) asks a dispatcher to call back. Raises Conflict while there is nothing to rate,
    and when the day is over.
    """
    at = tracked(appeal)
    case = at.case
    if case is None or case.closed_at is None:
        raise Conflict("appeal.not_closed")
    rating, is_changed = _put(at, case, level, without_contacts(comment.strip()))
    reporter = Reporter(case.number, appeal.actor_key)

    words = {language: _words(language, level, is_changed) for language in ("zh", "en")}
    note_case(case.number, actor=reporter, text=words, kind="rating")
    audit.record(reporter, "appeal.rated", rating, case=case.number, level=level)
    message = AppealRated(appeal=appeal.pk, case=case.number, level=level, round=rating.round, is_changed=is_changed)
    bus.publish(
        message, subject=case.subject, actor=reporter, region_path=case.region_path,
        organisation_paths=case.holder_paths,
    )  # fmt: skip
    if level >= BAD:
        _ask_to_call_back(case, reporter, level)
    return rating


def _put(at: Tracked, case: Case, level: int, comment: str) -> tuple[Rating, bool]:
    now = clock.now()
    there = at.rating
    if there is None:
        rating = Rating.objects.create(
            appeal=at.appeal, case_number=case.number, round=case.reopened_count, level=level, comment=comment, at=now
        )
        return rating, False
    if now > there.at + CHANGEABLE:
        raise Conflict("appeal.rated_already")
    there.level, there.comment, there.changed_at = level, comment, now
    there.save(update_fields=["level", "comment", "changed_at"])
    return there, True


def _words(language: str, level: int, is_changed: bool) -> str:
    told = {"zh": ("评价:", "评价改为:"), "en": ("Rated it: ", "Changed the rating to: ")}[language][is_changed]
    return f"{told}{LEVELS[level][language]}"


def _ask_to_call_back(case: Case, reporter: Reporter, level: int) -> None:
    to = to_duty("case.dispatch", region_path=case.region_path, organisation_path=case.organisation_path)
    notify(
        to, "appeal.rated_badly", subject=case.subject, actor=reporter, number=case.number,
        kind=case.case_type.title, level=LEVELS[level],
    )  # fmt: skip
