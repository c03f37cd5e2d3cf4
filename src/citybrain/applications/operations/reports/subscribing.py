"""Subscribing to reports: whoever wants one is told when it is made, by mail too where he chose that."""

from __future__ import annotations

from typing import Any, Literal

from django.db import transaction

from citybrain.applications.operations.indicators import queries as indicators
from citybrain.applications.operations.indicators.judging import spelled
from citybrain.applications.operations.indicators.types import Dimension
from citybrain.applications.operations.reports.building import iso
from citybrain.applications.operations.reports.manifest import ReportDefinition
from citybrain.applications.operations.reports.models import Report, Subscription
from citybrain.applications.operations.reports.places import names_of, places_of
from citybrain.applications.operations.reports.queries import get_plan, plans
from citybrain.base import audit, clock
from citybrain.base.accounts import Viewer, scoped
from citybrain.base.accounts.models import User
from citybrain.base.accounts.queries import viewer_of
from citybrain.base.errors import Conflict, Forbidden
from citybrain.base.notices import notify, to_user

HEADLINES = 3
DIMENSIONS: tuple[Dimension, ...] = ("region", "organisation")
Row = dict[str, Any]


@transaction.atomic
def subscribe(*, actor: Viewer, key: str, dimension: Dimension | None = None, code: str = "") -> None:
    """From now on tell the actor when this report of this place is made; asking twice changes nothing.

    Raises Forbidden for a token, which has no inbox, and for a place beyond reach; NotFound for an unknown report;
    Conflict where it is not made by itself for such a place.
    """
    user, dimension, code = _meant(actor, key, dimension, code)
    _, is_new = Subscription.objects.get_or_create(
        user_id=user, key=key, dimension=dimension, code=code, defaults={"created_at": clock.now()}
    )
    if is_new:
        audit.record(actor, "report.subscribed", kind="report plan", key=key, dimension=dimension, code=code)


@transaction.atomic
def unsubscribe(*, actor: Viewer, key: str, dimension: Dimension, code: str) -> None:
    """No longer; asking twice changes nothing."""
    own = {"user_id": _person(actor), "key": key, "dimension": dimension, "code": code}
    if Subscription.objects.filter(**own).delete()[0]:
        audit.record(actor, "report.unsubscribed", kind="report plan", key=key, dimension=dimension, code=code)


def subscriptions(viewer: Viewer) -> list[Row]:
    """The viewer's own, each with what the report and the place are called; a token has none."""
    viewer.check(indicators.READ)
    rows = Subscription.objects.filter(user_id=viewer.id) if viewer.kind == "user" else Subscription.objects.none()
    titles = {plan.key: definition.title.model_dump() for plan, definition in plans(viewer)}
    names: dict[str, dict[str, dict[str, str]]] = {
        kind: names_of(kind, {row.code for row in rows if row.dimension == kind}) for kind in DIMENSIONS
    }
    return [
        {"key": row.key, "dimension": row.dimension, "code": row.code, "created_at": row.created_at,
         "title": titles.get(row.key) or {"zh": row.key, "en": row.key},
         "place": names[row.dimension].get(row.code) or {"zh": row.code, "en": row.code}}
        for row in rows
    ]  # fmt: skip


def tell_subscribers(report: Report) -> int:
    """In the transaction that makes it; whoever may no longer see it is not told. Returns how many are."""
    place = {"key": report.key, "dimension": report.dimension, "code": report.code}
    wanting = User.objects.filter(report_subscriptions__in=Subscription.objects.filter(**place)).order_by("pk")
    own = Report.objects.filter(pk=report.pk)
    readers = [user for user in wanting.select_related("organisation") if _may_see(viewer_of(user), own)]
    if readers:
        notify(
            list(map(to_user, readers)), "report.made", subject=f"report/{report.pk}", title=report.head["title"],
            place=report.head["place"]["name"], period_at=iso(report.start), headline=headline_of(report),
        )  # fmt: skip
    return len(readers)


def headline_of(report: Report) -> dict[Literal["zh", "en"], str]:
    """The first figures of the report in a line, in both languages."""
    rows: list[Row] = [
        row for section in report.content["sections"] if section["form"] == "figures" for row in section["rows"]
        if row["now"]["value"] is not None
    ][:HEADLINES]  # fmt: skip
    told = indicators.definitions([row["indicator"]["key"] for row in rows])
    known = [(told[row["indicator"]["key"]], row["now"]["value"]) for row in rows if row["indicator"]["key"] in told]
    return {
        "zh": ",".join(f"{one.title.zh} {spelled(one, value)}" for one, value in known),
        "en": ", ".join(f"{one.title.en} {spelled(one, value, 'en')}" for one, value in known),
    }


def _may_see(viewer: Viewer, own: Any) -> bool:
    return viewer.may(indicators.READ) and scoped(viewer, own).exists()


def _meant(actor: Viewer, key: str, dimension: Dimension | None, code: str) -> tuple[int, Dimension, str]:
    user = _person(actor)
    definition = ReportDefinition.model_validate(get_plan(actor, key).definition)
    dimension, code, _ = indicators.standing_of(actor, dimension, code)
    wanted = definition.places(dimension)
    if wanted is None:
        raise Conflict("reports.not_for", report=key, dimension=dimension)
    if code not in {one.code for one in places_of(dimension, wanted)}:
        raise Conflict("reports.not_made_for", report=key, place=code)
    return user, dimension, code


def _person(actor: Viewer) -> int:
    if actor.kind != "user":
        raise Forbidden("notice.persons_only")
    actor.check(indicators.READ)
    return actor.id
