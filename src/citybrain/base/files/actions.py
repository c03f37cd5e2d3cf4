"""Every change of files: upload, attach, share, sweep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from citybrain.base import audit, bus, clock
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, NotFound, Unavailable
from citybrain.base.files.content import keep, keep_bytes, read_content, safe_name, small_picture
from citybrain.base.files.messages import FileAttached
from citybrain.base.files.models import File, FileShare
from citybrain.base.querying import move_paths
from citybrain.base.querying.paths import below

UNATTACHED_FOR = timedelta(days=1)
FRESH = timedelta(hours=1)
SMALL_SIDE = 480


def upload_file(*, actor: Viewer, name: str, data: bytes, pictures_only: bool = False) -> File:
    """Keep an upload for its uploader alone, until it is attached; a day later it is swept.

    Raises BadInput for what is not an allowed type (or no picture where only these are taken) or cannot be read,
    TooLarge over 20 MB. A picture is drawn anew before the transaction begins: that may take seconds, and nobody else
    writes meanwhile.
    """
    actor.check("file.write")
    content = read_content(data, name)
    if pictures_only and content.width is None:
        raise BadInput("file.not_a_picture")
    file = File(
        hash=content.hash, name=safe_name(name, content.extension), media_type=content.media_type,
        size=len(content.data), width=content.width, height=content.height, uploader=actor.actor_key,
        uploaded_at=clock.wall_now(),
    )  # fmt: skip
    keep(content, Path(file.path))
    with transaction.atomic():
        file.save()
        audit.record(actor, "file.uploaded", file, key=file.key, hash=file.hash, media_type=file.media_type)
    return file


def make_small(file: File) -> Path:
    """The small copy of a picture, drawn when it is first asked for; raises BadInput for what is no picture."""
    if not file.is_picture:
        raise BadInput("file.no_picture")
    path, small = Path(file.path), Path(file.small_path)
    if not path.exists():
        raise Unavailable("file.lost")
    if not small.exists():
        keep_bytes(small_picture(path, SMALL_SIDE), small)
    return small


@transaction.atomic
def attach(
    keys: Sequence[str],
    *,
    actor: Viewer,
    owner_kind: str,
    owner_key: str,
    region_path: str = "",
    organisation_paths: Sequence[str] = (),
) -> list[File]:
    """Give one's own uploads to a case or the like; the caller has checked that the actor may write there.

    `organisation_paths`: the organisation that holds the owner first, then others that held it. Raises NotFound for a
    key that is not an unattached upload of the actor (one that is attached there already is passed over).
    """
    wanted = list(dict.fromkeys(keys))
    files = list(File.objects.select_for_update().filter(key__in=wanted).order_by("pk"))
    for key in wanted:
        file = next((one for one in files if one.key == key), None)
        mine = file is not None and file.owner_kind == "" and file.uploader == actor.actor_key
        there = file is not None and (file.owner_kind, file.owner_key) == (owner_kind, owner_key)
        if not (mine or there):
            raise NotFound("file.not_yours", key=key)
    fresh = [file for file in files if not file.owner_kind]
    for file in fresh:
        file.owner_kind, file.owner_key = owner_kind, owner_key
        file.save(update_fields=["owner_kind", "owner_key"])
        audit.record(actor, "file.attached", file, key=file.key, owner=f"{owner_kind}/{owner_key}")
    share_files(owner_kind, owner_key, region_path=region_path, organisation_paths=organisation_paths)
    if fresh:
        bus.publish(
            FileAttached(owner_kind=owner_kind, owner_key=owner_key, keys=[file.key for file in fresh]),
            subject=f"{owner_kind}/{owner_key}", actor=actor, region_path=region_path,
            organisation_paths=organisation_paths,
        )  # fmt: skip
    return files


@transaction.atomic
def hand_over(
    keys: Sequence[str], *, owner_kind: str, owner_key: str, region_path: str, organisation_paths: Sequence[str]
) -> int:
    """Files go with what they were attached to when that becomes part of something else (a report of a case): from now
    on they are seen by whoever sees the new owner, and by nobody because of the old one. Returns how many went.
    """
    rows = File.objects.filter(key__in=list(keys)).exclude(owner_kind="")
    moving = list(rows.exclude(owner_kind=owner_kind, owner_key=owner_key).values_list("pk", flat=True))
    if not moving:
        return 0
    File.objects.filter(pk__in=moving).update(owner_kind=owner_kind, owner_key=owner_key)
    FileShare.objects.filter(file__in=moving).delete()
    share_files(owner_kind, owner_key, region_path=region_path, organisation_paths=organisation_paths)
    return len(moving)


@transaction.atomic
def share_files(owner_kind: str, owner_key: str, *, region_path: str, organisation_paths: Sequence[str]) -> int:
    """Follow the owner: call it whenever its place or holder changes; who held it keeps his sight. Returns how many."""
    rows = File.objects.filter(owner_kind=owner_kind, owner_key=owner_key)
    holder = organisation_paths[0] if organisation_paths else ""
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        rows.update(region_path=region_path, organisation_path=holder)
        FileShare.objects.bulk_create(
            [FileShare(file_id=pk, organisation_path=path) for pk in ids for path in organisation_paths],
            ignore_conflicts=True,
        )
    return len(ids)


@transaction.atomic
def follow_organisation(old: str, new: str) -> None:
    """Files go with an organisation that moves in its tree."""
    move_paths(File.objects.all(), "organisation_path", old, new)
    shares = FileShare.objects.filter(below("organisation_path", old))
    moved = [
        FileShare(file_id=one.file_id, organisation_path=new + one.organisation_path[len(old) :]) for one in shares
    ]
    shares.delete()
    FileShare.objects.bulk_create(moved, ignore_conflicts=True)


@transaction.atomic
def follow_region(old: str, new: str) -> None:
    """Files go with a region that moves in its tree."""
    move_paths(File.objects.all(), "region_path", old, new)


@transaction.atomic
def sweep_unattached() -> int:
    """Delete uploads that nobody attached within a day, and content that no file refers to; returns how many."""
    old = File.objects.filter(owner_kind="", uploaded_at__lt=clock.wall_now() - UNATTACHED_FOR)
    swept = list(old.select_for_update().order_by("pk"))  # locked: one that is attached just now stays
    hashes = {file.hash for file in swept}
    count, _ = File.objects.filter(pk__in=[file.pk for file in swept]).delete()
    still = set(File.objects.filter(hash__in=hashes).values_list("hash", flat=True))
    transaction.on_commit(lambda: _forget_content(hashes - still))
    return count


def _forget_content(hashes: set[str]) -> None:
    """Content that was written lately stays: the row of an upload in flight may not be there yet."""
    limit = (clock.wall_now() - FRESH).timestamp()
    for one in sorted(hashes):
        path = Path(settings.DATA_DIR) / "files" / one[:2] / one
        if path.exists() and path.stat().st_mtime < limit and not File.objects.filter(hash=one).exists():
            path.unlink()
            path.with_name(f"{one}.small").unlink(missing_ok=True)
