"""The door for uploads and downloads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, Router, Schema, Status, UploadedFile
from ninja import File as FileParameter

from citybrain.base.accounts.http import CityRequest
from citybrain.base.errors import Unavailable
from citybrain.base.files import actions, queries
from citybrain.base.files.models import File

router = Router(tags=["files"])


class FileShown(Schema):
    key: str = Field(examples=["5f0c6b1e9a3d4c7f8e2b1a0d9c8b7a65"])
    name: str = Field(examples=["路灯.jpg"])
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes", examples=[183042])
    width: int | None = Field(None, examples=[1600])
    height: int | None = Field(None, examples=[1200])


@router.post("/files", response={201: FileShown})
def upload_file(request: CityRequest, file: FileParameter[UploadedFile]) -> Any:
    """Upload one picture or document; attach it within a day by naming its `key` where it belongs."""
    return Status(201, actions.upload_file(actor=request.viewer, name=file.name or "", data=file.read()))


@router.get("/files/{key}", response=FileShown)
def get_file(request: CityRequest, key: str) -> Any:
    """What is known of a file."""
    return queries.get_file(request.viewer, key)


@router.get("/files/{key}/content", response={200: bytes})
def download_file(request: CityRequest, key: str) -> HttpResponseBase:
    """The file itself; pictures are shown, everything else is saved."""
    return stream(queries.get_file(request.viewer, key), request.headers.get("If-None-Match", ""))


@router.get("/files/{key}/small", response={200: bytes})
def download_small(request: CityRequest, key: str) -> HttpResponseBase:
    """A picture's small copy (JPEG, at most 480 pixels a side), for lists and slow lines."""
    return stream_small(queries.get_file(request.viewer, key), request.headers.get("If-None-Match", ""))


def stream_small(file: File, known: str) -> HttpResponseBase:
    """The small copy of a picture, made when it is first asked for."""
    tag = f'"{file.hash}.small"'
    if known == tag:
        return HttpResponse(status=304)
    response = FileResponse(actions.make_small(file).open("rb"), content_type="image/jpeg", filename=file.name)
    return guarded(response, tag)


def stream(file: File, known: str) -> HttpResponseBase:
    """The content with headers under which a browser runs nothing of it."""
    tag = f'"{file.hash}"'
    if known == tag:
        return HttpResponse(status=304)
    path = Path(file.path)
    if not path.exists():
        raise Unavailable("file.lost")
    response = FileResponse(
        path.open("rb"), content_type=file.media_type, as_attachment=not file.is_picture, filename=file.name
    )
    return guarded(response, tag)


def guarded(response: FileResponse, tag: str) -> FileResponse:
    """The content stays with this viewer's browser, which asks each time whether he may see it, and runs none of it."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
