"""The front door without a socket, for tests of the simulated life."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.cast import CityClient


class StageDoor:
    """The front door without a socket: what `life` would send goes to Django's test client."""

    def __init__(self, cast):
        self.cast = cast

    def ask(self, path, *, token="", session="", **query):
        answer = self.client(token, session).get(f"/api/v1{path}", query_params=query)
        return answer.status_code, answer.json()

    def tell(self, path, body, *, token="", session=""):
        answer = self.client(token, session).post(f"/api/v1{path}", body)
        return answer.status_code, answer.json() if answer.content else None

    def tell_once(self, path, body):
        return self.tell(path, body)[0] < 400

    def upload(self, name, picture, *, token="", session="", path="/files"):
        body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile(name, picture)})
        answer = self.client(token, session).generic("POST", f"/api/v1{path}", body, content_type=MULTIPART_CONTENT)
        return answer.json()["key"]

    def client(self, token, session) -> CityClient:
        if token:
            return self.cast.token_client(token)
        return self.cast.client(session) if session else self.cast.anonymous()


class Straight:
    """A pool of one thread: the test's own."""

    def map(self, function, jobs):
        return [function(job) for job in jobs]

    def shutdown(self) -> None:
        pass
