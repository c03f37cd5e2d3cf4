"""Reports: whoever looks somewhere reads the reports of that place."""

from __future__ import annotations

from tests.applications.operations.reports.stage import set_the_stage
from tests.cast import Cast
from tests.site.rights import LOOKING, Row, Target
from tests.site.rights.indicators import WHOLE_CITY


def something_to_report(cast: Cast) -> Target:
    set_the_stage()
    return Target(body={"key": "play.daily", "code": cast.city.root.code})


def a_report(cast: Cast) -> Target:
    from citybrain.applications.operations.reports.actions import HEAD
    from citybrain.applications.operations.reports.models import Report
    from citybrain.base import clock

    content = {
        "title": {"zh": "日报", "en": "Daily"}, "about": None, "period": "day", "zone": "Asia/Shanghai",
        "start": "2026-02-28T16:00:00Z", "end": "2026-03-01T16:00:00Z", "is_simulated": False, "sections": [],
        "place": {"dimension": "region", "code": "4206", "name": {"zh": "全城的报告", "en": "Whole city"}},
    }  # fmt: skip
    row = Report.objects.create(
        key="play.daily", dimension="region", code="4206", region_path=cast.city.root.path, period="day",
        start=content["start"], end=content["end"], version=1, known_at=clock.now(), made_at=clock.now(),
        head={name: content[name] for name in HEAD}, content=content, hash="",
    )  # fmt: skip
    return Target({"number": row.pk}, marker="全城的报告")


def a_file(cast: Cast) -> Target:
    return Target(a_report(cast).params)


ROWS = [
    Row("GET", "/reports", LOOKING, lambda cast: Target(marker=a_report(cast).marker), sees=WHOLE_CITY),
    Row("GET", "/reports/plans", LOOKING),
    Row("POST", "/reports/builds", WHOLE_CITY, something_to_report, ok=frozenset({409})),
    Row("GET", "/reports/subscriptions", LOOKING),
    Row("PUT", "/reports/subscriptions", WHOLE_CITY, something_to_report, tokens=False),
    Row(
        "DELETE",
        "/reports/subscriptions",
        LOOKING,
        query={"key": "play.daily", "dimension": "region", "code": "4206"},
        tokens=False,
    ),
    Row("GET", "/reports/{number}", WHOLE_CITY, a_report),
    Row("GET", "/reports/{number}/html", WHOLE_CITY, a_file),
    Row("GET", "/reports/{number}/pdf", WHOLE_CITY, a_file),
    Row("GET", "/reports/{number}/xlsx", WHOLE_CITY, a_file),
]
