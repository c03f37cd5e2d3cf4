"""What is done with reports: made when their period is over, or when somebody asks, and handed out as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from citybrain.applications.operations.indicators import queries as indicators
from citybrain.applications.operations.indicators.types import Dimension
from citybrain.applications.operations.reports.building import content_of, gather, has_numbers
from citybrain.applications.operations.reports.manifest import ReportDefinition
from citybrain.applications.operations.reports.models import Report, ReportPlan
from citybrain.applications.operations.reports.packing import digest_of
from citybrain.applications.operations.reports.places import get_place, parts_of, places_of
from citybrain.applications.operations.reports.queries import get_plan
from citybrain.applications.operations.reports.rendering import render
from citybrain.applications.operations.reports.subscribing import tell_subscribers
from citybrain.applications.operations.reports.types import Built, Content, Document, Format, Language, Place, Span
from citybrain.base import audit, clock
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.types import system_viewer
from citybrain.base.errors import Conflict
from citybrain.base.places.queries import city, find_city

LOOKING_BACK = {"day": 8, "week": 3}
"""So many periods are looked at again: for what came late, and for what was due while nothing ran."""
HEAD = ("title", "place", "is_simulated")
DIMENSIONS: tuple[Dimension, ...] = ("region", "organisation")


def build_report(
    *, actor: Viewer, key: str, dimension: Dimension | None = None, code: str = "", at: datetime | None = None
) -> Built:
    """Make the report of the period that `at` lies in (default: the newest that is over) for one place.

    Raises NotFound for an unknown report or place, Forbidden for a place beyond the actor's reach, Conflict while the
    period runs, before its numbers are computed, where the report is not for such places, and where nothing is counted.
    """
    plan = get_plan(actor, key)
    definition = ReportDefinition.model_validate(plan.definition)
    dimension, code, _ = indicators.standing_of(actor, dimension, code)
    if definition.places(dimension) is None:
        raise Conflict("reports.not_for", report=key, dimension=dimension)
    span = _span(definition, at)
    built = _build(plan, definition, dimension, [get_place(dimension, code)], span, _known_at(span), actor=actor)
    if not built:
        raise Conflict("reports.no_numbers", report=key, place=code)
    return built[0]


def build_due(*, actor: Viewer, keys: Sequence[str] = ()) -> list[Built]:
    """Make every report (or those of these plans) whose period is over and was computed, and again where late data
    changed one; returns those that are new. What nothing was computed for since the last time is not looked at.
    """
    run = indicators.newest_run()
    if find_city() is None or run is None:
        return []
    plans = ReportPlan.objects.filter(retired_at=None).order_by("order", "key")
    found: list[Built] = []
    for plan in plans.filter(key__in=keys) if keys else plans:
        definition = ReportDefinition.model_validate(plan.definition)
        newest, earliest = indicators.news_since(plan.seen_seq)
        for span in _newest_spans(definition, run[1]):
            if not _is_due(plan, span, earliest):
                continue
            for dimension in DIMENSIONS:
                wanted = definition.places(dimension)
                if wanted is not None:
                    places = places_of(dimension, wanted)
                    found += _build(plan, definition, dimension, places, span, run[1], actor=actor)
        plan.seen_at, plan.seen_seq = run[1], newest
        plan.save(update_fields=["seen_at", "seen_seq"])
    return [one for one in found if one.is_new]


def export_report(report: Report, *, actor: Viewer, format: Format, language: Language, origin: str = "") -> Document:
    """The report as a file; that it was handed out is recorded. Raises Unavailable where PDF cannot be made."""
    document = render(report, format, language, origin)
    with transaction.atomic():
        audit.record(actor, "report.exported", report, format=format, language=language, report=report.key)
    return document


def _span(definition: ReportDefinition, at: datetime | None) -> Span:
    zone, now = city().zone, clock.now()
    span = Span(*indicators.span_of(definition.period, at or now, zone))
    if at is None:
        span = Span(*indicators.span_of(definition.period, span.start - timedelta(seconds=1), zone))
    if span.end > now:
        raise Conflict("reports.not_over", end=span.end.astimezone(zone).strftime("%Y-%m-%d %H:%M"))
    return span


def _is_due(plan: ReportPlan, span: Span, earliest: datetime | None) -> bool:
    """Whether a period was not over when reports of it were last looked for, or got values since."""
    return plan.seen_at is None or span.end > plan.seen_at or (earliest is not None and earliest <= span.end)


def _newest_spans(definition: ReportDefinition, computed: datetime) -> list[Span]:
    """The newest periods that were over when numbers were last computed, the oldest first."""
    zone = city().zone
    start = indicators.span_of(definition.period, min(computed, clock.now()), zone)[0]
    spans = []
    for _ in range(LOOKING_BACK[definition.period]):
        spans.append(Span(*indicators.span_of(definition.period, start - timedelta(seconds=1), zone)))
        start = spans[-1].start
    return spans[::-1]


def _known_at(span: Span) -> datetime:
    """The moment of the newest computation, which must have seen the whole period."""
    run = indicators.newest_run()
    if run is None or run[1] < span.end:
        raise Conflict("reports.not_computed")
    return run[1]


def _build(
    plan: ReportPlan, definition: ReportDefinition, dimension: Dimension, places: Sequence[Place], span: Span,
    known_at: datetime, *, actor: Viewer,
) -> list[Built]:  # fmt: skip
    """Read as the system: what stands in a report does not depend on who asked for it first."""
    parts = parts_of(dimension, places)
    material = gather(system_viewer("reports"), definition, dimension, places, parts, span, known_at)
    contents = [(place, content_of(definition, place, material)) for place in places]
    return [_keep(plan, place, one, span, known_at, actor=actor) for place, one in contents if has_numbers(one)]


@transaction.atomic
def _keep(plan: ReportPlan, place: Place, content: Content, span: Span, known_at: datetime, *, actor: Viewer) -> Built:
    ReportPlan.objects.select_for_update().get(pk=plan.pk)  # one version after the other
    digest, now = digest_of(content), clock.now()
    own = {"key": plan.key, "dimension": place.dimension, "code": place.code, "start": span.start}
    newest = Report.objects.filter(**own, replaced_at=None).first()
    if newest is not None and newest.hash == digest:
        return Built(newest, is_new=False)
    if newest is not None:
        newest.replaced_at = now
        newest.save(update_fields=["replaced_at"])
    report = Report.objects.create(
        **own, **place.paths, period=content["period"], end=span.end, version=newest.version + 1 if newest else 1,
        known_at=known_at, made_at=now, head={name: content[name] for name in HEAD}, content=content,
        hash=digest,
    )  # fmt: skip
    audit.record(actor, "report.built", report, report=plan.key, place=place.code, version=report.version)
    if report.version == 1:
        tell_subscribers(report)
    return Built(report, is_new=True)
