"""The front door, as any client sees it: HTTP with a bearer token, insisting while the city is busy or restarting."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec

from citybrain.base.errors import Unavailable
from citybrain.lab.replay.steps import Door

PATHS: dict[Door, str] = {
    "observations": "/observations",
    "signals": "/api/v1/signals",
    "closings": "/api/v1/signals/closings",
}
BUSY = (429, 502, 503, 504)
WHOLE_BATCH = (400, 413, 422)
PATIENCE = 120.0  # seconds: a process that died is started again well within
PAGE = 500
logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write a line for each request


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that the city did not take: its index in the batch, and why."""

    index: int
    field: str
    code: str
    reason: str


@dataclass
class Receipt:
    """What became of a batch: new rows, rows that were known already, rows that were not taken."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Refusal] = field(default_factory=list)

    def add(self, other: Receipt, shift: int) -> None:
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        for one in other.rejected:
            self.rejected.append(Refusal(one.index + shift, one.field, one.code, one.reason))


class Client:
    """One city at `url` (its web door; readings go to the port after it, unless `sense_url` says otherwise)."""

    def __init__(self, url: str, token: str, *, sense_url: str = "", patience: float = PATIENCE):
        self.url, self.sense_url, self.patience = url.rstrip("/"), (sense_url or next_port(url)).rstrip("/"), patience
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self._http = httpx.Client(headers=headers, timeout=httpx.Timeout(60.0, connect=5.0), trust_env=False)

    def close(self) -> None:
        self._http.close()

    def post(self, door: Door, rows: Sequence[Any]) -> Receipt:
        """Pour a batch. Rows that the city refuses come back with reasons; a batch refused whole is poured in halves.

        Raises Unavailable when the city does not answer for `patience` seconds, or the token may not do this.
        """
        base = self.sense_url if door == "observations" else self.url
        answer = self._insist("POST", base + PATHS[door], rows)
        if answer.status_code in WHOLE_BATCH:
            return self._post_halves(door, rows, answer)
        body = self._body(answer)
        refused = [
            Refusal(one["index"], one.get("field", ""), one.get("code", ""), one.get("reason", ""))
            for one in body.get("rejected", ())
        ]
        duplicates = body.get("duplicates", 0)
        known = duplicates if door == "observations" else 0  # `sense` counts duplicates among the accepted
        return Receipt(body.get("accepted", 0) - known, duplicates, refused)

    def _post_halves(self, door: Door, rows: Sequence[Any], answer: httpx.Response) -> Receipt:
        if len(rows) == 1:
            problem = _problem(answer)
            wrong = (problem.get("errors") or [{}])[0]
            reason = wrong.get("reason") or problem.get("title") or f"HTTP {answer.status_code}"
            return Receipt(rejected=[Refusal(0, wrong.get("field", ""), problem.get("code", ""), reason)])
        middle = len(rows) // 2
        receipt = self.post(door, rows[:middle])
        receipt.add(self.post(door, rows[middle:]), middle)
        return receipt

    def register_things(self, drafts: Sequence[Any]) -> Receipt:
        body = self._body(self._insist("POST", f"{self.url}/api/v1/things", drafts))
        refused = [Refusal(one["index"], one["field"], one.get("code", ""), one["reason"]) for one in body["rejected"]]
        return Receipt(body["accepted"] + body.get("updated", 0), body["duplicates"], refused)

    def await_things(self, count: int) -> None:
        """Wait until `sense` knows as many things; it learns of new ones within a second."""
        deadline = time.monotonic() + self.patience
        while self.sense_health().get("things", 0) < count:
            if time.monotonic() > deadline:
                why = f"it does not know the {count} things"
                raise Unavailable("replay.no_answer", url=self.sense_url, why=why, seconds=round(self.patience))
            time.sleep(0.05)

    def call(self, path: str, body: Any = None, **query: Any) -> Any:
        """One request with its decoded answer: GET, or POST when there is a body."""
        method = "GET" if body is None else "POST"
        return self._body(self._insist(method, self.url + path, body, query))

    def try_call(self, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        """The same, with the status and without raising for a refusal."""
        answer = self._insist("GET" if body is None else "POST", self.url + path, body, query)
        return answer.status_code, _problem(answer)

    def pages(self, path: str, *, page_size: int = PAGE, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a paged list."""
        after: str | None = None
        while True:
            page = self.call(path, **query, limit=page_size, **({"after": after} if after else {}))
            yield from page["items"]
            after = page.get("next")
            if not after:
                return

    def health(self) -> dict[str, Any]:
        """What `web` says of itself; empty where its door is closed at the moment."""
        return self._health(self.url)

    def sense_health(self) -> dict[str, Any]:
        """What `sense` says of itself."""
        return self._health(self.sense_url)

    def _health(self, base: str) -> dict[str, Any]:
        try:
            answer = self._http.get(f"{base}/health", timeout=10.0)
        except httpx.HTTPError:
            return {}
        found = _problem(answer)
        return found if isinstance(found, dict) else {}

    def _insist(self, method: str, url: str, body: Any = None, query: dict[str, Any] | None = None) -> httpx.Response:
        """Ask until it is answered: every row carries its own identity, so asking twice changes nothing."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        deadline, pause = time.monotonic() + self.patience, 0.05
        while True:
            try:
                answer = self._http.request(method, url, content=content, headers=headers, params=query or None)
                if answer.status_code not in BUSY:
                    return answer
                why, wait = f"HTTP {answer.status_code}", _retry_after(answer, pause)
            except httpx.TransportError as error:
                why, wait = str(error) or type(error).__name__, pause
            if time.monotonic() + wait > deadline:
                raise Unavailable("replay.no_answer", url=url, why=why, seconds=round(self.patience))
            time.sleep(wait)
            pause = min(pause * 2, 2.0)

    def _body(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            problem = _problem(answer)
            why = f"{problem.get('title', '')} {problem.get('detail', '')}".strip()
            raise Unavailable("replay.refused", url=str(answer.url), status=answer.status_code, why=why)
        return answer.json()


def next_port(url: str) -> str:
    """The address of `sense`, which listens on the port after that of `web`."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return urlunsplit((parts.scheme, f"{parts.hostname}:{port + 1}", "", "", ""))


def _retry_after(answer: httpx.Response, otherwise: float) -> float:
    try:
        return min(30.0, max(0.01, float(answer.headers["Retry-After"])))
    except (KeyError, ValueError):
        return otherwise


def _problem(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return {"title": answer.text[:200]}
