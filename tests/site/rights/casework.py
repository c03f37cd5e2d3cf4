"""Cases, clocks, the responsibility list and signals: by place, by organisation, and by who holds it."""

from __future__ import annotations

from typing import Any

from citybrain.hubs.business.cases.models import ClockRun, Responsibility
from citybrain.hubs.business.signals.models import Signal
from tests.cast import Cast
from tests.hubs.business.cases.stage import LAMPS, STREET, Person, declare
from tests.site.rights import DISPATCHING, HOLDING, LOOKING, WATCHING, Row, Target

NOW = "2026-03-02T01:00:00Z"
LEADS = frozenset({"leader", "commander", "administrator"})
KEEPING = frozenset({"administrator", "steward"})
REPORTING = DISPATCHING | {"dispatcher_elsewhere", "grid_worker", "integrator", "source_system", "citizen"}
SORTING = DISPATCHING
"""Who decides about a signal in `cast.street`."""
SEEING_SIGNALS = WATCHING - {"handler", "grid_worker"}
"""A signal that belongs to no case yet is nobody's to handle."""


def the_list(cast: Cast) -> Target:
    declare(LAMPS)
    line = Responsibility.objects.get()
    return Target({"line_id": line.pk}, marker='"city.lamp"')


def a_calendar(cast: Cast) -> Target:
    """What every city has before any pack."""
    declare(LAMPS)
    return Target({"key": "office", "year": 2026}, marker='"office"')


CALENDARS = frozenset({"administrator", "steward", "integrator"})


def a_case(cast: Cast, **body: Any) -> Target:
    """In `cast.street`, dispatched by the list to `cast.organisation`."""
    declare(LAMPS)
    case = Person(cast, "dispatcher").opens()
    return Target({"number": case.number}, body=body or None, marker=case.number)


def a_step(key: str, after: tuple[str, ...] = (), **body: Any):
    def make(cast: Cast) -> Target:
        target = a_case(cast)
        number = target.params["number"]
        for step in after:
            Person(cast, "handler").post(f"/cases/{number}/actions/{step}", {})
        return Target({"number": number, "key": key}, body=body)

    return make


def a_case_to_merge(cast: Cast) -> Target:
    target = a_case(cast)
    other = Person(cast, "dispatcher").opens(title="另一盏路灯不亮", at=(112.06, 32.11))
    return Target(target.params, body={"case": other.number, "reason": "同一盏路灯"})


def a_new_case(cast: Cast) -> Target:
    declare(LAMPS)
    lon, lat = STREET
    return Target(body={"case_type": "city.lamp", "title": "路灯不亮", "lon": lon, "lat": lat})


def a_question(cast: Cast) -> Target:
    declare(LAMPS)
    return Target(query={"case_type": "city.lamp", "region": cast.street.code})


def a_list_with_a_gap(cast: Cast) -> Target:
    the_list(cast)
    return Target(marker='"city.noise"')


def a_rehearsal(cast: Cast) -> Target:
    draft = {"case_type": "city.lamp", "organisation": "eco", "region": cast.street.code}
    return Target(body={**a_question(cast).query, "draft": draft})


def a_line(cast: Cast) -> Target:
    declare(LAMPS)
    return Target(body={"case_type": "city.noise", "organisation": "urban", "region": cast.street.code})


def a_timeline(cast: Cast) -> Target:
    return Target(a_case(cast).params, marker='"opened"')


def a_clock(cast: Cast) -> Target:
    target = a_case(cast)
    assert ClockRun.objects.exists()
    return target


def a_loop(cast: Cast) -> Target:
    declare(LAMPS)
    return Target({"key": "standard"}, marker='"standard"')


def a_drawing(cast: Cast) -> Target:
    declare(LAMPS)
    return Target({"key": "standard"})


def a_signal(cast: Cast, **body: Any) -> Target:
    """Reported in `cast.street`, waiting for a person because nobody can tell what it is."""
    declare(LAMPS)
    lon, lat = STREET
    report = {
        "kind": "hotline", "source": "12345", "source_id": "HX-1", "occurred_at": NOW, "subject": "说不清楚的事",
        "text": "门口有点事情", "lon": lon, "lat": lat, "reporter": {"name": "张三", "phone": "13800001234"},
    }  # fmt: skip
    signal_id = Person(cast, "source_system").post("/signals", report)["ids"][0]
    place = {"region_path": cast.street.path, "region_code": cast.street.code}
    Signal.objects.filter(pk=signal_id).update(state="waiting_for_person", waiting_reason="unsure", **place)
    return Target({"signal_id": signal_id}, body=body or None, marker="HX-1")


def with_body(**body: Any):
    return lambda cast: a_signal(cast, **body)


def a_merged_signal(cast: Cast) -> Target:
    target = a_case(cast)
    signal = a_signal(cast)
    number = target.params["number"]
    body = {"case": number, "reason": "同一盏路灯"}
    Person(cast, "administrator").post(f"/signals/{signal.params['signal_id']}/merge", body)
    return Target({**signal.params, "number": number}, body={"reason": "不是同一盏"}, marker="HX-1")


