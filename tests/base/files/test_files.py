"""Uploads: the uploader's until they are attached, then whoever's may see what they belong to."""

from __future__ import annotations

import io
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.test.client import MULTIPART_CONTENT
from PIL import Image

from citybrain.base import clock
from citybrain.base.accounts.models import User
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.errors import NotFound
from citybrain.base.files import actions, queries
from citybrain.base.files.content import read_content
from citybrain.base.files.models import File
from tests.base.files.test_content import picture

FILES = "/api/v1/files"


def upload(client, data: bytes | None = None, name: str = "路灯.jpg"):
    file = SimpleUploadedFile(name, picture() if data is None else data)
    return client.post(FILES, {"file": file}, content_type=MULTIPART_CONTENT)


def attach(cast, key: str, by: str = "handler", **where) -> None:
    """To an account, because accounts are what exists on this floor; a case is the same."""
    place = {"region_path": cast.street.path, "organisation_paths": [cast.organisation.path], **where}
    actions.attach([key], actor=cast.viewer(by), owner_kind="account", owner_key="1", **place)


def test_a_picture_comes_back_with_headers_that_let_a_browser_run_nothing(cast):
    client = cast.client("handler")
    made = upload(client)
    assert made.status_code == 201
    assert made.json()["media_type"] == "image/jpeg"

    answer = client.get(f"{FILES}/{made.json()['key']}/content")

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("inline")
    again = client.get(f"{FILES}/{made.json()['key']}/content", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_picture_has_a_small_copy_that_goes_with_it(cast, django_capture_on_commit_callbacks):
    """A list of photos on a slow line: a few kilobytes each, seen by the same people, swept with the picture."""
    client = cast.client("handler")
    key = upload(client, picture(size=(2000, 1000))).json()["key"]

    answer = client.get(f"{FILES}/{key}/small")
    with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as small:
        assert (small.format, small.size) == ("JPEG", (480, 240))
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    again = client.get(f"{FILES}/{key}/small", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert cast.client("handler_elsewhere").get(f"{FILES}/{key}/small").status_code == 404

    paths = [Path(File.objects.get(key=key).path), Path(File.objects.get(key=key).small_path)]
    for path in paths:
        os.utime(path, (0, 0))
    File.objects.filter(key=key).update(uploaded_at=clock.wall_now() - timedelta(days=2))
    with django_capture_on_commit_callbacks(execute=True):
        actions.sweep_unattached()
    assert [path.exists() for path in paths] == [False, False]


def test_what_is_no_picture_has_no_small_copy(cast):
    client = cast.client("handler")
    key = upload(client, b"notes", "notes.txt").json()["key"]

    answer = client.get(f"{FILES}/{key}/small")

    assert (answer.status_code, answer.json()["code"]) == (422, "file.no_picture")


def test_what_is_no_picture_is_saved_not_shown(cast):
    client = cast.client("handler")
    key = upload(client, b"<html><script>alert(1)</script>", "page.html").json()["key"]

    answer = client.get(f"{FILES}/{key}/content")

    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Disposition"] == 'attachment; filename="page.txt"'
    assert b"".join(answer.streaming_content).startswith(b"<html>")


def test_an_upload_is_its_uploaders_alone_until_it_is_attached(cast):
    key = upload(cast.client("handler")).json()["key"]

    assert cast.client("handler").get(f"{FILES}/{key}").status_code == 200
    for other in ("administrator", "dispatcher", "handler_elsewhere", "grid_worker"):
        assert cast.client(other).get(f"{FILES}/{key}").status_code == 404
        assert cast.client(other).get(f"{FILES}/{key}/content").status_code == 404
    with pytest.raises(NotFound):
        attach(cast, key, by="grid_worker")


def test_an_attached_file_is_seen_by_whoever_may_see_what_it_belongs_to(cast):
    """Accounts are read by administrators and auditors; a dispatcher reads files, but not accounts."""
    key = upload(cast.client("handler")).json()["key"]
    attach(cast, key)

    seen = {name for name in cast.names if cast.client(name).get(f"{FILES}/{key}").status_code == 200}

    assert seen == {"administrator", "auditor"}
    assert OutboxEvent.objects.get(type="file.attached").subject == "account/1"
    assert Record.objects.filter(action="file.attached").count() == 1


def test_a_file_is_attached_once_and_stays_there(cast):
    key = upload(cast.client("handler")).json()["key"]
    attach(cast, key)
    attach(cast, key)

    with pytest.raises(NotFound):
        actions.attach([key], actor=cast.viewer("handler"), owner_kind="case", owner_key="2")
    with pytest.raises(NotFound):
        actions.attach(["no-such-key"], actor=cast.viewer("handler"), owner_kind="case", owner_key="2")
    assert File.objects.get(key=key).owner_kind == "account"
    assert OutboxEvent.objects.filter(type="file.attached").count() == 1


def county_auditor(cast, organisation):
    from citybrain.base.accounts.actions import grant_duty

    user = User.objects.create(username=f"of {organisation.code}", organisation=organisation)
    grant_duty(user, actor=cast.viewer("administrator"), role="administrator", organisation_path=organisation.path)
    cast._users[user.username] = user
    return cast.viewer(user.username)


def test_whoever_held_it_keeps_his_sight_and_whoever_holds_it_gains_it(cast):
    urban, eco = county_auditor(cast, cast.organisation), county_auditor(cast, cast.other_organisation)
    key = upload(cast.client("handler")).json()["key"]
    attach(cast, key)
    with pytest.raises(NotFound):
        queries.get_file(eco, key)

    paths = [cast.other_organisation.path]
    actions.share_files("account", "1", region_path=cast.street.path, organisation_paths=paths)

    assert queries.get_file(eco, key).organisation_path == cast.other_organisation.path
    assert queries.get_file(urban, key)
    assert [file.key for file in queries.list_files(eco, "account", "1")] == [key]


def test_files_follow_an_organisation_that_moves(cast):
    eco = county_auditor(cast, cast.other_organisation)
    key = upload(cast.client("handler")).json()["key"]
    attach(cast, key)

    actions.follow_organisation("/gov/urban/", "/gov/eco/urban/")
    actions.follow_region("/4206/420606/", "/4206/420602/420606/")

    assert queries.get_file(eco, key).region_path == "/4206/420602/420606/420606001/"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [(b"MZ\x90\x00", 422, "file.type"), (b"", 422, "file.empty"), (b"a" * 21_000_000, 413, "file.too_large"),
     (b"a" * 28_000_000, 413, "http.too_large")],
)  # fmt: skip
def test_a_refused_upload_leaves_nothing(cast, data, status, code):
    answer = upload(cast.client("handler"), data)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not File.objects.exists()


def test_an_upload_without_its_part_says_so(cast):
    answer = cast.client("handler").post(FILES, {"other": "x"}, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"
    broken = cast.client("handler").post(FILES, b"nonsense", content_type="multipart/form-data")
    assert broken.status_code == 400


def test_whoever_may_not_write_files_uploads_nothing(cast):
    assert upload(cast.client("leader")).status_code == 403
    assert not File.objects.exists()


def test_the_same_content_is_kept_once(cast):
    first, second = (upload(cast.client(name)).json()["key"] for name in ("handler", "grid_worker"))
    one, two = File.objects.get(key=first), File.objects.get(key=second)
    assert one.path == two.path
    assert Path(one.path).exists()


@pytest.mark.django_db(transaction=True)
def test_what_nobody_attached_is_swept_after_a_day(cast):
    kept, shared, forgotten = (
        upload(cast.client("handler"), data).json()["key"] for data in (b"kept", b"shared", b"forgotten")
    )
    also_shared = upload(cast.client("grid_worker"), b"shared").json()["key"]
    attach(cast, kept)
    paths = {name: Path(File.objects.get(key=name).path) for name in (kept, shared, forgotten)}
    File.objects.exclude(key=also_shared).update(
        uploaded_at=File.objects.first().uploaded_at - timedelta(days=1, hours=1)
    )
    for path in paths.values():
        os.utime(path, (0, 0))

    assert actions.sweep_unattached() == 2

    assert set(File.objects.values_list("key", flat=True)) == {kept, also_shared}
    assert [paths[name].exists() for name in (kept, shared, forgotten)] == [True, True, False]


@pytest.mark.django_db(transaction=True)
def test_a_picture_is_drawn_anew_while_others_may_write(cast, monkeypatch):
    """It takes seconds where it is large; on SQLite nobody else writes within a transaction."""
    within = []

    def read(data, name):
        within.append(connection.in_atomic_block)
        return read_content(data, name)

    monkeypatch.setattr(actions, "read_content", read)
    assert upload(cast.client("handler")).status_code == 201
    assert within == [False]


@pytest.mark.django_db(transaction=True)
def test_what_is_attached_while_uploads_are_swept_stays(cast):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    key = upload(cast.client("handler"), b"attached at the last moment").json()["key"]
    File.objects.update(uploaded_at=clock.wall_now() - timedelta(days=2))

    def sweep():
        actions.sweep_unattached()
        connections.close_all()

    sweeper = threading.Thread(target=sweep)
    with transaction.atomic():
        attach(cast, key)
        sweeper.start()
        sweeper.join(0.5)  # it has found the upload, and waits for us
    sweeper.join(20)

    assert File.objects.get(key=key).owner_kind == "account"


def test_lost_content_is_said_and_not_a_crash(cast):
    client = cast.client("handler")
    key = upload(client, b"soon lost").json()["key"]
    Path(File.objects.get(key=key).path).unlink()
    answer = client.get(f"{FILES}/{key}/content")
    assert (answer.status_code, answer.json()["code"]) == (503, "file.lost")
