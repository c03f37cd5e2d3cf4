"""Moves readings from hot segments to the lake, and keeps the lake tidy."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from citybrain.base.jobs import every
from citybrain.hubs.sensing.telemetry import moving
from citybrain.hubs.sensing.telemetry.naming import describe


@every(seconds=10, name="telemetry.move")
def move() -> int:
    return moving.move_segments(Path(settings.DATA_DIR), describe)


@every(hours=1, name="telemetry.compact")
def compact() -> int:
    return moving.compact(Path(settings.DATA_DIR))
