"""Tests that commit empty the database afterwards; the audit tables refuse that: their triggers are lifted for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from citybrain.base.audit.immutable import APPEND_ONLY, make_append_only, make_changeable


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def lifted(self: Any, statements: list[str]) -> None:
        for table in APPEND_ONLY:
            make_changeable(self.connection, table)
        try:
            flush(self, statements)
        finally:
            for table in APPEND_ONLY:
                make_append_only(self.connection, table)

    operations.execute_sql_flush = lifted
    yield
    operations.execute_sql_flush = flush
