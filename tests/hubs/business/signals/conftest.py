"""A small city that hears reports: the fixed cast, a few kinds of case, and the bus delivered on demand."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from citybrain.base.audit import SYSTEM
from citybrain.base.bus import delivery
from citybrain.base.bus.registry import only, subscriptions
from citybrain.hubs.business.cases.manifest import CasesFile
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.packing import apply_cases_file
from citybrain.hubs.business.signals.models import Signal

KINDS = {
    "case_types": [
        {
            "code": "lamp",
            "title": {"zh": "路灯", "en": "Street lamp"},
            "loop": "standard",
            "merge": {"radius_m": 60, "within_hours": 72, "text_similarity": 0.25},
            "labels": ["市政", "LAMP-*"],
        },
        {
            "code": "yard",
            "title": {"zh": "房前屋后", "en": "Yard"},
            "loop": "standard",
            "merge": {"radius_m": 30, "within_hours": 72, "place": "address"},
            "labels": ["卫生"],
        },
        {
            "code": "air",
            "title": {"zh": "空气", "en": "Air"},
            "loop": "standard",
            "merge": {"radius_m": 0, "within_hours": 24},
        },
        {
            "code": "fan",
            "title": {"zh": "风机", "en": "Fan"},
            "loop": "standard",
            "on_alarm_resolved": "close",
        },
    ],
    "responsibilities": [
        {"case_type": "lamp", "region": "*", "organisation": "urban"},
        {"case_type": "yard", "region": "*", "organisation": "urban"},
        {"case_type": "air", "region": "*", "organisation": "eco"},
    ],
}
STREET = {"lon": 112.0512, "lat": 32.0475}  # in 王寨街道
ELSEWHERE = {"lon": 112.3012, "lat": 32.0475}  # in 昭明街道
METRE = 1 / 111_195


class Hotline:
    """The city as those see it who report to it."""

    def __init__(self, cast: Any, clock: Any):
        self.cast, self.clock = cast, clock
        self.numbers = itertools.count(1)
        apply_cases_file("test", CasesFile.model_validate(KINDS), actor=SYSTEM)

    def row(self, text: str = "人民路路灯不亮", **more: Any) -> dict[str, Any]:
        place = {} if {"lon", "region", "nowhere"} & set(more) else STREET
        more.pop("nowhere", None)
        row = {"kind": "hotline", "source": "12345", "source_id": f"HX-{next(self.numbers)}", "text": text,
               "case_type": "lamp", "occurred_at": self.clock.now().isoformat(), **place, **more}  # fmt: skip
        return {name: value for name, value in row.items() if value is not None}

    def send(self, *rows: Any, by: str = "integrator") -> dict[str, Any]:
        answer = self.cast.token_client(by).english().post("/api/v1/signals", list(rows))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def reports(self, text: str = "人民路路灯不亮", *, by: str = "integrator", **more: Any) -> Signal:
        """One report, triaged."""
        [signal_id] = self.send(self.row(text, **more), by=by)["ids"]
        self.deliver()
        return Signal.objects.get(pk=signal_id)

    def deliver(self) -> None:
        with only([one for one in subscriptions() if one.name == "signals.triage"]):
            delivery.drain(timeout=20)

    def close(self, *rows: dict[str, Any], by: str = "integrator") -> dict[str, Any]:
        answer = self.cast.token_client(by).english().post("/api/v1/signals/closings", list(rows))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def case_of(self, signal: Signal) -> Case:
        signal.refresh_from_db()
        return Case.objects.select_related("case_type", "organisation").get(number=signal.case_number)

    def get(self, path: str, by: str = "dispatcher", **query: Any) -> Any:
        answer = self.cast.client(by).english().get(f"/api/v1{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: dict[str, Any], by: str = "dispatcher") -> Any:
        return self.cast.client(by).english().post(f"/api/v1{path}", body)


@pytest.fixture
def hotline(cast: Any, clock: Any) -> Hotline:
    return Hotline(cast, clock)
