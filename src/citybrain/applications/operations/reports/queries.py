"""Every read of reports. Who may see a place may read its reports (`indicator.read`)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db.models import QuerySet

from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.queries import READ, values_between
from citybrain.applications.operations.indicators.types import Dimension, Value
from citybrain.applications.operations.reports.building import own_values, value_id
from citybrain.applications.operations.reports.manifest import ReportDefinition, ReportPeriod
from citybrain.applications.operations.reports.models import Report, ReportPlan
from citybrain.base.accounts import Viewer, scoped
from citybrain.base.errors import NotFound


def plans(viewer: Viewer) -> list[tuple[ReportPlan, ReportDefinition]]:
    """The reports that are made, in their order."""
    viewer.check(READ)
    rows = ReportPlan.objects.filter(retired_at=None).order_by("order", "key")
    return [(row, ReportDefinition.model_validate(row.definition)) for row in rows]


def get_plan(viewer: Viewer, key: str) -> ReportPlan:
    """Raises NotFound for one that is not there (any more)."""
    viewer.check(READ)
    row = ReportPlan.objects.filter(key=key, retired_at=None).first()
    if row is None:
        raise NotFound("reports.unknown", key=key)
    return row


def keys() -> list[str]:
    """The keys of all reports, retired ones too: what was made by them is still there."""
    return list(ReportPlan.objects.values_list("key", flat=True))


def reports(
    viewer: Viewer, *, key: str = "", dimension: Dimension | None = None, code: str = "",
    period: ReportPeriod | None = None, since: datetime | None = None, until: datetime | None = None,
    every_version: bool = False,
) -> QuerySet[Report]:  # fmt: skip
    """Reports within reach, of periods that begin within [since, until); only the newest version of each by default.

    For lists: without what is printed in them, which is read when it is asked for.
    """
    viewer.check(READ)
    given = {"key": key, "dimension": dimension, "code": code, "period": period, "start__gte": since,
             "start__lt": until}  # fmt: skip
    rows = scoped(viewer, Report.objects.defer("content"))
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    return rows if every_version else rows.filter(replaced_at=None)


def get_report(viewer: Viewer, number: int) -> Report:
    """Raises NotFound also where the viewer may not see it."""
    viewer.check(READ)
    row = scoped(viewer, Report.objects.all()).filter(pk=number).first()
    if row is None:
        raise NotFound("input.not_found")
    return row


def printed_values(viewer: Viewer, report: Report) -> list[tuple[str, tuple[IndicatorDefinition, Value]]]:
    """The values that the report's own figures are, by their ids, in the order of printing; those that can be seen."""
    wanted = own_values(report.content)
    found = values_between(
        viewer, {one.split("/")[0] for one in wanted}, dimension=cast(Dimension, report.dimension),
        codes=[report.code], since=report.start, until=report.end, known_at=report.known_at,
    )  # fmt: skip
    known = {
        value_id(key, report.dimension, code, value.start): (measured.definition, value)
        for (key, code), measured in found.items()
        for value in measured.values
    }
    return [(one, known[one]) for one in wanted if one in known]


def printed_in(viewer: Viewer, value: str) -> list[int]:
    """The newest reports within reach that print this value as one of their own figures."""
    _, dimension, code, start = value.split("/")
    rows = scoped(viewer, Report.objects.filter(dimension=dimension, code=code, start__lte=start, end__gt=start))
    newest = rows.filter(replaced_at=None).order_by("pk").values_list("pk", "content")
    return [pk for pk, content in newest if value in own_values(content)]


def versions_of(report: Report) -> QuerySet[Report]:
    """Every version of the same report, the newest first."""
    own = {"key": report.key, "dimension": report.dimension, "code": report.code, "start": report.start}
    return Report.objects.filter(**own).order_by("-version")