def a_signal_and_a_case(cast: Cast) -> Target:
    target = a_case(cast)
    signal = a_signal(cast)
    return Target(signal.params, body={"case": target.params["number"], "reason": "同一盏路灯"})


def a_count_of_cases(cast: Cast) -> Target:
    a_case(cast)
    return Target(marker='"count":1,')


def a_count_of_signals(cast: Cast) -> Target:
    a_signal(cast)
    return Target(marker='"count":1,')


def a_case_and_the_next(cast: Cast) -> Target:
    """Two lamps in one street: each is the other's neighbour, and resembles it."""
    first = a_case(cast).params["number"]
    return Target({"number": first}, marker=Person(cast, "dispatcher").opens().number)


REPORT = [{"occurred_at": NOW, "text": "路灯不亮", "lon": 112.05, "lat": 32.1}]
CLOSING = [{"source": "12345", "source_id": "HX-1", "closed_at": NOW}]
READING_TYPES = LOOKING

# fmt: off
ROWS = [
    Row("GET", "/cases", LOOKING, a_case, sees=WATCHING),
    Row("GET", "/cases.csv", LOOKING, a_case, sees=WATCHING),
    Row("GET", "/cases.geojson", LOOKING, a_case, sees=WATCHING, query={"bbox": "112.0,32.0,112.4,32.2"}),
    Row("GET", "/cases/count", LOOKING, a_count_of_cases, sees=WATCHING),
    Row("GET", "/cases/{number}/neighbours", WATCHING, a_case_and_the_next),
    Row("GET", "/cases/{number}/similar", WATCHING, a_case_and_the_next),
    Row("POST", "/cases", DISPATCHING, a_new_case),
    Row("GET", "/cases/{number}", WATCHING, a_case),
    Row("GET", "/cases/{number}/timeline", WATCHING, a_timeline),
    Row("GET", "/cases/{number}/signals", WATCHING, a_merged_signal),
    Row("POST", "/cases/{number}/notes", WATCHING, lambda cast: a_case(cast, text="已联系")),
    Row("POST", "/cases/{number}/actions/{key}", HOLDING, a_step("accept")),
    Row("POST", "/cases/{number}/merge", SORTING, a_case_to_merge),
    Row("GET", "/case-types", READING_TYPES, the_list),
    Row("GET", "/loops", READING_TYPES, a_loop),
    Row("GET", "/loops/{key}", READING_TYPES, a_loop),
    Row("GET", "/loops/{key}/drawing", READING_TYPES, a_drawing),
    Row("GET", "/clocks", LOOKING, a_clock, sees=WATCHING),
    Row("GET", "/clocks/self-tests", LOOKING),
    Row("GET", "/calendars", READING_TYPES, a_calendar),
    Row("GET", "/calendars/{key}/years/{year}", READING_TYPES, a_calendar),
    Row("PUT", "/calendars/{key}/years/{year}", CALENDARS, a_calendar, body={"holidays": [], "make_up_days": []}),
    Row("DELETE", "/calendars/{key}/years/{year}", CALENDARS, a_calendar),
    Row("POST", "/calendars/{key}/years/{year}/file", CALENDARS, a_calendar, body={"content": "2026-10-01,休"}),
    Row("GET", "/responsibilities", READING_TYPES, the_list),
    Row("POST", "/responsibilities", KEEPING, a_line),
    Row("GET", "/responsibilities/what-if", READING_TYPES, a_question),
    Row("POST", "/responsibilities/what-if", READING_TYPES, a_rehearsal),
    Row("GET", "/responsibilities/review", READING_TYPES, a_list_with_a_gap),
    Row("PATCH", "/responsibilities/{line_id}", KEEPING, the_list, body={"note": "重审"}),
    Row("DELETE", "/responsibilities/{line_id}", KEEPING, the_list),
    Row("GET", "/signals", LOOKING, a_signal, sees=SEEING_SIGNALS),
    Row("POST", "/signals", REPORTING, the_list, body=REPORT),
    Row("POST", "/signals/closings", REPORTING, the_list, body=CLOSING),
    Row("GET", "/signals/count", LOOKING, a_count_of_signals, sees=SEEING_SIGNALS),
    Row("GET", "/signals/queue", LOOKING),
    Row("POST", "/signals/of-reporter", DISPATCHING | {"dispatcher_elsewhere"},
        body={"phone": "13800001234", "purpose": "回访"}),
    Row("GET", "/signals/{signal_id}", SEEING_SIGNALS, a_signal),
    Row("GET", "/signals/{signal_id}/candidates", SEEING_SIGNALS, lambda cast: Target(a_signal(cast).params)),
    Row("POST", "/signals/{signal_id}/type", SORTING, with_body(case_type="city.lamp")),
    Row("POST", "/signals/{signal_id}/end", SORTING, with_body(reason="不属于受理范围")),
    Row("POST", "/signals/{signal_id}/merge", SORTING, a_signal_and_a_case),
    Row("POST", "/signals/{signal_id}/undo", SORTING, a_merged_signal),
    Row("POST", "/signals/{signal_id}/reveal", DISPATCHING, with_body(purpose="回访")),
]
# fmt: on
