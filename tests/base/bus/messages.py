"""The messages of these tests."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base import bus


class Told(bus.Message):
    type: ClassVar[str] = "test.told"
    number: int
    at: datetime | None = None


class Rung(bus.Message):
    type: ClassVar[str] = "test.bell.rung"
    number: int
