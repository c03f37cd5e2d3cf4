"""The audit trail: who did what, when, to which object. Rows are added and never changed or removed."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models
from django.db.transaction import TransactionManagementError

from citybrain.base.querying.commit_order import TransactionNumber

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class AppendOnlyQuerySet(models.QuerySet[M_co]):
    def update(self, **changes: Any) -> NoReturn:
        raise TransactionManagementError(f"{self.model.__name__} is append-only")

    def delete(self) -> NoReturn:
        raise TransactionManagementError(f"{self.model.__name__} is append-only")


class AppendOnlyManager(models.Manager[M_co]):
    def get_queryset(self) -> models.QuerySet[M_co]:
        return AppendOnlyQuerySet(self.model, using=self._db)


class AppendOnly(models.Model):
    """A row that is written once. Triggers in the database hold the same rule for everybody else."""

    objects = AppendOnlyManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TransactionManagementError(f"{type(self).__name__} is append-only")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise TransactionManagementError(f"{type(self).__name__} is append-only")


class Record(AppendOnly):
    """One thing that somebody did (审计记录): who, what, to which object, at which city time and wall time."""

    xid = models.BigIntegerField(db_default=TransactionNumber(), editable=False)
    at = models.DateTimeField()
    wall_at = models.DateTimeField()
    actor_key = models.CharField(max_length=80)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=80, blank=True)
    object_key = models.CharField(max_length=200, blank=True)
    data = models.TextField()

    class Meta:
        db_table = "audit_record"
        indexes = [
            models.Index(fields=["object_kind", "object_key", "id"], name="audit_by_object"),
            models.Index(fields=["actor_key", "id"], name="audit_by_actor"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
            models.Index(fields=["at", "id"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind}/{self.object_key}"


class SealKey(AppendOnly):
    """A public key whose signatures stand in the chain; a rotated key stays here, so that old seals can be checked."""

    id = models.CharField(max_length=16, primary_key=True)
    public = models.CharField(max_length=130)
    since = models.DateTimeField()

    class Meta:
        db_table = "audit_key"

    def __str__(self) -> str:
        return self.id


class Block(AppendOnly):
    """Some records sealed together (审计区块): the next links of the hash chain, and its head signed with SM2.

    `links` holds, for each record in its order, eight bytes of record id and the 32 bytes of its chain hash.
    """

    number = models.BigIntegerField(primary_key=True)
    count = models.IntegerField()
    total = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    head = models.CharField(max_length=64)
    links = models.BinaryField()
    last_xid = models.BigIntegerField()
    last_id = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    key = models.ForeignKey(SealKey, on_delete=models.PROTECT)
    signature = models.CharField(max_length=200)

    class Meta:
        db_table = "audit_block"
        indexes = [models.Index(fields=["last_xid", "last_id"], name="audit_block_by_last")]

    def __str__(self) -> str:
        return f"block {self.number}"
