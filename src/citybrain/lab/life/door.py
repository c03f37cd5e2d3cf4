"""The city's front door as its simulated people use it: HTTP with a session or token, a connection for each thread."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

BUSY = (429, 502, 503, 504)
PATIENCE = 60.0
CSRF = "l1fe" * 8  # a session's change needs the same word twice: in the cookie and in the header


class Closed(Exception):
    """The city did not answer for as long as one waits."""


class Door:
    """`web` at `url`, readings at `sense_url`. `token` and `session` say who asks."""

    def __init__(self, url: str, sense_url: str, *, patience: float = PATIENCE):
        self.url, self.sense_url, self.patience = url, sense_url, patience
        self._local = threading.local()

    def readings(self, lines: list[str], token: str) -> dict[str, Any]:
        """Pour NDJSON lines; answers the receipt."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        status, answer = self._insist(self.sense_url, "POST", "/observations", "\n".join(lines).encode(), headers)
        if status != 200:
            raise Closed(f"readings were refused: {status} {answer}")
        return dict(answer)

    def ask(self, path: str, *, token: str = "", session: str = "", **query: Any) -> tuple[int, Any]:
        target = f"/api/v1{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        return self._insist(self.url, "GET", target, None, _who(token, session))

    def tell(self, path: str, body: Any, *, token: str = "", session: str = "") -> tuple[int, Any]:
        """Post JSON as a source (token) or as a person (session)."""
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Prefer": "return=minimal", **_who(token, session)}
        return self._insist(self.url, "POST", f"/api/v1{path}", content, headers)

    def tell_once(self, path: str, body: Any) -> bool:
        """Post as anybody may, and leave it at that when the city is busy; answers whether it was taken."""
        content, headers = json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
        try:
            return self._once(self.url, "POST", f"/api/v1{path}", content, headers)[0] < 400
        except (OSError, http.client.HTTPException):
            self._drop(self.url)
            return False

    def upload(
        self, name: str, picture: bytes, *, token: str = "", session: str = "", path: str = "/files"
    ) -> str:  # fmt: skip
        """Upload a picture; answers its key, or nothing when it was not taken."""
        mark = secrets.token_hex(12)
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + picture + f"\r\n--{mark}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}", **_who(token, session)}
        status, answer = self._insist(self.url, "POST", f"/api/v1{path}", body, headers)
        return str(answer["key"]) if status == 201 else ""

    def city_time(self) -> str:
        """What the city's clock shows, ISO 8601."""
        status, answer = self._insist(self.url, "GET", "/health", None, {})
        if status != 200:
            raise Closed(f"the city is not well: {answer}")
        return str(answer["city_time"])

    def _insist(
        self, base: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        """Ask until it is answered. Reports carry their number, and a step that was taken is refused the next time."""
        deadline, pause = time.monotonic() + self.patience, 0.05
        while True:
            try:
                status, content = self._once(base, method, path, body, headers)
                if status not in BUSY:
                    return status, _read(content)
                why = f"HTTP {status}"
            except (OSError, http.client.HTTPException) as error:
                why = str(error) or type(error).__name__
                self._drop(base)
            if time.monotonic() + pause > deadline:
                raise Closed(f"{base}{path}: {why}")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _once(
        self, base: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        connection = self._connection(base)
        connection.request(method, path, body, {"Accept-Language": "zh", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def _connection(self, base: str) -> http.client.HTTPConnection:
        held: dict[str, http.client.HTTPConnection] = self._local.__dict__.setdefault("held", {})
        if base not in held:
            parts = urlsplit(base)
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            held[base] = kind(parts.hostname or "127.0.0.1", parts.port, timeout=60)
        return held[base]

    def _drop(self, base: str) -> None:
        connection = self._local.__dict__.get("held", {}).pop(base, None)
        if connection is not None:
            connection.close()


def _who(token: str, session: str) -> dict[str, str]:
    if token:
        return {"Authorization": f"Bearer {token}"}
    if not session:
        return {}
    return {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}


def _read(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return {"title": content[:200].decode("utf-8", "replace")}
