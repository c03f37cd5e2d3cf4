"""The play of casework: people of the cast who act on cases through the front door."""

from __future__ import annotations

import io
import itertools
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT
from PIL import Image

from citybrain.base.audit import SYSTEM
from citybrain.base.clock import MovableClock
from citybrain.hubs.business.cases.actions.watching import ring_clocks
from citybrain.hubs.business.cases.manifest import CasesFile
from citybrain.hubs.business.cases.packing import apply_cases_file
from tests.cast import Cast

API = "/api/v1"
STREET = (112.05, 32.1)
NEXT_STREET = (112.15, 32.1)
OTHER_COUNTY = (112.3, 32.1)
OUTSIDE = (113.5, 33.5)

LAMPS: dict[str, Any] = {
    "clocks": [
        {
            "key": "one-day",
            "title": {"zh": "一日办结", "en": "Within a day"},
            "duration": {"amount": 24, "unit": "hours"},
            "escalate": [{"at": 100, "notify": ["supervisor"], "supervise": True, "raise_severity": True}],
        },
        {
            "key": "two-hours",
            "title": {"zh": "两小时接收", "en": "Accepted within two hours"},
            "duration": {"amount": 2, "unit": "hours"},
            "warn": [50, 100],
            "escalate": [{"at": 100, "notify": ["dispatcher"]}],
        },
    ],
    "case_types": [
        {
            "code": "city",
            "title": {"zh": "城市管理", "en": "City management"},
            "clocks": {"case": "one-day", "steps": {"dispatched": "two-hours"}},
            "merge": {"radius_m": 100},
        },
        {"code": "city.lamp", "parent": "city", "title": {"zh": "路灯不亮", "en": "Lamp out"}, "severity": 3},
        {
            "code": "city.noise",
            "parent": "city",
            "title": {"zh": "噪声", "en": "Noise"},
            "labels": ["噪声扰民"],
            "keywords": ["吵闹"],
        },
    ],
    "responsibilities": [{"case_type": "city.lamp", "organisation": "urban"}],
}


def declare(sections: dict[str, Any], pack: str = "play") -> list[str]:
    """Load the sections of a `cases.yaml`, as the pack loader does; returns its warnings."""
    return apply_cases_file(pack, CasesFile.model_validate(sections), actor=SYSTEM)


_shots = itertools.count()


def picture(shot: int | None = None) -> bytes:
    """A photo; each is another one, unless it is asked for by its number."""
    number = next(_shots) if shot is None else shot
    data = io.BytesIO()
    Image.new("RGB", (8, 8), (number * 16 % 256, number // 16 * 16 % 256, 100)).save(data, "PNG")
    return data.getvalue()


class Refused(AssertionError):
    """A request that was refused, with its problem document."""

    def __init__(self, status: int, problem: dict[str, Any]):
        super().__init__(f"{status} {problem}")
        self.status = status
        self.code = problem.get("code", "")
        self.fields = {error["field"]: error["code"] for error in problem.get("errors", [])}


class Person:
    """Somebody of the cast at the front door."""

    def __init__(self, cast: Cast, name: str):
        self.name = name
        self.client = cast.client(name)

    def get(self, path: str, **query: Any) -> Any:
        return _read(self.client.get(f"{API}{path}", query))

    def post(self, path: str, body: Any = None) -> Any:
        return _read(self.client.post(f"{API}{path}", {} if body is None else body))

    def patch(self, path: str, body: Any) -> Any:
        return _read(self.client.patch(f"{API}{path}", body, content_type="application/json"))

    def put(self, path: str, body: Any) -> Any:
        return _read(self.client.put(f"{API}{path}", body, content_type="application/json"))

    def delete(self, path: str, **query: Any) -> Any:
        return _read(self.client.delete(f"{API}{path}", query_params=query))

    def opens(self, case_type: str = "city.lamp", at: tuple[float, float] | None = STREET, **more: Any) -> CaseOnStage:
        place = {"lon": at[0], "lat": at[1]} if at else {}
        body = {"case_type": case_type, "title": "路灯不亮", **place, **more}
        return CaseOnStage(self, self.post("/cases", body)["number"])

    def takes(self, step: str, case: CaseOnStage, **fields: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.post(f"/cases/{case.number}/actions/{step}", fields)
        return answer

    def tries(self, step: str, case: CaseOnStage, **fields: Any) -> int:
        """The status that the door answers."""
        return int(self.client.post(f"{API}/cases/{case.number}/actions/{step}", fields).status_code)

    def may(self, case: CaseOnStage) -> list[str]:
        return [step["key"] for step in self.get(f"/cases/{case.number}")["possible"]]

    def uploads(self, shot: int | None = None) -> str:
        return self._uploads(SimpleUploadedFile("灯.png", picture(shot), content_type="image/png"))

    def uploads_note(self, text: str) -> str:
        return self._uploads(SimpleUploadedFile("说明.txt", text.encode(), content_type="text/plain"))

    def _uploads(self, file: SimpleUploadedFile) -> str:
        answer = self.client.post(f"{API}/files", {"file": file}, content_type=MULTIPART_CONTENT)
        return str(_read(answer)["key"])

    def finishes(self, case: CaseOnStage, note: str = "已更换灯泡") -> dict[str, Any]:
        return self.takes("finish", case, note=note, evidence=[self.uploads()])

    def sees(self, **query: Any) -> list[str]:
        """Numbers of the cases in this person's list."""
        return [item["number"] for item in self.get("/cases", **query)["items"]]


def _read(response: Any) -> Any:
    if response.status_code >= 400:
        raise Refused(response.status_code, response.json())
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    if response.status_code == HTTPStatus.NO_CONTENT:
        return None
    return response.json() if response["Content-Type"].startswith("application/json") else response.content.decode()


class CaseOnStage:
    """A case as whoever opened it sees it; every look is a request."""

    def __init__(self, witness: Person, number: str):
        self.witness = witness
        self.number = number

    def __getattr__(self, name: str) -> Any:
        return self.look()[name]

    def look(self) -> dict[str, Any]:
        seen: dict[str, Any] = self.witness.get(f"/cases/{self.number}")
        return seen

    @property
    def due(self) -> datetime:
        return datetime.fromisoformat(self.look()["due_at"])

    def timeline(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.witness.get(f"/cases/{self.number}/timeline")
        return entries

    def told(self) -> list[str]:
        """The timeline in Chinese."""
        return [entry["text"]["zh"] for entry in self.timeline()]


class Play:
    """One city with lamps and noise, its people, and a clock to move."""

    def __init__(self, cast: Cast, clock: MovableClock):
        self.cast = cast
        self.clock = clock
        declare(LAMPS)

    def person(self, name: str) -> Person:
        return Person(self.cast, name)

    def __getattr__(self, name: str) -> Person:
        return self.person(name)

    def move(self, **delta: float) -> None:
        """Time passes, and the clocks ring as they do in the city."""
        self.clock.move(**delta)
        while ring_clocks():
            pass
