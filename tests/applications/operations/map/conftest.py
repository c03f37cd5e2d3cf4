from __future__ import annotations

from collections.abc import Iterator

import pytest

from citybrain.applications.operations.map.sets import forget


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Rows that a test writes past the actions are announced by nobody: what was drawn before is forgotten."""
    forget()
    yield
    forget()
