"""A web worker's signs of life: they go on while requests end, and stop for one that does not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from citybrain.site.pulse import MOVES_WITHIN, Pulse, heartbeat_of, threads_in


class Stage:
    """An application whose moment of answering is looked into, and a clock that is moved."""

    def __init__(self) -> None:
        self.time = 0.0
        self.during: list[bool] = []
        self.answer: Callable[[], object] = HttpResponse
        self.pulse = Pulse(self.application, now=lambda: self.time)  # type: ignore[arg-type]

    def application(self, environ: dict[str, object], start_response: object) -> object:
        self.look()
        return self.answer()

    def look(self) -> None:
        self.during.append(self.pulse.moves())
        self.time += MOVES_WITHIN
        self.during.append(self.pulse.moves())


def test_a_request_that_takes_too_long_stops_the_pulse_until_it_ends() -> None:
    stage = Stage()
    stage.pulse({}, None)
    assert stage.during == [True, False]
    assert stage.pulse.moves()


def test_a_request_that_fails_has_ended_too() -> None:
    stage = Stage()

    def fail() -> object:
        raise RuntimeError

    stage.answer = fail
    with pytest.raises(RuntimeError):
        stage.pulse({}, None)
    assert stage.pulse.moves()


def test_making_a_piece_of_a_stream_counts_and_waiting_for_its_receiver_does_not() -> None:
    stage = Stage()

    def pieces() -> Iterator[bytes]:
        yield b"quick"
        stage.look()
        yield b"slow"

    stage.answer = lambda: StreamingHttpResponse(pieces())
    stream = iter(stage.pulse({}, None))
    stage.during.clear()

    assert next(stream) == b"quick"
    stage.time += 10 * MOVES_WITHIN  # the receiver is slow
    assert stage.pulse.moves()
    assert next(stream) == b"slow"
    assert stage.during == [True, False]
    assert stage.pulse.moves()
    with pytest.raises(StopIteration):
        next(stream)


def test_the_heartbeat_names_the_threads_inside_a_request(tmp_path) -> None:
    inside, leave = threading.Event(), threading.Event()

    def wait(environ: object, start_response: object) -> list[bytes]:
        inside.set()
        leave.wait(20)
        return []

    pulse, heartbeat = Pulse(wait), heartbeat_of(tmp_path, 7)
    assert threads_in(heartbeat) == []
    thread = threading.Thread(target=pulse, args=({}, None))
    thread.start()
    inside.wait(20)
    pulse.show(heartbeat)
    while not heartbeat.exists() or not heartbeat.read_text():
        pass
    assert threads_in(heartbeat) == [thread.native_id]
    leave.set()
    thread.join()
