"""The client insists while the city is busy, halves what is refused whole, and gives up in a sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from citybrain.base.errors import Unavailable
from citybrain.lab.replay.client import Client, next_port

Answer = tuple[int, dict[str, str], Any]


class City:
    """A front door that answers as `replies` says, and remembers what it was asked."""

    def __init__(self, reply: Callable[[str, Any], Answer]):
        self.asked: list[tuple[str, Any]] = []
        city = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                city.asked.append((self.path, body))
                status, headers, content = reply(self.path, body)
                encoded = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(encoded)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(encoded)

            do_GET = do_POST = answer

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def client(self, patience: float = 5.0) -> Client:
        return Client(self.url, "secret", sense_url=self.url, patience=patience)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def city() -> Iterator[Callable[[Callable[[str, Any], Answer]], City]]:
    made: list[City] = []

    def make(reply: Callable[[str, Any], Answer]) -> City:
        made.append(City(reply))
        return made[-1]

    yield make
    for one in made:
        one.close()


def taken(body: Any) -> Answer:
    return 200, {}, {"accepted": len(body), "duplicates": 0, "rejected": []}


def test_a_busy_city_is_asked_again(city: Callable[..., City]) -> None:
    answers: list[Answer] = [(429, {"Retry-After": "0.01"}, {}), (503, {}, {})]
    door = city(lambda _, body: answers.pop(0) if answers else taken(body))
    client = door.client()
    assert client.post("signals", [{"a": 1}, {"a": 2}]).accepted == 2
    assert [path for path, _ in door.asked] == ["/api/v1/signals"] * 3
    client.close()


def test_a_batch_refused_whole_is_halved_until_the_bad_row_is_alone(city: Callable[..., City]) -> None:
    def reply(_: str, body: Any) -> Answer:
        if any(row["bad"] for row in body):
            return 422, {}, {"code": "input.invalid", "title": "no", "errors": [{"field": "bad", "reason": "is bad"}]}
        return taken(body)

    client = city(reply).client()
    receipt = client.post("closings", [{"bad": number in (2, 5)} for number in range(7)])
    assert receipt.accepted == 5
    assert [(one.index, one.field, one.reason) for one in receipt.rejected] == [
        (2, "bad", "is bad"),
        (5, "bad", "is bad"),
    ]
    client.close()


def test_rejections_of_single_rows_keep_their_index(city: Callable[..., City]) -> None:
    wrong = {"index": 1, "field": "at", "code": "observation.too_old", "reason": "too old"}
    client = city(lambda *_: (200, {}, {"accepted": 2, "duplicates": 1, "rejected": [wrong]})).client()
    receipt = client.post("observations", [{}, {}, {}])
    assert (receipt.accepted, receipt.duplicates) == (1, 1), "readings: the accepted ones include the duplicates"
    assert receipt.rejected[0].code == "observation.too_old"
    client.close()


def test_a_city_that_stays_silent_is_given_up_in_a_sentence(city: Callable[..., City]) -> None:
    client = city(lambda *_: (503, {}, {})).client(patience=0.3)
    with pytest.raises(Unavailable) as refused:
        client.post("signals", [{}])
    assert refused.value.code == "replay.no_answer"
    assert "HTTP 503" in refused.value.title("en")
    client.close()


def test_a_token_that_may_not_is_told(city: Callable[..., City]) -> None:
    client = city(lambda *_: (403, {}, {"title": "Forbidden", "detail": "Ask for the duty."})).client()
    with pytest.raises(Unavailable) as refused:
        client.post("signals", [{}])
    assert "403" in refused.value.title("en")
    assert "Ask for the duty." in refused.value.title("en")
    client.close()


def test_every_page_of_a_list_is_read(city: Callable[..., City]) -> None:
    pages = {"/api/v1/cases?limit=500": ([1, 2], "x"), "/api/v1/cases?limit=500&after=x": ([3], None)}
    door = city(lambda path, _: (200, {}, {"items": [{"n": n} for n in pages[path][0]], "next": pages[path][1]}))
    client = door.client()
    assert [one["n"] for one in client.pages("/api/v1/cases")] == [1, 2, 3]
    client.close()


def test_readings_go_to_the_port_after_that_of_web() -> None:
    assert next_port("http://127.0.0.1:8000") == "http://127.0.0.1:8001"
    assert next_port("https://city.example") == "https://city.example:444"
