"""Reading the audit trail. It has no place in the city: only a duty over the whole city carries `audit.read`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from citybrain.base.audit.chain import linked, record_text, unpack_links
from citybrain.base.audit.models import Block, Record
from citybrain.base.audit.rows import count_after, rows_with
from citybrain.base.audit.types import Reader
from citybrain.base.errors import NotFound
from citybrain.base.metrics import gauge
from citybrain.base.querying import Page, keyset_page


@dataclass(frozen=True)
class RecordFilter:
    """Which records: all that are given must hold; times are city time, from (included) to (excluded)."""

    action: str | None = None
    actors: tuple[str, ...] | None = None
    kind: str | None = None
    key: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def lookups(self) -> Mapping[str, object]:
        wanted = {
            "action": self.action,
            "actor_key__in": self.actors,
            "object_kind": self.kind,
            "object_key": self.key,
            "at__gte": self.since,
            "at__lt": self.until,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    @property
    def order(self) -> tuple[str, ...]:
        """The newest first; a time range is read along its index, so that years outside it cost nothing."""
        return ("-id",) if self.since is None and self.until is None else ("-at", "-id")


@dataclass(frozen=True)
class RecordSeal:
    """Where a record stands in the chain (None: not sealed yet), and whether it still reads as it was sealed."""

    block: Block | None
    is_intact: bool | None


def records(viewer: Reader, wanted: RecordFilter, *, after: str | None = None, limit: int = 50) -> Page[Record]:
    """The newest records first."""
    viewer.check("audit.read")
    return keyset_page(Record.objects.filter(**wanted.lookups()), order=wanted.order, after=after, limit=limit)


def records_of(viewer: Reader, kind: str, key: str) -> list[Record]:
    """Everything that was done to one object, oldest first."""
    viewer.check("audit.read")
    return list(Record.objects.filter(object_kind=kind, object_key=key).order_by("id"))


def get_newest_block(viewer: Reader) -> Block:
    """The head of the chain, to be written down elsewhere; raises NotFound while nothing is sealed."""
    viewer.check("audit.read")
    block = Block.objects.order_by("-number").defer("links").select_related("key").first()
    if block is None:
        raise NotFound("audit.nothing_sealed")
    return block


def get_block(viewer: Reader, number: int) -> Block:
    """One block, to compare its head with what was written down; raises NotFound `audit.no_block`."""
    viewer.check("audit.read")
    block = Block.objects.filter(number=number).defer("links").select_related("key").first()
    if block is None:
        raise NotFound("audit.no_block", number=number)
    return block


def get_seal(viewer: Reader, number: int) -> RecordSeal:
    """The block that a record is sealed in, its link in it computed anew; raises NotFound `audit.no_record`."""
    viewer.check("audit.read")
    record = Record.objects.filter(pk=number).first()
    if record is None:
        raise NotFound("audit.no_record", number=number)
    block = block_of_record(record)
    if block is None:
        return RecordSeal(None, None)
    return RecordSeal(block, _is_as_sealed(block, number))


def block_of_record(record: Record) -> Block | None:
    """The block that a record stands in; None while it is not sealed."""
    following = Q(last_xid__gt=record.xid) | Q(last_xid=record.xid, last_id__gte=record.pk)
    blocks = Block.objects.filter(following, last_xid__gte=record.xid).order_by("last_xid", "last_id")
    return blocks.select_related("key").first()


def _is_as_sealed(block: Block, number: int) -> bool:
    """Whether the record stands in the block, and its text still gives the hash that was sealed."""
    before = block.previous
    for linked_number, digest in unpack_links(bytes(block.links)):
        if linked_number == number:
            return linked(before, [record_text(rows_with([number])[number])])[0] == digest
        before = digest.hex()
    return False


@gauge("citybrain_audit_unsealed", "Audit records that wait for the sealer")
def unsealed_records() -> float:
    last = Block.objects.order_by("-number").values_list("last_xid", "last_id").first()
    return float(count_after(*(last or (0, 0))))
