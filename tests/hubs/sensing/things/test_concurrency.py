"""Several registrations at once, on a database that really commits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from citybrain.base.audit import SYSTEM
from citybrain.hubs.sensing.things.actions import declare_model, register_things
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.models import Stream, Thing
from tests.cast import Cast
from tests.hubs.sensing.things.conftest import STATION

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_batches_with_one_code_in_common_keep_all_their_rows(transactional_db):
    actor = Cast().viewer("administrator")
    declare_model("test.station", ModelDefinition.model_validate(STATION), pack="", actor=SYSTEM)
    start = threading.Barrier(2)

    def register(mine: str) -> int:
        rows = [{"code": code, "model": "test.station"} for code in ("shared", *(f"{mine}-{n}" for n in range(200)))]
        try:
            start.wait()
            receipt = register_things(rows, actor=actor)
            return receipt.accepted + receipt.duplicates
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(register, ("a", "b"))) == [201, 201]
    assert (Thing.objects.count(), Stream.objects.count()) == (401, 1203)
