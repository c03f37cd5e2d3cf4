"""Many writers and several sealers at once: every record is sealed exactly once, in one unbroken chain."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import connections, transaction

from citybrain.base import audit
from citybrain.base.audit.chain import unpack_links
from citybrain.base.audit.models import Block, Record
from citybrain.base.audit.sealing import read_witness, seal_all, seal_once, witness_path
from citybrain.base.audit.verifying import verify

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, RECORDS, SEALERS = 8, 25, 3


@pytest.fixture(autouse=True)
def _no_witness() -> Iterator[None]:
    witness_path().unlink(missing_ok=True)
    yield
    witness_path().unlink(missing_ok=True)


def in_threads(*work: Callable[[], None]) -> list[threading.Thread]:
    def run(one: Callable[[], None]) -> None:
        try:
            one()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    return threads


def test_every_record_is_sealed_exactly_once() -> None:
    over = threading.Event()

    def write(name: str) -> None:
        chance = random.Random(name)
        for number in range(RECORDS):
            with transaction.atomic():
                audit.record(audit.SYSTEM, "test.done", kind="test", key=f"{name}-{number}")
                time.sleep(chance.random() * 0.004)

    def seal() -> None:
        while not over.is_set():
            seal_once(most=7)

    sealers = in_threads(*[seal] * SEALERS)
    for writer in in_threads(*[lambda name=f"w{n}": write(name) for n in range(WRITERS)]):  # type: ignore[misc]
        writer.join()
    over.set()
    for sealer in sealers:
        sealer.join()
    seal_all()

    result = verify()
    assert result.intact, result.findings
    assert (result.records, result.unsealed) == (WRITERS * RECORDS, 0)
    sealed = Counter(number for block in Block.objects.all() for number, _ in unpack_links(bytes(block.links)))
    assert sealed == Counter(Record.objects.values_list("id", flat=True))
    assert read_witness() is not None
