"""The doors of the portal: open to everybody below /public, and for staff the check of photos."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from ninja import File as FileParameter
from ninja import Query, Router, Status, UploadedFile

from citybrain.applications.governance.appeals import actions, asking, queries
from citybrain.applications.governance.appeals.schemas import (
    AppealReceipt,
    CodeIn,
    FollowIn,
    NearIn,
    PhotoUploaded,
    PictureOut,
    PictureRefuse,
    PicturesWanted,
    PortalOut,
    PublicCaseOut,
    PublicCasesWanted,
    RatingIn,
    ReopeningIn,
    ReportIn,
    TrackingOut,
    VoicesOut,
)
from citybrain.applications.governance.appeals.types import NewFollow, NewReport
from citybrain.base.accounts.http import CityRequest, PageOf, Paging, address_of, paged
from citybrain.base.files.api import stream, stream_small

router = Router(tags=["portal"])


@router.get("/public/portal", response=PortalOut, auth=None)
def read_portal(request: CityRequest) -> Any:
    """The city, what can be reported in plain words, and how much fits into a report."""
    return queries.portal()


@router.post("/public/pictures", response={201: PhotoUploaded}, auth=None)
def upload_picture(request: CityRequest, file: FileParameter[UploadedFile]) -> Any:
    """Upload a photo; it is drawn anew without EXIF, and swept after a day when no report names its key."""
    sender, address = asking.sender_of(request), address_of(request)
    return Status(201, actions.upload_picture(address=address, name=file.name or "", data=file.read(), sender=sender))


@router.get("/public/pictures/{key}", response={200: bytes}, auth=None)
def show_public_picture(request: CityRequest, key: str, small: bool = False) -> HttpResponseBase:
    """A photo that somebody of the staff has looked at; `small` for lists and slow lines."""
    send = stream_small if small else stream
    return send(queries.get_shown_picture(key), request.headers.get("If-None-Match", ""))


@router.post("/public/reports/near", response=list[PublicCaseOut], auth=None)
def find_near(request: CityRequest, body: NearIn) -> Any:
    """Open matters of the same sort near a point, before one reports the same once more."""
    return asking.near(body, address=address_of(request), sender=asking.sender_of(request))


@router.post("/public/reports", response={201: AppealReceipt, 200: AppealReceipt}, auth=None)
def report(request: CityRequest, body: ReportIn) -> Any:
    """Report something. 200 instead of 201: it was sent before with the same `request_key`."""
    new = NewReport(**body.dict() | {"pictures": tuple(body.pictures)})
    receipt = actions.report(new, address=address_of(request), sender=asking.sender_of(request))
    return Status(201 if receipt.is_new else 200, receipt)


@router.post("/public/follows", response={201: AppealReceipt, 200: AppealReceipt}, auth=None)
def follow(request: CityRequest, body: FollowIn) -> Any:
    """Follow a matter that was shown as near, instead of reporting it once more."""
    new = NewFollow(**body.dict() | {"pictures": tuple(body.pictures)})
    receipt = actions.follow(new, address=address_of(request), sender=asking.sender_of(request))
    return Status(201 if receipt.is_new else 200, receipt)


@router.post("/public/tracking", response=TrackingOut, auth=None)
def track(request: CityRequest, body: CodeIn) -> Any:
    """What became of one's report, by its code (in the body, so that no log of addresses holds it)."""
    return queries.track(queries.find_appeal(body.code, address=address_of(request)))


@router.post("/public/tracking/rating", response=TrackingOut, auth=None)
def rate(request: CityRequest, body: RatingIn) -> Any:
    """Rate how it was handled, once it is closed; the rating can be changed for a day."""
    return asking.rate(body.code, address=address_of(request), level=body.level, comment=body.comment)


@router.post("/public/tracking/reopening", response=TrackingOut, auth=None)
def reopen(request: CityRequest, body: ReopeningIn) -> Any:
    """Say that what was closed is not solved; it is taken up again."""
    return asking.reopen(body.code, address=address_of(request), reason=body.reason)


@router.get("/public/cases", response=list[PublicCaseOut], auth=None)
def list_public_cases(request: CityRequest, wanted: Query[PublicCasesWanted]) -> Any:
    """Matters being handled, or solved lately, in the city or around a point: what and about where, nobody's words."""
    return asking.public_cases(wanted)


@router.get("/pictures", response=PageOf[PictureOut])
def list_pictures(request: CityRequest, wanted: Query[PicturesWanted], paging: Query[Paging]) -> Any:
    """Photos within your duties, oldest first: those that wait to be looked at, or those that were decided."""
    rows = queries.list_pictures(request.viewer, state=wanted.state or "", case=wanted.case or "")
    return paged(rows, paging, order=("pk",))


@router.post("/pictures/{key}/show", response=PictureOut)
def show_picture(request: CityRequest, key: str) -> Any:
    """Let citizens see a photo."""
    return actions.show_picture(key, actor=request.viewer)


@router.post("/pictures/{key}/refuse", response=PictureOut)
def refuse_picture(request: CityRequest, key: str, body: PictureRefuse) -> Any:
    """Keep a photo from citizens, also one that was shown, and say why."""
    return actions.refuse_picture(key, actor=request.viewer, reason=body.reason)


@router.get("/cases/{number}/voices", response=VoicesOut)
def read_voices(request: CityRequest, number: str) -> Any:
    """What citizens reported about a case through the portal, how many follow it, and how they rated it."""
    return queries.voices(request.viewer, number)
