"""How many queries each list costs: committed numbers, and never more for more rows.

A budget counts everything of one request: the session, the user, his duties, and the page. A new list needs a line in
`LISTS`: its path, who asks, the budget, and a maker that adds rows to it; `add(cast, n)` is called twice, and what the
second page costs beyond the first is an N+1 (a query for each row).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.applications.governance.appeals import actions as appeals
from citybrain.applications.governance.appeals.types import NewReport
from citybrain.applications.operations.cockpit.models import Scene
from citybrain.applications.operations.reports.models import Report
from citybrain.base import clock as city_clock
from citybrain.base.accounts import actions as accounts
from citybrain.base.accounts import system_viewer
from citybrain.base.accounts.models import User
from citybrain.base.bus.models import Failure, OutboxEvent
from citybrain.base.jobs.models import Run
from citybrain.base.notices.models import Letter, Notice, Webhook
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule
from citybrain.hubs.sensing.things.actions import register_things
from citybrain.hubs.sensing.things.models import Thing
from citybrain.site.api import api
from citybrain.site.http.openapi import document_of
from tests.applications.operations.cockpit.stage import set_the_stage
from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators
from tests.applications.operations.indicators.stage import run as run_indicators
from tests.cast import Cast
from tests.hubs.business.cases.stage import LAMPS, Person, declare, picture
from tests.site.rights.rehearsals import a_rehearsal
from tests.site.rights.sensing import a_model, a_rule

SIGNING_IN = 3
"""Session, user, duties."""
numbers = count(1)


def users(cast: Cast, n: int) -> None:
    for number in (next(numbers) for _ in range(n)):
        User.objects.create(username=f"user-{number}", organisation=cast.organisation)


def duties(cast: Cast, n: int) -> None:
    users(cast, n)
    for user in User.objects.order_by("-pk")[:n]:
        accounts.grant_duty(user, actor=cast.viewer("administrator"), role="handler")


def tokens(cast: Cast, n: int) -> None:
    for number in (next(numbers) for _ in range(n)):
        accounts.create_token(actor=cast.viewer("administrator"), name=f"token-{number}", role="citizen")


def organisations(cast: Cast, n: int) -> None:
    for number in (next(numbers) for _ in range(n)):
        code = f"new-{number}"
        Organisation.objects.create(code=code, name=code, parent=cast.team, path=f"{cast.team.path}{code}/")


def regions(cast: Cast, n: int) -> None:
    for number in (next(numbers) for _ in range(n)):
        code = f"new-{number}"
        Region.objects.create(code=code, name=code, level="grid", parent=cast.street, path=f"{cast.street.path}{code}/")


def events(cast: Cast, n: int) -> None:
    tokens(cast, n)


def failures(state: str) -> Callable[[Cast, int], None]:
    def add(cast: Cast, n: int) -> None:
        tokens(cast, n)
        now = city_clock.wall_now()
        for event in OutboxEvent.objects.order_by("-position")[:n]:
            Failure.objects.create(
                subscription=f"listener-{next(numbers)}", event=event, xid=event.xid, subject=event.subject,
                state=state, next_at=now, first_at=now, last_at=now,
            )  # fmt: skip

    return add


def runs(cast: Cast, n: int) -> None:
    now = city_clock.wall_now()
    for _ in range(n):
        Run.objects.create(name="files.sweep", state="failed", asked_by="system:work", queued_at=now)


def notices(state: str) -> Callable[[Cast, int], None]:
    def add(cast: Cast, n: int) -> None:
        now = city_clock.now()
        data = {"number": "X1", "kind": {"zh": "路灯", "en": "Lamp"}}
        for _ in range(n):
            notice = Notice.objects.create(
                recipient="user:1", key="case.dispatched", subject="case/X1", data=data, actor="system:work",
                state=state, created_at=now, next_at=now,
            )  # fmt: skip
            Letter.objects.create(notice=notice, user=cast.user("administrator"), delivered_at=now)

    return add


def webhooks(cast: Cast, n: int) -> None:
    for _ in range(n):
        Webhook.objects.create(
            owner=cast.user("integrator"), name="pipes", url="https://example.org/", secret="sealed",
            created_at=city_clock.wall_now(),
        )  # fmt: skip


def things(cast: Cast, n: int) -> None:
    a_model(cast)
    rows = [{"code": f"t-{next(numbers)}", "model": "test.station", "lon": 112.05, "lat": 32.1} for _ in range(n)]
    register_things(rows, actor=system_viewer("counts"))


def rules(cast: Cast, n: int) -> None:
    if not Thing.objects.exists():
        a_rule(cast)
    for _ in range(n):
        rule = AlarmRule.objects.first()
        rule.pk, rule.key = None, f"test.rule-{next(numbers)}"
        rule.save()


def alarms(cast: Cast, n: int) -> None:
    rules(cast, 1)
    thing, now = Thing.objects.first(), city_clock.now()
    for _ in range(n):
        Alarm.objects.create(
            id=f"{next(numbers):032x}", rule=AlarmRule.objects.first(), thing=thing, property="pm25", state="firing",
            severity=2, start_at=now, fired_at=now, recorded_at=now,
        )  # fmt: skip


def cases(cast: Cast, n: int) -> None:
    declare(LAMPS)
    for _ in range(n):
        Person(cast, "dispatcher").opens()


def responsibilities(cast: Cast, n: int) -> None:
    declare(LAMPS)
    places = [cast.street, cast.next_street, cast.other_street, cast.county, cast.other_county, cast.root]
    for number in range(n):
        region = places[number % 6]
        case_type = "city.noise" if next(numbers) % 2 else "city"
        body = {"case_type": case_type, "organisation": "urban", "region": region.code, "priority": next(numbers)}
        Person(cast, "administrator").client.post("/api/v1/responsibilities", body)


def rehearsals(cast: Cast, n: int) -> None:
    for _ in range(n):
        a_rehearsal(cast)


def signals(cast: Cast, n: int) -> None:
    declare(LAMPS)
    report = {"kind": "hotline", "source": "12345", "occurred_at": city_clock.now().isoformat(), "text": "路灯不亮",
              "lon": 112.05, "lat": 32.1}  # fmt: skip
    Person(cast, "source_system").post("/signals", [{**report, "source_id": f"HX-{next(numbers)}"} for _ in range(n)])


def photos(cast: Cast, n: int) -> None:
    declare(LAMPS)
    for _ in range(n):
        file = appeals.upload_picture(address=str(next(numbers)), name="灯.png", data=picture())
        new = NewReport(text="路灯不亮", pictures=(file.key,), lon=112.05, lat=32.1)
        appeals.report(new, address=str(next(numbers)))


def shifts(cast: Cast, n: int) -> None:
    for _ in range(n):
        day = {"starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-02T12:00:00Z"}
        body = {"name": "白班", "people": [cast.user("commander").pk, cast.user("dispatcher").pk], **day}
        Person(cast, "commander").post("/shifts", body)


def handovers(cast: Cast, n: int) -> None:
    declare(LAMPS)
    for _ in range(n):
        Person(cast, "dispatcher").post("/handovers", {"text": "无异常", "addressee": cast.user("commander").pk})


@dataclass(frozen=True)
class Listing:
    """One list with its budget."""

    path: str
    budget: int
    add: Callable[[Cast, int], None]
    query: str = ""

    def __str__(self) -> str:
        return self.path


def indicators(cast: Cast, n: int) -> None:
    declare_indicators(**{f"one_{number}": ACCEPTED for number in range(n)})


def questions(cast: Cast, n: int) -> None:
    if not Scene.objects.exists():
        set_the_stage()
        Person(cast, "dispatcher").opens()
        run_indicators()
    for number in range(n):
        body = {"indicator": "play.accepted", "code": "4206", "text": f"why {number}?"}
        Person(cast, "leader").post("/cockpit/questions", body)


def reports(cast: Cast, n: int) -> None:
    words = {"zh": "日报", "en": "Daily"}
    head = {"title": words, "place": {"name": words}, "is_simulated": False}
    for number in (next(numbers) for _ in range(n)):
        start = city_clock.now() + timedelta(days=number)
        Report.objects.create(
            key="play.daily", dimension="region", code="4206", region_path=cast.city.root.path, period="day",
            start=start, end=start, version=1, known_at=start, made_at=start, head=head, content={}, hash="",
        )  # fmt: skip


LISTS = [
    Listing("/users", SIGNING_IN + 2, users),
    Listing("/duties", SIGNING_IN + 1, duties),
    Listing("/tokens", SIGNING_IN + 1, tokens),
    Listing("/parties/organisations", SIGNING_IN + 1, organisations),
    Listing("/places/regions", SIGNING_IN + 1, regions, "parent=420606001"),
    Listing("/audit/records", SIGNING_IN + 1, tokens),
    Listing("/bus/events", SIGNING_IN + 1, events),
    Listing("/bus/waiting", SIGNING_IN + 1, failures("waiting")),
    Listing("/bus/dead", SIGNING_IN + 1, failures("dead")),
    Listing("/jobs/runs", SIGNING_IN + 1, runs),
    Listing("/notices", SIGNING_IN + 2, notices("sent")),
    Listing("/notices/failures", SIGNING_IN + 1, notices("dead")),
    Listing("/webhooks", SIGNING_IN + 1, webhooks),
    Listing("/things", SIGNING_IN + 1, things),
    Listing("/things/health", SIGNING_IN + 4, things),
    Listing("/alarms/rules", SIGNING_IN + 1, rules),
    Listing("/alarms", SIGNING_IN + 1, alarms),
    Listing("/cases", SIGNING_IN + 2, cases),
    Listing("/clocks", SIGNING_IN + 1, cases),
    Listing("/responsibilities", SIGNING_IN + 1, responsibilities),
    Listing("/signals", SIGNING_IN + 1, signals),
    Listing("/pictures", SIGNING_IN + 1, photos),
    Listing("/shifts", SIGNING_IN + 2, shifts),
    Listing("/handovers", SIGNING_IN + 1, handovers),
    Listing("/indicators", SIGNING_IN + 2, indicators),
    Listing("/cockpit/questions", SIGNING_IN + 6, questions),
    Listing("/reports", SIGNING_IN + 1, reports),
    Listing("/rehearsals", SIGNING_IN + 1, rehearsals),
]
ELSEWHERE = {"/cases/{number}/signals", "/rehearsals/{rehearsal}/differences", "/signals/of-reporter", "/telemetry"}
"""Lists below one object are the same queries as their whole list; readings are no rows of this database."""


def cost(client: Any, listing: Listing) -> tuple[int, int, list[str]]:
    """Rows on the page, queries, and their text."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"/api/v1{listing.path}?limit=100&{listing.query}")
    assert answer.status_code == 200, answer.content.decode()
    return len(answer.json()["items"]), len(captured), [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("listing", LISTS, ids=str)
@pytest.mark.django_db
def test_a_list_keeps_its_budget_however_many_rows(listing: Listing, cast: Cast, clock: Any) -> None:
    client = cast.client("administrator")
    listing.add(cast, 3)
    cost(client, listing)  # whatever a process looks up once
    few, first, _ = cost(client, listing)
    listing.add(cast, 6)
    many, second, texts = cost(client, listing)

    assert many > few, "the maker adds no rows to this list"
    assert second == first, "a query for each row:\n" + "\n".join(texts)
    assert second <= listing.budget, "\n".join(texts)
    assert second == listing.budget, "cheaper than committed: lower the budget"


def test_every_list_has_a_budget():
    paths = {
        path.removeprefix("/api/v1")
        for path, methods in document_of(api)["paths"].items()
        for operation in methods.values()
        if any(one["name"] == "after" for one in operation["parameters"])
    }
    assert paths - {one.path for one in LISTS} - ELSEWHERE == set()
    assert {one.path for one in LISTS} - paths == set()
