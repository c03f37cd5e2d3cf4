"""Uploads: their uploader's until they are attached, then whoever's may see their owner."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from citybrain.base.files import actions
from tests.cast import Cast
from tests.hubs.business.cases.stage import picture
from tests.site.rights import DISPATCHING, ELSEWHERE, HOLDING, WATCHING, Row, Target

WRITING = DISPATCHING | HOLDING | ELSEWHERE | {"steward", "citizen"}


def a_new_file(cast: Cast) -> Target:
    body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("notes.txt", b"notes")})
    return Target(body=body, content_type=MULTIPART_CONTENT)


def a_file_of_a_case(cast: Cast) -> Target:
    """What counts is where the case lies and who holds it, so that no case is needed."""
    actor = cast.viewer("dispatcher")
    file = actions.upload_file(actor=actor, name="notes.txt", data=b"notes")
    actions.attach([file.key], actor=actor, owner_kind="case", owner_key="X1",
                   region_path=cast.street.path, organisation_paths=[cast.organisation.path])  # fmt: skip
    return Target({"key": file.key})


def a_picture_of_a_case(cast: Cast) -> Target:
    actor = cast.viewer("dispatcher")
    file = actions.upload_file(actor=actor, name="灯.png", data=picture())
    actions.attach([file.key], actor=actor, owner_kind="case", owner_key="X1",
                   region_path=cast.street.path, organisation_paths=[cast.organisation.path])  # fmt: skip
    return Target({"key": file.key})


ROWS = [
    Row("POST", "/files", WRITING, a_new_file),
    Row("GET", "/files/{key}", WATCHING, a_file_of_a_case),
    Row("GET", "/files/{key}/content", WATCHING, a_file_of_a_case),
    Row("GET", "/files/{key}/small", WATCHING, a_picture_of_a_case),
]
