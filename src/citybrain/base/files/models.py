"""What people upload: photographs of a place, a report, a table."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from citybrain.base.accounts.types import Scope
from citybrain.base.conditions import Compare
from citybrain.base.files.visibility import files_within_reach
from citybrain.base.querying import PathField
from citybrain.base.querying.paths import below


def new_key() -> str:
    return secrets.token_hex(16)


def shared_with(compare: Compare) -> Q:
    """Files that an organisation at or below the path holds or held, through the case (or the like) they belong to."""
    shares = FileShare.objects.filter(below("organisation_path", compare.value), file=OuterRef("pk"))
    return Q(Exists(shares))


class File(models.Model):
    """A picture or document (附件) that belongs to a case or the like; until it is attached, to its uploader alone.

    The content lies under DIR/files by its hash; place and organisations are those of what it is attached to.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key)
    hash = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    uploader = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    owner_kind = models.CharField(max_length=32, blank=True, default="")
    owner_key = models.CharField(max_length=64, blank=True, default="")
    region_path = PathField(blank=True, default="")
    organisation_path = PathField(blank=True, default="")

    SCOPE = Scope(
        kind="file",
        read="file.read",
        columns={
            "region_path": "region_path",
            "organisation_path": "organisation_path",
            "holders": shared_with,
            "owner_kind": "owner_kind",
            "uploader": "uploader",
        },
        key="key",
        where=files_within_reach,
    )

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["owner_kind", "owner_key", "id"], name="file_by_owner"),
            models.Index(fields=["uploaded_at"], condition=Q(owner_kind=""), name="file_unattached"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.media_type}"

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def path(self) -> str:
        """Where the content lies."""
        return str(settings.DATA_DIR / "files" / self.hash[:2] / self.hash)

    @property
    def small_path(self) -> str:
        """Where a picture's small copy lies, once somebody asked for it."""
        return f"{self.path}.small"


class FileShare(models.Model):
    """An organisation that holds or held what a file is attached to, and may therefore see it."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="shares")
    organisation_path = PathField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["file", "organisation_path"], name="a_file_is_shared_once_with_each")
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.organisation_path}"
