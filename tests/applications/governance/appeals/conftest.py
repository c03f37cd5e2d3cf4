"""A city with a portal: citizens without an account, the staff behind it, and the bus delivered on demand."""

from __future__ import annotations

import io
import secrets
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT
from PIL import Image

from citybrain.applications.governance.appeals.manifest import AppealsFile
from citybrain.applications.governance.appeals.packing import declare_appeals
from citybrain.base.audit import SYSTEM
from citybrain.base.bus import delivery
from citybrain.base.bus.registry import only, subscriptions
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.signals.models import Signal
from tests.cast import Cast, CityClient
from tests.hubs.business.cases.stage import CaseOnStage, Person, declare

PUBLIC = "/api/v1/public"
STREET = (112.0512, 32.0475)
CASES: dict[str, Any] = {
    "clocks": [
        {"key": "one-day", "title": {"zh": "一日办结", "en": "Within a day"},
         "duration": {"amount": 24, "unit": "hours"}},
    ],
    "case_types": [
        {"code": "lamp", "title": {"zh": "道路照明", "en": "Street lighting"}, "clocks": {"case": "one-day"},
         "merge": {"radius_m": 60, "within_hours": 72, "text_similarity": 0.25}},
        {"code": "noise", "title": {"zh": "噪声扰民", "en": "Noise"}, "merge": {"radius_m": 0, "same_words": 0}},
        {"code": "need", "title": {"zh": "流浪乞讨救助", "en": "Homeless people in need"}, "merge": {"radius_m": 0}},
        {"code": "need.shelter", "parent": "need", "title": {"zh": "收容", "en": "Shelter"}},
    ],
    "responsibilities": [{"case_type": code, "organisation": "urban"} for code in ("lamp", "noise", "need")],
}  # fmt: skip
WORDS: dict[str, Any] = {
    "categories": [
        {"key": "street-light", "title": {"zh": "路灯不亮", "en": "Street light is out"}, "icon": "lamp",
         "case_type": "lamp", "keywords": ["路灯", "不亮"]},
        {"key": "noise", "title": {"zh": "太吵", "en": "Noise"}, "icon": "noise", "case_type": "noise",
         "keywords": ["吵", "噪声"]},
        {"key": "gone", "title": {"zh": "没有了", "en": "Gone"}, "case_type": "retired"},
    ],
    "not_public": ["need"],
    "reopen_days": 7,
}  # fmt: skip


def photo(colour: str = "red", **more: Any) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "JPEG", **more)
    return data.getvalue()


class Citizen:
    """Somebody with a phone and no account; every question comes from one address."""

    def __init__(self, address: str = "203.0.113.7"):
        self.client = CityClient(REMOTE_ADDR=address).english()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.client.post(f"{PUBLIC}{path}", body or {})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{PUBLIC}{path}", query)

    def uploads(self, data: bytes | None = None, name: str = "IMG_1.jpg") -> Any:
        file = SimpleUploadedFile(name, photo() if data is None else data)
        return self.client.post(f"{PUBLIC}/pictures", {"file": file}, content_type=MULTIPART_CONTENT)

    def photographs(self, colour: str = "red") -> str:
        answer = self.uploads(photo(colour))
        assert answer.status_code == 201, answer.content
        return str(answer.json()["key"])

    def sends(self, text: str = "人民路路灯不亮", **more: Any) -> Any:
        place = {} if {"lon", "address"} & set(more) else {"lon": STREET[0], "lat": STREET[1], "precision_m": 10}
        body = {"text": text, "category": "street-light", **place, **more}
        return self.post("/reports", {name: value for name, value in body.items() if value is not None})

    def reports(self, text: str = "人民路路灯不亮", **more: Any) -> str:
        """The code of a report that was taken."""
        answer = self.sends(text, **more)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["code"])

    def near(self, lon: float = STREET[0], lat: float = STREET[1], **more: Any) -> list[dict[str, Any]]:
        answer = self.post("/reports/near", {"lon": lon, "lat": lat, **more})
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()
        return found

    def follows(self, ref: str, **more: Any) -> Any:
        return self.post("/follows", {"ref": ref, **more})

    def tracks(self, code: str) -> dict[str, Any]:
        answer = self.post("/tracking", {"code": code})
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def rates(self, code: str, level: int, comment: str = "") -> Any:
        return self.post("/tracking/rating", {"code": code, "level": level, "comment": comment})

    def reopens(self, code: str, reason: str = "昨晚又不亮了") -> Any:
        return self.post("/tracking/reopening", {"code": code, "reason": reason})


class Town:
    """The city as its citizens and its staff see it."""

    def __init__(self, cast: Cast, clock: Any):
        self.cast, self.clock = cast, clock
        declare(CASES)
        declare_appeals("play", AppealsFile.model_validate(WORDS), actor=SYSTEM)

    def citizen(self, address: str = "203.0.113.7") -> Citizen:
        return Citizen(address)

    def person(self, name: str) -> Person:
        return Person(self.cast, name)

    def deliver(self) -> None:
        wanted = ("signals.triage", "appeals.signals", "appeals.finished")
        with only([one for one in subscriptions() if one.name in wanted]):
            delivery.drain(timeout=20)

    def case_of_last(self) -> CaseOnStage:
        """The case that the last report led to."""
        self.deliver()
        number = Signal.objects.order_by("-pk").values_list("case_number", flat=True)[0]
        assert number, "the last report led to no case"
        return CaseOnStage(self.person("administrator"), number)

    def closes(self, case: CaseOnStage, note: str = "已更换灯泡", summary: str = "已修复") -> None:
        """The handler works, somebody else checks, and the case is closed."""
        handler, dispatcher = self.person("handler"), self.person("dispatcher")
        handler.takes("accept", case)
        handler.finishes(case, note)
        dispatcher.takes("verify", case)
        dispatcher.takes("close", case, summary=summary)
        self.deliver()

    def row(self, case: CaseOnStage) -> Case:
        return Case.objects.get(number=case.number)


@pytest.fixture
def town(cast: Cast, clock: Any) -> Town:
    return Town(cast, clock)


@pytest.fixture
def citizen(town: Town) -> Citizen:
    return town.citizen()


def request_key() -> str:
    return secrets.token_urlsafe(24)
