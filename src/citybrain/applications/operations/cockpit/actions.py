"""Asking about a number (领导批注): the question becomes a supervised case of whoever answers for the number."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from citybrain.applications.operations.cockpit.messages import NumberAsked
from citybrain.applications.operations.cockpit.models import Question
from citybrain.applications.operations.indicators import queries as indicators
from citybrain.applications.operations.indicators.types import Dimension, Measured, Value
from citybrain.base import audit, bus, clock
from citybrain.base.accounts import Viewer
from citybrain.base.errors import Conflict, Forbidden, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.base.places.queries import region_of
from citybrain.hubs.business.cases.actions import open_case, perform
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import catalogue

KIND = "cockpit.question"
"""The kind of case that a question becomes; where it is declared `cockpit.question.THEME`, told apart in the lists."""
ASK = "case.supervise"


@transaction.atomic
def ask_about(
    *, actor: Viewer, indicator: str, text: str, dimension: Dimension | None = None, code: str = "",
    start: datetime | None = None, known_at: datetime | None = None,
) -> Question:  # fmt: skip
    """Ask about a number as the actor sees it; returns the question with its case, which is dispatched and supervised.

    What he saw is read again here: the value of that period (default: the newest) as known at that moment. Raises
    Forbidden without `case.supervise` there, NotFound where there is no such number.
    """
    row = indicators.get_indicator(actor, indicator)
    dimension, code, paths = indicators.standing_of(actor, dimension, code)
    if not actor.reaches(Question(region_path=paths["region_path"], organisation_path=paths["organisation_path"]), ASK):
        raise Forbidden("account.elsewhere" if actor.may(ASK) else "account.forbidden", permission=ASK)
    seen = indicators.series(actor, row, dimension=dimension, code=code, since=start, known_at=known_at)
    value = _value(seen, start)

    case = _open(actor, seen, value, text)
    question = Question.objects.create(
        case=case.number, indicator=row.key, dimension=dimension, code=code, start=value.start, **paths,
        value=value.value, level=value.level or "", known_at=known_at or clock.now(), text=text,
        asked_by=actor.actor_key, asked_label=actor.actor_label, asked_at=clock.now(),
    )  # fmt: skip

    audit.record(actor, "number.asked", question, indicator=row.key, place=code, value=value.value)
    bus.publish(
        NumberAsked(
            question=question.pk, case=case.number, indicator=row.key, dimension=dimension, code=code,
            start=value.start, value=value.value,
        ),
        subject=f"case/{case.number}", actor=actor, region_path=case.region_path,
        organisation_paths=tuple(case.holder_paths),
    )  # fmt: skip
    return question


def _value(seen: Measured, start: datetime | None) -> Value:
    found = [one for one in seen.values if start is None or one.start == start]
    if not found:
        raise NotFound("indicator.no_value", key=seen.key)
    return found[-1] if start is None else found[0]


def _open(actor: Viewer, seen: Measured, value: Value, text: str) -> Case:
    declared = catalogue()
    told = seen.definition
    kind = next((one for one in (f"{KIND}.{told.theme}", KIND) if one in declared.types), None)
    if kind is None or not declared.types[kind].is_active:
        raise Conflict("cockpit.no_case_type")
    region = region_of(seen.code) if seen.dimension == "region" else None
    place = region.name if region else Organisation.objects.get(code=seen.code).name
    begin = value.start.astimezone(declared.zone)
    number = "—" if value.value is None else f"{value.value:,.{told.decimals}f} {told.unit.zh}"
    case = open_case(
        actor=actor, case_type=kind, source="manual", permission=ASK, signal_count=0, declared=declared,
        title=f"{told.title.zh}({place}):{text}", title_en=f"{told.title.en}: {text}",
        text=f"{text}\n\n{told.title.zh} · {place} · {begin:%Y-%m-%d %H:%M} · {number}",
        region_path=region.path if region else "", region_code=region.code if region else "",
    )  # fmt: skip
    return perform(case, "supervise", actor=actor, note=text[:500])
