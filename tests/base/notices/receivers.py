"""A real SMTP server and a real HTTP receiver on loopback, which keep what they get."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Mailman(socketserver.ThreadingTCPServer):
    """As much of RFC 5321 as a client needs; `refuses` is the reply to DATA, where it takes nothing."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str, str]] = []
        self.refuses = ""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: Mailman

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 test")
        sender = receiver = ""
        while line := self.rfile.readline():
            verb = line.decode().strip()
            word = verb.upper().split(" ")[0].split(":")[0]
            if word == "MAIL":
                sender = verb.partition("<")[2].partition(">")[0]
            if word == "RCPT":
                receiver = verb.partition("<")[2].partition(">")[0]
            if word == "DATA":
                self._take(sender, receiver)
                continue
            self.say({"EHLO": "250 test", "QUIT": "221 bye"}.get(word, "250 ok"))
            if word == "QUIT":
                return

    def _take(self, sender: str, receiver: str) -> None:
        if self.server.refuses:
            self.say(self.server.refuses)
            return
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.envelopes.append((sender, receiver))
        self.server.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
        self.say("250 taken")


class Receiver(ThreadingHTTPServer):
    """Keeps every request with its headers; `answers` says what it replies, and may look at how many came before."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: Callable[[int], tuple[int, dict[str, str]]] = lambda _: (204, {})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status, headers = self.server.answers(len(self.server.got))
        self.send_response(status)
        for name, value in {"content-length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
