"""The portal: open to everybody, and a code opens one report; photos are checked by whoever dispatches there."""

from __future__ import annotations

import secrets

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from citybrain.applications.governance.appeals import actions
from citybrain.applications.governance.appeals.models import Picture
from citybrain.applications.governance.appeals.queries.near import REF_SALT
from citybrain.applications.governance.appeals.types import NewReport
from citybrain.base import clock
from citybrain.base.audit import SYSTEM
from citybrain.base.files.models import File
from citybrain.hubs.business.cases.actions import close_by_source
from citybrain.hubs.business.signals.models import Signal
from tests.cast import Cast
from tests.hubs.business.cases.stage import STREET, picture
from tests.site.rights import DISPATCHING, EVERYBODY, WATCHING, Row, Target
from tests.site.rights.casework import a_case

CHECKING = DISPATCHING | {"dispatcher_elsewhere"}
OPEN = frozenset({"anonymous", "revoked token"})
"""Where a token is not even looked at."""
ANYBODY = frozenset({"anonymous"})
PLACE = {"lon": STREET[0], "lat": STREET[1]}


def a_code(cast: Cast, *, closed: bool = False, **body: object) -> Target:
    """The code of a report that is in a case of `cast.street`."""
    number = a_case(cast).params["number"]
    code = actions.report(NewReport(text="路灯不亮了", **PLACE), address="203.0.113.5").code
    Signal.objects.update(state="merged", case_number=number)
    if closed:
        case = close_by_source(number, actor=SYSTEM, at=clock.now())
        assert case.closed_at
    return Target(body={"code": code, **body})


def a_case_to_follow(cast: Cast) -> Target:
    number = a_case(cast).params["number"]
    return Target(body={"ref": signing.dumps(number, salt=REF_SALT)})


def a_picture(cast: Cast, state: str = "pending", **body: object) -> Target:
    """Of a report in `cast.street` that is in no case yet."""
    a_case(cast)
    file = actions.upload_picture(address=secrets.token_hex(4), name="灯.png", data=picture())
    actions.report(NewReport(text="路灯不亮了", pictures=(file.key,), **PLACE), address="203.0.113.5")
    File.objects.filter(key=file.key).update(region_path=cast.street.path)
    if state == "shown":
        actions.show_picture(file.key, actor=cast.viewer("administrator"))
    assert Picture.objects.get().state == state
    return Target({"key": file.key}, body=body or None, marker=file.key)


def a_shown_picture(cast: Cast) -> Target:
    return Target(a_picture(cast, "shown").params)


def an_upload(cast: Cast) -> Target:
    body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("灯.png", picture())})
    return Target(body=body, content_type=MULTIPART_CONTENT)


def voices(cast: Cast) -> Target:
    a_code(cast)
    return Target({"number": Signal.objects.get().case_number}, marker="路灯不亮了")


def a_lamp(cast: Cast) -> Target:
    a_case(cast)
    return Target(body={"text": "路灯不亮", **PLACE})


def a_question(cast: Cast) -> Target:
    a_case(cast)
    return Target(body=PLACE)


# fmt: off
ROWS = [
    Row("GET", "/public/portal", EVERYBODY, besides=OPEN),
    Row("GET", "/public/cases", EVERYBODY, besides=OPEN),
    Row("GET", "/public/pictures/{key}", EVERYBODY, a_shown_picture, besides=OPEN),
    Row("POST", "/public/pictures", EVERYBODY, an_upload, besides=ANYBODY),
    Row("POST", "/public/reports/near", EVERYBODY, a_question, besides=ANYBODY),
    Row("POST", "/public/reports", EVERYBODY, a_lamp, besides=ANYBODY),
    Row("POST", "/public/follows", EVERYBODY, a_case_to_follow, besides=ANYBODY),
    Row("POST", "/public/tracking", EVERYBODY, a_code, besides=OPEN),
    Row("POST", "/public/tracking/rating", EVERYBODY, lambda cast: a_code(cast, closed=True, level=5), besides=OPEN),
    Row("POST", "/public/tracking/reopening", EVERYBODY, lambda cast: a_code(cast, closed=True, reason="又不亮了"),
        besides=OPEN),
    Row("GET", "/pictures", CHECKING, a_picture, sees=DISPATCHING),
    Row("POST", "/pictures/{key}/show", DISPATCHING, a_picture),
    Row("POST", "/pictures/{key}/refuse", DISPATCHING, lambda cast: a_picture(cast, reason="看得清人脸")),
    Row("GET", "/cases/{number}/voices", WATCHING, voices),
]
# fmt: on
