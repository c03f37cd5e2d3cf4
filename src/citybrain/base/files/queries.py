"""Everything that is read of files."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import NotFound
from citybrain.base.files.models import File


def list_files(viewer: Viewer, owner_kind: str, owner_key: str) -> QuerySet[File]:
    """The files of a case or the like that the viewer may see, oldest first."""
    return viewer.scoped(File.objects.filter(owner_kind=owner_kind, owner_key=owner_key)).order_by("pk")


def hashes_of(keys: Iterable[str]) -> dict[str, str]:
    """The hash of what each file holds: two with the same are the same picture."""
    return dict(File.objects.filter(key__in=list(keys)).values_list("key", "hash"))


def has_picture(keys: Iterable[str]) -> bool:
    """Whether one of these files is a picture."""
    return File.objects.filter(key__in=list(keys), media_type__startswith="image/").exists()


def get_file(viewer: Viewer, key: str) -> File:
    """One file within reach; raises NotFound."""
    file = viewer.scoped(File.objects.filter(key=key)).first()
    if file is None:
        raise NotFound("input.not_found")
    return file
