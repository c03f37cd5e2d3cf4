"""Values worked by hand, compared with what a capability makes of the readings that the city keeps."""

from __future__ import annotations

from typing import Any

from citybrain.lab.replay.client import Client
from citybrain.lab.replay.mapping import ReadingsMapping
from citybrain.lab.replay.readings import Readings


def run_checks(client: Client, mapping: ReadingsMapping, stream: Readings) -> list[dict[str, Any]]:
    return []
